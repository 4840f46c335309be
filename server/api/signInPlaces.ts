import { DaylightError } from '../../shared/errors.ts';
import { DAY } from '../../shared/time.ts';
import type { Clock } from '../clock.ts';
import type { RateLimits } from './rateLimits.ts';
import { createRecent } from './recent.ts';

/** An address stays known to an account for as long after the last sign-in from it, and until the server ends. */
const KNOWN_MS = 30 * DAY;

/** What somebody must show. `both`: the password and a second factor, whether or not the account must have one. */
export type Demand = 'what_the_account_needs' | 'both';

/** Bounds guesses at accounts, also over many addresses, without anybody being able to keep somebody out by guessing. */
export interface SignInPlaces {
  /**
   * Runs one sign-in of this account (by keyed hash) from this address. Few guesses from one address, whichever it is. Of guesses
   * from addresses that have not signed in to the account, few more over all of them together; after those whoever comes from
   * such an address must show both factors, and hears one and the same `rate_limited` whatever of it was wrong: who
   * guesses learns nothing more, and the person is not kept out.
   */
  signIn<T>(account: string, address: string, prove: Prove<T>): Promise<T>;
}

/** `isKnown`: this account has been signed in to from here. */
export type Prove<T> = (demand: Demand, isKnown: boolean) => Promise<T>;

export function createSignInPlaces(rateLimits: RateLimits, clock: Pick<Clock, 'mono'>): SignInPlaces {
  const known = createRecent<string>(KNOWN_MS);
  return {
    async signIn(account, address, prove) {
      const place = `${account} ${address}`;
      const isKnown = known.has(place, clock.mono());
      const from = (demand: Demand) => {
        const keys = [['address', address] as const, ['account_from', place] as const];
        return rateLimits.attempt(keys, () => prove(demand, isKnown));
      };
      const enough = () => from('what_the_account_needs');
      const result = isKnown
        ? await enough()
        : await rateLimits.attempt([['account_by_strangers', account]], enough, (refusal) =>
            from('both').catch((cause: unknown) => {
              throw isOfTheGuess(cause) ? withBoth(refusal) : cause;
            }),
          );
      known.note(place, clock.mono());
      return result;
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
      'Sign in with your password and the code of your second factor together, or from where you signed in before, or wait a quarter of an hour.',
    retryAfterMs,
  });
}
