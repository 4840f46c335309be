import { DaylightError } from '../../../shared/errors.ts';
import type { Digest } from '../../../shared/signed.ts';
import type { WebSession } from '../../store/store.ts';
import type { Context } from '../context.ts';
import type { HandlersOf } from '../handler.ts';
import { meOf } from '../me.ts';
import { requireAnother, requireNotOwnAddress } from '../passwords.ts';
import { hashRecoveryCode, newRecoveryCodes, newTotpSecret, takeTotp, totpUri } from '../secondFactor.ts';
import { noteEvent } from '../securityEvents.ts';
import { isLink, needsSecondFactor, type SignedIn, sessionLimits } from '../sessions.ts';

/** One's own password, second factor and sessions. */
export function account(
  context: Context,
): HandlersOf<
  | 'setPassword'
  | 'beginTotp'
  | 'confirmTotp'
  | 'secondFactor'
  | 'removeTotp'
  | 'renewRecoveryCodes'
  | 'sessions'
  | 'endSession'
  | 'endOtherSessions'
> {
  const { store, accounts, sessions, passwords, rateLimits, organisations, clock, random } = context;
  return {
    setPassword: ({ body, signedIn }) =>
      accounts.alone(signedIn.person.person, async () => {
        const { person, session } = await now(context, signedIn);
        requireNotOwnAddress(body.password, (await accounts.profile(person)).email);
        const credentials = await accounts.credentials(person);
        await rateLimits.attempt([['account', person.emailHash]], async () => {
          if (credentials.passwordHash === null || isLink(session.secondFactor)) return;
          if (body.current === undefined) throw currentMissing();
          if (!(await passwords.matches(credentials.passwordHash, body.current))) throw currentWrong();
          requireAnother(body.password, body.current);
        });
        const passwordHash = await passwords.hash(body.password);
        await noteEvent(context, person, 'password_changed');
        await accounts.change(person, { credentials: { ...credentials, passwordHash } });
        await store.endSessions(person.org, person.person, { except: session.id });
        return meOf(context, await now(context, signedIn));
      }),
    beginTotp: ({ signedIn }) =>
      accounts.alone(signedIn.person.person, async () => {
        const { person, session } = await now(context, signedIn);
        if (person.hasSecondFactor) requireFresh(session, clock.now());
        const [profile, credentials] = [await accounts.profile(person), await accounts.credentials(person)];
        const secret = newTotpSecret();
        await accounts.change(person, { credentials: { ...credentials, pendingTotp: secret } });
        const { identity } = await organisations.signer(person.org);
        return { secret, uri: totpUri(identity.name, profile.email, secret) };
      }),
    confirmTotp: ({ body, signedIn }) =>
      accounts.alone(signedIn.person.person, async () => {
        const { person, session } = await now(context, signedIn);
        if (person.hasSecondFactor) requireFresh(session, clock.now());
        const credentials = await accounts.credentials(person);
        const secret = credentials.pendingTotp;
        if (secret === null) throw notBegun();
        const totp = await rateLimits.attempt([['account', person.emailHash]], async () => {
          const taken = takeTotp({ secret, lastStep: -1 }, body.totp, clock.now());
          if (taken === null) throw codeWrong();
          return taken;
        });
        const recoveryCodes = newRecoveryCodes(random);
        await noteEvent(context, person, 'second_factor_changed');
        await accounts.change(person, {
          credentials: { ...credentials, totp, pendingTotp: null, recoveryCodes: recoveryCodes.map(hashRecoveryCode) },
        });
        // Sessions that were signed in without the new factor end here.
        await store.endSessions(person.org, person.person, { except: session.id });
        await store.touchSession(session.id, clock.now(), { secondFactor: 'totp' });
        return { recoveryCodes, me: await meOf(context, await now(context, signedIn)) };
      }),
    async secondFactor({ signedIn: { person } }) {
      const { totp, recoveryCodes } = await accounts.credentials(person);
      return { set: totp !== null, needed: needsSecondFactor(person.role), recoveryCodesLeft: recoveryCodes.length };
    },
    removeTotp: ({ signedIn }) =>
      accounts.alone(signedIn.person.person, async () => {
        const { person, session } = await now(context, signedIn);
        if (needsSecondFactor(person.role)) throw needed();
        if (!person.hasSecondFactor) throw noSecondFactor();
        requireFresh(session, clock.now());
        const credentials = await accounts.credentials(person);
        await noteEvent(context, person, 'second_factor_removed');
        await accounts.change(person, {
          credentials: { ...credentials, totp: null, pendingTotp: null, recoveryCodes: [] },
        });
        await store.endSessions(person.org, person.person, { except: session.id });
        return meOf(context, await now(context, signedIn));
      }),
    renewRecoveryCodes: ({ signedIn }) =>
      accounts.alone(signedIn.person.person, async () => {
        const { person, session } = await now(context, signedIn);
        if (!person.hasSecondFactor) throw noSecondFactor();
        requireFresh(session, clock.now());
        const credentials = await accounts.credentials(person);
        const recoveryCodes = newRecoveryCodes(random);
        await noteEvent(context, person, 'recovery_codes_renewed');
        await accounts.change(person, {
          credentials: { ...credentials, recoveryCodes: recoveryCodes.map(hashRecoveryCode) },
        });
        return { recoveryCodes };
      }),
    async sessions({ signedIn }) {
      const { org, person, id } = signedIn.session;
      const open = await store.sessionsOf(org, person, clock.now());
      const alive = open.filter((session) => clock.now() - session.lastSeenAt < sessionLimits.idleMs);
      return { sessions: await Promise.all(alive.map((session) => sessionView(session, id))) };
    },
    async endSession({ params, signedIn, cookie }) {
      const { org, person, id } = signedIn.session;
      const ended = await store.endSessions(org, person, { only: params.id });
      if (ended === 0) throw new DaylightError('not_found', 'this account has no such session');
      if (params.id === id) cookie.clear();
      return { ok: true };
    },
    async endOtherSessions({ signedIn }) {
      const { org, person, id } = signedIn.session;
      return { ended: await store.endSessions(org, person, { except: id }) };
    },
  };

  async function sessionView(session: WebSession, current: Digest) {
    const { network, browser } = await sessions.clientOf(session);
    return {
      id: session.id,
      current: session.id === current,
      createdAt: session.createdAt,
      lastSeenAt: session.lastSeenAt,
      network,
      client: browser,
      concurrentUse: await sessions.inUseElsewhere(session),
    };
  }
}

