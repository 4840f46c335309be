import { readdir, readlink } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { catalog } from '../../../../shared/catalog.ts';
import { addDays, dayOf, HOUR } from '../../../../shared/time.ts';
import {
  addMember,
  createClient,
  type Json,
  type Member,
  PASSWORD,
  startServer,
  type TestOwner,
  type TestServer,
  totpCode,
} from '../../../support/api.ts';
import { beginDownload, openCopy, restOf } from '../../../support/ownCopy.ts';
import { plant } from '../../../support/plantedPerson.ts';

let it: TestServer;
let owner: TestOwner;
let ann: Member;
let day: string;
beforeAll(async () => {
  it = await startServer();
  owner = await it.addOrganisation('Acme');
  ann = await addMember(it, owner.client, 'employee', { name: 'Ann', email: 'ann@example.com' });
  day = addDays(dayOf(it.clock.now()), -2);
  await plant(it.data, { org: owner.org, person: ann.person, canary: 'ann', ...plenty(), past: true });
  await openCopy(it, ann);
}, 60_000);
afterAll(() => it.close());

/** More than sockets hold, so that a download of it waits for its reader. */
const plenty = () => ({ days: [day], apps: 20_000 });

const eventsOf = async (person: string): Promise<string[]> =>
  (await owner.client.ok('GET', '/security-events')).events
    .filter((event: Json) => event.person === person)
    .map(({ kind }: Json) => kind);
const looksAt = async ({ person, client }: Member): Promise<string[]> =>
  (await client.ok('GET', `/people/${person}/accesses`)).accesses.map(
    ({ action, purpose }: Json) => `${action} ${purpose}`,
  );
const ask = ({ person, client }: Member, body: object) => client.send('POST', `/people/${person}/export`, body);

/** The answer with its first bytes, and nothing read after them. */
const begun = (whose: Member, proof?: object) => beginDownload(it.url, whose, proof);

/** Files of the data folder that this process has open. */
async function openFiles(): Promise<number> {
  const links = await Promise.all(
    (await readdir('/proc/self/fd')).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')),
  );
  return links.filter((link) => link.startsWith(it.data)).length;
}

describe('what is held', () => {
  test('is told by parameter and day, with what is past its day, and the look is on record', async () => {
    const before = await looksAt(ann);
    const held = await ann.client.ok('GET', `/people/${ann.person}/held`);
    const apps = held.parameters.find(({ parameter }: Json) => parameter === 'app');
    expect(apps).toEqual({
      parameter: 'app',
      days: [day],
      bytes: expect.any(Number),
      images: 0,
      keptUntil: addDays(day, catalog.app.retentionDays.default), // what is in force, though it was promised for longer
    });
    expect(apps.bytes).toBeGreaterThan(1_000);
    expect(held.parameters.find(({ parameter }: Json) => parameter === 'screenshot').images).toBe(1);
    expect(held.pastTheirDay).toBe(1);
    expect(await looksAt(ann)).toEqual(['held own_data', ...before]);
  });
});

