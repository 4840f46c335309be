import { z } from 'zod';
import { canonical } from '../../shared/canonical.ts';
import { DaylightError } from '../../shared/errors.ts';
import { OrgId, PersonId, TeamId } from '../../shared/ids.ts';
import type { Role } from '../../shared/roles.ts';
import { Digest } from '../../shared/signed.ts';
import { DAY, HOUR, type UnixMs } from '../../shared/time.ts';
import type { Clock } from '../clock.ts';
import { createLanes } from '../lanes.ts';
import type { Random } from '../random.ts';
import type { PersonChange, PersonRecord, Store, TeamRecord, TokenKind } from '../store/store.ts';
import { StoreError } from '../store/store.ts';
import type { Sealed, SealScope, Vault } from '../vault/vault.ts';
import { newCode, newToken, sha256 } from './secrets.ts';

/** How long a token may be used. Links are printed on the host and are meant to be clicked at once. */
export const tokenLife: Readonly<Record<TokenKind, number>> = {
  invitation: 7 * DAY,
  sign_in_link: HOUR,
  enrolment: DAY,
};

export const Profile = z.strictObject({
  name: z.string(),
  email: z.string(),
  /** Whose invitation is open; null once it is accepted, where the host made the account, and in profiles of format 5. */
  invitedBy: PersonId.nullable().default(null),
});
export type Profile = z.infer<typeof Profile>;

/** Everything that proves that someone is this person. Sealed, and opened only to sign them in. */
export const Credentials = z.strictObject({
  passwordHash: z.string().nullable(),
  totp: z.strictObject({ secret: z.string(), lastStep: z.int() }).nullable(),
  /** A second factor that was shown and not yet confirmed with a code. */
  pendingTotp: z.string().nullable(),
  recoveryCodes: z.array(Digest),
});
export type Credentials = z.infer<typeof Credentials>;

export interface NewPerson {
  readonly org: OrgId;
  readonly name: string;
  readonly email: string;
  readonly role: Role;
  readonly teams: readonly TeamId[];
  readonly managesTeams: readonly TeamId[];
  /** Null: it is made on the host. */
  readonly invitedBy: PersonId | null;
}

/** People as their accounts: the sealed parts of their records, opened and closed, and the tokens made for them. */
export interface Accounts {
  /** Throws DaylightError `conflict` when the e-mail address has an account already. */
  create(person: NewPerson): Promise<PersonRecord>;
  byEmail(email: string): Promise<PersonRecord | null>;
  profile(person: PersonRecord): Promise<Profile>;
  credentials(person: PersonRecord): Promise<Credentials>;
  /** Changes of one person, or of who owns an organisation, are made one after the other, so that a code or a token cannot be used twice at once. */
  alone<T>(whose: PersonId | OrgId, task: () => Promise<T>): Promise<T>;
  /** Returns the record after the change. Throws DaylightError `not_found` when the person has gone. */
  change(person: PersonRecord, change: AccountChange): Promise<PersonRecord>;
  /** Uses the person's token up and changes them in one step. Null when the token is worth nothing any more. */
  redeem(kind: TokenKind, token: string, person: PersonRecord, change: AccountChange): Promise<PersonRecord | null>;
  createTeam(org: OrgId, name: string): Promise<TeamRecord>;
  /** Throws DaylightError `not_found` when the organisation has no such team. */
  renameTeam(org: OrgId, team: TeamId, name: string): Promise<TeamRecord>;
  teamName(team: TeamRecord): Promise<string>;
  /** The token is in the answer only; the store keeps its hash. A new link makes earlier ones of its kind worthless. */
  issueToken(kind: TokenKind, person: PersonRecord): Promise<{ token: string; expiresAt: UnixMs }>;
}

export interface AccountChange extends Omit<PersonChange, 'profile' | 'credentials' | 'hasSecondFactor'> {
  readonly profile?: Profile;
  readonly credentials?: Credentials;
}

export interface AccountDeps {
  readonly store: Store;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly random: Random;
}

