import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ErasureScope } from '../../../../server/control/erasureScope.ts';
import { openFoundation } from '../../../../server/foundation.ts';
import { orderErasures } from '../../../../server/lifecycle/erasureOrder.ts';
import { systemRandom } from '../../../../server/random.ts';
import { addDays, dayOf } from '../../../../shared/time.ts';
import {
  addMember,
  type Json,
  type Member,
  PASSWORD,
  publish,
  startServer,
  type TestOwner,
  type TestServer,
} from '../../../support/api.ts';
import { eventually } from '../../../support/daylight.ts';
import { type RecordedDay, recordDay } from '../../../support/recordedDay.ts';

// Through the whole server: what a person erases of themself, and what goes of everyone after a lowering.

let it: TestServer;
let owner: TestOwner;
let manager: Member;
let versionOfDays: number;
const days = new Map<string, RecordedDay[]>();
const people = new Map<string, Member>();

beforeAll(async () => {
  it = await startServer();
  owner = await it.addOrganisation('Acme');
  await publish(owner.client, {
    ...{ app: { level: 'name' }, title: { level: 'full' }, notes: { level: 'on' } },
    screenshot: { level: 'full', viewers: ['owner', 'manager'] },
  });
  versionOfDays = (await owner.client.ok('GET', '/policy')).policy.version;
  const { id: team } = await owner.client.ok('POST', '/teams', { name: 'Theirs' });
  manager = await addMember(it, owner.client, 'manager', {
    name: 'Max',
    email: 'max@example.com',
    managesTeams: [team],
  });
  for (const name of ['mia', 'ben']) {
    const member = await addMember(it, owner.client, 'employee', { name, email: `${name}@example.com`, teams: [team] });
    people.set(name, member);
    days.set(name, await Promise.all([-3, -2].map((by) => record(member, by))));
  }
}, 60_000);
afterAll(() => it.close());

const record = (member: Member, by: number) =>
  recordDay(
    it.data,
    owner.org,
    member.person,
    Date.parse(`${addDays(dayOf(it.clock.now()), by)}T10:00:00Z`),
    versionOfDays,
  );
const nth = (name: string, place: number): RecordedDay => {
  const day = days.get(name)?.[place];
  if (day === undefined) throw new Error('there is no such day');
  return day;
};
const who = (name: string): Member => {
  const member = people.get(name);
  if (member === undefined) throw new Error('there is nobody of that name');
  return member;
};
const ofDays = (parameters: string[], { day: from }: RecordedDay, { day: to } = nth('mia', 0)) => ({
  ...{ kind: 'days', parameters, from, to: to < from ? from : to, zone: 'UTC' },
});
const erase = ({ client, person }: Member, what: object, password = PASSWORD) =>
  client.send('POST', `/people/${person}/erasures`, { what, password });
const report = (client: Member['client'], name: string, { day }: RecordedDay, purpose: string): Promise<Json> =>
  client.ok('GET', `/people/${who(name).person}/day?day=${day}&zone=UTC&purpose=${purpose}`);
const listed = async ({ client, person }: Member): Promise<Json[]> =>
  (await client.ok('GET', `/people/${person}/erasures`)).erasures;
const gone = (member: Member) =>
  eventually('it is gone', async () => (await listed(member)).every(({ state }) => state === 'verified'));
/** So many that are in the store before the server has looked at what was erased of these people. */
async function ordered(org: TestOwner['org'], person: Member['person'], kind: 'own' | 'lowering', times: number) {
  const foundation = await openFoundation({ data: it.data, clock: it.clock, random: systemRandom, create: false });
  const part = {
    parameter: 'title' as const,
    from: Date.parse('2021-01-01'),
    to: Date.parse('2021-01-02'),
    above: 'off',
  };
  const scope: ErasureScope = { kind, by: person, parts: [part], image: null, counted: [] };
  for (let time = 0; time < times; time += 1)
    await orderErasures({ ...foundation, clock: it.clock, random: systemRandom }, org, [{ people: [person], scope }]);
  await foundation.close();
}
const kinds = async (): Promise<string[]> =>
  (await owner.client.ok('GET', '/security-events')).events.map(({ kind }: Json) => kind);

