import { afterAll, beforeAll, expect, test } from 'vitest';
import { DAY, HOUR, MINUTE } from '../../shared/time.ts';
import {
  addMember,
  type Client,
  createClient,
  type Json,
  type Member,
  PASSWORD,
  publish,
  startServer,
  type TestOwner,
  type TestServer,
  totpCode,
} from '../support/api.ts';
import { eventually } from '../support/daylight.ts';
import { type RecordedDay, recordDay } from '../support/recordedDay.ts';

// Promise 36: the whole server, with an hour of two people's work in its store.

let it: TestServer;
let owner: TestOwner;
let manager: Member;
let officer: Member;
let mia: Member;
let ben: Member;
let miasDay: RecordedDay;
let version: number;

beforeAll(async () => {
  it = await startServer();
  it.clock.advance(DAY - (it.clock.now() % DAY) + 12 * HOUR);
  owner = await it.addOrganisation('Acme');
  await publish(owner.client, {
    ...{ app: { level: 'name' }, title: { level: 'full' }, notes: { level: 'on' } },
    screenshot: { level: 'blurred', viewers: ['owner', 'manager'] },
  });
  version = (await owner.client.ok('GET', '/policy')).policy.version;
  const { id: team } = await owner.client.ok('POST', '/teams', { name: 'Theirs' });
  const join = (role: string, name: string, more: object) =>
    addMember(it, owner.client, role as 'employee', { name, email: `${name.toLowerCase()}@example.com`, ...more });
  manager = await join('manager', 'Max', { managesTeams: [team] });
  officer = await join('privacy_officer', 'Pia', {});
  mia = await join('employee', 'Mia', { teams: [team] });
  ben = await join('employee', 'Ben', { teams: [team] });
  miasDay = await record(mia);
  await record(ben);
}, 60_000);
afterAll(() => it.close());

const record = ({ person }: Member) => recordDay(it.data, owner.org, person, it.clock.now() - 3 * HOUR, version);
const PURPOSES = 'project_costing,workload_review,working_time';
const day = (client: Client, purpose = PURPOSES, of = mia): Promise<Json> =>
  client.ok('GET', `/people/${of.person}/day?day=${miasDay.day}&zone=UTC&purpose=${purpose}`);
const picture = (client: Client, purpose: string) =>
  client.send('GET', `/people/${mia.person}/screenshots/${miasDay.image}?purpose=${purpose}`);
const of = (parameter: string, rest = ''): string => `/people/${mia.person}/restrictions/${parameter}${rest}`;
const mine = async (): Promise<Json[]> =>
  (await mia.client.ok('GET', `/people/${mia.person}/restrictions`)).restrictions;
const whyOf = ({ absent }: Json, parameter: string): unknown =>
  absent.find((one: Json) => one.parameter === parameter)?.why;

test('what a person has had restricted nobody else is shown, in no view, and the reason stands in its place', async () => {
  expect((await day(manager.client)).apps.map(({ title }: Json) => title)).toContain('draft.md');
  expect((await picture(manager.client, 'workload_review')).status).toBe(200);
  const words = 'They show whom I wrote to.';
  expect(await mia.client.ok('PUT', of('title'), { ground: 'unlawful', words })).toMatchObject({ words, lift: null });
  await mia.client.ok('PUT', of('screenshot'), { ground: 'claims', words: '' });

  for (const { client } of [manager, owner]) {
    const seen = await day(client);
    expect(seen.apps.length).toBeGreaterThan(0); // the rest goes on
    expect(seen.apps.every(({ title }: Json) => title === null)).toBe(true);
    expect([seen.screenshots, whyOf(seen, 'title'), whyOf(seen, 'screenshot')]).toEqual([[], 'withheld', 'withheld']);
    const week = await client.ok('GET', `/people/${mia.person}/week?from=${miasDay.day}&zone=UTC&purpose=${PURPOSES}`);
    expect(whyOf(week.days[0], 'title')).toBe('withheld');
  }
  expect(whyOf(await day(manager.client, PURPOSES, ben), 'title')).toBeUndefined(); // of nobody else
});

test('a look at nothing but that is refused with the reason, and stands in the person’s own list as refused', async () => {
  const path = `/people/${mia.person}/observations?day=${miasDay.day}&parameter=title&purpose=project_costing`;
  for (const reply of [await manager.client.send('GET', path), await picture(manager.client, 'workload_review')]) {
    expect([reply.status, reply.body.error.code, reply.body.error.field]).toEqual([403, 'forbidden', 'parameter']);
    expect(reply.body.error.message).toContain('the person has had this restricted');
    expect(reply.body.error.remedy).toBeTruthy();
  }
  const { accesses } = await mia.client.ok('GET', `/people/${mia.person}/accesses`);
  const refused = accesses.filter((one: Json) => one.refused && one.actor === manager.person);
  expect(refused.map(({ action }: Json) => action).toSorted()).toEqual(['observations', 'screenshot']);
  // Of a day that was shown without it, the look does not name it.
  const looks = accesses.filter((one: Json) => one.action === 'day' && one.actor === manager.person);
  const newest = looks.filter(({ at }: Json) => at === looks[0].at).flatMap(({ parameters }: Json) => parameters);
  expect(newest).toContain('app');
  expect(newest).not.toContain('title');
});

