import { z } from 'zod';
import { DeviceId, ErasureId, OrgId, PersonId } from '../../ids.ts';
import { Role } from '../../roles.ts';
import { PublicKey, Signed } from '../../signed.ts';
import { wellFormed } from '../../text.ts';
import { Day, UnixMs } from '../../time.ts';
import { proof } from './credentials.ts';
import { HeldKind } from './holdings.ts';
import { empty, personPath, route } from './route.ts';

const count = z.int().min(0);

/** How far an ending is, in order; each is on the disk before what it announces is told to anybody. */
export const EndingState = z.enum([
  'committed',
  'keys_destroyed',
  'purged',
  'scrubbed',
  'verified_empty',
  'agents_wiped',
  'backups_expired',
  'final',
]);
export type EndingState = z.infer<typeof EndingState>;

/** Whoever ordered an ending, by role alone: `host` is whoever may write into the data folder. */
export const OrderedBy = z.enum([...Role.options, 'host']);
export type OrderedBy = z.infer<typeof OrderedBy>;

/** What lies in backups, sealed under keys that are destroyed, and until when at the latest. */
export const InBackups = z.strictObject({
  many: count,
  until: UnixMs.nullable(),
  /** Sealed files of others, whose key is destroyed: at so many places where the server could not take them away. Left out: none. */
  left: z.strictObject({ many: count, places: count }).optional(),
});

/** The last day of what legal holds keep, which nobody is shown and which goes by itself after it; null: they keep nothing. */
const HeldUntil = Day.nullable();

/** A certificate as it is given out: what is signed, by which key, and that key. */
export const CertificateFile = z.strictObject({
  format: z.literal('daylight-certificate/1'),
  publicKey: PublicKey,
  signed: Signed,
});
export type CertificateFile = z.infer<typeof CertificateFile>;

export const EndingView = z.strictObject({
  ending: ErasureId,
  /** The random id that the account had; null: the whole organisation. */
  person: PersonId.nullable(),
  state: EndingState,
  /** When each state was reached. */
  states: z.array(z.strictObject({ state: EndingState, at: UnixMs })),
  orderedBy: OrderedBy,
  /** How many there were of each kind when it was ordered. */
  counts: z.record(z.string(), count),
  /** Somebody's read, a download or a backup, keeps a log from being emptied; it goes on by itself when that has ended. */
  isHeld: z.boolean(),
  /** How many of the computers have answered that they deleted everything; no other records after `until`. */
  computers: z.strictObject({ of: count, wiped: count, until: UnixMs.nullable() }),
  backups: InBackups,
  heldUntil: HeldUntil,
  certificate: z.enum(['none', 'interim', 'final']),
  /** Where whoever has this address reads the certificate, without an account. */
  address: z.string(),
});
export type EndingView = z.infer<typeof EndingView>;

/** What keeps an account from being ended now. Whoever shows it has words for each. */
export const EndObstacle = z.strictObject({ kind: z.literal('only_owner') });
export type EndObstacle = z.infer<typeof EndObstacle>;

/**
 * What keeps an organisation from being ended now: so many legal holds, the last of them until the end of that day; or these entries in the register
 * of legal holds, of which nobody can say what they hold. None of them holds anything after `until`.
 */
export const OrganisationEndObstacle = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('held'), holds: count, until: Day }),
  z.strictObject({ kind: z.literal('unreadable'), entries: z.array(z.int().min(1)).min(1), until: Day }),
]);
export type OrganisationEndObstacle = z.infer<typeof OrganisationEndObstacle>;

export const OrganisationEndingPreview = z.strictObject({
  asOf: UnixMs,
  /** What has to be typed to order it. */
  name: z.string(),
  people: count,
  /** Days of people on which something was recorded. */
  days: count,
  /** Of everybody together. */
  counts: z.record(HeldKind, count),
  /** Rows of all tables, and files: those above, and what is the organisation's own. */
  records: count,
  /** Those in use. None of them records after `recordsUntil`, told or not; null: none was ever given a lease. */
  computers: z.strictObject({ of: count, connected: count, recordsUntil: UnixMs.nullable() }),
  backups: InBackups,
  /** As of an account. */
  beforeRestore: z.boolean(),
  /** Certificates of accounts of it that were ended; they stay, and are read under their addresses. */
  certificates: count,
  obstacle: OrganisationEndObstacle.nullable(),
});
export type OrganisationEndingPreview = z.infer<typeof OrganisationEndingPreview>;

