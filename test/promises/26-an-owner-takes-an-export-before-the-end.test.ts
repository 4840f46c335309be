import { type IncomingMessage, request } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parameterIds } from '../../shared/catalog.ts';
import { addDays, DAY, dayOf, HOUR } from '../../shared/time.ts';
import {
  addMember,
  type Json,
  type Member,
  PASSWORD,
  publish,
  startServer,
  type TestOwner,
  type TestServer,
} from '../support/api.ts';
import { eventually } from '../support/daylight.ts';
import { type Files, linesOf, unzipped } from '../support/openedZip.ts';
import { restOf } from '../support/ownCopy.ts';
import { plant } from '../support/plantedPerson.ts';
import { type RecordedDay, recordDay } from '../support/recordedDay.ts';

// Promise 26: what an owner takes along before the organisation ends is what an owner may read, and everybody reads that it was taken.

let it: TestServer;
let owner: TestOwner;
let manager: Member;
let mia: Member;
let ben: Member;
let gone: Member;
let bensDay: RecordedDay;

beforeAll(async () => {
  it = await startServer();
  it.clock.advance(DAY - (it.clock.now() % DAY) + 12 * HOUR);
  owner = await it.addOrganisation('Acme');
  await publish(owner.client, {
    ...{ app: { level: 'name' }, title: { level: 'full' }, notes: { level: 'on', viewers: ['manager'] } },
    screenshot: { level: 'blurred', viewers: ['owner', 'manager'] },
  });
  const { version } = (await owner.client.ok('GET', '/policy')).policy;
  const join = (role: 'employee' | 'manager', name: string) =>
    addMember(it, owner.client, role, { name, email: `${name.toLowerCase()}@example.com` });
  [manager, mia, ben, gone] = [
    await join('manager', 'Max'),
    await join('employee', 'Mia'),
    await join('employee', 'Ben'),
    await join('employee', 'Gone'),
  ];
  const record = ({ person }: Member) => recordDay(it.data, owner.org, person, it.clock.now() - 3 * HOUR, version);
  await record(mia);
  bensDay = await record(ben);
  await record(gone);
}, 60_000);
afterAll(() => it.close());

const take = (proof: object = { password: PASSWORD }) => owner.client.send('POST', '/organisation/export', proof);
const looksAt = async ({ client, person }: Member): Promise<Json[]> =>
  (await client.ok('GET', `/people/${person}/accesses`)).accesses.filter(
    ({ action }: Json) => action === 'organisation_export',
  );
const eventsOf = async (): Promise<string[]> =>
  (await owner.client.ok('GET', '/security-events')).events.map(({ kind }: Json) => kind);
const namesIn = (files: Files, { person }: Member): string[] =>
  [...files.keys()].flatMap((name) =>
    name.startsWith(`people/${person}/`) ? [name.split('/').slice(2).join('/')] : [],
  );

test('nobody but an owner is told how much it is or gets it, and an owner not with a session alone', async () => {
  for (const { client } of [manager, ben]) {
    expect((await client.send('GET', '/organisation/export')).status).toBe(403);
    expect((await client.send('POST', '/organisation/export', { password: PASSWORD })).status).toBe(403);
  }
  expect((await take({ password: 'not the right one' })).body.error.code).toBe('wrong_credentials');
  expect(await looksAt(ben)).toEqual([]);
  expect(await eventsOf()).toContain('organisation_export_refused');
  expect(await eventsOf()).not.toContain('organisation_exported');
});

