import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { addDays, DAY, dayOf, HOUR } from '../../shared/time.ts';
import {
  addMember,
  type Json,
  type Member,
  PASSWORD,
  setUpTotp,
  startServer,
  type TestOwner,
  type TestServer,
  totpCode,
} from '../support/api.ts';
import { enrol } from '../support/enrolled.ts';
import { dial } from '../support/ingestKit.ts';
import { goOnToMorning } from '../support/movableClock.ts';

// Promise 35, with a day ahead: who leaves on a day is told of it, and gone with it, by itself and once.

let it: TestServer;
let owner: TestOwner;
let ownerSecret: string;
let [adam, second, mia, ben, eve]: Member[] = [];

beforeAll(async () => {
  it = await startServer();
  goOnToMorning(it.clock);
  owner = await it.addOrganisation('Acme');
  ownerSecret = await setUpTotp(owner.client, it.clock);
  const add = (role: 'admin' | 'employee', name: string) =>
    addMember(it, owner.client, role, { name, email: `${name.toLowerCase()}@acme.example.com` });
  [adam, second] = [await add('admin', 'Adam'), await add('admin', 'Second')];
  [mia, ben, eve] = [await add('employee', 'Mia'), await add('employee', 'Ben'), await add('employee', 'Eve')];
});
afterAll(() => it.close());

const someone = (member: Member | undefined): Member => {
  if (member === undefined) throw new Error('nobody was added');
  return member;
};
const of = (member: Member | undefined) => `/people/${someone(member).person}/leaving-date`;
const today = () => dayOf(it.clock.now());
/** A code is good once. */
const proof = (secret: string | null | undefined = ownerSecret) => {
  it.clock.advance(31_000);
  return { password: PASSWORD, totp: totpCode(secret ?? '', it.clock.now()) };
};
const set = (member: Member | undefined, day: string, more: object = {}) =>
  owner.client.send('PUT', of(member), { day, zone: 'UTC', ...proof(), ...more });
const listed = async (): Promise<Json[]> => (await owner.client.ok('GET', '/leaving-dates')).people;
/** Sessions do not outlive a night. */
async function pass(ms: number): Promise<void> {
  it.clock.advance(ms);
  await signIn(owner);
}
async function signIn({ client, email }: Pick<Member, 'client' | 'email'>, secret?: string | null): Promise<void> {
  client.cookie = null;
  await client.ok('POST', '/session', { email, ...proof(secret) });
}
const isThere = async (member: Member | undefined) =>
  (await owner.client.ok('GET', '/people')).people.some(({ id }: Json) => id === someone(member).person);
const events = async (kind: string): Promise<Json[]> =>
  (await owner.client.ok('GET', '/security-events')).events.filter((one: Json) => one.kind === kind);
/** Equal ones of one minute are one. */
const times = async (kind: string): Promise<number> => (await events(kind)).reduce((all, { count }) => all + count, 0);

test('to set one takes the password and the code, and a day from today to a year ahead; nobody below an owner sets that of an owner', async () => {
  const { client, secret } = someone(adam);
  const ahead = addDays(today(), 10);
  expect((await set(mia, addDays(today(), -1))).body.error).toMatchObject({ code: 'bad_request', field: 'day' });
  expect((await set(mia, addDays(today(), 367))).body.error).toMatchObject({ code: 'bad_request', field: 'day' });
  expect((await set(mia, ahead, { zone: 'Europe/Nowhere' })).status).toBe(400);
  expect((await set(mia, ahead, { password: 'wrong' })).status).toBe(401);
  const withoutCode = await client.send('PUT', of(mia), { day: ahead, zone: 'UTC', password: PASSWORD });
  expect(withoutCode.body.error).toMatchObject({ code: 'second_factor_required', field: 'totp' });
  for (const person of [owner.person, someone(adam).person]) {
    const asked = { day: ahead, zone: 'UTC', ...proof(secret) };
    expect((await client.send('PUT', `/people/${person}/leaving-date`, asked)).status).toBe(403);
  }
  expect(await listed()).toEqual([]);
  expect(await events('ending_refused')).not.toEqual([]);
});