describe('a person', () => {
  test('is told what would go, by parameter and day, and what is not theirs to erase; nothing goes by that', async () => {
    const mia = who('mia');
    const preview = await mia.client.ok('POST', `/people/${mia.person}/erasures/preview`, {
      ...ofDays(['app', 'session', 'notes'], nth('mia', 0), nth('mia', 1)),
    });
    const both = (records: number) => [0, 1].map((at) => ({ day: nth('mia', at).day, records }));
    expect(preview).toEqual({
      goes: [
        { parameter: 'app', records: 4, days: both(2) },
        { parameter: 'notes', records: 2, days: both(1) },
      ],
      refused: [{ parameter: 'session', basis: 'contract' }],
      held: false,
    });
    expect((await report(mia.client, 'mia', nth('mia', 0), 'own_data')).notes).toHaveLength(1);
  });

  test('erases nothing with a wrong password, nor what rests on a contract, nor what is not there', async () => {
    const mia = who('mia');
    const [first] = [nth('mia', 0)];
    const wrong = await erase(mia, ofDays(['notes'], first), 'not the right one');
    const contract = await erase(mia, ofDays(['session', 'notes'], first));
    const nothing = await erase(mia, { kind: 'screenshot', image: crypto.randomUUID() });
    const ahead = await erase(mia, { ...ofDays(['notes'], first), from: '2090-01-01', to: '2090-01-02' });
    expect([wrong, contract, nothing, ahead].map(({ status }) => status)).toEqual([401, 409, 409, 400]);
    expect(contract.body.error.remedy).toContain('make a request');
    expect(await listed(mia)).toEqual([]);
    expect(await kinds()).toContain('erasure_refused');
    expect((await report(mia.client, 'mia', first, 'own_data')).notes).toHaveLength(1);
  });

  test('has a day of notes and apps gone for everybody, and the next day stays', async () => {
    const mia = who('mia');
    const [first, second] = [nth('mia', 0), nth('mia', 1)];
    const made = await erase(mia, ofDays(['notes', 'app'], first));
    expect([made.status, made.body]).toMatchObject([
      201,
      {
        why: 'own',
        of: {
          counted: [
            { parameter: 'app', records: 2 },
            { parameter: 'notes', records: 1 },
          ],
        },
      },
    ]);
    for (const client of [mia.client, manager.client]) {
      const { notes, apps } = await report(
        client,
        'mia',
        first,
        client === mia.client ? 'own_data' : 'project_costing',
      );
      expect([notes, apps.filter(({ label }: Json) => label !== 'not collected')]).toEqual([[], []]); // at once, whatever is stored still
    }
    await gone(mia);
    const after = await report(manager.client, 'mia', second, 'project_costing');
    expect([after.notes.length, after.totals.byApp.length]).toEqual([1, 2]);
    const held = await mia.client.ok('GET', `/people/${mia.person}/held`);
    const daysOf = (id: string) => held.parameters.find(({ parameter }: Json) => parameter === id)?.days;
    expect([daysOf('notes'), daysOf('app'), daysOf('title')]).toEqual([
      [second.day],
      [second.day],
      [first.day, second.day],
    ]);
    expect(await kinds()).toContain('erasure_ordered');
    expect(
      (await report(mia.client, 'ben', nth('ben', 0), 'own_data').catch(() => ({ notes: null }))).notes,
    ).toBeNull();
    expect((await report(who('ben').client, 'ben', nth('ben', 0), 'own_data')).notes).toHaveLength(1);
  });

  test('has one picture gone, and the others stay', async () => {
    const ben = who('ben');
    const [first, second] = [nth('ben', 0), nth('ben', 1)];
    const picture = ({ image }: RecordedDay) =>
      ben.client.send('GET', `/people/${ben.person}/screenshots/${image}?purpose=own_data`);
    expect([(await picture(first)).status, (await picture(second)).status]).toEqual([200, 200]);
    expect((await erase(ben, { kind: 'screenshot', image: first.image })).status).toBe(201);
    expect((await picture(first)).status).toBe(404);
    await gone(ben);
    const left = await picture(second);
    expect([left.status, (await picture(first)).status]).toEqual([200, 404]);
    expect(Buffer.from(left.body).equals(second.imageBytes)).toBe(true);
    expect((await report(ben.client, 'ben', first, 'own_data')).screenshots).toEqual([]);
  });
});

describe('of erasures', () => {
  test('a person has twenty a day, also when they ask for two at once', async () => {
    const other = await it.addOrganisation('Few');
    const zoe = await addMember(it, other.client, 'employee', { name: 'zoe', email: 'zoe@example.com' });
    const from = Date.parse(`${addDays(dayOf(it.clock.now()), -2)}T10:00:00Z`);
    const hour = await recordDay(it.data, other.org, zoe.person, from);
    await ordered(other.org, zoe.person, 'own', 19);
    const both = await Promise.all(['app', 'title'].map((one) => erase(zoe, ofDays([one], hour, hour))));
    expect(both.map(({ status }) => status).toSorted()).toEqual([201, 429]);
  });

  test('a person has what would go counted thirty times an hour, and then is told when to ask again', async () => {
    const ina = await addMember(it, owner.client, 'employee', { name: 'ina', email: 'ina@example.com' });
    const ask = () =>
      ina.client.send('POST', `/people/${ina.person}/erasures/preview`, ofDays(['app'], nth('mia', 0), nth('mia', 1)));
    const all = await Promise.all(Array.from({ length: 31 }, ask));
    expect(all.map(({ status }) => status).toSorted()).toEqual([...Array.from({ length: 30 }, () => 200), 429]);
    expect(all.find(({ status }) => status === 429)?.body.error.remedy).toContain('Try again in');
  });
});

