import { afterAll, beforeAll, expect, test } from 'vitest';
import { addDays, dayOf, MINUTE } from '../../shared/time.ts';
import {
  addMember,
  type Client,
  type Json,
  type Member,
  startServer,
  type TestOwner,
  type TestServer,
} from '../support/api.ts';
import { goOnToMorning } from '../support/movableClock.ts';
import { DISCLOSURE } from '../support/routeExamples.ts';

// Promise 45: whoever asks to whom their data was given is told what the register says, all of it and nothing else.

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
const register = (client: Client = owner.client) => client.ok('GET', '/records/disclosures');
async function propose(more: object, client: Client = owner.client): Promise<number> {
  const { revision } = await register(client);
  const body = { revision, content: { ...DISCLOSURE, ...more }, reason: 'ordered' };
  return (await client.ok('POST', '/records/disclosures', body)).disclosures.at(-1).number;
}
async function answer(client: Client, number: number, how: string) {
  const { revision } = await register(client);
  return client.send('PUT', `/records/disclosures/${number}`, { revision, answer: how, reason: 'looked at it' });
}
const told = async ({ client, person }: Member) =>
  (await client.ok('GET', `/people/${person}/disclosures`)).disclosures.map(({ number }: Json) => number);
/** Of a table: the first of each line but its head. */
const numbersIn = async (client: Client, path: string) =>
  String((await client.send('GET', path)).body)
    .trim()
    .split('\r\n')
    .slice(1)
    .map((line) => Number(line.split(',', 1)[0]?.replaceAll('"', '')));

let [ofMia, ofAll, ofBen, secret]: number[] = [];

test('nothing counts before a second person has approved it, and nobody approves what they proposed', async () => {
  ofMia = await propose({ people: [someone(mia).person] });
  expect(await told(someone(mia))).toEqual([]);
  expect(await answer(owner.client, ofMia, 'approved')).toMatchObject({
    status: 403,
    body: { error: { field: 'answer' } },
  });
  it.clock.advance(MINUTE);
  expect((await register()).disclosures.at(-1)).toMatchObject({ state: 'proposed', countsFrom: null });
  expect((await answer(someone(pia).client, ofMia, 'approved')).status).toBe(200);
  expect((await register()).disclosures.at(-1)).toMatchObject({
    ...{ state: 'counts', proposedBy: owner.person, approvedBy: someone(pia).person, countsFrom: expect.any(Number) },
  });
  expect((await answer(someone(pia).client, ofMia, 'refused')).status).toBe(409);
});

test('the report of each person has all of the register that concerns them, and no word about others', async () => {
  [ofAll, ofBen] = [await propose({ people: 'everyone' }), await propose({ people: [someone(ben).person] })];
  for (const number of [ofAll, ofBen]) await answer(someone(pia).client, number, 'approved');
  const refused = await propose({ people: 'everyone' });
  await answer(someone(pia).client, refused, 'refused');
  const waiting = await propose({ people: 'everyone' });
  expect(await told(someone(mia))).toEqual([ofMia, ofAll]);
  expect(await told(someone(ben))).toEqual([ofAll, ofBen]);
  const { client, person } = someone(mia);
  const { disclosures } = await client.ok('GET', `/people/${person}/disclosures`);
  const { people: _p, secrecy: _s, ...content } = DISCLOSURE;
  expect(disclosures).toEqual([ofMia, ofAll].map((number) => ({ number, ...content, wasSecret: null })));
  expect(JSON.stringify(disclosures)).not.toContain(someone(ben).person);
  expect(await numbersIn(client, `/people/${person}/disclosures/table`)).toEqual([ofMia, ofAll]);
  const page = String((await client.send('GET', `/people/${person}/disclosures/page`)).body);
  expect([page.split('Court of Leeds').length - 1, page.includes('Mia')]).toEqual([2, true]);
  await answer(owner.client, waiting, 'refused');
});

test('the whole report equals the register, as JSON, table and page, and is on no other desk', async () => {
  const { disclosures } = await register(someone(pia).client);
  const numbers = disclosures.map(({ number }: Json) => number);
  expect(numbers).toHaveLength(5);
  expect(await numbersIn(owner.client, '/records/disclosures/table')).toEqual(numbers);
  const page = String((await owner.client.send('GET', '/records/disclosures/page')).body);
  expect(page.split('Court of Leeds')).toHaveLength(1 + numbers.length);
  expect((await someone(mia).client.send('GET', '/records/disclosures')).status).toBe(403);
  const other = await it.addOrganisation('Other');
  expect((await register(other.client)).disclosures).toEqual([]);
});

test('what is secret on somebody’s authority is told the day after its last, with why it was; and before, when it is ended', async () => {
  const until = dayOf(it.clock.now());
  const secrecy = { reason: 'It would warn them.', authority: 'Court of Leeds', until };
  const { revision } = await register();
  for (const day of [addDays(until, -1), addDays(until, 800)]) {
    const content = { ...DISCLOSURE, secrecy: { ...secrecy, until: day } };
    const refused = await owner.client.send('POST', '/records/disclosures', { revision, content, reason: 'x' });
    expect(refused).toMatchObject({ status: 400, body: { error: { field: 'content.secrecy.until' } } });
  }
  secret = await propose({ people: [someone(mia).person], secrecy });
  const longer = await propose({ people: [someone(mia).person], secrecy: { ...secrecy, until: addDays(until, 90) } });
  for (const number of [secret, longer]) await answer(someone(pia).client, number, 'approved');
  expect(await told(someone(mia))).toEqual([ofMia, ofAll]);
  expect((await answer(owner.client, longer, 'told')).status).toBe(200);
  expect(await told(someone(mia))).toEqual([ofMia, ofAll, longer]);
  expect((await answer(owner.client, longer, 'told')).status).toBe(409);
  // To the last minute of the day, and over it. What was entered this morning is long decided.
  it.clock.advance(Date.parse(`${addDays(until, 1)}T00:00:00Z`) - it.clock.now() + MINUTE);
  const client = someone(mia).client;
  await client.ok('POST', '/session', { email: someone(mia).email, password: 'correct horse battery' });
  expect(await told(someone(mia))).toEqual([ofMia, ofAll, secret, longer]);
  const { disclosures } = await client.ok('GET', `/people/${someone(mia).person}/disclosures`);
  expect(disclosures.find(({ number }: Json) => number === secret).wasSecret).toEqual(secrecy);
});

test('where nobody else could approve, it counts after 72 hours', async () => {
  const alone = await it.addOrganisation('Alone');
  const number = await propose({}, alone.client);
  expect((await register(alone.client)).disclosures[0]).toMatchObject({
    ...{ number, state: 'proposed', countsFrom: expect.any(Number) },
  });
});
