import { expect, test } from 'vitest';
import { createGuessCounter, KEYS_MOST } from '../../../../server/api/guessCounter.ts';
import { createRateLimits } from '../../../../server/api/rateLimits.ts';
import { createSignInPlaces, type Demand } from '../../../../server/api/signInPlaces.ts';
import { systemClock } from '../../../../server/clock.ts';
import { DaylightError } from '../../../../shared/errors.ts';
import { DAY, MINUTE } from '../../../../shared/time.ts';

const failing = (code: 'wrong_credentials' | 'second_factor_required') => () =>
  Promise.reject(new DaylightError(code, 'no'));
const wrong = failing('wrong_credentials');
const right = () => Promise.resolve('in');
const later = () => new Promise<string>((resolve) => setTimeout(() => resolve('in'), 5));

const messageOf = (error: unknown) => (error as Error).message;
const answerOf = (error: unknown) => {
  const { code, message, field, remedy } = error as DaylightError;
  return { code, message, field, remedy };
};

function signIns() {
  let now = 0;
  const clock = { mono: () => now };
  const limits = createRateLimits(clock);
  const places = createSignInPlaces(limits, clock);
  const from = (address: string, prove: (demand: Demand) => Promise<unknown>) =>
    places.signIn('mia', address, (demand) => prove(demand));
  const codesOf = (address: string) =>
    places.signIn('mia', address, (_demand, codes) => Promise.reject(new Error(codes))).catch(messageOf);
  const named = (account: string, address: string) => places.signIn(account, address, wrong);
  const code = (signIn: Promise<unknown>) => signIn.then(String, (error: unknown) => (error as DaylightError).code);
  return { from, named, codesOf, code, kept: () => limits.size(), advance: (ms: number) => (now += ms) };
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
  for (let guess = 0; guess < 60; guess += 1) await code(from(`198.51.100.${guess}`, wrong));
  await from('203.0.113.9', seen);
  expect(demands.at(-1)).toBe('both');
});

test('whoever shares an address with somebody keeps them out of nothing by guessing, if they show both factors', async () => {
  const { from, named, code } = signIns();
  expect(await from('office', right)).toBe('in');
  const demands: Demand[] = [];
  const seen = (demand: Demand) => {
    demands.push(demand);
    return demand === 'both' ? Promise.resolve('in') : wrong();
  };
  for (let guess = 0; guess < 10; guess += 1) await code(from('office', wrong));
  expect(await from('office', seen)).toBe('in');
  for (let guess = 0; guess < 60; guess += 1) await code(named(`somebody else ${guess}`, 'office'));
  expect(await from('office', seen)).toBe('in');
  expect(demands).toEqual(['both', 'both']);
  // Who never signed in there is not let try, and hears what the others hear who showed too little.
  const refusals = [
    named('newcomer', 'office'),
    from('office', wrong),
    from('office', failing('second_factor_required')),
  ];
  const answers = await Promise.all(refusals.map((refused) => refused.catch((error: unknown) => answerOf(error))));
  expect(answers[0]).toMatchObject({ code: 'rate_limited', field: 'totp' });
  expect(answers).toEqual([answers[0], answers[0], answers[0]]);
});

test('where guesses are spent those who show both factors are tried one at a time, for each account', async () => {
  const { from, code } = signIns();
  expect(await from('office', right)).toBe('in');
  for (let guess = 0; guess < 10; guess += 1) await code(from('office', wrong));
  let tried = 0;
  const slowly = async () => {
    tried += 1;
    await later();
    return wrong();
  };
  const codes = await Promise.all(Array.from({ length: 50 }, () => code(from('office', slowly))));
  expect([tried, new Set(codes)]).toEqual([1, new Set(['rate_limited'])]);
  expect(await from('office', right)).toBe('in');
});

test('wrong codes of a known place are counted apart from those of all others', async () => {
  const { from, codesOf } = signIns();
  expect(await codesOf('203.0.113.9')).toBe('mia');
  expect(await from('203.0.113.9', right)).toBe('in');
  expect(await codesOf('203.0.113.9')).toBe('mia 203.0.113.9');
  expect(await codesOf('198.51.100.7')).toBe('mia');
});

test('of what is right nothing is kept, nor of what an address names that has no guesses left', async () => {
  const { from, named, code, kept } = signIns();
  await from('203.0.113.9', right);
  expect(kept()).toBe(0);
  for (let guess = 0; guess < 60; guess += 1) await code(named(`somebody ${guess}`, '198.51.100.7'));
  const spent = kept();
  const answers = [];
  for (let guess = 0; guess < 1_000; guess += 1) answers.push(await code(named(`other ${guess}`, '198.51.100.7')));
  expect([new Set(answers), kept()]).toEqual([new Set(['rate_limited']), spent]);
});

test('wrong guesses are kept for fifteen minutes, and of no more keys than the most, the newest', async () => {
  let now = 0;
  const counter = createGuessCounter(1, { mono: () => now });
  const guess = async (key: string) => {
    const waitMs = await counter.begin(key);
    if (waitMs === 0) counter.end(key, true);
    return waitMs;
  };
  expect([await guess('one'), await guess('one'), counter.size()]).toEqual([0, 15 * MINUTE, 1]);
  now += 15 * MINUTE;
  expect([await guess('one'), counter.size()]).toEqual([0, 1]);
  for (let key = 1; key < KEYS_MOST; key += 1) await guess(`other ${key}`);
  expect([counter.size(), (await guess('one')) > 0]).toEqual([KEYS_MOST, true]);
  await guess('newest');
  expect([counter.size(), (await guess('newest')) > 0, await guess('one')]).toEqual([KEYS_MOST, true, 0]);
  now += 15 * MINUTE;
  await guess('last');
  expect(counter.size()).toBe(1);
});

test('to strangers who guess on, a wrong password, a wrong code and a missing one are the same answer', async () => {
  const { from, code } = signIns();
  for (let guess = 0; guess < 30; guess += 1) await code(from(`198.51.100.${guess}`, wrong));
  const refusal = (prove: () => Promise<unknown>) => from('192.0.2.1', prove).catch(answerOf);
  const answers = await Promise.all([refusal(wrong), refusal(failing('second_factor_required'))]);
  expect(answers[1]).toEqual(answers[0]);
  expect(answers[0]).toMatchObject({ code: 'rate_limited' });
  // They are counted all the same: the address itself has no more than ten.
  for (let guess = 0; guess < 9; guess += 1) await code(from('192.0.2.1', wrong));
  expect(await code(from('192.0.2.1', right))).toBe('rate_limited');
});

test('right attempts at once are never refused, however many, and wrong ones at once never exceed the limit', async () => {
  const limits = createRateLimits(systemClock);
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
