import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openFoundation } from '../../server/foundation.ts';
import { systemRandom } from '../../server/random.ts';
import { addDays, dayOf, HOUR, MINUTE } from '../../shared/time.ts';
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
import { type RecordedDay, recordDay } from '../support/recordedDay.ts';

// Promise 6: what reveals something private and was recognised by nobody goes when its person says so, and when the rules got better.

let server: TestServer;
let owner: TestOwner;
let manager: Member;
let mia: Member;
let ben: Member;
let first: RecordedDay;
let second: RecordedDay;
let third: RecordedDay;
let bens: RecordedDay;

beforeAll(async () => {
  server = await startServer();
  owner = await server.addOrganisation('Acme');
  const version = await publish(owner.client, {
    ...{ app: { level: 'name' }, title: { level: 'full' }, url: { level: 'host_path' } },
    ...{ notes: { level: 'on' }, screenshot: { level: 'full', viewers: ['owner', 'manager'] } },
  });
  const { id: team } = await owner.client.ok('POST', '/teams', { name: 'Theirs' });
  manager = await addMember(server, owner.client, 'manager', {
    ...{ name: 'Max', email: 'max@example.com', managesTeams: [team] },
  });
  const member = (name: string) =>
    addMember(server, owner.client, 'employee', { name, email: `${name}@example.com`, teams: [team] });
  [mia, ben] = [await member('mia'), await member('ben')];
  const at = (by: number) => Date.parse(`${addDays(dayOf(server.clock.now()), by)}T10:00:00Z`);
  first = await recordDay(server.data, owner.org, mia.person, at(-3), version);
  second = await recordDay(server.data, owner.org, mia.person, at(-2), version);
  third = await recordDay(server.data, owner.org, mia.person, at(-1), version);
  bens = await recordDay(server.data, owner.org, ben.person, at(-3), version);
}, 60_000);
afterAll(() => server.close());

const dayOfThem = (member: Member, { day }: RecordedDay, client = member.client, purpose = 'own_data'): Promise<Json> =>
  client.ok('GET', `/people/${member.person}/day?day=${day}&zone=UTC&purpose=${purpose}`);
const what = (minute: number, more: object = {}) => ({
  ...{ kind: 'private', from: first.from + minute * MINUTE, to: first.from + (minute + 20) * MINUTE },
  ...{ same: { apps: [], sites: [] }, leaveOut: false },
  ...more,
});
const erase = ({ client, person }: Member, target: object) =>
  client.send('POST', `/people/${person}/erasures`, { what: target, password: PASSWORD });
const listed = async ({ client, person }: Member): Promise<Json[]> =>
  (await client.ok('GET', `/people/${person}/erasures`)).erasures;
const gone = (member: Member) =>
  eventually('it is gone', async () => (await listed(member)).every(({ state }) => state === 'verified'));
const foundationOf = () =>
  openFoundation({ data: server.data, clock: server.clock, random: systemRandom, create: false });
