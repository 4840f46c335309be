import { afterAll, beforeAll, expect, test } from 'vitest';
import { addDays, DAY, dayOf, HOUR } from '../../shared/time.ts';
import {
  addMember,
  type Client,
  type Json,
  type Member,
  PASSWORD,
  startServer,
  type TestOwner,
  type TestServer,
  totpCode,
} from '../support/api.ts';
import { goOnToMorning } from '../support/movableClock.ts';
import { HOLD } from '../support/routeExamples.ts';

// Promise 30: what is needed for a claim is kept item by item, for a reason, to a day, by the word of two; the rest goes, and it too when the hold ends.

let it: TestServer;
let owner: TestOwner;
let [pia, mia, ben]: Member[] = [];

beforeAll(async () => {
  it = await startServer();
  goOnToMorning(it.clock);
  owner = await it.addOrganisation('Acme');
  const add = (role: 'privacy_officer' | 'employee', name: string) =>
    addMember(it, owner.client, role, { name, email: `${name.toLowerCase()}@acme.example.com` });
  [pia, mia, ben] = [await add('privacy_officer', 'Pia'), await add('employee', 'Mia'), await add('employee', 'Ben')];
});
afterAll(() => it.close());

const someone = (member: Member | undefined): Member => {
  if (member === undefined) throw new Error('nobody was added');
  return member;
};
const register = (client: Client = owner.client) => client.ok('GET', '/records/holds');
const today = () => dayOf(it.clock.now());
async function propose(more: object, client: Client = someone(pia).client) {
  const { revision } = await register(client);
  const content = { ...HOLD, until: addDays(today(), 90), person: someone(mia).person, ...more };
  return client.send('POST', '/records/holds', { revision, content, reason: 'the lawyer asked' });
}
async function answer(client: Client, number: number, how: string) {
  const { revision } = await register(client);
  return client.send('PUT', `/records/holds/${number}`, { revision, answer: how, reason: 'looked at it' });
}
const numberOf = ({ body }: Json): number => body.holds.at(-1).number;
const stateOf = async (number: number) =>
  (await register(someone(pia).client)).holds.find((one: Json) => one.number === number)?.state;
/** Whoever has not been there for so long signs in again. */
async function later(ms: number): Promise<void> {
  it.clock.advance(ms);
  const { client, email, secret } = someone(pia);
  await client.ok('POST', '/session', { email, password: PASSWORD, totp: totpCode(secret ?? '', it.clock.now()) });
}
const told = async ({ client, person }: Member) => (await client.ok('GET', `/people/${person}/holds`)).holds;

test('a hold holds nothing before somebody else has approved it; then its person reads what, why and to which day, and nobody else', async () => {
  const number = numberOf(await propose({}));
  expect([await stateOf(number), await told(someone(mia))]).toEqual(['proposed', []]);
  expect((await answer(someone(pia).client, number, 'approved')).status).toBe(403);
  expect((await answer(owner.client, number, 'approved')).status).toBe(200);
  expect(await stateOf(number)).toBe('holds');
  const { until, why, authority } = { ...HOLD, until: addDays(today(), 90) };
  expect(await told(someone(mia))).toEqual([
    expect.objectContaining({ number, why, authority, until, state: 'holds' }),
  ]);
  expect(await told(someone(ben))).toEqual([]);
  expect((await someone(ben).client.send('GET', `/people/${someone(mia).person}/holds`)).status).toBe(403);
  expect((await someone(mia).client.send('GET', '/records/holds')).status).toBe(403);
});

test('it ends by itself after its last day, or when one of them releases it; what is refused never held', async () => {
  const [short, refused, released] = [
    numberOf(await propose({ until: addDays(today(), 2) })),
    numberOf(await propose({})),
    numberOf(await propose({})),
  ];
  await answer(owner.client, short, 'approved');
  await answer(owner.client, refused, 'refused');
  await answer(owner.client, released, 'approved');
  expect((await answer(someone(pia).client, released, 'released')).status).toBe(200);
  expect((await answer(owner.client, released, 'released')).status).toBe(409);
  expect((await answer(owner.client, refused, 'released')).status).toBe(409);
  await later(2 * DAY);
  expect(await stateOf(short)).toBe('holds');
  await later(DAY + HOUR);
  expect([await stateOf(short), await stateOf(refused), await stateOf(released)]).toEqual([
    'over',
    'refused',
    'released',
  ]);
});

test('a hold without an end that can be answered for, of nobody, or by whoever looked at an older register is refused, and says the field', async () => {
  for (const until of [addDays(today(), -1), addDays(today(), 800)]) {
    expect(await propose({ until })).toMatchObject({ status: 400, body: { error: { field: 'content.until' } } });
  }
  const other = await it.addOrganisation('Other');
  expect((await propose({ person: other.person })).status).toBe(404);
  const content = { ...HOLD, until: addDays(today(), 9), person: someone(mia).person };
  expect((await someone(pia).client.send('POST', '/records/holds', { revision: 0, content, reason: 'x' })).status).toBe(
    409,
  );
  expect((await register(other.client)).holds).toEqual([]);
});
