import { expect, test } from 'vitest';
import { createRateLimits } from '../../../../server/api/rateLimits.ts';
import { createSignInPlaces, type Demand } from '../../../../server/api/signInPlaces.ts';
import { DaylightError } from '../../../../shared/errors.ts';
import { DAY } from '../../../../shared/time.ts';

const failing = (code: 'wrong_credentials' | 'second_factor_required') => () =>
  Promise.reject(new DaylightError(code, 'no'));
const wrong = failing('wrong_credentials');
const right = () => Promise.resolve('in');
const later = () => new Promise<string>((resolve) => setTimeout(() => resolve('in'), 5));

function signIns() {
  let now = 0;
  const places = createSignInPlaces(createRateLimits(), { mono: () => now });
  const from = (address: string, prove: (demand: Demand) => Promise<unknown>) =>
    places.signIn('mia', address, (demand) => prove(demand));
  const code = (signIn: Promise<unknown>) => signIn.then(String, (error: unknown) => (error as DaylightError).code);
  return { from, code, advance: (ms: number) => (now += ms) };
}

test('someone who guesses from elsewhere does not lock the person out of their own network', async () => {
  const { from } = signIns();
  for (let guess = 0; guess < 10; guess += 1) {
    await expect(from('198.51.100.7', wrong)).rejects.toMatchObject({ code: 'wrong_credentials' });
  }
  await expect(from('198.51.100.7', right)).rejects.toMatchObject({ code: 'rate_limited' });
  expect(await from('203.0.113.9', right)).toBe('in');
});

test('guesses at one account are bounded over all networks together', async () => {
  const { from, code } = signIns();
  const answers = [];
  for (let guess = 0; guess < 120; guess += 1) answers.push(await code(from(`198.51.100.${guess}`, wrong)));
  expect(answers.filter((one) => one === 'wrong_credentials')).toHaveLength(30);
  expect(answers.filter((one) => one === 'rate_limited')).toHaveLength(90);
});

test('guesses from many networks keep nobody out who comes from where they signed in before, or shows both factors', async () => {
  const { from, code, advance } = signIns();
  expect(await from('203.0.113.9', right)).toBe('in');
  for (let guess = 0; guess < 60; guess += 1) await code(from(`198.51.100.${guess}`, wrong));
  const demands: Demand[] = [];
  const seen = async (demand: Demand) => demands.push(demand);
  await from('203.0.113.9', seen);
  await from('192.0.2.1', seen);
  await from('192.0.2.1', seen); // which is known by now
  expect(demands).toEqual(['what_the_account_needs', 'both', 'what_the_account_needs']);
  advance(30 * DAY);
  await from('203.0.113.9', seen);
  expect(demands.at(-1)).toBe('both');
});

test('to strangers who guess on, a wrong password, a wrong code and a missing one are the same answer', async () => {
  const { from, code } = signIns();
  for (let guess = 0; guess < 30; guess += 1) await code(from(`198.51.100.${guess}`, wrong));
  const refusal = async (prove: () => Promise<unknown>) => {
    const error = (await from('192.0.2.1', prove).catch((cause: unknown) => cause)) as DaylightError;
    return [error.code, error.message, error.field, error.remedy];
  };
  const answers = await Promise.all([refusal(wrong), refusal(failing('second_factor_required'))]);
  expect(answers[1]).toEqual(answers[0]);
  expect(answers[0]?.slice(0, 1)).toEqual(['rate_limited']);
  // They are counted all the same: the address itself has no more than ten.
  for (let guess = 0; guess < 9; guess += 1) await code(from('192.0.2.1', wrong));
  expect(await code(from('192.0.2.1', right))).toBe('rate_limited');
});

test('right attempts at once are never refused, however many, and wrong ones at once never exceed the limit', async () => {
  const limits = createRateLimits();
  const office = () => limits.attempt([['enrolment', 'office']], later);
  expect(await Promise.all(Array.from({ length: 600 }, office))).toEqual(Array(600).fill('in'));
  let looked = 0;
  const guess = () =>
    limits.attempt([['enrolment', 'office']], async () => {
      looked += 1;
      await later();
      return wrong();
    });
  const codes = await Promise.all(
    Array.from({ length: 600 }, () => guess().catch((error: unknown) => (error as DaylightError).code)),
  );
  expect([looked, codes.filter((code) => code === 'rate_limited').length]).toEqual([240, 360]);
  await expect(office()).rejects.toMatchObject({ code: 'rate_limited', retryAfterMs: expect.any(Number) });
});
