import { expect, test } from 'vitest';
import { createRateLimits, signInKeys } from '../../../../server/api/rateLimits.ts';
import { DaylightError } from '../../../../shared/errors.ts';

const wrong = () => Promise.reject(new DaylightError('wrong_credentials', 'no'));
const right = () => Promise.resolve('in');

test('someone who guesses from elsewhere does not lock the person out of their own network', async () => {
  const limits = createRateLimits();
  const from = (network: string, task: () => Promise<unknown>) => limits.attemptAll(signInKeys('mia', network), task);
  for (let guess = 0; guess < 10; guess += 1) {
    await expect(from('198.51.100.7', wrong)).rejects.toMatchObject({ code: 'wrong_credentials' });
  }
  await expect(from('198.51.100.7', right)).rejects.toMatchObject({ code: 'rate_limited' });
  expect(await from('203.0.113.9', right)).toBe('in');
});

test('guesses at one account are bounded over all networks together', async () => {
  const limits = createRateLimits();
  const from = (network: string) => limits.attemptAll(signInKeys('mia', network), wrong);
  let refused = 0;
  for (let guess = 0; guess < 120; guess += 1) {
    const failure: unknown = await from(`198.51.100.${guess}`).catch((error: unknown) => error);
    if (failure instanceof DaylightError && failure.code === 'rate_limited') refused += 1;
  }
  expect(refused).toBe(20);
});
