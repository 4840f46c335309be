import { setTimeout as wait } from 'node:timers/promises';
import { DaylightError } from '../../../shared/errors.ts';
import type { OrgId, PersonId } from '../../../shared/ids.ts';
import type { UnixMs } from '../../../shared/time.ts';
import type { PersonRecord, TokenRecord, WebSession } from '../../store/store.ts';
import type { Credentials } from '../accounts.ts';
import type { Context } from '../context.ts';
import type { HandlersOf } from '../handler.ts';
import { meOf } from '../me.ts';
import { requireNotOwnAddress } from '../passwords.ts';
import { recordLook } from '../reading.ts';
import { takeRecoveryCode, takeTotp } from '../secondFactor.ts';
import { sha256 } from '../secrets.ts';
import { noteEvent } from '../securityEvents.ts';
import type { Demand } from '../signInPlaces.ts';

/** Every failed sign-in takes at least this long, so that its time does not tell whether the account exists, or was tried at all. */
const FAILURE_MS = 300;

export function signingIn(
  context: Context,
): HandlersOf<'signIn' | 'signInWithLink' | 'readInvitation' | 'acceptInvitation' | 'me' | 'signOut'> {
  const { store, accounts, organisations, sessions, passwords, rateLimits, signInPlaces, vault } = context;
  return {
    async signIn({ body, client, limitKey, cookie }) {
      const account = vault.lookupHash('email', body.email);
      const begun = await slowToFail(() =>
        signInPlaces.signIn(account, limitKey, async (demand, codes) => {
          const { person, secondFactor } = await prove(context, body, { demand, codes });
          if (secondFactor === 'recovery_code') await noteEvent(context, person, 'signed_in_with_recovery_code');
          return sessions.begin(person, client, secondFactor);
        }),
      );
      cookie.set(begun);
      return meOf(context, begun.signedIn);
    },
    async signInWithLink({ body, client, limitKey, cookie }) {
      const begun = await rateLimits.attempt([['link', limitKey]], async () => {
        // The first owner has no invitation: their link, printed on the host, is one.
        const { holder } = await heldBy(context, 'sign_in_link', body.token);
        const isRescue = (await accounts.credentials(holder)).passwordHash !== null;
        const person = await accounts.redeem('sign_in_link', body.token, holder, { status: 'active' });
        if (person === null) throw gone('sign_in_link');
        await noteEvent(context, person, 'signed_in_with_link');
        if (!isRescue) return sessions.begin(person, client, 'host_link');
        // Whoever has the host can have made it for themself: the person reads that it was used.
        const actor = { ...holder, complete: true, looksAs: 'host_link' } as const;
        await recordLook(context, actor, person.person, { action: 'signed_in_with_link', purpose: 'support' });
        return sessions.begin(person, client, 'rescue_link');
      });
      cookie.set(begun);
      return meOf(context, begun.signedIn);
    },
    readInvitation: ({ body, limitKey }) =>
      rateLimits.attempt([['link', limitKey]], async () => {
        const { holder: invited, expiresAt } = await heldBy(context, 'invitation', body.token);
        const { identity } = await organisations.signer(invited.org);
        const { name, email, invitedBy } = await accounts.profile(invited);
        return {
          organisation: identity.name,
          name,
          email,
          invitedBy: await inviterOf(context, invited.org, invitedBy),
          expiresAt,
        };
      }),
    async acceptInvitation({ body, client, limitKey, cookie }) {
      const begun = await rateLimits.attempt([['link', limitKey]], async () => {
        const { holder: invited } = await heldBy(context, 'invitation', body.token);
        const [profile, credentials] = [await accounts.profile(invited), await accounts.credentials(invited)];
        requireNotOwnAddress(body.password, profile.email);
        const person = await accounts.redeem('invitation', body.token, invited, {
          status: 'active',
          profile: { ...profile, name: body.name, invitedBy: null },
          credentials: { ...credentials, passwordHash: await passwords.hash(body.password) },
        });
        if (person === null) throw gone('invitation');
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

interface Guarded {
  readonly demand: Demand;
  /** What wrong codes after the right password are counted under. */
  readonly codes: string;
}

/** Password first, then the second factor if the account has one. An unknown address costs the same work. */
async function prove(
  context: Context,
  proof: Proof,
  guarded: Guarded,
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
    const factor = right ? await countedFactor(context, credentials, proof, guarded) : null;
    if (factor === null || person.status !== 'active') return refuse(context, person);
    const { secondFactor, left } = factor;
    return { person: left === null ? person : await accounts.change(person, { credentials: left }), secondFactor };
  });
}

/** Whoever knows the password still has few guesses at the code, from wherever they come. */
async function countedFactor(
  context: Context,
  credentials: Credentials,
  proof: Proof,
  { demand, codes }: Guarded,
): Promise<TakenFactor | null> {
  if (demand === 'both' && credentials.totp === null) return null;
  const taking = context.rateLimits.attempt([['second_factor', codes]], async () => {
    const taken = takeSecondFactor(context, credentials, proof);
    if (taken === null) throw wrong();
    return taken;
  });
  return taking.catch((cause: unknown) => {
    if (cause instanceof DaylightError && cause.code === 'wrong_credentials') return null;
    throw cause;
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

type Link = Exclude<TokenRecord['kind'], 'enrolment'>;

/** Whose link it is, which is not used up by this: a look, a bad choice, or a failure, must not cost anybody their link. */
async function heldBy(
  { store, clock }: Context,
  kind: Link,
  token: string,
): Promise<{ holder: PersonRecord; expiresAt: UnixMs }> {
  const found = await store.peekToken(kind, sha256(token), clock.now());
  const holder = found === null ? null : await store.person(found.org, found.person);
  if (found === null || holder === null) throw gone(kind);
  if (kind === 'invitation' && holder.status !== 'invited') throw gone(kind);
  return { holder, expiresAt: found.expiresAt };
}

/** Their name; null when nobody is on record, or they are gone. */
async function inviterOf({ store, accounts }: Context, org: OrgId, person: PersonId | null): Promise<string | null> {
  const inviter = person === null ? null : await store.person(org, person);
  return inviter === null ? null : (await accounts.profile(inviter)).name;
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
    remedy: 'Try again; whoever is locked out gets a link on the host, by `daylight-server sign-in-link`.',
  });
}

function gone(kind: Link): DaylightError {
  return kind === 'invitation'
    ? new DaylightError('gone', 'this invitation was used already, has ended, or was replaced by a newer one', {
        remedy: 'Ask whoever invited you for a new link.',
      })
    : new DaylightError('gone', 'this link was used already, has ended, or was replaced by a newer one', {
        remedy: 'Make a new one on the host with `daylight-server sign-in-link`.',
      });
}
