import { afterAll, beforeAll, expect, test } from 'vitest';
import { DAY, HOUR } from '../../shared/time.ts';
import { createClient, type Json, PASSWORD } from '../support/api.ts';
import { ACCESS, type RequestKit, startRequests } from '../support/requestKit.ts';

// Promise 40: guessing, a stolen session, impersonation by those in charge and a changed account all fail to make a request count.

let kit: RequestKit;
beforeAll(async () => {
  kit = await startRequests();
});
afterAll(() => kit[Symbol.asyncDispose]());

const path = (rest = ''): string => `/people/${kit.mia.person}/requests${rest}`;
const withdraw = (request: string): Promise<Json> => kit.mia.client.ok('POST', path(`/${request}/withdrawal`), {});

test('a stolen session files nothing without the password, and with it nothing that counts', async () => {
  const thief = createClient(kit.it.url);
  thief.cookie = kit.mia.client.cookie;
  const without = await thief.send('POST', path(), { password: 'not the right one', content: ACCESS });
  expect([without.status, without.body.error.code, without.body.error.field]).toEqual([
    401,
    'wrong_credentials',
    'password',
  ]);
  expect((await thief.ok('GET', path())).requests).toEqual([]);
  expect(await kit.events()).toContain('request_proof_refused');
  const { request } = await thief.ok('POST', path(), { password: PASSWORD, content: ACCESS });
  await kit.later(30 * DAY);
  expect(await kit.seen(request)).toMatchObject({ state: 'awaiting_device', due: null });
  await kit.says(kit.laptop, request, 'no');
  expect(await kit.seen(request)).toMatchObject({ state: 'withdrawn' });
});

test('a stolen session does not make a request go away that counts', async () => {
  const { request } = await kit.file();
  await kit.says(kit.laptop, request, 'yes');
  const thief = createClient(kit.it.url);
  thief.cookie = kit.mia.client.cookie;
  for (const body of [{}, { password: 'not the right one' }])
    expect((await thief.send('POST', path(`/${request}/withdrawal`), body)).status).toBe(401);
  expect(await kit.seen(request)).toMatchObject({ state: 'open' });
  expect(await kit.mia.client.ok('POST', path(`/${request}/withdrawal`), { password: PASSWORD })).toMatchObject({
    state: 'withdrawn',
  });
});

test('whoever enrols a computer in the person’s name a moment before gets 72 hours of nothing, and a “no” of the person’s own ends it', async () => {
  const { request } = await kit.file();
  const theirs = await kit.enrol(kit.admin.client);
  await kit.says(theirs, request, 'yes');
  const soon = await kit.seen(request);
  expect(soon).toMatchObject({ state: 'awaiting_time', proof: { device: theirs.record.device } });
  expect(soon.countsFrom - soon.filedAt).toBeGreaterThan(71 * HOUR);
  const early = await kit.officer.client.send('POST', path(`/${request}/answer`), { answer: 'fulfilled', words: 'x' });
  expect(early.status).toBe(409);
  // The person is still asked on their own computer.
  expect((await kit.asks(kit.laptop)).map((one) => one.request)).toEqual([request]);
  await kit.says(kit.laptop, request, 'no');
  expect(await kit.seen(request)).toMatchObject({
    state: 'withdrawn',
    withdrawn: { device: kit.laptop.record.device },
  });
});

test('a computer that said yes asks no more, whatever the others ask, until another one contradicts it', async () => {
  const { request } = await kit.file();
  const [first, second] = [await kit.enrol(kit.mia.client), await kit.enrol(kit.mia.client)];
  const asked = async (device: typeof first) => (await kit.asks(device)).map((one) => one.request);
  await kit.says(first, request, 'yes');
  expect(await Promise.all([first, second, kit.laptop].map(asked))).toEqual([[], [request], [request]]);
  await kit.says(second, request, 'no');
  expect(await asked(first)).toEqual([request]);
  await withdraw(request);
});

test('a computer that somebody enrolled in the person’s name ends no request by its “no”: it is noted, and the person’s own decides', async () => {
  const { request } = await kit.file();
  const theirs = await kit.enrol(kit.admin.client);
  const { device } = theirs.record;
  await kit.says(theirs, request, 'no');
  expect(await kit.seen(request)).toMatchObject({ state: 'awaiting_device', doubts: [{ device }], withdrawn: null });
  expect(await kit.events()).toContain('rights_request_doubted');
  // Said again it is no more than before.
  await kit.says(theirs, request, 'no');
  expect((await kit.seen(request)).doubts).toHaveLength(1);
  await kit.says(kit.laptop, request, 'yes');
  expect(await kit.seen(request)).toMatchObject({ state: 'open', doubts: [{ device }] });
  await kit.mia.client.ok('POST', path(`/${request}/withdrawal`), { password: PASSWORD });
});

