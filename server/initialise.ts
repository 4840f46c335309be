import { z } from 'zod';
import { DaylightError } from '../shared/errors.ts';
import { OrgId, type PersonId } from '../shared/ids.ts';
import { ReactionDays } from '../shared/policy/policy.ts';
import { Email } from '../shared/protocol/http/credentials.ts';
import { PersonName } from '../shared/protocol/http/people.ts';
import type { SecurityEventKind } from '../shared/protocol/http/securityEvents.ts';
import type { UnixMs } from '../shared/time.ts';
import { createAccounts } from './api/accounts.ts';
import { type Clock, systemClock } from './clock.ts';
import { badSetting } from './config.ts';
import { recordOperator } from './control/operators.ts';
import { openFoundation } from './foundation.ts';
import { type Random, systemRandom } from './random.ts';
import type { Migration } from './store/sqlite/format.ts';
import type { PersonRecord, TokenKind } from './store/store.ts';

/** Who begins. */
export const NewOrganisation = z.strictObject({
  organisation: PersonName,
  ownerName: PersonName,
  ownerEmail: Email,
  /** How long its people may react to a raise before it counts, until its own policy says otherwise. */
  reactionDays: ReactionDays.default(14),
});

/** A link that signs its owner in, once. Its token is in the fragment, which browsers send to nobody. */
export interface SignInLink {
  readonly org: OrgId;
  readonly person: PersonId;
  readonly token: string;
  readonly expiresAt: UnixMs;
}

interface Surroundings {
  readonly clock?: Clock;
  readonly random?: Random;
  readonly migrated?: (migration: Migration) => void;
  /** Where the root key is, as `--root-key` says it. */
  readonly rootKey?: string | undefined;
}

/**
 * Makes the keys where there are none, an organisation with its first policy, and its owner. Run again it adds another
 * organisation, also beside a running server. Throws DaylightError `bad_request` with the field, `conflict` when the owner's
 * e-mail address has an account already.
 */
export async function initialise(
  data: string,
  input: z.input<typeof NewOrganisation>,
  { clock = systemClock, random = systemRandom, migrated, rootKey }: Surroundings = {},
): Promise<SignInLink> {
  const { organisation, ownerName, ownerEmail, reactionDays } = parse(NewOrganisation, input);
  const foundation = await openFoundation({ data, clock, random, create: true, migrated, rootKey });
  try {
    const { store, vault, organisations, control } = foundation;
    const accounts = createAccounts({ store, vault, clock, random });
    if ((await accounts.byEmail(ownerEmail)) !== null) {
      throw new DaylightError('conflict', '--owner-email: this address has an account already', {
        field: 'ownerEmail',
        remedy: 'Use `daylight-server sign-in-link` for a new sign-in link, or give another address.',
      });
    }
    const org = OrgId.parse(random.uuid());
    // There before anything ends, so that it can be published.
    await vault.certificateKey();
    await organisations.create(org, organisation);
    await control.begin(org, { reactionDays });
    const person = await accounts.create({
      org,
      name: ownerName,
      email: ownerEmail,
      role: 'owner',
      teams: [],
      managesTeams: [],
      invitedBy: null,
    });
    const { token, expiresAt } = await accounts.issueToken('sign_in_link', person);
    return { org, person: person.person, token, expiresAt };
  } finally {
    await foundation.close();
  }
}

/**
 * A new one-time link for somebody who is locked out, whoever they are: only the host, which has the keys to everything, can let
 * people in again, so that nobody in the organisation can become somebody else by "helping" them. Works while the server runs: it
 * writes to the same store, which several processes may have open. On record as a security event.
 */
export async function makeSignInLink(
  data: string,
  email: string,
  surroundings: Surroundings = {},
): Promise<SignInLink> {
  return onHost(data, email, surroundings, {
    kind: 'sign_in_link',
    event: 'host_link',
    detail: 'a sign-in link was made on the host',
    find: requireActive,
  });
}

/** A code that enrols one device of an owner, for a first start without a browser. On record in the same way. */
export async function makeEnrolmentCode(
  data: string,
  email: string,
  surroundings: Surroundings = {},
): Promise<SignInLink> {
  return onHost(data, email, surroundings, {
    kind: 'enrolment',
    event: 'enrolment_code',
    detail: 'an enrolment code for an owner was made on the host',
    find: requireOwner,
  });
}

interface OnHost {
  readonly kind: TokenKind;
  readonly event: SecurityEventKind;
  readonly detail: string;
  /** Throws where it is for nobody like that. */
  readonly find: (person: PersonRecord | null) => PersonRecord;
}

function requireOwner(person: PersonRecord | null): PersonRecord {
  if (person?.role === 'owner') return person;
  throw new DaylightError('not_found', '--email: no owner has this address', {
    field: 'email',
    remedy: 'For everyone else an owner or admin makes codes in the console.',
  });
}

function requireActive(person: PersonRecord | null): PersonRecord {
  // The first owner is active by this link.
  if (person !== null && (person.status === 'active' || person.role === 'owner')) return person;
  const problem = person === null ? 'nobody has this address' : 'this person has not accepted their invitation yet';
  throw new DaylightError('not_found', `--email: ${problem}`, {
    field: 'email',
    remedy: 'An owner or admin invites people, and invites them again, in the console.',
  });
}

async function onHost(
  data: string,
  email: string,
  { clock = systemClock, random = systemRandom, migrated, rootKey }: Surroundings,
  { kind, event, detail, find }: OnHost,
): Promise<SignInLink> {
  const parsed = parse(z.strictObject({ email: Email }), { email });
  const foundation = await openFoundation({ data, clock, random, create: false, migrated, rootKey });
  try {
    const { store, vault } = foundation;
    const accounts = createAccounts({ store, vault, clock, random });
    const person = find(await accounts.byEmail(parsed.email));
    // First the record: what fails after it leaves a line about nothing, and never a link that nobody knows of.
    const at = clock.now();
    const hasPassword = (await accounts.credentials(person)).passwordHash !== null;
    if (kind === 'sign_in_link' && hasPassword)
      await recordOperator({ store, clock }, { org: person.org, person: person.person, action: kind });
    await store.recordSecurityEvent({ org: person.org, at, kind: event, person: person.person, detail });
    const { token, expiresAt } = await accounts.issueToken(kind, person);
    return { org: person.org, person: person.person, token, expiresAt };
  } finally {
    await foundation.close();
  }
}

/** The address to open; the token is in the fragment. */
export function linkAddress(base: string, token: string): string {
  return `${base}/#/link/${token}`;
}

function parse<T>(schema: z.ZodType<T>, input: unknown): T {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw badSetting(parsed.error);
}