export const EndingPreview = z.strictObject({
  asOf: UnixMs,
  /** What has to be typed to order it. */
  name: z.string(),
  days: count,
  counts: z.record(HeldKind, count),
  /** Rows of all tables together. */
  records: count,
  /** Those in use. What is not told before `recordsUntil` records nothing after it; null: it was never given a lease. */
  computers: z.array(
    z.strictObject({
      device: DeviceId,
      connected: z.boolean(),
      lastSeenAt: UnixMs.nullable(),
      recordsUntil: UnixMs.nullable(),
    }),
  ),
  backups: InBackups,
  /** What was here before the last restore is still kept: nothing is called empty before `restore --confirm` has deleted it. */
  beforeRestore: z.boolean(),
  heldUntil: HeldUntil,
  obstacle: EndObstacle.nullable(),
});
export type EndingPreview = z.infer<typeof EndingPreview>;

const CertificateView = z.strictObject({
  file: CertificateFile,
  /** The same, as it is read, line by line. */
  text: z.array(z.string()),
});

const endingPath = z.strictObject({ ending: ErasureId });

export const endingsRoutes = {
  endings: route({
    method: 'GET',
    path: '/endings',
    auth: 'session',
    params: empty,
    query: empty,
    summary:
      'The endings of accounts of this organisation, the newest first: how far each is, since when, and until when something of it is elsewhere (owner, admin, privacy officer). Random ids, times and counts: of nobody, who they were.',
    body: null,
    response: z.strictObject({ asOf: UnixMs, org: OrgId, endings: z.array(EndingView) }),
  }),
  certificate: route({
    method: 'GET',
    path: '/endings/:ending/certificate',
    auth: 'session',
    params: endingPath,
    query: empty,
    summary:
      'The certificate of an ending, as JSON and as text (owner, admin, privacy officer). 404 until there is one, which is when nothing of it was found here any more.',
    body: null,
    response: CertificateView,
  }),
  previewEnding: route({
    method: 'GET',
    path: '/people/:person/ending',
    auth: 'session',
    params: personPath,
    query: empty,
    summary:
      'What would go if this account were ended now, by kind, its computers, what would stay until when, and what keeps it from being ended (whoever may end it).',
    body: null,
    response: EndingPreview,
  }),
  endAccount: route({
    method: 'POST',
    path: '/people/:person/ending',
    auth: 'session',
    params: personPath,
    query: empty,
    summary:
      'Ends the account for ever (owner; admin, but not an owner or themself), with the name of the person typed, the password again and a new code of the second factor. When it is answered, nobody is signed in as this person and every key of theirs is destroyed; the rest follows by itself. 400 for another name; 409 for the only owner. What a legal hold keeps goes when that is over.',
    body: z.strictObject({ name: wellFormed(0, 200), ...proof }),
    response: EndingView,
  }),
  previewOrganisationEnding: route({
    method: 'GET',
    path: '/organisation/ending',
    auth: 'session',
    params: empty,
    query: empty,
    summary:
      'What would go if this organisation were ended now, by kind, its computers, what would stay until when, and what keeps it from being ended (owner).',
    body: null,
    response: OrganisationEndingPreview,
  }),
  endOrganisation: route({
    method: 'POST',
    path: '/organisation/ending',
    auth: 'session',
    params: empty,
    query: empty,
    summary:
      'Ends the organisation for ever (owner), with its name typed, the password again and a new code of the second factor. When it is answered, nobody in it is signed in and every key of it is destroyed; the rest follows by itself. With `state` `committed` a step of that failed: it is decided all the same, and is tried again by itself. The answer has the address of its certificate, which is the one thing that can be asked for afterwards. 400 for another name; 409 while a legal hold keeps something, and while one cannot be read.',
    body: z.strictObject({ name: wellFormed(0, 200), ...proof }),
    response: EndingView,
  }),
};
