import { afterAll, beforeAll, expect, test } from 'vitest';
import { DAY } from '../../shared/time.ts';
import { type Json, PASSWORD } from '../support/api.ts';
import { ACCESS, type RequestKit, startRequests } from '../support/requestKit.ts';

// Promise 42: what a representative asks stays as it is until the person agrees, with their password and on a computer of theirs.

let kit: RequestKit;
beforeAll(async () => {
  kit = await startRequests();
});
afterAll(() => kit[Symbol.asyncDispose]());

const representative = { name: 'Rita Counsel', reference: 'Letter of 2 March, file 7', words: 'A power of attorney.' };
const path = (rest = ''): string => `/people/${kit.mia.person}/requests${rest}`;
const represent = (body: object = { content: ACCESS, representative }) =>
  kit.officer.client.send('POST', `/people/${kit.mia.person}/represented-requests`, body);

test('without written authority, named and described, there is none', async () => {
  const { words: _words, ...unsaid } = representative;
  const { reference: _reference, ...unnamed } = representative;
  for (const missing of [{ ...representative, words: '' }, { ...representative, reference: ' ' }, unsaid, unnamed])
    expect((await represent({ content: ACCESS, representative: missing })).status).toBe(400);
  expect((await represent({ content: ACCESS })).status).toBe(400);
});

test('it never moves without the person, whatever the time and whoever tries', async () => {
  const { request, state } = (await represent()).body;
  expect(state).toBe('awaiting_person');
  const tries: [string, Json][] = [
    ['/identity', { how: 'identity_document', words: 'Her passport.' }],
    ['/answer', { answer: 'fulfilled', words: 'Done.' }],
    ['/extension', { words: 'Much to do.' }],
  ];
  await kit.later(60 * DAY);
  for (const [rest, body] of tries)
    for (const { client } of [kit.officer, kit.owner])
      expect((await client.send('POST', path(`/${request}${rest}`), body)).status).toBe(409);
  const agreement = await kit.officer.client.send('POST', path(`/${request}/agreement`), { password: PASSWORD });
  expect(agreement.status).toBe(403);
  expect(await kit.asks(kit.laptop)).toEqual([]);
  expect(await kit.seen(request)).toMatchObject({ state: 'awaiting_person', due: null });
  await kit.mia.client.ok('POST', path(`/${request}/withdrawal`), {});
});

test('the person agrees with their password, and then with their computer, which shows on whose authority it was filed', async () => {
  const { request, filedAt } = (await represent()).body;
  const wrong = await kit.mia.client.send('POST', path(`/${request}/agreement`), { password: 'not the right one' });
  expect(wrong.status).toBe(401);
  expect(await kit.mia.client.ok('POST', path(`/${request}/agreement`), { password: PASSWORD })).toMatchObject({
    state: 'awaiting_device',
    representation: { by: kit.officer.person, byName: 'Pia', representative },
  });
  expect(await kit.asks(kit.laptop)).toEqual([{ request, filedAt, content: ACCESS, representative }]);
  await kit.says(kit.laptop, request, 'yes');
  expect(await kit.seen(request)).toMatchObject({ state: 'open' });
});

test('no more than two wait for a person at once, and none of them keeps the person from filing their own', async () => {
  expect((await represent()).status).toBe(201);
  expect((await represent()).status).toBe(201);
  const third = await represent();
  expect([third.status, third.body.error.code]).toEqual([409, 'conflict']);
  expect(await kit.file()).toMatchObject({ state: 'awaiting_device' });
});