/** The session and the person as they are once it is this request's turn. */
async function now(context: Context, { session }: SignedIn): Promise<SignedIn> {
  const again = await context.sessions.again(session);
  if (again === null) throw new DaylightError('unauthenticated', 'the session has ended', { remedy: 'Sign in.' });
  return again;
}

function requireFresh(session: WebSession, at: number): void {
  if (session.secondFactor !== null && at - session.createdAt < sessionLimits.freshMs) return;
  throw new DaylightError('second_factor_required', 'changing a second factor needs a fresh one', {
    remedy: 'Sign in again with your second factor or a recovery code, and do this within ten minutes.',
  });
}

function currentMissing(): DaylightError {
  return new DaylightError('bad_request', 'current: expected the password that you have now', { field: 'current' });
}

function currentWrong(): DaylightError {
  return new DaylightError('wrong_credentials', 'the current password is not right', { field: 'current' });
}

function codeWrong(): DaylightError {
  return new DaylightError('wrong_credentials', 'the code is not right', {
    field: 'totp',
    remedy: 'Check that the clock of your phone is right, and take the code that is shown now.',
  });
}

function needed(): DaylightError {
  return new DaylightError('forbidden', 'your role must use a second factor', {
    remedy: 'Move to another authenticator instead.',
  });
}

function noSecondFactor(): DaylightError {
  return new DaylightError('conflict', 'this account has no second factor', { remedy: 'Set one up first.' });
}

function notBegun(): DaylightError {
  return new DaylightError('conflict', 'no second factor is being set up', {
    remedy: 'Begin with POST /account/totp.',
  });
}