/** Sealed bytes of everything of the day that is of these parameters. */
async function sealedOf(member: Member, { day }: RecordedDay, parameters: readonly ('app' | 'url' | 'notes')[]) {
  const foundation = await foundationOf();
  try {
    const all = parameters.map((id) => foundation.store.segments(owner.org, member.person, id, day, day));
    return (await Promise.all(all)).flat().map(({ sealed }) => Buffer.from(sealed.subarray(20, 60)));
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

test('what a person reports as private is told first, then shown to nobody, then in no file; every other entry stays as it was', async () => {
  const before = await dayOfThem(mia, first);
  expect([before.sites.length, before.screenshots.length, before.apps.length]).toEqual([1, 1, 3]);
  const preview = await mia.client.ok('POST', `/people/${mia.person}/erasures/preview`, what(40));
  expect(preview).toMatchObject({
    goes: ['app', 'url', 'screenshot'].map((parameter) => ({ parameter, records: 1 })),
    refused: [],
    held: false,
  });
  const sealed = await sealedOf(mia, first, ['app', 'url']);
  expect((await filesWith(sealed)).length).toBeGreaterThan(0);

  expect((await erase(mia, what(40))).body).toMatchObject({ why: 'reported' });
  for (const seen of [
    await dayOfThem(mia, first),
    await dayOfThem(mia, first, manager.client, 'project_costing'),
    await dayOfThem(mia, first, owner.client, 'project_costing'),
  ]) {
    expect(JSON.stringify(seen)).not.toContain('example.com'); // at once, whatever is stored still
    expect(JSON.stringify(seen)).not.toContain('Browser');
    expect(seen.screenshots).toEqual([]);
  }
  await gone(mia);
  expect(await filesWith(sealed)).toEqual([]);
  const after = await dayOfThem(mia, first);
  expect([after.sessions, after.gaps, after.notes, after.activity]).toEqual([
    ...[before.sessions, before.gaps, before.notes, before.activity],
  ]);
  expect(after.apps).toEqual(before.apps.filter(({ label }: Json) => label !== 'Browser'));
  expect((await dayOfThem(mia, second)).sites).toHaveLength(1);
  expect((await dayOfThem(ben, bens)).sites).toHaveLength(1);
});

test('only an entry is reported: no time around it, and no day, as what a contract keeps would go with that', async () => {
  const before = await dayOfThem(ben, bens);
  const [from, to] = [bens.from, bens.from + 60 * MINUTE];
  const midnight = Date.parse(`${bens.day}T00:00:00Z`);
  const times = [
    { from, to },
    { from: midnight, to: midnight + 24 * HOUR },
    { from: bens.from + 32 * MINUTE, to: bens.from + 50 * MINUTE },
    { from: midnight, to: midnight },
  ];
  for (const time of times) {
    const refused = await erase(ben, { ...what(40), ...time });
    expect([refused.status, refused.body.error?.field]).toEqual([409, 'what.from']);
    expect(refused.body.error.remedy).toContain('one entry');
  }
  expect((await dayOfThem(ben, bens)).apps).toEqual(before.apps);
  expect(await listed(ben)).toEqual([]);
});

test('the record of its erasure says neither which application nor which site it was', async () => {
  const [erasure] = await listed(mia);
  expect(JSON.stringify(erasure)).not.toMatch(/example|Browser/);
  expect(erasure.of.parts.map(({ parameter }: Json) => parameter)).toEqual(['app', 'title', 'url', 'screenshot']);
});

test('wherever else the same was open it goes too, if they want, and from then on nothing of it is stored', async () => {
  const before = await dayOfThem(mia, third);
  const [from, to] = [second.from + 40 * MINUTE, second.from + 60 * MINUTE];
  const target = what(40, {
    ...{ from, to },
    same: { apps: [], sites: ['example.com'] },
    leaveOut: true,
  });
  expect((await erase(mia, target)).status).toBe(201);
  await gone(mia);
  expect((await dayOfThem(mia, second)).sites).toEqual([]);
  const after = await dayOfThem(mia, third);
  expect([after.sites, after.screenshots]).toEqual([[], []]);
  expect(after.apps).toEqual(before.apps); // the browser itself they did not name
  expect((await dayOfThem(ben, bens)).sites).toHaveLength(1);
  expect(await mia.client.ok('GET', `/people/${mia.person}/exclusions`)).toEqual({
    revision: 1,
    exclusions: { apps: [], sites: ['example.com'] },
  });
  const { events } = await owner.client.ok('GET', '/security-events');
  expect(JSON.stringify(events)).not.toMatch(/example\.com/);
  expect(events.map(({ kind }: Json) => kind)).toContain('own_left_out');
});

test('what rests on a contract goes too; what a law obliges to keep is refused, with the way to a human', async () => {
  const law = { level: 'host_path', basis: 'legal_obligation' };
  const version = await publish(owner.client, { url: law, app: { level: 'name', basis: 'contract' } });
  // Who was there before keeps the old terms until they agree, and Zoe enrols after it.
  const zoe = await addMember(server, owner.client, 'employee', { name: 'Zoe', email: 'zoe@example.com' });
  const zoes = await recordDay(server.data, owner.org, zoe.person, server.clock.now() + MINUTE, version);
  for (let half = 0; half < 3; half += 1) {
    server.clock.advance(HOUR / 2);
    await zoe.client.ok('GET', '/session'); // nobody is signed out meanwhile
  }
  const target = { ...what(40), from: zoes.from + 40 * MINUTE, to: zoes.from + 60 * MINUTE };
  const preview = await zoe.client.ok('POST', `/people/${zoe.person}/erasures/preview`, target);
  expect(preview.refused).toEqual([{ parameter: 'url', basis: 'legal_obligation' }]);
  expect(preview.goes.map(({ parameter }: Json) => parameter)).toEqual(['app', 'screenshot']);
  expect((await erase(zoe, target)).status).toBe(201);
  await gone(zoe);
  const after = await dayOfThem(zoe, zoes);
  expect([after.sites.length, after.screenshots.length]).toEqual([1, 0]);
});