describe('a download of everything', () => {
  test('asks for the password again: a session alone, and a wrong one, get nothing, and nothing is on record as given', async () => {
    const before = await looksAt(ann);
    expect((await ask(ann, {})).body.error).toMatchObject({ code: 'bad_request', field: 'password' });
    expect((await ask(ann, { password: 'not the right one' })).body.error).toMatchObject({
      code: 'wrong_credentials',
      field: 'password',
    });
    expect(await looksAt(ann)).toEqual(before);
    const events = await eventsOf(ann.person);
    expect(events).toContain('export_refused');
    expect(events).not.toContain('data_exported');
  });

  test('asks whoever has a second factor for a code as well, which works once', async () => {
    const officer = await addMember(it, owner.client, 'privacy_officer', { name: 'Otto', email: 'otto@example.com' });
    await plant(it.data, { org: owner.org, person: officer.person, canary: 'otto', ...plenty(), past: true });
    await openCopy(it, officer);
    it.clock.advance(60_000); // another code than the one that set the factor up
    const totp = totpCode(officer.secret ?? '', it.clock.now());
    const password = PASSWORD;
    expect((await ask(officer, { password })).body.error).toMatchObject({
      code: 'second_factor_required',
      field: 'totp',
    });
    expect((await ask(officer, { password, totp: '000000' })).body.error).toMatchObject({
      code: 'wrong_credentials',
      field: 'totp',
    });
    const under = await begun(officer, { password, totp });
    it.clock.advance(60_000);
    const next = totpCode(officer.secret ?? '', it.clock.now());
    expect((await ask(officer, { password, totp: next })).body.error.code).toBe('rate_limited'); // one at once
    under.destroy();
    await expect.poll(() => eventsOf(officer.person)).toContain('data_export_cut');
    // A refusal that has nothing to do with the code has not used it up.
    expect((await ask(officer, { password, totp: next })).status).toBe(200);
    expect((await ask(officer, { password, totp: next })).body.error).toMatchObject({
      code: 'wrong_credentials',
      field: 'totp',
    });
  });

  test('guesses at the password run out', async () => {
    const bob = await addMember(it, owner.client, 'employee', { name: 'Bob', email: 'bob@example.com' });
    for (let guess = 0; guess < 10; guess += 1) await ask(bob, { password: 'not the right one' });
    expect((await ask(bob, { password: PASSWORD })).body.error.code).toBe('rate_limited');
    expect(await eventsOf(bob.person)).toContain('export_refused');
  });

  test('is refused to owner, manager and privacy officer for anybody but themselves, on record', async () => {
    const reply = await ask({ ...ann, client: owner.client }, { password: PASSWORD });
    expect([reply.status, reply.body.error.code]).toEqual([403, 'forbidden']);
    expect(await eventsOf(owner.person)).toContain('refused_export');
  });

  test('that is cut off half way leaves nothing open, is on record, and another one can be made', async () => {
    const before = await openFiles();
    const cut = await begun(ann);
    expect(await openFiles()).toBeGreaterThan(before);
    expect((await ask(ann, { password: PASSWORD })).body.error.code).toBe('rate_limited'); // one at once
    cut.destroy();
    await expect.poll(() => eventsOf(ann.person)).toContain('data_export_cut');
    await expect.poll(openFiles).toBe(before);
    expect((await looksAt(ann))[0]).toBe('export own_data');
    expect((await ask(ann, { password: PASSWORD })).status).toBe(200);
  });

  test('holds what there was when it began, whatever is stored while it is made', async () => {
    const response = await begun(ann);
    await plant(it.data, { org: owner.org, person: ann.person, canary: 'later', days: [day] });
    const { bytes, whole } = await restOf(response);
    expect(whole).toBe(true);
    // Names of files stand uncompressed in a ZIP: there is one picture, though two are stored by now.
    expect(new Set(bytes.toString('latin1').match(/images\/[0-9a-f-]{36}\.webp/g)).size).toBe(1);
  });

  test('ends when the session ends, so that no client takes it for whole', async () => {
    const other = createClient(it.url);
    await other.ok('POST', '/session', { email: ann.email, password: PASSWORD });
    const response = await begun(ann);
    await other.ok('DELETE', '/account/sessions');
    expect((await restOf(response)).whole).toBe(false);
    await ann.client.send('POST', '/session', { email: ann.email, password: PASSWORD });
  });

  test('is made five times an hour at the most', async () => {
    const eve = await addMember(it, owner.client, 'employee', { name: 'Eve', email: 'eve@example.com' });
    for (let time = 0; time < 5; time += 1) expect((await ask(eve, { password: PASSWORD })).status).toBe(200);
    const refused = await ask(eve, { password: PASSWORD });
    expect([refused.status, refused.body.error.code]).toEqual([429, 'rate_limited']);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(3_000);
    it.clock.advance(HOUR);
    await eve.client.ok('POST', '/session', { email: eve.email, password: PASSWORD });
    expect((await ask(eve, { password: PASSWORD })).status).toBe(200);
  });
});