test('the person is told in the console and on their computer, at once, and of each change; to move it later or take it back needs no password, earlier does', async () => {
  const { client, person } = someone(mia);
  const device = await enrol(it.url, owner.client, person, it.clock.now());
  const agent = await dial(it.server.port, { knows: 'leaving' });
  await agent.hello(device);
  await agent.take('welcome');
  expect(await agent.take('leaving')).toMatchObject({ leaving: null });
  const [first, later] = [addDays(today(), 5), addDays(today(), 9)];
  const view = (await set(mia, first)).body;
  const endsAt = Date.parse(`${addDays(first, 1)}T00:00:00Z`);
  const told = { day: first, zone: 'UTC', endsAt, setBy: 'owner' };
  expect(view).toMatchObject({ person, name: 'Mia', isDue: false, obstacle: null, leaving: told });
  expect(await agent.take('leaving')).toMatchObject({ leaving: told });
  expect((await client.ok('GET', '/policy/coming')).leaving).toMatchObject({ ...told, setByName: 'Acme Owner' });
  expect((await client.ok('GET', of(mia))).leaving).toMatchObject(told);
  expect((await someone(ben).client.send('GET', of(mia))).status).toBe(403);

  expect((await owner.client.send('POST', `${of(mia)}/later`, { day: first })).body.error.code).toBe('conflict');
  await owner.client.ok('POST', `${of(mia)}/later`, { day: later });
  expect(await agent.take('leaving')).toMatchObject({ leaving: { day: later } });
  expect((await owner.client.send('PUT', of(mia), { day: first, zone: 'UTC' })).status).toBe(400);
  await owner.client.ok('DELETE', of(mia));
  expect(await agent.take('leaving')).toMatchObject({ leaving: null });
  expect((await client.ok('GET', '/policy/coming')).leaving).toBeNull();
  expect((await owner.client.send('DELETE', of(mia))).status).toBe(404);
  expect([await times('leaving_date_set'), await times('leaving_date_cancelled')]).toEqual([2, 1]);
  agent.ws.close();
});

test('when the day is over the account is ended by itself, once; one whose day was moved or taken back stays, and whoever was ended before is gone with their day', async () => {
  const day = today();
  for (const member of [mia, ben, eve]) expect((await set(member, day)).status).toBe(200);
  expect((await listed()).map(({ name }) => name).toSorted()).toEqual(['Ben', 'Eve', 'Mia']);
  await owner.client.ok('POST', `${of(ben)}/later`, { day: addDays(day, 1) });
  await owner.client.ok('POST', `/people/${someone(eve).person}/ending`, { name: 'Eve', ...proof() });
  await pass(DAY - (it.clock.now() % DAY) - HOUR);
  expect(await isThere(mia)).toBe(true);
  await pass(HOUR);
  await vi.waitFor(async () => expect(await isThere(mia)).toBe(false), { timeout: 10_000 });
  expect((await someone(mia).client.send('GET', '/session')).status).toBe(401);
  expect((await listed()).map(({ name }) => name)).toEqual(['Ben']);
  await vi.waitFor(
    async () => {
      const { endings } = await owner.client.ok('GET', '/endings');
      expect(endings.filter(({ person }: Json) => person === someone(mia).person)).toMatchObject([
        { orderedBy: 'owner', certificate: 'interim' },
      ]);
    },
    { timeout: 10_000 },
  );
  await owner.client.ok('DELETE', of(ben));
  await pass(DAY);
  expect(await isThere(ben)).toBe(true);
});

test('what an admin set for somebody who is an owner since does not end them, nor is the only owner ended: it is said before the day, and raises an alarm with it', async () => {
  const { client, secret } = someone(adam);
  const other = someone(second).person;
  goOnToMorning(it.clock);
  await signIn(owner);
  await signIn(someone(adam), secret);
  await client.ok('PUT', `/people/${other}/leaving-date`, { day: today(), zone: 'UTC', ...proof(secret) });
  expect((await listed())[0]).toMatchObject({ person: other, obstacle: null });
  await owner.client.ok('PATCH', `/people/${other}`, { role: 'owner' });
  expect((await listed())[0]).toMatchObject({ person: other, isDue: false, obstacle: 'owner_since' });
  const own = { day: today(), zone: 'UTC', ...proof() };
  await owner.client.ok('PUT', `/people/${owner.person}/leaving-date`, own);
  await owner.client.ok('PATCH', `/people/${other}`, { role: 'admin' });
  const kept = async () => (await listed()).map((one) => [one.person, one.isDue, one.obstacle]);
  expect(await kept()).toContainEqual([owner.person, false, 'only_owner']);
  await client.ok('DELETE', `/people/${other}/leaving-date`);
  await pass(DAY);
  await vi.waitFor(async () => expect(await events('alarm_leaving_date')).toMatchObject([{ person: owner.person }]), {
    timeout: 10_000,
  });
  expect(await kept()).toEqual([[owner.person, true, 'only_owner']]);
  await owner.client.ok('DELETE', `/people/${owner.person}/leaving-date`);
});

test('while the clock is in doubt nobody is ended, which is said; once it is right they are', async () => {
  goOnToMorning(it.clock);
  await signIn(owner);
  expect((await set(ben, today())).status).toBe(200);
  it.clock.set(3 * DAY);
  await signIn(owner);
  await vi.waitFor(async () => expect(await events('alarm_leaving_date')).toHaveLength(2), { timeout: 10_000 });
  expect([await isThere(ben), (await listed())[0]]).toMatchObject([true, { isDue: true, obstacle: 'clock' }]);
  await owner.client.ok('POST', '/clock/release', proof());
  await pass(HOUR);
  await vi.waitFor(async () => expect(await isThere(ben)).toBe(false), { timeout: 10_000 });
});