test('what the policy shows to owners is in it, and nothing that it shows to others alone, or that was restricted, or of who has ended', async () => {
  await mia.client.ok('PUT', `/people/${mia.person}/restrictions/title`, { ground: 'unlawful', words: '' });
  await owner.client.ok('POST', `/people/${gone.person}/ending`, { name: 'Gone', password: PASSWORD });
  const preview = await owner.client.ok('GET', '/organisation/export');
  expect(preview).toMatchObject({ people: 4, days: 2, images: 2 });

  const reply = await take();
  expect(reply.status).toBe(200);
  const files = await unzipped(reply.body);
  const theirs = ['account.json', 'data/app.ndjson', 'data/screenshot.ndjson', `images/${bensDay.day}.ndjson`];
  expect(namesIn(files, ben)).toEqual(expect.arrayContaining([...theirs, 'data/title.ndjson', 'files.json']));
  expect(namesIn(files, ben)).not.toContain('data/notes.ndjson');
  expect(namesIn(files, mia)).toEqual(expect.arrayContaining(theirs));
  expect(namesIn(files, mia)).not.toContain('data/title.ndjson');
  expect(namesIn(files, gone)).toEqual([]);
  const titles = linesOf(files, `people/${ben.person}/data/title.ndjson`);
  expect(titles.map(({ observation }) => observation.title)).toEqual(['draft.md']);
  expect(files.get(`people/${ben.person}/images/${bensDay.image}.webp`)).toEqual(Buffer.from(bensDay.imageBytes));
  const everything = Buffer.concat([...files.values()]).toString('latin1');
  expect(everything).not.toContain('half done by');
  expect(everything).not.toContain('gone@example.com');

  const manifest = JSON.parse(files.get('manifest.json')?.toString() ?? '{}');
  const ofMia = manifest.accounts.find(({ person }: Json) => person === mia.person);
  expect(ofMia.withheld).toEqual(expect.arrayContaining(['title', 'notes']));
  expect(manifest.endedMeanwhile).toEqual([]);
  expect(
    linesOf(files, 'organisation/people.ndjson')
      .map(({ name }) => name)
      .toSorted(),
  ).toEqual(expect.arrayContaining(['Ben', 'Max', 'Mia']));
  expect(files.get('README.txt')?.toString()).toContain('What is not in it');
});

test('each of whom something is in it reads who took it, and an alarm is raised however few they are', async () => {
  const looks = await looksAt(ben);
  expect(looks.length).toBeGreaterThan(0);
  for (const look of looks) expect(look).toMatchObject({ actor: owner.person, actorRole: 'owner', refused: false });
  expect(looks.flatMap(({ parameters }) => parameters)).not.toContain('notes');
  expect((await looksAt(mia)).flatMap(({ parameters }) => parameters)).not.toContain('title');
  expect(await eventsOf()).toContain('organisation_exported');
  await eventually('an alarm', async () => (await eventsOf()).includes('alarm_mass_read'));
});

test('of whom everything is restricted nothing but the account is in it', async () => {
  for (const parameter of parameterIds)
    await mia.client.send('PUT', `/people/${mia.person}/restrictions/${parameter}`, { ground: 'unlawful', words: '' });
  const before = await looksAt(mia);
  const files = await unzipped((await take()).body);
  expect(namesIn(files, mia)).toEqual(['account.json', 'files.json']);
  expect(await looksAt(mia)).toEqual(before);
});

test('when an account ends while its part is made the export stops, and nobody takes what arrived for whole', async () => {
  const { org, client } = await it.addOrganisation('Bolt');
  const zoe = await addMember(it, client, 'employee', { name: 'Zoe', email: 'zoe@bolt.example.com' });
  const day = addDays(dayOf(it.clock.now()), -2);
  await plant(it.data, { org, person: zoe.person, canary: 'zoe', days: [day], apps: 20_000, titles: 20_000 });
  const headers = { cookie: client.cookie ?? '', 'content-type': 'application/json', 'x-daylight': 'test' };
  const asking = request(`${it.url}/api/v1/organisation/export`, { method: 'POST', headers });
  asking.on('error', () => undefined);
  asking.end(JSON.stringify({ password: PASSWORD }));
  const response = await new Promise<IncomingMessage>((resolve) => asking.once('response', resolve));
  response.pause();
  await client.ok('POST', `/people/${zoe.person}/ending`, { name: 'Zoe', password: PASSWORD });
  const { bytes, whole } = await restOf(response);
  expect(whole).toBe(false);
  await expect(unzipped(bytes)).rejects.toThrow();
  await eventually('that it broke off is on record', async () => {
    const { events } = await client.ok('GET', '/security-events');
    return events.some(({ kind }: Json) => kind === 'organisation_export_cut');
  });
});