test('what somebody is doing today is not shown while their sessions are restricted, and the others are', async () => {
  await mia.client.ok('PUT', of('session'), { ground: 'accuracy', words: '' });
  const { people } = await manager.client.ok('GET', '/today?zone=UTC&purpose=working_time');
  const rowOf = ({ person }: Member) => people.find((one: Json) => one.person.id === person);
  expect(rowOf(mia)).toMatchObject({ state: 'not_collected', trackedMs: null });
  expect(whyOf(rowOf(mia), 'session')).toBe('withheld');
  expect(rowOf(ben).state).not.toBe('not_collected');
  const [{ revision }] = (await mine()).filter(({ parameter }) => parameter === 'session');
  await mia.client.ok('DELETE', of('session', `?revision=${revision}`));
});

test('the person themself sees it as before, and takes it along', async () => {
  const own = await day(mia.client, 'own_data');
  expect(own.apps.map(({ title }: Json) => title)).toContain('draft.md');
  expect((await picture(mia.client, 'own_data')).status).toBe(200);
  const { parameters } = await mia.client.ok('GET', `/people/${mia.person}/held`);
  expect(parameters.map(({ parameter }: Json) => parameter)).toContain('title');
});

test('a lowering has what is stored of everyone else deleted, and says of how many it is kept', async () => {
  const lowered = await publish(owner.client, { title: { level: 'off' }, app: { level: 'off' } });
  const { parameters } = await owner.client.ok('GET', '/policy/stored');
  const offered = Object.fromEntries(parameters.map(({ parameter, ...one }: Json) => [parameter, one]));
  const all = (parameter: string): Json => offered[parameter].above.find(({ level }: Json) => level === 'off');
  expect([all('title').people, offered['title'].restricted]).toEqual([1, 1]);
  expect([all('app').people, offered['app'].restricted]).toEqual([2, 0]);
  await owner.client.ok('POST', '/policy/erasures', {
    ...{ version: lowered, password: PASSWORD },
    parameters: [
      { parameter: 'title', which: 'all' },
      { parameter: 'app', which: 'all' },
    ],
  });
  await eventually('it is gone', async () => {
    const { erasures } = await owner.client.ok('GET', '/policy/erasures');
    return erasures.every(({ finishedAt }: Json) => finishedAt !== null);
  });
  const titles = async ({ client, person }: Member): Promise<number> => {
    const path = `/people/${person}/observations?day=${miasDay.day}&parameter=title&purpose=own_data`;
    return (await client.ok('GET', path)).observations.length;
  };
  expect([await titles(mia), await titles(ben)]).toEqual([1, 0]);
  expect((await day(mia.client, 'own_data')).apps.every(({ label }: Json) => label !== 'Editor')).toBe(true);
});

test('nobody lifts it before the person has been told why, and has known it for three days', async () => {
  const lift = async (revision: number) => officer.client.send('POST', of('screenshot', '/lift'), { revision });
  const { revision } = (await mine()).find(({ parameter }) => parameter === 'screenshot');
  expect((await lift(revision)).status).toBe(409);
  const words = 'The claim was settled on 3 March.';
  const told = await officer.client.ok('POST', of('screenshot', '/lift-notice'), { revision, words });
  expect(told.lift).toMatchObject({ byName: 'Pia', words, readAt: null });
  expect(told.lift.from - told.lift.toldAt).toBe(30 * DAY);
  expect((await lift(revision)).status).toBe(409);
  const read = await mia.client.ok('PUT', of('screenshot', '/lift-notice'), { revision });
  expect(read.lift.from - read.lift.readAt).toBe(3 * DAY);
  it.clock.advance(2 * DAY + HOUR);
  const again = await signedIn(officer);
  const still = await again.send('POST', of('screenshot', '/lift'), { revision });
  expect([still.status, still.body.error.remedy]).toEqual([409, expect.stringContaining('Lift it in a day')]);
  expect((await picture(await signedIn(manager), 'workload_review')).status).toBe(403);
  it.clock.advance(DAY);
  await (await signedIn(officer)).ok('POST', of('screenshot', '/lift'), { revision });
  expect((await picture(await signedIn(manager), 'workload_review')).status).toBe(200);
});

test('nobody restricts, ends or reads for another, and nobody lifts their own', async () => {
  const [theirs, anyone] = [of('notes'), { ground: 'accuracy', words: '' }];
  for (const member of [owner, manager, officer]) {
    const client = await signedIn(member);
    expect((await client.send('PUT', theirs, anyone)).status).toBe(403);
  }
  const client = await signedIn(officer);
  const own = `/people/${officer.person}/restrictions/notes`;
  const { revision } = await client.ok('PUT', own, anyone);
  expect((await client.send('POST', `${own}/lift-notice`, { revision, words: 'So.' })).status).toBe(403);
  const { events } = await client.ok('GET', '/security-events');
  const kinds = events.map(({ kind }: Json) => kind);
  for (const kind of ['restriction_made', 'restriction_lift_told', 'restriction_lifted', 'refused_restriction'])
    expect(kinds).toContain(kind);
});

/** Anew: a session does not last for days. */
async function signedIn({ email, secret = null }: { readonly email: string; secret?: string | null }): Promise<Client> {
  it.clock.advance(MINUTE); // no code is taken twice
  const client = createClient(it.url);
  const totp = secret === null ? {} : { totp: totpCode(secret, it.clock.now()) };
  await client.ok('POST', '/session', { email, password: PASSWORD, ...totp });
  return client;
}
