import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openFoundation } from '../../server/foundation.ts';
import { checkExport } from '../../server/lifecycle/checkExport.ts';
import { storeMap } from '../../server/lifecycle/dataMap.ts';
import { orderErasures } from '../../server/lifecycle/erasureOrder.ts';
import { systemRandom } from '../../server/random.ts';
import { parameterIds } from '../../shared/catalog.ts';
import { noticePage } from '../../shared/policy/noticePage.ts';
import { english } from '../../shared/policy/phrases/en.ts';
import type { NoticeView } from '../../shared/protocol/http/notice.ts';
import { addDays, DAY, dayOf } from '../../shared/time.ts';
import {
  addMember,
  type Json,
  type Member,
  PASSWORD,
  publish,
  startServer,
  type TestOwner,
  type TestServer,
  totpCode,
} from '../support/api.ts';
import { offer, takeIn } from '../support/broughtAlong.ts';
import { enrol } from '../support/enrolled.ts';
import { batch, dial, receiptBy } from '../support/ingestKit.ts';
import { finished, fromSource, startNode } from '../support/nodeProcess.ts';
import { downloadOwn } from '../support/ownCopy.ts';
import { plant } from '../support/plantedPerson.ts';
import { DISCLOSURE, HOLD, INCIDENT } from '../support/routeExamples.ts';

// PROMISES 33: what a person is given is everything that is held of them, and nothing of anybody else.

const run = promisify(execFile);
const [ANN, BOB] = ['annscanary', 'bobscanary'];

let it: TestServer;
let owner: TestOwner;
let ann: Member;
let folder = '';
let zip: Buffer;
let translated: NoticeView;
let images: readonly string[];

beforeAll(async () => {
  it = await startServer();
  owner = await it.addOrganisation('Acme');
  const { client } = owner;
  const team = await client.ok('POST', '/teams', { name: `team of ${ANN}` });
  const other = await client.ok('POST', '/teams', { name: `team of ${BOB}` });
  // A manager, so that she has made looks of her own, and a second factor.
  ann = await addMember(it, client, 'manager', {
    name: `Name ${ANN}`,
    email: `${ANN}@example.com`,
    teams: [team.id],
    managesTeams: [other.id],
  });
  const bob = await addMember(it, client, 'employee', {
    name: `Name ${BOB}`,
    email: `${BOB}@example.com`,
    teams: [other.id],
  });
  const day = addDays(dayOf(it.clock.now()), -3);
  const days = [day, addDays(day, 1)];
  const planted = await plant(it.data, { org: owner.org, person: ann.person, canary: ANN, days, past: true });
  images = planted.images;
  await plant(it.data, { org: owner.org, person: bob.person, canary: BOB, days });
  await publish(client, { timezone: { level: 'on' } });
  for (const [one, words] of [
    [ann, ANN],
    [bob, BOB],
  ] as const)
    await one.client.ok('PUT', `/people/${one.person}/objections/timezone`, { grounds: words });
  it.clock.advance(60_000); // the codes before were used
  for (const [one, words] of [
    [ann, ANN],
    [bob, BOB],
  ] as const) {
    const totp = one.secret === null ? {} : { totp: totpCode(one.secret, it.clock.now()) };
    const request = { password: PASSWORD, ...totp, content: { kind: 'access', words } };
    await one.client.ok('POST', `/people/${one.person}/requests`, request);
  }
  const officer = await addMember(it, client, 'privacy_officer', { name: 'Pia', email: 'pia@example.com' });
  for (const [index, [one, words]] of (
    [
      [ann, ANN],
      [bob, BOB],
    ] as const
  ).entries()) {
    const content = { ...DISCLOSURE, people: [one.person], why: words };
    const proposal = { revision: 2 * index, content, reason: 'for this test' };
    const { revision } = await officer.client.ok('POST', '/records/disclosures', proposal);
    const approval = { revision, answer: 'approved', reason: 'for this test' };
    await client.ok('PUT', `/records/disclosures/${revision}`, approval);
    const until = dayOf(Date.now() + 9 * DAY);
    const hold = { ...HOLD, until, person: one.person, why: words };
    await officer.client.ok('POST', '/records/holds', { ...proposal, content: hold });
    await client.ok('PUT', `/records/holds/${revision}`, approval);
    const scope = { kind: 'people', people: [one.person] };
    const incident = { revision: 2 * index, content: { ...INCIDENT, scope }, reason: 'for this test' };
    const opened = await officer.client.ok('POST', '/records/incidents', incident);
    const telling = { revision: opened.revision, step: { kind: 'tell', words }, reason: 'for this test' };
    await officer.client.ok('PUT', `/records/incidents/${opened.revision}`, telling);
  }
  for (const [{ client: own, person }, words] of [
    [ann, ANN],
    [bob, BOB],
  ] as const) {
    const place = `/people/${person}`;
    const { entries } = await own.ok('GET', `${place}/entries?day=${day}&parameter=title`);
    const { session, stored: record } = entries[0];
    const said = { kind: 'stated', words: `=stated ${words}` };
    await own.ok('POST', `${place}/corrections`, { day, session, record, said });
  }
  await eraseADay();
  await sayWhatItDoes();
  // Bob looked at nobody; the owner and Ann looked.
  await client.ok('GET', `/people/${ann.person}/day?day=${day}&purpose=support`);
  await ann.client.ok('GET', `/people/${bob.person}/day?day=${day}&purpose=working_time`);
  await client.ok('POST', `/people/${ann.person}/enrolment-codes`, {});
  await bringSomething();
  const { hash: master, ...content } = await client.ok('GET', '/notice');
  const french = { ...content, language: 'fr', never: 'Jamais.' };
  ({ notice: translated } = await client.ok('PUT', '/notice/in/fr', { master, content: french }));
  zip = await exported(ann);
  folder = await mkdtemp(join(tmpdir(), 'daylight-export-'));
  await writeFile(join(folder, 'export.zip'), zip);
  await run('unzip', ['-q', 'export.zip', '-d', 'out'], { cwd: folder });
}, 120_000);

