import { DaylightError } from '../../shared/errors.ts';
import { MINUTE } from '../../shared/time.ts';
import type { Clock } from '../clock.ts';
import { createGuessCounter } from './guessCounter.ts';

/** Guesses that are counted. What succeeds, or fails for another reason, is not: only wrong guesses add up. */
export interface RateLimits {
  /**
   * Runs one attempt that could be a guess, counted under every key. Wrong is what throws `wrong_credentials` or `gone`. While
   * it runs every key counts it as wrong, so that attempts made at once are counted too; one that finds no room beside them
   * waits until they have ended. When a key has no attempts left, `whenSpent` is run instead, which by default throws what it
   * is given: DaylightError `rate_limited`, with the time to wait.
   */
  attempt<T>(keys: readonly GuessKey[], task: () => Promise<T>, whenSpent?: WhenSpent<T>): Promise<T>;
  /** How many keys something is kept of, of all kinds together. */
  size(): number;
}

export type WhenSpent<T> = (refusal: DaylightError) => Promise<T>;
export type Guess =
  | 'account'
  | 'account_from'
  | 'account_by_strangers'
  | 'second_factor'
  | 'address'
  | 'link'
  | 'enrolment';
export type GuessKey = readonly [kind: Guess, key: string];

/** Failures per key in fifteen minutes. */
const allowed: Readonly<Record<Guess, number>> = {
  /** In a session that exists: the present password, a new second factor. */
  account: 10,
  /** At one account from one address. */
  account_from: 10,
  /** At one account from all addresses together that have not signed in to it. */
  account_by_strangers: 30,
  /** Wrong codes after the right password, from the same addresses. */
  second_factor: 10,
  address: 60,
  link: 60,
  // A whole office enrols from one address, many at once; a code has a hundred random bits.
  enrolment: 240,
};

export function createRateLimits(clock: Pick<Clock, 'mono'>): RateLimits {
  const counters = new Map(Object.entries(allowed).map(([kind, most]) => [kind, createGuessCounter(most, clock)]));

  async function attempt<T>(
    keys: readonly GuessKey[],
    task: () => Promise<T>,
    whenSpent: WhenSpent<T> = refuse,
  ): Promise<T> {
    const [first, ...rest] = keys;
    if (first === undefined) return task();
    const [kind, key] = first;
    const counter = counters.get(kind);
    if (counter === undefined) throw new Error(`no limit is set for ${kind}`);
    const waitMs = await counter.begin(key);
    if (waitMs > 0) return whenSpent(tooMany(waitMs));
    let isWrong = false;
    try {
      return await attempt(rest, task, whenSpent);
    } catch (cause) {
      isWrong = isWrongGuess(cause);
      throw cause;
    } finally {
      counter.end(key, isWrong);
    }
  }

  return {
    attempt,
    size: () => [...counters.values()].reduce((sum, counter) => sum + counter.size(), 0),
  };
}

function isWrongGuess(cause: unknown): boolean {
  return cause instanceof DaylightError && (cause.code === 'wrong_credentials' || cause.code === 'gone');
}

async function refuse(refusal: DaylightError): Promise<never> {
  throw refusal;
}

function tooMany(waitMs: number): DaylightError {
  const minutes = Math.ceil(waitMs / MINUTE);
  return new DaylightError('rate_limited', 'too many failed attempts from here or for this account', {
    remedy: `Wait ${minutes === 1 ? 'a minute' : `${minutes} minutes`} and try again.`,
    retryAfterMs: waitMs,
  });
}
