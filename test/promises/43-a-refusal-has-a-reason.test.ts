import { afterAll, beforeAll, expect, test } from 'vitest';
import { RequestStep } from '../../server/control/requestStep.ts';
import { RequestAnswer } from '../../shared/protocol/http/requests.ts';
import { RefusalReason } from '../../shared/rightsRequest.ts';
import { DAY } from '../../shared/time.ts';
import { PASSWORD, totpCode } from '../support/api.ts';
import { ACCESS, type RequestKit, startRequests } from '../support/requestKit.ts';

// Promise 43: a refusal names a reason of the law, is a human's, and says how to complain; without that there is none.

let kit: RequestKit;
beforeAll(async () => {
  kit = await startRequests();
});
afterAll(() => kit[Symbol.asyncDispose]());

const words = 'We told you the same last week.';
const path = (rest = ''): string => `/people/${kit.mia.person}/requests${rest}`;
async function proved(): Promise<string> {
  const { request } = await kit.file();
  await kit.says(kit.laptop, request, 'yes');
  return request;
}

test.each([
  ['without a reason', { answer: 'refused', words }],
  ['with a reason that is not of the list', { answer: 'refused', reason: 'too_much_work', words }],
  ['without words', { answer: 'refused', reason: 'excessive', words: '' }],
  ['that sets a fee', { answer: 'refused', reason: 'excessive', words, fee: 10 }],
])('a refusal %s is none, by schema and by request', async (_, answer) => {
  expect(RequestAnswer.safeParse(answer).success).toBe(false);
  const request = await proved();
  expect((await kit.officer.client.send('POST', path(`/${request}/answer`), answer)).status).toBe(400);
  expect(await kit.seen(request)).toMatchObject({ state: 'open', answer: null });
  await kit.mia.client.ok('POST', path(`/${request}/withdrawal`), { password: PASSWORD });
});

test('nothing that is kept of a refusal is without its reason, its human and the way to complain', () => {
  const whole = { kind: 'refused', by: kit.officer.person, reason: 'excessive', words, appeal: 'You can complain.' };
  expect(RequestStep.safeParse(whole).success).toBe(true);
  for (const left of ['by', 'reason', 'words', 'appeal'])
    expect([left, RequestStep.safeParse({ ...whole, [left]: undefined }).success]).toEqual([left, false]);
  expect(RequestStep.safeParse({ ...whole, appeal: '' }).success).toBe(false);
});

test.each(RefusalReason.options)(
  'refused as %s, the person reads by whom, why, and whom they can complain to',
  async (reason) => {
    const request = await proved();
    await kit.officer.client.ok('POST', path(`/${request}/answer`), { answer: 'refused', reason, words });
    const { answer, state } = await kit.seen(request);
    expect([state, answer.kind, answer.byName, answer.reason, answer.words]).toEqual([
      'refused',
      'refused',
      'Pia',
      reason,
      words,
    ]);
    expect(answer.appeal).toBe(
      'You can complain to the data protection authority of the country where you live or work, at any time, free of charge, and go to court; your organisation has not named one here yet.',
    );
  },
);

test('nobody refuses, or fulfils, their own; managers and admins nobody’s; and an answer is given once', async () => {
  const { clock } = kit.it;
  const own = `/people/${kit.officer.person}/requests`;
  const totp = totpCode(kit.officer.secret ?? '', clock.now());
  const { request: mine } = await kit.officer.client.ok('POST', own, { password: PASSWORD, totp, content: ACCESS });
  const refusal = { answer: 'refused', reason: 'excessive', words };
  expect((await kit.officer.client.send('POST', `${own}/${mine}/answer`, refusal)).status).toBe(403);
  const request = await proved();
  for (const { client } of [kit.manager, kit.admin, kit.mia])
    expect((await client.send('POST', path(`/${request}/answer`), refusal)).status).toBe(403);
  await kit.owner.client.ok('POST', path(`/${request}/answer`), { answer: 'fulfilled', words: 'Here it is.' });
  const again = await kit.officer.client.send('POST', path(`/${request}/answer`), refusal);
  expect([again.status, again.body.error.code]).toEqual([409, 'conflict']);
});

test('two further months are taken once, with a reason, within the first month; then overdue is said', async () => {
  const [first, second] = [await proved(), await proved()];
  const { due } = await kit.seen(first);
  expect((await kit.officer.client.send('POST', path(`/${first}/extension`), { words: '' })).status).toBe(400);
  const longer = await kit.officer.client.ok('POST', path(`/${first}/extension`), { words: 'There are many.' });
  expect(longer).toMatchObject({ extension: { byName: 'Pia', words: 'There are many.' } });
  expect(Date.parse(longer.due) - Date.parse(due)).toBeGreaterThan(55 * DAY);
  expect((await kit.officer.client.send('POST', path(`/${first}/extension`), { words: 'More.' })).status).toBe(409);
  await kit.later(40 * DAY);
  expect((await kit.officer.client.send('POST', path(`/${second}/extension`), { words: 'Late.' })).status).toBe(409);
  const { requests } = await kit.officer.client.ok('GET', '/requests');
  const listed = requests.map(({ request, isOverdue }: { request: string; isOverdue: boolean }) => [
    request,
    isOverdue,
  ]);
  expect(listed.slice(0, 2)).toEqual([
    [second, true],
    [first, false],
  ]);
  expect(await kit.seen(second)).toMatchObject({ state: 'open', isOverdue: true });
});