/** What another organisation had recorded of her. */
async function bringSomething(): Promise<void> {
  const before = await it.addOrganisation('Before');
  const there = await addMember(it, before.client, 'employee', {
    name: `Name ${ANN}`,
    email: 'ann@before.example.com',
  });
  const days = [addDays(dayOf(it.clock.now()), -30)];
  await plant(it.data, { org: before.org, person: there.person, canary: ANN, days });
  const { arrival } = await offer(ann.client, ann.person, await exported(there));
  it.clock.advance(60_000); // the code before was used
  await takeIn(ann.client, ann.person, arrival, { totp: totpCode(ann.secret ?? '', it.clock.now()) });
}

/** Of long ago: of what is planted nothing goes. */
async function eraseADay(): Promise<void> {
  const foundation = await openFoundation({ data: it.data, clock: it.clock, random: systemRandom, create: false });
  const from = Date.parse('2021-01-01T00:00:00Z');
  const part = { parameter: 'notes' as const, from, to: from + DAY, above: 'off' };
  const scope = { kind: 'own' as const, by: ann.person, parts: [part], image: null, counted: [] };
  await orderErasures({ ...foundation, clock: it.clock, random: systemRandom }, owner.org, [
    { people: [ann.person], scope },
  ]);
  await foundation.close();
}

afterAll(async () => {
  await it.close();
  await rm(folder, { recursive: true, force: true });
});

/** A device that Ann enrolled herself, with the notice acknowledged, and its receipt. */
async function sayWhatItDoes(): Promise<void> {
  const device = await enrol(it.url, owner.client, ann.person, it.clock.now());
  const { policy, hash } = await owner.client.ok('GET', '/policy');
  await using agent = await dial(it.server.port);
  await agent.hello(device);
  await agent.take('welcome');
  agent.send({ type: 'receipt', receipt: receiptBy(device, { document: policy, hash }, { at: it.clock.now() }) });
  agent.send(batch(agent, 1, null, []));
  await agent.take('ack');
}