describe('owners and admins', () => {
  const stored = async (): Promise<Json> => {
    const { parameters } = await owner.client.ok('GET', '/policy/stored');
    return Object.fromEntries(parameters.map(({ parameter, above }: Json) => [parameter, above]));
  };
  const order = (client: Member['client'], version: number, parameters: object[], password = PASSWORD) =>
    client.send('POST', '/policy/erasures', { version, parameters, password });

  test('is told how much there is above each level, of everyone', async () => {
    expect((await stored())['title']).toEqual([
      { level: 'off', people: 2, days: 4, images: 0 },
      { level: 'redacted', people: 2, days: 4, images: 0 },
    ]);
  });

  test('erases nothing that was not lowered, nor by another version, nor with a wrong password', async () => {
    const what = [{ parameter: 'title', which: 'all' }];
    const notLowered = await order(owner.client, versionOfDays, what);
    const other = await order(owner.client, versionOfDays - 1, what);
    const wrong = await order(owner.client, versionOfDays, what, 'not the right one');
    expect([notLowered.status, other.status, wrong.status]).toEqual([409, 409, 401]);
    expect((await owner.client.ok('GET', '/policy/erasures')).erasures).toEqual([]);
  });

  test('has what is above the new level gone of everyone, on record and with its progress for whoever sees proof', async () => {
    const version = await publish(owner.client, { title: { level: 'redacted' }, app: { level: 'category' } });
    const made = await order(owner.client, version, [
      { parameter: 'title', which: 'above' },
      { parameter: 'app', which: 'all' },
    ]);
    expect([made.status, made.body]).toMatchObject([
      201,
      {
        ...{ people: 2, byName: 'Acme Owner' },
        parameters: [
          { parameter: 'title', above: 'redacted' },
          { parameter: 'app', above: 'off' },
        ],
      },
    ]);
    const progress = async (client: Member['client']) => (await client.ok('GET', '/policy/erasures')).erasures;
    await eventually('all of it is gone', async () => (await progress(manager.client))[0]?.finishedAt !== null);
    expect(await progress(owner.client)).toMatchObject([{ people: 2, verified: 2, order: made.body.order }]);
    for (const name of ['mia', 'ben']) {
      const { apps, notes } = await report(who(name).client, name, nth(name, 1), 'own_data');
      expect([apps, notes.length]).toEqual([[], 1]);
      expect((await listed(who(name)))[0]).toMatchObject({ why: 'lowering', state: 'verified' });
    }
    expect(await stored()).toEqual(expect.not.objectContaining({ title: expect.anything(), app: expect.anything() }));
    expect(await kinds()).toContain('stored_erased');
    const again = await order(owner.client, version, [{ parameter: 'title', which: 'above' }]);
    expect([again.status, again.body.error.message]).toEqual([409, expect.stringContaining('nothing of it is stored')]);
  });

  test('alone have it gone: a manager, who would reach people of other teams, has not', async () => {
    const { policy } = await owner.client.ok('GET', '/policy');
    const refused = await order(manager.client, policy.version, [{ parameter: 'title', which: 'all' }]);
    expect([refused.status, (await manager.client.send('GET', '/policy/stored')).status]).toEqual([403, 403]);
  });

  test('erase nothing that a contract or a law obliges to keep, now or when it was collected', async () => {
    const { other, member, low } = await lowered('Kept', 'legal_obligation', 'legitimate_interest');
    const { parameters } = await other.client.ok('GET', '/policy/stored');
    expect(parameters.find(({ parameter }: Json) => parameter === 'title').keptOn).toBe('legal_obligation');
    const before = await order(other.client, low, [{ parameter: 'title', which: 'all' }]);
    expect([before.status, before.body.error.remedy]).toEqual([409, expect.stringContaining('makes a request')]);
    const then = await lowered('Contract', 'legitimate_interest', 'contract');
    expect((await order(then.other.client, then.low, [{ parameter: 'title', which: 'all' }])).status).toBe(409);
    expect(await listed(member)).toEqual([]);
  });

  test('order twenty a day for an organisation', async () => {
    const { other, member, low } = await lowered('Often', 'legitimate_interest', 'legitimate_interest');
    await ordered(other.org, member.person, 'lowering', 20);
    const refused = await order(other.client, low, [{ parameter: 'title', which: 'above' }]);
    expect([refused.status, refused.body.error.remedy]).toEqual([429, expect.stringContaining('Ask again in')]);
  });

  /** An organisation that lowered titles, with somebody's titles of before. */
  async function lowered(name: string, was: string, basis: string) {
    const other = await it.addOrganisation(name);
    const high = await publish(other.client, { title: { level: 'full', basis: was } });
    const member = await addMember(it, other.client, 'employee', { name: 'kim', email: `kim.${name}@example.com` });
    const from = Date.parse(`${addDays(dayOf(it.clock.now()), -2)}T10:00:00Z`);
    await recordDay(it.data, other.org, member.person, from, high);
    return { other, member, low: await publish(other.client, { title: { level: 'redacted', basis } }) };
  }
});
