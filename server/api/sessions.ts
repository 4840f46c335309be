import { z } from 'zod';
import { canonical } from '../../shared/canonical.ts';
import type { OrgId } from '../../shared/ids.ts';
import type { Role } from '../../shared/roles.ts';
import type { Digest } from '../../shared/signed.ts';
import { HOUR, MINUTE, SECOND } from '../../shared/time.ts';
import type { Actor } from '../authorize.ts';
import type { Clock } from '../clock.ts';
import type { Random } from '../random.ts';
import type { PersonRecord, Store, WebSession } from '../store/store.ts';
import type { SealScope, Vault } from '../vault/vault.ts';
import type { Accounts } from './accounts.ts';
import type { Client } from './client.ts';
import { createRecent } from './recent.ts';
import { newToken, sha256 } from './secrets.ts';

export const sessionLimits = {
  /** A working day and its evening; then one signs in again. */
  absoluteMs: 12 * HOUR,
  idleMs: HOUR,
  /** The store is told of use at most this often, so that reading does not mean writing. */
  touchMs: 30 * SECOND,
  /** Use from two places within this time is use at once. */
  concurrentMs: 10 * MINUTE,
  /** A second factor given longer ago than this does not allow replacing it. */
  freshMs: 10 * MINUTE,
  /** Of one person; a new one ends the one used longest ago. More than anybody's browsers, and few enough to look at. */
  mostAtOnce: 20,
} as const;

export type Duty = 'set_password' | 'set_up_second_factor';

/** A request's session, with the person as the store has them now. */
export interface SignedIn {
  readonly session: WebSession;
  readonly person: PersonRecord;
  readonly actor: Actor;
  readonly mustDo: readonly Duty[];
}

export interface Sessions {
  /** Returns the cookie's value, which is kept nowhere. Ends the person's least recently used one when there are many. */
  begin(person: PersonRecord, client: Client, secondFactor: WebSession['secondFactor']): Promise<Begun>;
  /** Null when there is no such session, or it has ended. Counts as use of the session, and notes where from. */
  authenticate(cookie: string, client: Client): Promise<SignedIn | null>;
  /** The same session as the store has it now, without counting as use. Null when it has ended. */
  again(session: WebSession): Promise<SignedIn | null>;
  /** Other sessions of the same person in use within ten minutes from another network or with another browser. */
  inUseElsewhere(session: WebSession): Promise<boolean>;
  clientOf(session: WebSession): Promise<Client>;
  /** All of an organisation, by their hashes. */
  idsIn(org: OrgId): Promise<readonly Digest[]>;
  /** Their organisation has ended, and they with it. */
  noteOrganisationEnded(ids: readonly Digest[]): void;
  /** Whether it is the cookie of one of those, as far as this process remembers. */
  endedWithOrganisation(cookie: string): boolean;
}

export interface Begun {
  readonly cookie: string;
  readonly signedIn: SignedIn;
}

export interface SessionDeps {
  readonly store: Store;
  readonly vault: Vault;
  readonly accounts: Accounts;
  readonly clock: Clock;
  readonly random: Random;
}

