import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { leafHash, provesInclusion } from '../../shared/audit/merkle.ts';
import { DAY, dayOf, HOUR, MINUTE } from '../../shared/time.ts';
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
import { INCIDENT } from '../support/routeExamples.ts';

// Promise 24, as a drill: somebody has taken over a manager's account and looked around. Who is concerned is exactly at whom they looked.

let it: TestServer;
let owner: TestOwner;
let [pia, max, eve, ann, bob, cem, dan]: Member[] = [];
let [begin, end] = [0, 0];

const someone = (member: Member | undefined): Member => {
  if (member === undefined) throw new Error('nobody was added');
  return member;
};
const look = (client: Client, { person }: Member) =>
  client.send('GET', `/people/${person}/day?day=${dayOf(it.clock.now())}&zone=UTC&purpose=working_time`);
const register = (client: Client = someone(pia).client) => client.ok('GET', '/records/incidents');
const changed = async (number: number, step: object, client: Client = someone(pia).client) => {
  const { revision } = await register(client);
  return client.send('PUT', `/records/incidents/${number}`, { revision, step, reason: 'for this drill' });
};
const only = async () => (await register()).incidents.at(-1);
const affected = async () => (await only()).affected.map(({ person }: Json) => person).toSorted();
const told = async ({ client, person }: Member) => (await client.ok('GET', `/people/${person}/incidents`)).incidents;
async function signInAgain({ client, email, secret }: Member): Promise<void> {
  it.clock.advance(MINUTE);
  const totp = secret === null ? {} : { totp: totpCode(secret, it.clock.now()) };
  await client.ok('POST', '/session', { email, password: PASSWORD, ...totp });
}

beforeAll(async () => {
  it = await startServer();
  goOnToMorning(it.clock);
  owner = await it.addOrganisation('Acme');
  const { id } = await owner.client.ok('POST', '/teams', { name: 'One' });
  const teams = [id];
  const add = (role: 'privacy_officer' | 'employee' | 'manager', name: string) =>
    addMember(it, owner.client, role, {
      ...{ name, email: `${name.toLowerCase()}@acme.example.com` },
      ...(role === 'manager' ? { managesTeams: teams } : { teams }),
    });
  pia = await add('privacy_officer', 'Pia');
  [max, eve] = [await add('manager', 'Max'), await add('manager', 'Eve')];
  [ann, bob, cem, dan] = [
    await add('employee', 'Ann'),
    await add('employee', 'Bob'),
    await add('employee', 'Cem'),
    await add('employee', 'Dan'),
  ];
  // Before the account was taken over; another manager meanwhile; what was refused; and the person themself.
  expect((await look(someone(eve).client, someone(dan))).status).toBe(200);
  it.clock.advance(10 * MINUTE);
  begin = it.clock.now();
  for (const one of [ann, bob, bob]) expect((await look(someone(eve).client, someone(one))).status).toBe(200);
  expect((await look(someone(max).client, someone(cem))).status).toBe(200);
  expect(
    (
      await someone(eve).client.send(
        'GET',
        `/people/${owner.person}/day?day=${dayOf(it.clock.now())}&zone=UTC&purpose=working_time`,
      )
    ).status,
  ).toBe(403);
  it.clock.advance(10 * MINUTE);
  end = it.clock.now();
  expect((await look(someone(eve).client, someone(cem))).status).toBe(200);
});
afterAll(() => it.close());

test('whom it concerns is exactly at whom that account looked in that time, by the audit', async () => {
  const scope = { kind: 'looks', readers: [someone(eve).person], from: begin, to: end };
  const { revision } = await register();
  const content = { ...INCIDENT, noticedAt: it.clock.now(), scope };
  expect(
    (await someone(eve).client.send('POST', '/records/incidents', { revision, content, reason: 'x' })).status,
  ).toBe(403);
  await someone(pia).client.ok('POST', '/records/incidents', { revision, content, reason: 'a report' });
  expect(await affected()).toEqual([someone(ann).person, someone(bob).person].toSorted());
  const { affected: people, authorityBy, toTell } = await only();
  expect(people.find(({ person }: Json) => person === someone(bob).person)).toMatchObject({ looks: 2, toldAt: null });
  expect([authorityBy - content.noticedAt, toTell]).toEqual([72 * HOUR, 2]);
  expect(await told(someone(ann))).toEqual([]);
});

