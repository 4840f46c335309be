import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { verifyCertificate } from '../../server/lifecycle/certificate.ts';
import { addDays, dayOf } from '../../shared/time.ts';
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
} from '../support/api.ts';
import { enrol } from '../support/enrolled.ts';
import { openEvents } from '../support/eventReader.ts';
import { dial } from '../support/ingestKit.ts';
import { goOnToMorning } from '../support/movableClock.ts';
import { openFoundationIn } from '../support/numberedNotes.ts';
import { type RecordedDay, recordDay } from '../support/recordedDay.ts';
import { HOLD } from '../support/routeExamples.ts';
import { runCli } from '../support/runCli.ts';

// Promise 35: somebody who leaves is gone at the word of an owner or admin, while the server runs, and can show it.

let it: TestServer;
let owner: TestOwner;
let folder: string;
let [adam, pia, mia, ben]: Member[] = [];
let day: RecordedDay;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daylight-ended-'));
  it = await startServer();
  goOnToMorning(it.clock);
  owner = await it.addOrganisation('Acme');
  const add = (role: 'admin' | 'privacy_officer' | 'employee' | 'manager', name: string) =>
    addMember(it, owner.client, role, { name, email: `${name.toLowerCase()}@acme.example.com` });
  adam = await add('admin', 'Adam');
  [pia, mia, ben] = [await add('privacy_officer', 'Pia'), await add('manager', 'Mia'), await add('employee', 'Ben')];
  day = await recordDay(it.data, owner.org, mia.person, it.clock.now() - 3_600_000);
});
afterAll(async () => {
  await it.close();
  await rm(folder, { recursive: true, force: true });
});

const someone = (member: Member | undefined): Member => {
  if (member === undefined) throw new Error('nobody was added');
  return member;
};
const of = (member: Member | undefined) => `/people/${someone(member).person}/ending`;
const ask = (name: string, member: Member | undefined, more: object = {}) =>
  owner.client.send('POST', of(member), { name, password: PASSWORD, ...more });
const endings = async (): Promise<Json[]> => (await owner.client.ok('GET', '/endings')).endings;
const isThere = async (member: Member | undefined) =>
  (await owner.client.ok('GET', '/people')).people.some(({ id }: Json) => id === someone(member).person);

test('before an account ends it is said how much there is of each kind, which computers, and what keeps it; and nothing is changed', async () => {
  const preview = await someone(adam).client.ok('GET', of(mia));
  const foundation = await openFoundationIn(it.data);
  const { days, counts, records } = await foundation.store.holdingsOf(owner.org, someone(mia).person);
  await foundation.close();
  expect(counts).toMatchObject({ images: 1, devices: expect.any(Number) });
  expect(preview).toMatchObject({
    name: 'Mia',
    days,
    counts,
    records,
    beforeRestore: false,
    obstacle: null,
    backups: { many: 0, until: null },
  });
  expect(preview.computers).toEqual([
    { device: day.device.record.device, connected: false, lastSeenAt: expect.anything(), recordsUntil: null },
  ]);
  expect((await owner.client.ok('GET', `/people/${owner.person}/ending`)).obstacle).toEqual({ kind: 'only_owner' });
  expect([await isThere(mia), await endings()]).toEqual([true, []]);
});

test('it is ended by nobody who has not typed the name, the password and the code; and an admin ends no owner and not themself', async () => {
  expect((await ask('mia', mia)).body.error).toMatchObject({ code: 'bad_request', field: 'name' });
  expect((await ask('Mia', mia, { password: 'wrong' })).status).toBe(401);
  const { client, secret } = someone(adam);
  const withoutCode = await client.send('POST', of(mia), { name: 'Mia', password: PASSWORD });
  expect(withoutCode.body.error).toMatchObject({ code: 'second_factor_required', field: 'totp' });
  const proof = { password: PASSWORD, totp: totpCode(secret ?? '', it.clock.now()) };
  for (const person of [owner.person, someone(adam).person])
    expect((await client.send('POST', `/people/${person}/ending`, { name: 'Adam', ...proof })).status).toBe(403);
  expect((await ask('Acme Owner', { ...someone(mia), person: owner.person })).body.error.code).toBe('conflict');
  expect([await isThere(mia), await endings()]).toEqual([true, []]);
  const { events } = await owner.client.ok('GET', '/security-events');
  expect(events.filter(({ kind }: Json) => kind === 'ending_refused')).not.toEqual([]);
});

