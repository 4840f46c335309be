import { RateLimiterMemory } from 'rate-limiter-flexible';
import { DaylightError } from '../../shared/errors.ts';

/** Guesses that are counted. What succeeds, or fails for another reason, is not: only wrong guesses add up. */
export interface RateLimits {
  /**
   * Runs one attempt that could be a guess. Every key counts it as wrong until it has ended, so that attempts made at once
   * are counted too. Wrong is what throws `wrong_credentials` or `gone`. Throws DaylightError `rate_limited`, without running it, when a key has no attempts left.
   */
  attempt<T>(kind: Guess, keys: readonly string[], task: () => Promise<T>): Promise<T>;
  /** The same, counted in several kinds. */
  attemptAll<T>(keys: readonly GuessKey[], task: () => Promise<T>): Promise<T>;
}

export type Guess = 'account' | 'account_from' | 'account_anywhere' | 'address' | 'link' | 'enrolment';
export type GuessKey = readonly [kind: Guess, key: string];

/**
 * What a sign-in is counted by. Few guesses at one account from one address, so that someone elsewhere cannot lock the
 * person out; more over all addresses together, so that many addresses do not help either.
 */
export function signInKeys(account: string, address: string): readonly GuessKey[] {
  return [
    ['address', address],
    ['account_from', `${account} ${address}`],
    ['account_anywhere', account],
  ];
}

/** Failures per key in fifteen minutes. */
const allowed: Readonly<Record<Guess, number>> = {
  /** In a session that exists: the present password, a new second factor. */
  account: 10,
  account_from: 10,
  account_anywhere: 100,
  address: 60,
  link: 60,
  // A whole office enrols from one address, many at once; a code has a hundred random bits.
  enrolment: 240,
};
const WINDOW_SECONDS = 15 * 60;

export function createRateLimits(): RateLimits {
  const limiters = Object.fromEntries(
    Object.entries(allowed).map(([kind, points]) => [
      kind,
      new RateLimiterMemory({ keyPrefix: kind, points, duration: WINDOW_SECONDS }),
    ]),
  );
  async function attempt<T>(kind: Guess, keys: readonly string[], task: () => Promise<T>): Promise<T> {
    const limiter = limiters[kind];
    if (limiter === undefined) throw new Error(`no limit is set for ${kind}`);
    for (const key of keys) await limiter.consume(key).catch(refuse);
    try {
      const result = await task();
      for (const key of keys) await limiter.reward(key);
      return result;
    } catch (cause) {
      if (!isWrongGuess(cause)) for (const key of keys) await limiter.reward(key);
      throw cause;
    }
  }

  function attemptAll<T>(keys: readonly GuessKey[], task: () => Promise<T>): Promise<T> {
    const [first, ...rest] = keys;
    return first === undefined ? task() : attempt(first[0], [first[1]], () => attemptAll(rest, task));
  }

  return { attempt, attemptAll };
}

function isWrongGuess(cause: unknown): boolean {
  return cause instanceof DaylightError && (cause.code === 'wrong_credentials' || cause.code === 'gone');
}

function refuse(cause: unknown): never {
  if (cause instanceof Error) throw cause;
  throw new DaylightError('rate_limited', 'too many failed attempts from here or for this account', {
    remedy: 'Wait fifteen minutes and try again.',
  });
}
