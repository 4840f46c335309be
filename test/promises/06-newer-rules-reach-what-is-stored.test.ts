import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { putSetting } from '../../server/control/settings.ts';
import { openFoundation } from '../../server/foundation.ts';
import { systemRandom } from '../../server/random.ts';
import { openServer, type Server } from '../../server/server.ts';
import { addDays, dayOf, HOUR } from '../../shared/time.ts';
import {
  addMember,
  createClient,
  type Json,
  type Member,
  PASSWORD,
  publish,
  startServer,
  type TestOwner,
  type TestServer,
} from '../support/api.ts';
import { eventually } from '../support/daylight.ts';
import { type RecordedDay, recordDay } from '../support/recordedDay.ts';

// Promise 6: a list that got better reaches what was stored before it.

/** The gate of now takes it from nobody: it was stored when nobody had listed it. */
const LISTED = 'tinder.com';
const names = ['mia', 'ben', 'eva', 'tom', 'zoe', 'kim'] as const;

let server: TestServer;
let again: Server | null = null;
let owner: TestOwner;
let officer: Member;
let elsewhere: Member;
let version: number;
const people = new Map<
  string,
  { readonly member: Member; readonly listed: RecordedDay; readonly harmless: RecordedDay }
>();

beforeAll(async () => {
  server = await startServer();
  owner = await server.addOrganisation('Acme');
  const levels = {
    ...{ app: { level: 'name' }, title: { level: 'full' }, url: { level: 'host_path' } },
    ...{ notes: { level: 'on' }, screenshot: { level: 'full', viewers: ['owner', 'manager'] } },
  };
  version = await publish(owner.client, levels);
  officer = await addMember(server, owner.client, 'privacy_officer', {
    ...{ name: 'Olga', email: 'olga@example.com', secondFactor: true },
  });
  for (const name of names) {
    const member = await addMember(server, owner.client, 'employee', { name, email: `${name}@example.com` });
    const listed = await recordDay(server.data, owner.org, member.person, at(-3), version, LISTED);
    people.set(name, {
      member,
      listed,
      harmless: await recordDay(server.data, owner.org, member.person, at(-2), version),
    });
  }
  await recordDay(server.data, owner.org, who('mia').member.person, at(-4), version, LISTED);
  const { client, person } = who('kim').member;
  await client.ok('PUT', `/people/${person}/restrictions/url`, { ground: 'accuracy', words: 'It was not me.' });
  const other = await server.addOrganisation('Beta');
  await publish(other.client, levels);
  elsewhere = await addMember(server, other.client, 'employee', { name: 'Ann', email: 'ann@example.com' });
  await recordDay(server.data, other.org, elsewhere.person, at(-3), 2, LISTED);
}, 90_000);
afterAll(async () => {
  await again?.close();
  await server.close();
});

const at = (by: number) => Date.parse(`${addDays(dayOf(server.clock.now()), by)}T10:00:00Z`);
const who = (name: (typeof names)[number]) => {
  const one = people.get(name);
  if (one === undefined) throw new Error('there is nobody of that name');
  return one;
};
const dayOfThem = ({ client, person }: Member, day: string): Promise<Json> =>
  client.ok('GET', `/people/${person}/day?day=${day}&zone=UTC&purpose=own_data`);
const view = async (): Promise<Json> => officer.client.ok('GET', '/records/private');
const search = (body: object, by: Pick<Member, 'client'> = owner) => by.client.send('POST', '/records/private', body);
const through = () => eventually('it is through', async () => (await view()).running === null);
async function sealedListed(): Promise<Buffer[]> {
  const foundation = await openFoundation({
    ...{ data: server.data, clock: server.clock, random: systemRandom, create: false },
  });
  try {
    const { person } = who('mia').member;
    const all = await foundation.store.segments(owner.org, person, 'url', dayOf(at(-4)), dayOf(at(-3)));
    return all.map(({ sealed }) => Buffer.from(sealed.subarray(20, 60)));
  } finally {
    await foundation.close();
  }
}
async function filesWith(pieces: readonly Buffer[]): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(server.data, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const bytes = await readFile(join(entry.parentPath, entry.name));
    if (pieces.some((piece) => bytes.includes(piece))) found.push(entry.name);
  }
  return found;
}

test('the machine counts it for a privacy officer or an owner, and tells nobody what it says, of whom it is, or on which day of few', async () => {
  expect((await search({ mode: 'look' }, who('mia').member)).status).toBe(403);
  expect((await search({ mode: 'erase', password: PASSWORD })).status).toBe(409); // nobody has looked
  expect((await search({ mode: 'look' }, officer)).status).toBe(201);
  await through();
  const { look, erased, failed } = await view();
  const day = dayOf(at(-3));
  expect([look.found, erased, failed]).toEqual([
    {
      parameters: [
        // Of each five people one site on one day, and of one of them on another; and the picture of that time.
        { parameter: 'url', records: 6, days: [{ day, records: 5 }], otherDays: 1 },
        { parameter: 'screenshot', records: 6, days: [{ day, records: 5 }], otherDays: 1 },
      ],
      people: 5,
      restricted: 1,
      keptByLaw: [],
    },
    null,
    false,
  ]);
  expect(JSON.stringify(look)).not.toContain(LISTED);
  expect((await dayOfThem(who('mia').member, day)).sites).toHaveLength(1); // to look changes nothing
});

