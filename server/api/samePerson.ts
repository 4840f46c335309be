import { DaylightError } from '../../shared/errors.ts';
import type { PersonRecord } from '../store/store.ts';
import type { Context } from './context.ts';
import { takeTotp } from './secondFactor.ts';
import { type EventKind, noteEvent } from './securityEvents.ts';

/** What a request that gives out or ends everything of a person must bring, beyond a session. */
export interface Proof {
  readonly password: string;
  readonly totp?: string | undefined;
}

/**
 * Whether the very person asks, and not whoever found their browser open: the password again, and a new code of whoever has a second
 * factor. Wrong ones are counted with all others of the account. The signature of a device that is enrolled for them comes on top where
 * a human answers: `control/requests.ts`.
 *
 * Throws DaylightError `wrong_credentials` (`password` or `totp`), `second_factor_required` where the code is missing, `rate_limited`.
 */
export async function requireSamePerson(context: Context, asking: PersonRecord, proof: Proof): Promise<void> {
  const { store, accounts, passwords, rateLimits, clock } = context;
  await accounts.alone(asking.person, async () => {
    const person = (await store.person(asking.org, asking.person)) ?? asking;
    await rateLimits.attempt([['account', person.emailHash]], async () => {
      const credentials = await accounts.credentials(person);
      if (!(await passwords.matches(credentials.passwordHash, proof.password))) throw wrongPassword();
      if (credentials.totp === null) return;
      if (proof.totp === undefined) throw codeMissing();
      const totp = takeTotp(credentials.totp, proof.totp, clock.now());
      if (totp === null) throw wrongCode();
      await accounts.change(person, { credentials: { ...credentials, totp } });
    });
  });
}

/** Puts on record that somebody failed to prove who they are; of a code that is missing `noteRefusal` takes note. */
export async function refusedOnRecord<T>(
  context: Context,
  person: PersonRecord,
  kind: EventKind,
  task: () => Promise<T>,
): Promise<T> {
  try {
    return await task();
  } catch (cause) {
    const isRefusal =
      cause instanceof DaylightError && (cause.code === 'wrong_credentials' || cause.code === 'rate_limited');
    if (isRefusal) await noteEvent(context, person, kind);
    throw cause;
  }
}

function wrongPassword(): DaylightError {
  return new DaylightError('wrong_credentials', 'the password is not right', {
    field: 'password',
    remedy: 'Type the password that you sign in to Daylight with.',
  });
}

function codeMissing(): DaylightError {
  return new DaylightError('second_factor_required', 'this account has a second factor', {
    field: 'totp',
    remedy: 'Send the code that your authenticator shows now as totp.',
  });
}

function wrongCode(): DaylightError {
  return new DaylightError('wrong_credentials', 'the code is not right, or was used already', {
    field: 'totp',
    remedy: 'Wait for the next code of your authenticator, and check that the clock of your phone is right.',
  });
}