async function exported(whose: Member): Promise<Buffer> {
  const reply = await downloadOwn(it, whose);
  expect([reply.status, reply.headers.get('content-type')]).toEqual([200, 'application/zip']);
  expect(reply.headers.get('cache-control')).toBe('no-store');
  expect(reply.headers.get('content-disposition')).toMatch(/^attachment; filename="daylight-\d{4}-\d\d-\d\d\.zip"$/);
  return reply.body;
}

const text = (name: string) => readFile(join(folder, 'out', name), 'utf8');
const lines = async (name: string): Promise<Json[]> =>
  (await text(name))
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));

describe('an export', () => {
  test('opens with unzip and with Python, and holds what its manifest says', async () => {
    await run('unzip', ['-tq', join(folder, 'export.zip')]);
    const script = 'import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); print(z.testzip(), len(z.namelist()))';
    const { stdout } = await run('python3', ['-c', script, join(folder, 'export.zip')]);
    const { files, manifest, records } = await checkExport(join(folder, 'out'));
    expect(stdout.trim()).toBe(`None ${files}`);
    expect(manifest).toMatchObject({ person: { id: ann.person, name: `Name ${ANN}` }, organisation: { name: 'Acme' } });
    expect(manifest).toMatchObject({ images: 2, unreadable: [], pastTheirDay: 1 });
    expect(manifest.parameters.map(({ parameter, records, days }) => [parameter, records, days])).toEqual(
      parameterIds.map((id) => [id, id === 'session' ? 4 : 2, 2]),
    );
    expect(records).toBeGreaterThan(30);
    const cli = startNode([...fromSource, 'server/cli.ts', 'check-export', join(folder, 'out')]);
    expect(await finished(cli)).toMatchObject({
      code: 0,
      err: '',
      out: expect.stringContaining(`${files} files with ${records} records`),
    });
  });

  test('holds every word of the person that is stored, exactly as it is, and each picture', async () => {
    const observations = await Promise.all(parameterIds.map((id) => lines(`data/${id}.ndjson`)));
    const words = observations.flat().map(({ observation }) => observation);
    expect(words).toContainEqual(expect.objectContaining({ name: `=app ${ANN} 0` }));
    expect(words).toContainEqual(expect.objectContaining({ title: `<script>alert(1)</script> title ${ANN}` }));
    expect(words).toContainEqual(expect.objectContaining({ host: `${ANN}.example.com`, path: `/path-${ANN}` }));
    expect(words).toContainEqual(expect.objectContaining({ project: `project ${ANN}`, task: `@task ${ANN}` }));
    expect(words).toContainEqual(expect.objectContaining({ note: `-note ${ANN}\u2028"quoted", and more` }));
    expect(words).toContainEqual(expect.objectContaining({ osVersion: `os ${ANN}`, model: `+model ${ANN}` }));
    for (const image of images) expect(await text(`images/${image}.webp`)).toContain(`image ${ANN}`);
    const [profile] = await lines('records/profile.ndjson');
    expect(profile).toMatchObject({
      name: `Name ${ANN}`,
      email: `${ANN}@example.com`,
      password: true,
      secondFactor: true,
    });
    expect(profile.teams).toEqual([expect.objectContaining({ name: `team of ${ANN}` })]);
    expect(await lines('records/devices.ndjson')).toContainEqual(expect.objectContaining({ agentVersion: ANN }));
  });

  test('holds each translation of a notice that was shown, under the line that says whose it is', async () => {
    const { version, edition, translation } = translated;
    const name = edition === 1 ? version : `${version}-${edition}`;
    const file = `notices/${name}-fr-${translation?.hash.slice(0, 12)}.html`;
    expect(await text(file)).toBe(noticePage(translated));
    expect(await text(file)).toContain(english.reading.translatedBy('Acme'));
    expect(await text('index.html')).toContain(`<a href="${file}">`);
  });

  test('holds something of every table that the data map says is in it', async () => {
    const parts = [...new Set(Object.values(storeMap).flatMap(({ exported: parts }) => parts))];
    for (const part of parts) {
      if (part === 'data') continue;
      const name =
        { images: 'images/images.ndjson', notices: 'notices/1.html', imported: 'imported/notes.ndjson' }[
          part as string
        ] ?? `records/${part}.ndjson`;
      expect([part, (await text(name)).length > 0]).toEqual([part, true]);
    }
    const looked = await lines('records/who-looked.ndjson');
    expect(looked.map(({ action, actorName }) => [action, actorName])).toEqual([
      ['export', `Name ${ANN}`],
      ['day', 'Acme Owner'],
      ['observations', `Name ${ANN}`], // her own, to find the record that she stated something about
    ]);
    expect((await lines('records/looks.ndjson')).map(({ action, purpose }) => [action, purpose])).toEqual([
      ['day', 'working_time'],
    ]);
    expect(
      (await lines('records/acknowledgements.ndjson')).map(
        ({ acknowledgement }) => JSON.parse(acknowledgement.payload).acknowledgedNotice,
      ),
    ).toEqual([1]);
    expect(await lines('records/erasures.ndjson')).toMatchObject([
      { number: 1, state: 'requested', scope: { by: 'you', parts: [{ parameter: 'notes' }] } },
    ]);
    expect(await lines('records/decisions.ndjson')).toEqual([
      { revision: 1, at: expect.any(Number), decision: { kind: 'objected', parameter: 'timezone', grounds: ANN } },
    ]);
    expect((await lines('records/receipts.ndjson'))[0].receipt).toMatchObject({ keyId: expect.any(String) });
  });

  test('holds no word and no id of anybody else, and nothing that proves who somebody is', async () => {
    const names = (await readdir(join(folder, 'out'), { recursive: true, withFileTypes: true })).filter((one) =>
      one.isFile(),
    );
    expect(names.length).toBeGreaterThan(30);
    for (const name of names) {
      const content = (await readFile(join(name.parentPath, name.name))).toString('latin1');
      // The team that she manages is named; whoever is in it is not.
      const own = content.replaceAll(`team of ${BOB}`, '');
      expect([name.name, own.includes(BOB)]).toEqual([name.name, false]);
      expect([name.name, own.includes('argon2'), own.includes(ann.secret ?? '')]).toEqual([name.name, false, false]);
    }
  });

  test('nothing of it that is past its day can be read, and it is said how much that is', async () => {
    for (const name of ['data/notes.ndjson', 'data/notes.csv']) expect(await text(name)).not.toContain(`past ${ANN}`);
    expect(await text('index.html')).toContain('not deleted yet: 1 stored pieces');
  });

  test('no cell of a CSV begins as a formula does, and no text of a page is markup', async () => {
    const all = await Promise.all(parameterIds.map((id) => text(`data/${id}.csv`)));
    const cells = all.join('').match(/"(?:[^"]|"")*"/g) ?? [];
    expect(cells.length).toBeGreaterThan(100);
    expect(cells.filter((cell) => /^"[=+\-@\t\r]/.test(cell))).toEqual([]);
    expect(cells).toContain(`"'=app ${ANN} 0"`);
    expect(cells).toContain(`"'-note ${ANN}\u2028""quoted"", and more"`);
    const pages = (await readdir(join(folder, 'out/days'))).map((name) => `days/${name}`);
    for (const page of ['index.html', ...pages]) expect(await text(page)).not.toMatch(/<script|javascript:|https?:/i);
    expect(await text(pages[0] ?? '')).toContain('&#60;script&#62;alert(1)&#60;/script&#62; title');
  });

  test('is on record before it is sent, with a security event, and the check finds what was changed', async () => {
    const { events } = await owner.client.ok('GET', '/security-events');
    expect(events.map(({ kind }: Json) => kind)).toContain('data_exported');
    const notes = join(folder, 'out/data/notes.ndjson');
    const before = await readFile(notes, 'utf8');
    await writeFile(notes, before.replace('-note', '-nope'));
    await expect(checkExport(join(folder, 'out'))).rejects.toThrow(
      'data/notes.ndjson: it was changed, or is not whole',
    );
    await writeFile(notes, before);
    await writeFile(join(folder, 'out/more.html'), '');
    await expect(checkExport(join(folder, 'out'))).rejects.toThrow('more.html: the manifest does not name it');
    await rm(join(folder, 'out/more.html'));
  });
});