test('each person reads on their list that the machine opened their data for it, and whose search it was', async () => {
  const { member } = who('ben');
  const { accesses } = await member.client.ok('GET', `/people/${member.person}/accesses`);
  const [opened] = accesses.filter(({ action }: Json) => action === 'special');
  expect(opened).toMatchObject({ actorName: 'Olga', purpose: 'security' });
  expect(opened.parameters).toEqual(['app', 'title', 'url', 'screenshot']);
  const kim = who('kim').member;
  const hers = (await kim.client.ok('GET', `/people/${kim.person}/accesses`)).accesses;
  expect(hers.find(({ action }: Json) => action === 'special').parameters).not.toContain('url');
});

test('it is erased of everybody but who had it restricted, exactly that, and is in no file any more', async () => {
  const before = new Map<string, Json>();
  for (const name of names) before.set(name, await dayOfThem(who(name).member, who(name).harmless.day));
  const sealed = await sealedListed();
  expect((await filesWith(sealed)).length).toBeGreaterThan(0);
  expect((await search({ mode: 'erase', password: 'not the right one' })).status).toBe(401);
  expect((await search({ mode: 'erase', password: PASSWORD })).status).toBe(201);
  await eventually('it is gone', async () => ((await view()).erased.finishedAt ?? null) !== null);
  const { erased, look } = await view();
  expect([erased.byName, erased.found.people, look]).toEqual(['Acme Owner', 5, null]);
  expect(erased.found.parameters.map(({ records }: Json) => records)).toEqual([6, 6]);
  expect(await filesWith(sealed)).toEqual([]);
  for (const name of names) {
    const { member, listed, harmless } = who(name);
    const after = await dayOfThem(member, listed.day);
    expect([name, after.sites.length, after.screenshots.length]).toEqual([name, ...(name === 'kim' ? [1, 1] : [0, 0])]);
    expect([after.apps.length, after.notes.length, after.sessions.length]).toEqual([3, 1, 1]);
    const { generatedAt: _now, ...rest } = await dayOfThem(member, harmless.day);
    expect(rest).toEqual({ ...before.get(name), generatedAt: undefined });
  }
  expect((await dayOfThem(elsewhere, dayOf(at(-3)))).sites).toHaveLength(1); // another organisation's
  const { member } = who('ben');
  const { erasures } = await member.client.ok('GET', `/people/${member.person}/erasures`);
  expect(erasures).toMatchObject([{ why: 'special', state: 'verified' }]);
  const kinds = (await owner.client.ok('GET', '/security-events')).events.map(({ kind }: Json) => kind);
  expect(kinds).toEqual(expect.arrayContaining(['special_searched', 'special_erased', 'refused_erasure']));
});

test('looked for again, there is nothing', async () => {
  await search({ mode: 'look' });
  await through();
  expect((await view()).look.found).toMatchObject({ parameters: [], people: null, restricted: 1 });
});

test('what somebody leaves out themself is in no count of an officer, and no order of theirs takes it: it is theirs to erase', async () => {
  const { member, harmless } = who('zoe');
  const exclusions = { apps: [], sites: ['example.com'] };
  await member.client.ok('PUT', `/people/${member.person}/exclusions`, { baseRevision: 0, exclusions });
  await search({ mode: 'look' }, officer);
  await through();
  expect((await view()).look.found).toMatchObject({ parameters: [], people: null });
  expect((await search({ mode: 'erase', password: PASSWORD })).status).toBe(409);
  expect((await dayOfThem(member, harmless.day)).sites).toHaveLength(1);
});

test.each([
  { kept: 'as it is kept now', revision: 3, name: { search: 3 }, daysAgo: -5 },
  { kept: 'as it was kept before searches had a number', revision: 5, name: {}, daysAgo: -6 },
])(
  'what was to be erased when the process ended, $kept, is erased by the next start and told as its own, though the clock was set back before and after it was begun',
  async ({ revision, name, daysAgo }) => {
    const { member } = who('tom');
    await (again ?? server.server).close();
    const late = await recordDay(server.data, owner.org, member.person, at(daysAgo), version, LISTED);
    const foundation = await openFoundation({
      ...{ data: server.data, clock: server.clock, random: systemRandom, create: false },
    });
    server.clock.set(-2 * HOUR); // before what the first search ordered
    const since = server.clock.now();
    const by = { person: owner.person, role: 'owner' };
    const place = { org: owner.org, name: 'private entries', revision, at: since };
    await putSetting(foundation.store, foundation.vault, place, { ...name, since, by, found: null });
    await foundation.close();
    server.clock.set(-HOUR);
    again = await openServer({ data: server.data, port: 0, logLevel: 'silent' }, { clock: server.clock });
    const [asOwner, asTom] = [createClient(again.url), createClient(again.url)];
    [asOwner.cookie, asTom.cookie] = [owner.client.cookie, member.client.cookie];
    await eventually('it is gone', async () => {
      const { erased } = await asOwner.ok('GET', '/records/private');
      return (erased.finishedAt ?? null) !== null && erased.found;
    });
    const { erased } = await asOwner.ok('GET', '/records/private');
    expect(erased.found.parameters.map(({ parameter, records }: Json) => [parameter, records])).toEqual([
      ['url', 1],
      ['screenshot', 1],
    ]);
    expect((await dayOfThem({ ...member, client: asTom }, late.day)).sites).toEqual([]);
  },
);