test('each of them is told at once, in words for them and with what was looked at of them; nobody else is', async () => {
  const { number } = await only();
  const words = 'Somebody used the account of a manager. We have closed it.';
  expect((await changed(number, { kind: 'tell', words })).status).toBe(200);
  for (const [member, looks] of [
    [ann, 1],
    [bob, 2],
  ] as const) {
    expect(await told(someone(member))).toEqual([
      expect.objectContaining({
        number,
        told: [{ at: expect.any(Number), words }],
        looked: expect.objectContaining({ looks }),
      }),
    ]);
  }
  for (const member of [cem, dan, eve, max]) expect(await told(someone(member))).toEqual([]);
  expect((await someone(cem).client.send('GET', `/people/${someone(ann).person}/incidents`)).status).toBe(403);
  expect((await only()).toTell).toBe(0);
});

test('what is found later is told again to all of them, and to those who were not known; before that it cannot be closed', async () => {
  const { number, scope, what, effects, noticedAt } = await only();
  it.clock.advance(HOUR / 2);
  const content = { what, effects, noticedAt: noticedAt + HOUR, scope: { ...scope, to: it.clock.now() } };
  expect((await changed(number, { kind: 'found', content: { ...content, noticedAt: it.clock.now() } })).status).toBe(
    200,
  );
  const known = await only();
  // The clock of the authority does not begin anew.
  expect([known.noticedAt, known.authorityBy, known.toTell]).toEqual([noticedAt, noticedAt + 72 * HOUR, 3]);
  expect((await changed(number, { kind: 'close' })).status).toBe(409);
  it.clock.advance(MINUTE);
  await changed(number, { kind: 'tell', words: 'It went on for longer than we knew.' });
  expect((await told(someone(ann)))[0].told).toHaveLength(2);
  expect((await told(someone(cem)))[0].told).toHaveLength(1);
  expect((await changed(number, { kind: 'close' })).status).toBe(409);
});

test('as long as nobody has said what about the authority, the self-check says so, with its day; after 72 hours it is late', async () => {
  const finding = async () =>
    (await someone(pia).client.ok('GET', '/records/check')).findings.find(({ kind }: Json) => kind === 'incident');
  const { number, authorityBy } = await only();
  expect(await finding()).toEqual({ kind: 'incident', parameter: null, at: authorityBy, count: 1 });
  it.clock.advance(3 * DAY);
  await signInAgain(someone(pia));
  expect((await register()).asOf).toBeGreaterThan(authorityBy);
  const step = { kind: 'authority', outcome: 'told', on: dayOf(it.clock.now()) };
  expect((await changed(number, step)).status).toBe(200);
  expect(await finding()).toBeUndefined();
});

test('the evidence has every look that counts, proved by the audit tree, and nothing of anybody but random ids', async () => {
  const { number } = await only();
  const { client } = someone(pia);
  const evidence = await client.ok('GET', `/records/incidents/${number}/evidence`);
  expect([evidence.looks, evidence.proofs.length]).toEqual([4, 4]);
  const sha256 = (...parts: readonly Uint8Array[]) => {
    const hash = createHash('sha256');
    for (const part of parts) hash.update(part);
    return new Uint8Array(hash.digest());
  };
  for (const { row, leaf, path, checkpoint } of evidence.proofs) {
    const { size, root } = JSON.parse(checkpoint.payload);
    const proof = path.map((one: string) => Buffer.from(one, 'hex'));
    const { seq } = JSON.parse(leaf);
    const hash = leafHash(sha256, Buffer.from(leaf));
    expect(provesInclusion(sha256, hash, seq, { size, root: Buffer.from(root, 'hex') }, proof)).toBe(true);
    expect(JSON.parse(row)).toMatchObject({ actor: someone(eve).person, refused: false });
  }
  const text = JSON.stringify(evidence);
  for (const name of ['Ann', 'Bob', 'Cem', 'Eve', 'acme.example.com']) expect(text).not.toContain(name);
  expect((await changed(number, { kind: 'close' })).status).toBe(200);
  expect((await changed(number, { kind: 'tell', words: 'more' })).status).toBe(409);
});

test('what cannot have happened yet, and a register that somebody else changed, are refused with the field', async () => {
  const { client } = someone(pia);
  const { revision } = await register();
  const content = { ...INCIDENT, noticedAt: it.clock.now() + DAY };
  const body = { revision, content, reason: 'x' };
  expect(await client.send('POST', '/records/incidents', body)).toMatchObject({
    ...{ status: 400, body: { error: { field: 'content.noticedAt' } } },
  });
  const overtaken = { ...body, revision: revision - 1, content: INCIDENT };
  expect((await client.send('POST', '/records/incidents', overtaken)).status).toBe(409);
});
