import { setTimeout as wait } from 'node:timers/promises';
import { DaylightError } from '../../../shared/errors.ts';
import type { PersonRecord, TokenRecord, WebSession } from '../../store/store.ts';
import type { Credentials } from '../accounts.ts';
import type { Context } from '../context.ts';
import type { HandlersOf } from '../handler.ts';
import { meOf } from '../me.ts';
import { requireNotOwnAddress } from '../passwords.ts';
import { signInKeys } from '../rateLimits.ts';
import { takeRecoveryCode, takeTotp } from '../secondFactor.ts';
import { sha256 } from '../secrets.ts';
import { noteEvent } from '../securityEvents.ts';

/** Every failed sign-in takes at least this long, so that its time does not tell whether the account exists. */
const FAILURE_MS = 300;

export function signingIn(
  context: Context,
): HandlersOf<'signIn' | 'signInWithLink' | 'acceptInvitation' | 'me' | 'signOut'> {
  const { store, accounts, sessions, passwords, rateLimits, vault } = context;
  return {
    async signIn({ body, client, limitKey, cookie }) {
      const account = vault.lookupHash('email', body.email);
      const begun = await rateLimits.attemptAll(signInKeys(account, limitKey), () =>
        slowToFail(async () => {
          const { person, secondFactor } = await prove(context, body);
          if (secondFactor === 'recovery_code') await noteEvent(context, person, 'signed_in_with_recovery_code');
          return sessions.begin(person, client, secondFactor);
        }),
      );
      cookie.set(begun);
      return meOf(context, begun.signedIn);
    },
    async signInWithLink({ body, client, limitKey, cookie }) {
      const begun = await rateLimits.attempt('link', [limitKey], async () => {
        const person = await redeem(context, 'sign_in_link', body.token);
        await noteEvent(context, person, 'signed_in_with_link');
        return sessions.begin(await activated(context, person), client, 'host_link');
      });
      cookie.set(begun);
      return meOf(context, begun.signedIn);
    },
    async acceptInvitation({ body, client, limitKey, cookie }) {
      const begun = await rateLimits.attempt('link', [limitKey], async () => {
        await requireGoodPassword(context, body);
        const invited = await redeem(context, 'invitation', body.token);
        if (invited.status !== 'invited') throw gone();
        const [profile, credentials] = [await accounts.profile(invited), await accounts.credentials(invited)];
        const person = await accounts.change(invited, {
          status: 'active',
          profile: { ...profile, name: body.name },
          credentials: { ...credentials, passwordHash: await passwords.hash(body.password) },
        });
        return sessions.begin(person, client, null);
      });
      cookie.set(begun);
      return meOf(context, begun.signedIn);
    },
    me: ({ signedIn }) => meOf(context, signedIn),
    async signOut({ signedIn, cookie }) {
      const { org, person, id } = signedIn.session;
      await store.endSessions(org, person, { only: id });
      cookie.clear();
      return { ok: true };
    },
  };
}

interface Proof {
  readonly email: string;
  readonly password: string;
  readonly totp?: string | undefined;
  readonly recoveryCode?: string | undefined;
}

/** Password first, then the second factor if the account has one. An unknown address costs the same work. */
async function prove(
  context: Context,
  proof: Proof,
): Promise<{ person: PersonRecord; secondFactor: WebSession['secondFactor'] }> {
  const { accounts, passwords } = context;
  const found = await accounts.byEmail(proof.email);
  if (found === null) {
    await passwords.matches(null, proof.password);
    throw wrong();
  }
  return accounts.alone(found.person, async () => {
    const person = (await accounts.byEmail(proof.email)) ?? found;
    const credentials = await accounts.credentials(person);
    const right = await passwords.matches(credentials.passwordHash, proof.password);
    const factor = right ? takeSecondFactor(context, credentials, proof) : null;
    if (factor === null || person.status !== 'active') return refuse(context, person);
    const { secondFactor, left } = factor;
    return { person: left === null ? person : await accounts.change(person, { credentials: left }), secondFactor };
  });
}

interface TakenFactor {
  readonly secondFactor: WebSession['secondFactor'];
  /** The credentials without the code that was used; null when nothing was used up. */
  readonly left: Credentials | null;
}

function takeSecondFactor({ clock }: Context, credentials: Credentials, proof: Proof): TakenFactor | null {
  if (credentials.totp === null) return { secondFactor: null, left: null };
  if (proof.totp !== undefined) {
    const totp = takeTotp(credentials.totp, proof.totp, clock.now());
    return totp === null ? null : { secondFactor: 'totp', left: { ...credentials, totp } };
  }
  if (proof.recoveryCode !== undefined) {
    const recoveryCodes = takeRecoveryCode(credentials.recoveryCodes, proof.recoveryCode);
    if (recoveryCodes === null) return null;
    return { secondFactor: 'recovery_code', left: { ...credentials, recoveryCodes } };
  }
  throw new DaylightError('second_factor_required', 'this account has a second factor', {
    field: 'totp',
    remedy: 'Send the code of your authenticator as totp, or one of your recovery codes as recoveryCode.',
  });
}

async function refuse({ store, clock }: Context, { org, person }: PersonRecord): Promise<never> {
  const detail = 'a wrong password, or a wrong or used code';
  await store.recordSecurityEvent({ org, at: clock.now(), kind: 'failed_sign_in', person, detail });
  throw wrong();
}

/** Before the invitation is used up: a bad choice must not cost the person their link. */
async function requireGoodPassword(
  { store, accounts, clock }: Context,
  { token, password }: { readonly token: string; readonly password: string },
): Promise<void> {
  const found = await store.peekToken('invitation', sha256(token), clock.now());
  const invited = found === null ? null : await store.person(found.org, found.person);
  if (invited !== null) requireNotOwnAddress(password, (await accounts.profile(invited)).email);
}

async function redeem(context: Context, kind: TokenRecord['kind'], token: string): Promise<PersonRecord> {
  const redeemed = await context.store.redeemToken(kind, sha256(token), context.clock.now());
  const person = redeemed === null ? null : await context.store.person(redeemed.org, redeemed.person);
  if (person === null) throw gone();
  return person;
}

/** The first owner has no invitation: their link, printed on the host, is one. */
async function activated({ accounts }: Context, person: PersonRecord): Promise<PersonRecord> {
  return person.status === 'active' ? person : accounts.change(person, { status: 'active' });
}

async function slowToFail<T>(task: () => Promise<T>): Promise<T> {
  const soonest = wait(FAILURE_MS);
  try {
    return await task();
  } catch (cause) {
    await soonest;
    throw cause;
  }
}

function wrong(): DaylightError {
  return new DaylightError('wrong_credentials', 'the e-mail address, the password or the code is not right', {
    remedy: 'Try again; an owner who is locked out uses `daylight-server owner-link` on the host.',
  });
}

function gone(): DaylightError {
  return new DaylightError('gone', 'this link was used already, or it has expired', {
    remedy: 'Ask for a new one, or make one on the host with `daylight-server owner-link`.',
  });
}