test('a legal hold that keeps something of the person is no obstacle: the rest goes all the same', async () => {
  const { revision } = await owner.client.ok('GET', '/records/holds');
  const until = addDays(dayOf(it.clock.now()), 30);
  const content = { ...HOLD, until, person: someone(ben).person };
  const reason = { reason: 'the lawyer asked' };
  const proposed = await owner.client.ok('POST', '/records/holds', { revision, content, ...reason });
  const number = proposed.holds.at(-1).number;
  const approved = { revision: proposed.revision, answer: 'approved', ...reason };
  await someone(pia).client.ok('PUT', `/records/holds/${number}`, approved);
  expect((await owner.client.ok('GET', of(ben))).obstacle).toBeNull();
  const released = {
    revision: (await owner.client.ok('GET', '/records/holds')).revision,
    answer: 'released',
    ...reason,
  };
  await owner.client.ok('PUT', `/records/holds/${number}`, released);
});

test('with the answer the person is signed out, their stream and their computer are cut, nothing opens; then it goes on by itself to its certificate, which they read without an account', async () => {
  const member = someone(mia);
  const stream = await openEvents(`${it.url}/api/v1/policy/proof/stream`, member.client.cookie);
  expect(stream.status).toBe(200);
  const device = await enrol(it.url, owner.client, member.person, it.clock.now());
  const agent = await dial(it.server.port);
  await agent.hello(device);
  await agent.take('welcome');

  const order = await ask('Mia', mia);
  expect([order.status, order.body.orderedBy, order.body.states.map(({ state }: Json) => state).slice(0, 2)]).toEqual([
    200,
    'owner',
    ['committed', 'keys_destroyed'],
  ]);
  await agent.take('wipe');
  await stream.ended;
  expect((await member.client.send('GET', '/people')).status).toBe(401);
  const again = createClient(it.url);
  expect((await again.send('POST', '/session', { email: member.email, password: PASSWORD })).status).toBe(401);
  expect(await isThere(mia)).toBe(false);
  expect((await ask('Mia', mia)).status).toBe(404);

  const { address } = order.body;
  await vi.waitFor(async () => expect((await endings())[0].certificate).not.toBe('none'), { timeout: 10_000 });
  const [ending] = await endings();
  expect(ending).toMatchObject({ person: member.person, counts: { images: 1 }, isHeld: false, address });
  const page = await fetch(address);
  const html = await page.text();
  expect([page.status, page.headers.get('cache-control'), page.headers.get('x-robots-tag')]).toEqual([
    ...[200, 'no-store', 'noindex, nofollow'],
  ]);
  expect(html).toContain('The signature is right');
  expect(html).not.toMatch(/<script|Mia|mia@/);
  const file = await (await fetch(`${address}/certificate.json`)).text();
  expect(verifyCertificate(file, null)).toMatchObject({ kind: 'genuine', certificate: { ending: ending.ending } });
  const saved = join(folder, 'mine.json');
  await writeFile(saved, file);
  const { publicKey } = JSON.parse(file);
  expect((await runCli('server', ['verify-certificate', saved, '--key', publicKey])).code).toBe(0);
  const told = await owner.client.ok('GET', `/endings/${ending.ending}/certificate`);
  expect([told.file, `${told.text.join('\n')}\n`]).toEqual([
    JSON.parse(file),
    await (await fetch(`${address}/certificate.txt`)).text(),
  ]);

  const guessed = await fetch(`${address.slice(0, -4)}AAAA`);
  expect([guessed.status, (await guessed.text()).includes(ending.ending)]).toEqual([404, false]);
  const stranger = await it.addOrganisation('Other');
  expect((await stranger.client.send('GET', `/endings/${ending.ending}/certificate`)).status).toBe(404);
  expect((await stranger.client.ok('GET', '/endings')).endings).toEqual([]);
});