export function createAccounts({ store, vault, clock, random }: AccountDeps): Accounts {
  const lanes = createLanes<PersonId | OrgId>();
  const sealProfile = (org: OrgId, person: PersonId, profile: Profile) =>
    vault.seal(personScope(org, person, 'profile'), encode(profile));
  const sealCredentials = (org: OrgId, person: PersonId, credentials: Credentials) =>
    vault.seal(personScope(org, person, 'credentials'), encode(credentials));
  const open = async <T>(schema: z.ZodType<T>, scope: SealScope, sealed: Sealed): Promise<T> =>
    schema.parse(JSON.parse(Buffer.from(await vault.open(scope, sealed)).toString('utf8')));

  async function sealedChange(
    { org, person }: PersonRecord,
    { profile, credentials, ...plain }: AccountChange,
  ): Promise<PersonChange> {
    return {
      ...plain,
      ...(profile === undefined ? {} : { profile: await sealProfile(org, person, profile) }),
      ...(credentials === undefined
        ? {}
        : {
            credentials: await sealCredentials(org, person, credentials),
            hasSecondFactor: credentials.totp !== null,
          }),
    };
  }

  return {
    async create({ org, name, email, role, teams, managesTeams, invitedBy }) {
      const person = PersonId.parse(random.uuid());
      const record: PersonRecord = {
        org,
        person,
        role,
        status: 'invited',
        createdAt: clock.now(),
        emailHash: vault.lookupHash('email', email),
        profile: await sealProfile(org, person, { name, email, invitedBy }),
        credentials: await sealCredentials(org, person, noCredentials),
        hasSecondFactor: false,
        teams,
        managesTeams,
      };
      await store.createPerson(record).catch(rethrowTaken);
      return record;
    },
    byEmail: (email) => store.personByEmail(vault.lookupHash('email', email)),
    profile: (person) => open(Profile, personScope(person.org, person.person, 'profile'), person.profile),
    credentials: (person) =>
      open(Credentials, personScope(person.org, person.person, 'credentials'), person.credentials),
    alone: (whose, task) => lanes.run(whose, task),
    async change(person, change) {
      const changed = await store.changePerson(person.org, person.person, await sealedChange(person, change));
      if (changed === null) throw new DaylightError('not_found', 'there is no such person');
      return changed;
    },
    async redeem(kind, token, person, change) {
      return store.redeemToken(kind, sha256(token), clock.now(), await sealedChange(person, change));
    },
    async createTeam(org, name) {
      const team = TeamId.parse(random.uuid());
      const record = { org, team, name: await vault.seal(teamScope(org, team), encode(name)) };
      await store.createTeam(record);
      return record;
    },
    async renameTeam(org, team, name) {
      const renamed = await store.changeTeam(org, team, { name: await vault.seal(teamScope(org, team), encode(name)) });
      if (renamed === null) throw new DaylightError('not_found', 'there is no such team');
      return renamed;
    },
    teamName: (team) => open(z.string(), teamScope(team.org, team.team), team.name),
    async issueToken(kind, { org, person }) {
      const token = kind === 'enrolment' ? newCode(random, 4, 5) : newToken(random);
      const expiresAt = clock.now() + tokenLife[kind];
      // Someone may enrol several devices at once; of the links that sign in, only the newest may say who they are.
      const earlier = kind === 'enrolment' ? { many: CODES_MOST, at: clock.now() } : 'revoke';
      const isMade = await store.createToken({ tokenHash: sha256(token), kind, org, person, expiresAt }, earlier);
      if (!isMade) throw tooManyCodes();
      return { token, expiresAt };
    },
  };
}

/** Open at once, of one person. */
const CODES_MOST = 5;

const noCredentials: Credentials = { passwordHash: null, totp: null, pendingTotp: null, recoveryCodes: [] };

function personScope(org: OrgId, person: PersonId, part: 'profile' | 'credentials'): SealScope {
  return { org, person, parameter: 'profile', epoch: 0, record: person, part, policyVersion: 0 };
}

function teamScope(org: OrgId, team: TeamId): SealScope {
  return { org, person: null, parameter: 'profile', epoch: 0, record: team, part: 'name', policyVersion: 0 };
}

function encode(value: unknown): Uint8Array {
  return Buffer.from(canonical(value), 'utf8');
}

function tooManyCodes(): DaylightError {
  return new DaylightError('conflict', `this person has ${CODES_MOST} enrolment codes that were not used yet`, {
    remedy: 'Use one of them, withdraw one, or wait until one has ended.',
  });
}

function rethrowTaken(cause: unknown): never {
  if (!(cause instanceof StoreError) || cause.code !== 'conflict') throw cause;
  throw new DaylightError('conflict', 'email: this address has an account already', {
    field: 'email',
    remedy: 'Use another address, or change the person who has this one.',
    cause,
  });
}