export function createSessions(deps: SessionDeps): Sessions {
  const { store, vault, accounts, clock, random } = deps;
  /** Sessions whose cookie was seen from somewhere else. */
  const strangers = createRecent<Digest>(sessionLimits.concurrentMs);
  /** Places of a person, and sessions seen from elsewhere, that are on record as used at once already. */
  const flagged = createRecent<Digest>(sessionLimits.absoluteMs);
  const ended = createRecent<Digest>(sessionLimits.absoluteMs);

  const hashOf = (person: PersonRecord, client: Client) =>
    vault.lookupHash('client', canonical([person.person, client.network, client.browser]));

  async function load(id: Digest): Promise<SignedIn | null> {
    const now = clock.now();
    const session = await store.session(id, now);
    if (session === null || now >= session.expiresAt || now - session.lastSeenAt >= sessionLimits.idleMs) return null;
    const person = await store.person(session.org, session.person);
    return person === null ? null : signedIn(session, person);
  }

  async function signedIn(session: WebSession, person: PersonRecord): Promise<SignedIn> {
    const mustDo = await dutiesOf(accounts, session, person);
    const { org, role, managesTeams } = person;
    const looksAs = session.secondFactor === 'rescue_link' ? ({ looksAs: 'host_link' } as const) : {};
    const complete = mustDo.length === 0 && hasGivenSecondFactor(session, person);
    return { session, person, mustDo, actor: { org, person: person.person, role, managesTeams, complete, ...looksAs } };
  }

  async function others(session: WebSession): Promise<readonly WebSession[]> {
    const since = clock.now() - sessionLimits.concurrentMs;
    const all = await store.sessionsOf(session.org, session.person, clock.now());
    return all.filter(
      (other) => other.id !== session.id && other.clientHash !== session.clientHash && other.lastSeenAt > since,
    );
  }

  /** One event, however many of these are new; none when all are on record. */
  async function flagOnce({ org, person }: WebSession, keys: readonly Digest[]): Promise<void> {
    const fresh = keys.filter((key) => !flagged.has(key, clock.mono()));
    if (fresh.length === 0) return;
    for (const key of fresh) flagged.note(key, clock.mono());
    const detail = 'one account was in use from two places within ten minutes';
    try {
      await store.recordSecurityEvent({ org, at: clock.now(), kind: 'concurrent_use', person, detail });
    } catch (cause) {
      for (const key of fresh) flagged.forget(key);
      throw cause;
    }
  }

  async function noticeConcurrentUse(session: WebSession): Promise<void> {
    const elsewhere = await others(session);
    if (elsewhere.length > 0)
      await flagOnce(
        session,
        [session, ...elsewhere].map(({ clientHash }) => clientHash),
      );
  }

  return {
    async begin(person, client, secondFactor) {
      const cookie = newToken(random);
      const id = sha256(cookie);
      const now = clock.now();
      const session: WebSession = {
        id,
        org: person.org,
        person: person.person,
        createdAt: now,
        lastSeenAt: now,
        expiresAt: now + sessionLimits.absoluteMs,
        secondFactor,
        client: await vault.seal(clientScope(person, id), Buffer.from(canonical(client), 'utf8')),
        clientHash: hashOf(person, client),
      };
      await store.createSession(session, sessionLimits.mostAtOnce);
      await noticeConcurrentUse(session);
      return { cookie, signedIn: await signedIn(session, person) };
    },
    async authenticate(cookie, client) {
      const found = await load(sha256(cookie));
      if (found === null) return null;
      const { session, person } = found;
      const now = clock.now();
      if (session.clientHash !== hashOf(person, client)) {
        strangers.note(session.id, clock.mono());
        await flagOnce(session, [session.id]);
      }
      if (now - session.lastSeenAt >= sessionLimits.touchMs) {
        await store.touchSession(session.id, now);
        await noticeConcurrentUse(session);
      }
      return found;
    },
    again: (session) => load(session.id),
    async inUseElsewhere(session) {
      return strangers.has(session.id, clock.mono()) || (await others(session)).length > 0;
    },
    async idsIn(org) {
      const people = await store.people(org);
      const all = await Promise.all(people.map(({ person }) => store.sessionsOf(org, person, clock.now())));
      return all.flat().map(({ id }) => id);
    },
    noteOrganisationEnded(ids) {
      for (const id of ids) ended.note(id, clock.mono());
    },
    endedWithOrganisation: (cookie) => ended.has(sha256(cookie), clock.mono()),
    async clientOf(session) {
      const opened = await vault.open(clientScope(session, session.id), session.client);
      return ClientText.parse(JSON.parse(Buffer.from(opened).toString('utf8')));
    },
  };
}

const ClientText = z.strictObject({ network: z.string(), browser: z.string() });

/** Only a link or an invitation makes a session for an account without a password. */
async function dutiesOf(accounts: Accounts, session: WebSession, person: PersonRecord): Promise<Duty[]> {
  const duties: Duty[] = [];
  if (isLink(session.secondFactor) && (await accounts.credentials(person)).passwordHash === null) {
    duties.push('set_password');
  }
  if (!hasGivenSecondFactor(session, person) && !person.hasSecondFactor) duties.push('set_up_second_factor');
  return duties;
}

/** A link printed on the host proves access to the host, which is more than any second factor; for that session only. */
function hasGivenSecondFactor(session: WebSession, person: PersonRecord): boolean {
  return session.secondFactor !== null || (!needsSecondFactor(person.role) && !person.hasSecondFactor);
}

/** Made on the host, and worth a password and a second factor for its session. */
export function isLink(factor: WebSession['secondFactor']): boolean {
  return factor === 'host_link' || factor === 'rescue_link';
}

/** Everyone who can see or change what concerns other people. */
export function needsSecondFactor(role: Role): boolean {
  return role !== 'employee';
}

function clientScope({ org, person }: Pick<WebSession, 'org' | 'person'>, session: Digest): SealScope {
  return { org, person, parameter: 'profile', epoch: 0, record: session, part: 'client', policyVersion: 0 };
}