test('where two new computers disagree neither proves anything, until one of them has been the person’s for 72 hours', async () => {
  const { request } = await kit.file();
  const [hers, theirs] = [await kit.enrol(kit.mia.client), await kit.enrol(kit.admin.client)];
  await kit.says(hers, request, 'yes');
  expect(await kit.seen(request)).toMatchObject({ state: 'awaiting_time' });
  await kit.says(theirs, request, 'no');
  expect(await kit.seen(request)).toMatchObject({ state: 'awaiting_device', proof: null, countsFrom: null });
  await kit.says(hers, request, 'yes');
  expect(await kit.seen(request)).toMatchObject({ state: 'awaiting_device', proof: null });
  await kit.later(72 * HOUR);
  expect(await kit.seen(request)).toMatchObject({ state: 'awaiting_device', proof: null });
  await kit.says(hers, request, 'yes');
  expect(await kit.seen(request)).toMatchObject({ state: 'open', proof: { device: hers.record.device } });
  await kit.mia.client.ok('POST', path(`/${request}/withdrawal`), { password: PASSWORD });
});

test('nobody is proved in person who has had a computer for 72 hours: that one is asked', async () => {
  const { request } = await kit.file();
  const refused = await kit.officer.client.send('POST', path(`/${request}/identity`), {
    how: 'identity_document',
    words: 'Her passport.',
  });
  expect([refused.status, refused.body.error.code]).toEqual([409, 'conflict']);
  expect(refused.body.error.remedy).toContain('retire it');
  expect(await kit.seen(request)).toMatchObject({ state: 'awaiting_device', proof: null });
  await withdraw(request);
  const { devices } = await kit.mia.client.ok('GET', `/people/${kit.mia.person}/devices`);
  for (const { id } of devices) await kit.mia.client.ok('DELETE', `/people/${kit.mia.person}/devices/${id}`);
});

test('an officer who says that they saw the person starts 72 hours in which every session of the person can stop it', async () => {
  const { request } = await kit.file();
  const check = { how: 'identity_document', words: 'Her passport, at the reception.' };
  const seen = await kit.officer.client.ok('POST', path(`/${request}/identity`), check);
  expect(seen).toMatchObject({ state: 'awaiting_time', proof: { kind: 'in_person', byName: 'Pia', ...check } });
  expect(await kit.events()).toContain('rights_request_identified');
  const { words: _, ...unsaid } = check;
  expect((await kit.owner.client.send('POST', path(`/${request}/identity`), unsaid)).status).toBe(400);
  await kit.later(71 * HOUR);
  expect(await kit.seen(request)).toMatchObject({ state: 'awaiting_time' });
  expect(await withdraw(request)).toMatchObject({ state: 'withdrawn' });
  await kit.later(2 * HOUR);
  expect(await kit.seen(request)).toMatchObject({ state: 'withdrawn' });
});

test('where nobody stops it, it counts after 72 hours, and its month begins only then', async () => {
  const { request } = await kit.file();
  await kit.officer.client.ok('POST', path(`/${request}/identity`), { how: 'known_in_person', words: 'We met.' });
  await kit.later(72 * HOUR + 1);
  const { state, countsFrom, proof, due } = await kit.seen(request);
  expect([state, countsFrom - proof.at]).toEqual(['open', 72 * HOUR]);
  expect(Date.parse(due) - countsFrom).toBeGreaterThan(26 * DAY);
  await kit.officer.client.ok('POST', path(`/${request}/answer`), { answer: 'fulfilled', words: 'Here it is.' });
});

test('nobody can change the address of an account, and a link from the host that replaces the password proves nothing', async () => {
  const change = { email: 'thief@example.com' };
  for (const { client } of [kit.owner, kit.admin, kit.manager]) {
    const { status } = await client.send('PATCH', `/people/${kit.mia.person}`, change);
    expect([400, 403]).toContain(status);
  }
  // Whoever has taken the account over by a new password still has no computer of hers.
  await kit.mia.client.ok('PUT', '/account/password', { current: PASSWORD, password: 'a password of the thief' });
  const { request } = await kit.mia.client.ok('POST', path(), { password: 'a password of the thief', content: ACCESS });
  await kit.mia.client.ok('PUT', '/account/password', { current: 'a password of the thief', password: PASSWORD });
  expect(await kit.seen(request)).toMatchObject({ state: 'awaiting_device' });
  await withdraw(request);
});

test('guesses at the password run out, and are counted with those of signing in', async () => {
  const guess = () => kit.mia.client.send('POST', path(), { password: 'a guess', content: ACCESS });
  let reply = await guess();
  for (let count = 1; reply.status === 401 && count < 40; count += 1) reply = await guess();
  expect([reply.status, reply.body.error.code]).toEqual([429, 'rate_limited']);
  expect((await kit.mia.client.send('POST', path(), { password: PASSWORD, content: ACCESS })).status).toBe(429);
}, 60_000);
