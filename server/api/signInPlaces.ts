import { DaylightError } from '../../shared/errors.ts';
import { DAY } from '../../shared/time.ts';
import type { Clock } from '../clock.ts';
import type { RateLimits, WhenSpent } from './rateLimits.ts';
import { createRecent } from './recent.ts';

/** An address stays known to an account for as long after the last sign-in from it, and until the server ends. */
const KNOWN_MS = 30 * DAY;

/** What somebody must show. `both`: the password and a second factor, whether or not the account must have one. */
export type Demand = 'what_the_account_needs' | 'both';

/** Bounds guesses at accounts, also over many addresses; by guessing nobody keeps out whoever has a second factor. */
export interface SignInPlaces {
  /**
   * Runs one sign-in of this account (by keyed hash) from this address. Few guesses from one address, whichever it is; of guesses
   * from addresses that have not signed in to the account, few more over all of them together. After the former, whoever comes
   * from where they signed in before must show both factors, one attempt at a time; after the latter, whoever comes from
   * elsewhere must. They hear one and the same `rate_limited` whatever of it was wrong, and so does whoever may not try at
   * all: who guesses learns nothing more.
   */
  signIn<T>(account: string, address: string, prove: Prove<T>): Promise<T>;
}

/** `codes`: what wrong codes after the right password are counted under; those from elsewhere use up none of a known place. */
export type Prove<T> = (demand: Demand, codes: string) => Promise<T>;

export function createSignInPlaces(rateLimits: RateLimits, clock: Pick<Clock, 'mono'>): SignInPlaces {
  const known = createRecent<string>(KNOWN_MS);
  const showingBoth = new Set<string>();

  /** Nothing counts these attempts, so that nobody can use them up: therefore they must not pile up either. */
  async function oneAtATime<T>(place: string, refusal: DaylightError, task: () => Promise<T>): Promise<T> {
    if (showingBoth.has(place)) throw refusal;
    showingBoth.add(place);
    return task().finally(() => showingBoth.delete(place));
  }

  return {
    async signIn<T>(account: string, address: string, prove: Prove<T>) {
      const place = `${account} ${address}`;
      const isKnown = known.has(place, clock.mono());
      const codes = isKnown ? place : account;
      const spent: { refusal: DaylightError | null } = { refusal: null };
      const whenSpent =
        (otherwise: WhenSpent<T>): WhenSpent<T> =>
        (refusal) => {
          spent.refusal = refusal;
          return otherwise(refusal);
        };
      const here = [['address', address] as const, ['account_from', place] as const];
      const enough = () => prove('what_the_account_needs', codes);
      const both = () => prove('both', codes);
      const asKnown = () =>
        rateLimits.attempt(
          here,
          enough,
          whenSpent((refusal) => oneAtATime(place, refusal, both)),
        );
      // Their address comes first: once that is spent nothing is counted, or kept, of the accounts that they name.
      const asStranger = () =>
        rateLimits.attempt(
          here,
          () => rateLimits.attempt([['account_by_strangers', account]], enough, whenSpent(both)),
          whenSpent((refusal) => Promise.reject(refusal)),
        );
      try {
        const result = await (isKnown ? asKnown() : asStranger());
        known.note(place, clock.mono());
        return result;
      } catch (cause) {
        throw spent.refusal !== null && isOfTheGuess(cause) ? withBoth(spent.refusal) : cause;
      }
    },
  };
}

/** What would tell somebody who guesses whether a part of it was right. */
function isOfTheGuess(cause: unknown): boolean {
  return (
    cause instanceof DaylightError &&
    ['wrong_credentials', 'second_factor_required', 'rate_limited'].includes(cause.code)
  );
}

function withBoth({ message, retryAfterMs = 0 }: DaylightError): DaylightError {
  return new DaylightError('rate_limited', message, {
    field: 'totp',
    remedy:
      'Sign in with your password and the code of your second factor together, best from where you signed in before, or wait a quarter of an hour.',
    retryAfterMs,
  });
}
