import { afterAll, beforeAll, expect, test } from 'vitest';
import { PASSWORD } from '../support/api.ts';
import { enrol } from '../support/enrolled.ts';
import { dial, monoAt } from '../support/ingestKit.ts';
import { ACCESS, answerBy, type RequestKit, startRequests } from '../support/requestKit.ts';

// Promise 41: the request comes from the very same person: their password again, and the signature of a computer of theirs.

let kit: RequestKit;
beforeAll(async () => {
  kit = await startRequests();
});
afterAll(() => kit[Symbol.asyncDispose]());

const path = (rest = ''): string => `/people/${kit.mia.person}/requests${rest}`;

test('nobody else files, reads or withdraws it: manager and admin get 403 for everything, and that is on record', async () => {
  const { request } = await kit.file();
  for (const { client } of [kit.manager, kit.admin]) {
    const tries = [
      client.send('GET', path()),
      client.send('GET', '/requests'),
      client.send('POST', path(), { password: PASSWORD, content: ACCESS }),
      client.send('POST', path(`/${request}/withdrawal`), {}),
      client.send('POST', path(`/${request}/agreement`), { password: PASSWORD }),
      client.send('POST', path(`/${request}/identity`), { how: 'identity_document', words: 'Her passport.' }),
      client.send('POST', path(`/${request}/extension`), { words: 'Much to do.' }),
      client.send('POST', path(`/${request}/answer`), { answer: 'fulfilled', words: 'Done.' }),
    ];
    for (const reply of await Promise.all(tries))
      expect([reply.status, reply.body.error.code]).toEqual([403, 'forbidden']);
  }
  // Whoever answers files nothing as somebody else either.
  for (const { client } of [kit.officer, kit.owner]) {
    const tries = [
      client.send('POST', path(), { password: PASSWORD, content: ACCESS }),
      client.send('POST', path(`/${request}/withdrawal`), {}),
      client.send('POST', path(`/${request}/agreement`), { password: PASSWORD }),
    ];
    for (const reply of await Promise.all(tries)) expect(reply.status).toBe(403);
  }
  const { events } = await kit.officer.client.ok('GET', '/security-events');
  const refused = events.filter(({ kind }: { kind: string }) => kind === 'refused_rights_request');
  expect(new Set(refused.map(({ person }: { person: string }) => person))).toEqual(
    new Set([kit.manager, kit.admin, kit.officer, kit.owner].map(({ person }) => person)),
  );
  expect(await kit.seen(request)).toMatchObject({ state: 'awaiting_device', content: ACCESS });
  await kit.mia.client.ok('POST', path(`/${request}/withdrawal`), {});
});

test('it does not count, and has no last day, until a computer of the person has signed that it is theirs', async () => {
  const { request, filedAt } = await kit.file();
  expect(await kit.seen(request)).toMatchObject({ state: 'awaiting_device', countsFrom: null, due: null });
  const answer = { answer: 'fulfilled', words: 'Here it is.' };
  const early = await kit.officer.client.send('POST', path(`/${request}/answer`), answer);
  expect([early.status, early.body.error.message]).toEqual([
    409,
    'nothing proves yet that this request is the person’s own',
  ]);
  expect(await kit.asks(kit.laptop)).toEqual([{ request, filedAt, content: ACCESS, representative: null }]);
  await kit.says(kit.laptop, request, 'yes');
  const proved = await kit.seen(request);
  expect(proved).toMatchObject({ state: 'open', proof: { kind: 'device', device: kit.laptop.record.device } });
  expect(proved.countsFrom).toBe(proved.proof.at);
  expect(proved.due).toMatch(/^\d{4}-\d\d-\d\d$/);
  expect(await kit.asks(kit.laptop)).toEqual([]);
  expect(await kit.officer.client.ok('POST', path(`/${request}/answer`), answer)).toMatchObject({
    state: 'fulfilled',
    answer: { kind: 'fulfilled', by: kit.officer.person, byName: 'Pia', words: 'Here it is.' },
  });
});

test('a “no” on the computer ends it for good, and is on record', async () => {
  const { request } = await kit.file();
  await kit.says(kit.laptop, request, 'no');
  expect(await kit.seen(request)).toMatchObject({
    state: 'withdrawn',
    withdrawn: { device: kit.laptop.record.device },
    due: null,
  });
  expect(await kit.events()).toContain('rights_request_denied');
  expect(await kit.asks(kit.laptop)).toEqual([]);
});

test.each([
  ['of another request', (asked: object) => ({ ...asked, request: '6a0e8f0c-1f1f-4a55-9d5c-0c6f9b3d2a11' })],
  ['of other words', (asked: object) => ({ ...asked, content: { kind: 'access', words: 'Everything about Max.' } })],
  ['of another kind', (asked: object) => ({ ...asked, content: { kind: 'portability', words: ACCESS.words } })],
])('a signature %s than what was asked changes nothing', async (_, changed) => {
  const { request } = await kit.file();
  const [asked] = await kit.asks(kit.laptop);
  if (asked === undefined) throw new Error('it is not asked about');
  await using agent = await dial(Number(new URL(kit.it.url).port));
  const now = kit.it.clock.now();
  await agent.hello(kit.laptop, { at: now, mono: monoAt(now) });
  await agent.take('welcome');
  agent.send({ type: 'answer_request', answer: answerBy(kit.laptop, changed(asked) as typeof asked, 'yes', now) });
  expect(await agent.take('bye')).toMatchObject({ reason: 'bad_frame' });
  expect(await kit.seen(request)).toMatchObject({ state: 'awaiting_device' });
  await kit.mia.client.ok('POST', path(`/${request}/withdrawal`), {});
});

test('a computer of somebody else, or a signature made for something else, proves nothing', async () => {
  const { request } = await kit.file();
  const [asked] = await kit.asks(kit.laptop);
  if (asked === undefined) throw new Error('it is not asked about');
  const port = Number(new URL(kit.it.url).port);
  const theirs = await enrol(kit.it.url, kit.manager.client, kit.manager.person, kit.it.clock.now());
  const now = kit.it.clock.now();
  for (const signer of [theirs, { ...theirs, record: { ...theirs.record, ...kit.laptop.record } }]) {
    await using agent = await dial(port);
    await agent.hello(theirs, { at: now, mono: monoAt(now) });
    await agent.take('welcome');
    agent.send({ type: 'answer_request', answer: answerBy(signer, asked, 'yes', now) });
    expect(await agent.take('bye')).toMatchObject({ reason: 'bad_frame' });
  }
  expect(await kit.seen(request)).toMatchObject({ state: 'awaiting_device' });
  await kit.mia.client.ok('POST', path(`/${request}/withdrawal`), {});
});

test('whoever reads the words of a request is on the person’s list before they are shown', async () => {
  await kit.officer.client.ok('GET', path());
  await kit.owner.client.ok('GET', '/requests?which=answered');
  const { accesses } = await kit.mia.client.ok('GET', `/people/${kit.mia.person}/accesses`);
  const readers = accesses.filter(({ action }: { action: string }) => action === 'requests');
  expect(new Set(readers.map(({ actorRole }: { actorRole: string }) => actorRole))).toEqual(
    new Set(['privacy_officer', 'owner']),
  );
});
