import { type ParameterId, parameterIds } from '../../shared/catalog.ts';
import { DaylightError } from '../../shared/errors.ts';
import type { Observation } from '../../shared/events/observation.ts';
import type { PersonId } from '../../shared/ids.ts';
import type { LookAction } from '../../shared/protocol/http/accesses.ts';
import type { ReadPurpose, ReadPurposes } from '../../shared/protocol/http/reading.ts';
import { type Day, dayOf, SECOND, type UnixMs } from '../../shared/time.ts';
import {
  type Actor,
  type Authorized,
  authorize,
  organisation,
  personTarget,
  readableFor,
  viewable,
} from '../authorize.ts';
import { imageScope, segmentScope } from '../ingest/scopes.ts';
import { decodeSegment } from '../ingest/segment.ts';
import { shownIn, withoutRecords } from '../reports/corrected.ts';
import type { Recorded } from '../reports/recorded.ts';
import type { BlobRecord, PersonRecord, SegmentRecord } from '../store/store.ts';
import { VaultError } from '../vault/vault.ts';
import type { Context } from './context.ts';
import { mergedPurposes, openTo, type PurposesOf } from './openTo.ts';
import { restrictedByThem, withheldFrom } from './withheld.ts';

/** The version that the device claimed and the one in force at capture: a reader must be named in both, and so must the purpose. */
type Terms = Pick<SegmentRecord, 'policyVersion' | 'termsVersion'>;

/** What someone wants to see of a person, and why. */
export interface Wanted {
  readonly action: Extract<
    LookAction,
    'day' | 'week' | 'today' | 'today_live' | 'observations' | 'screenshot' | 'organisation_export'
  >;
  readonly person: PersonId;
  readonly purposes: ReadPurposes;
  /** Of a week the first of its seven days. */
  readonly day: Day | null;
  readonly parameters: readonly ParameterId[];
}

/** Proof that a read is allowed, as far as that depends on who asks and not on what is stored. Minted here only, by `permitRead`. */
export type PermittedRead = {
  readonly leave: Authorized<'data.read'>;
  readonly person: PersonRecord;
  /** With what the reader may see, for one of their purposes, of the parameters that they asked for. */
  readonly wanted: Wanted;
  readonly purposesOf: PurposesOf;
} & { readonly __permitted: true };

/**
 * Proof that a read was allowed and is on record, durably, under the reader's name. Minted here only, by `recordRead`;
 * nothing of a person's data is opened without one.
 */
export type RecordedRead = {
  readonly leave: Authorized<'data.read'>;
  readonly person: PersonRecord;
  readonly at: UnixMs;
  /** Those of the declared ones for which there is something to read. */
  readonly purposes: ReadonlySet<ReadPurpose>;
  /** What the reader may see of what they asked for. */
  readonly parameters: ReadonlySet<ParameterId>;
  readonly purposesOf: PurposesOf;
} & { readonly __recorded: true };

/** Decides and records; what is read is loaded and opened after that. Throws as `permitRead` and `recordRead` do. */
export async function beginRead(context: Context, actor: Actor, wanted: Wanted): Promise<RecordedRead> {
  return recordRead(context, await permitRead(context, actor, wanted));
}

/**
 * Whoever is refused is refused here, and that is on record, before anything that was stored is looked for: neither the answer
 * nor its time tells them whether there is something. When the record cannot be made: `unavailable`.
 */
export async function permitRead(context: Context, actor: Actor, wanted: Wanted): Promise<PermittedRead> {
  const { store } = context;
  const person = await store.person(actor.org, wanted.person);
  const verdict = authorize(actor, 'data.read', person === null ? elsewhere(actor) : personTarget(person));
  if (person === null) return refuseUnknown(context, actor);
  if (verdict.kind === 'refused')
    return refuse(context, actor, person, wanted, new DaylightError(verdict.code, verdict.reason));
  const own = person.person === actor.person;
  if (wanted.purposes.includes('own_data') && !own) return refuse(context, actor, person, wanted, notYours());
  const { leave } = verdict;
  const visible = viewable(leave, await context.control.rulesFor(person));
  const seen = wanted.parameters.filter((id) => visible.has(id));
  if (seen.length === 0) return refuse(context, actor, person, wanted, notAViewer());
  const purposes: ReadPurposes = own ? ['own_data'] : wanted.purposes;
  const purposesOf = await openTo(context, leave, person);
  const forThis = seen.filter((id) => purposes.some((purpose) => purposesOf.get(id)?.has(purpose)));
  if (forThis.length === 0) return refuse(context, actor, person, wanted, notForThis(purposesOf, seen));
  const withheld = await withheldFrom(context, actor, person);
  const parameters = forThis.filter((id) => !withheld.has(id));
  if (parameters.length === 0) return refuse(context, actor, person, wanted, restrictedByThem());
  return { leave, person, wanted: { ...wanted, purposes, parameters }, purposesOf } as unknown as PermittedRead;
}

/**
 * What of somebody may be in an export of everybody: all that the reader may see now, for whatever it was collected. Null where that
 * is nothing, which is no refusal: nobody asked for this person.
 */
export async function permitAmongAll(
  context: Context,
  { actor }: Authorized<'organisation.export'>,
  person: PersonRecord,
): Promise<PermittedRead | null> {
  const verdict = authorize(actor, 'data.read', personTarget(person));
  if (verdict.kind === 'refused') return null;
  const { leave } = verdict;
  const purposesOf = await openTo(context, leave, person);
  const withheld = await withheldFrom(context, actor, person);
  const parameters = parameterIds.filter((id) => purposesOf.has(id) && !withheld.has(id));
  if (parameters.length === 0) return null;
  const purposes = [...new Set(parameters.flatMap((id) => [...(purposesOf.get(id) ?? [])]))];
  const wanted: Wanted = { action: 'organisation_export', person: person.person, purposes, day: null, parameters };
  return { leave, person, wanted, purposesOf } as unknown as PermittedRead;
}

/**
 * Refuses whoever may not look at this person at all, as `permitRead` does: for a request that says too little, or what cannot
 * be, to be a look. It is among the security events, and not in the person's list, which says for what somebody wanted to look.
 */
export async function refuseStranger(context: Context, actor: Actor, subject: PersonId): Promise<void> {
  const person = await context.store.person(actor.org, subject);
  if (person === null) return refuseUnknown(context, actor);
  const verdict = authorize(actor, 'data.read', personTarget(person));
  const { document } = await context.control.current(actor.org);
  if (verdict.kind === 'granted' && viewable(verdict.leave, document.parameters).size > 0) return;
  await noteRefused(context, actor);
  throw verdict.kind === 'granted' ? notAViewer() : new DaylightError(verdict.code, verdict.reason);
}

/**
 * Records the read, once for each purpose for which there is something to read; only then may it be answered. Where it is known
 * under which terms what they ask for was stored, a reader whom none of them lets see it for what they declared is refused, which
 * is recorded too. When the record cannot be made nothing is released: `unavailable`.
 */
export async function recordRead(
  context: Context,
  { leave, person, wanted: asked, purposesOf }: PermittedRead,
  storedUnder: readonly Terms[] = [],
  day: Day | null = asked.day,
): Promise<RecordedRead> {
  const wanted = { ...asked, day };
  const readable = storedUnder.length === 0 ? purposesOf : await purposesUnder(context, leave, storedUnder);
  const looks = wanted.purposes
    .map((purpose) => ({ purpose, parameters: wanted.parameters.filter((id) => readable.get(id)?.has(purpose)) }))
    .filter(({ parameters }) => parameters.length > 0);
  if (looks.length === 0) {
    const refusal = wanted.parameters.some((id) => readable.has(id))
      ? notForThis(readable, wanted.parameters)
      : notAViewer();
    return refuse(context, leave.actor, person, wanted, refusal);
  }
  const at = context.clock.now();
  for (const look of looks) await record(context, leave.actor, person, { ...wanted, ...look }, false, at);
  const purposes = new Set(looks.map(({ purpose }) => purpose));
  const parameters = new Set(looks.flatMap((look) => look.parameters));
  return { leave, person, at, purposes, parameters, purposesOf } as unknown as RecordedRead;
}

/** Puts on record that somebody reads of themself what is no look at a day; only then may it be answered. `unavailable` as above. */
export async function recordOwnRead(
  context: Context,
  { actor, subject }: Authorized<'subject.export'> | Authorized<'subject.erase'> | Authorized<'subject.import'>,
  action: 'held' | 'export' | 'imported',
  at: UnixMs,
): Promise<void> {
  if (subject !== actor.person) throw new Error('a read of oneself by somebody else');
  const who = { org: actor.org, at, actor: actor.person, actorRole: actor.looksAs ?? actor.role, subject };
  const what = { action, purpose: 'own_data', day: null, parameters: parameterIds, refused: false };
  await recorded(context.store.recordAccess({ ...who, ...what }));
}

/**
 * A look at what is no observation and tells of a person all the same: what their device does, who looked, what they wrote. On record
 * before it is answered; when that cannot be made: `unavailable`.
 */
export function recordLook(
  { store, clock }: Pick<Context, 'store' | 'clock'>,
  actor: Actor,
  subject: PersonId,
  {
    action,
    purpose,
  }: {
    action: Extract<
      LookAction,
      | 'receipt'
      | 'layers'
      | 'self_test'
      | 'accesses'
      | 'objections'
      | 'restrictions'
      | 'requests'
      | 'corrections'
      | 'held'
      | 'signed_in_with_link'
    >;
    purpose: ReadPurpose;
  },
): Promise<void> {
  const who = { org: actor.org, at: clock.now(), actor: actor.person, actorRole: actor.looksAs ?? actor.role, subject };
  return recorded(store.recordAccess({ ...who, action, purpose, day: null, parameters: [], refused: false }));
}

/** What the reader is told of the record of their read; null when they read of themself. */
export function recordedAccessOf({ at, purposes }: RecordedRead): { at: UnixMs; purposes: ReadPurpose[] } | null {
  return purposes.has('own_data') ? null : { at, purposes: [...purposes] };
}

/** By the policy in force, and by both versions of at least one of these. */
async function purposesUnder(
  context: Context,
  leave: Authorized<'data.read'>,
  storedUnder: readonly Terms[],
): Promise<PurposesOf> {
  const different = [...new Map(storedUnder.map((terms) => [nameOf(terms), terms])).values()];
  return mergedPurposes(await Promise.all(different.map((terms) => purposeUnder(context, leave, terms))));
}

async function purposeUnder(
  { control }: Context,
  leave: Authorized<'data.read'>,
  { policyVersion, termsVersion }: Terms,
): Promise<ReadonlyMap<ParameterId, ReadPurpose>> {
  const { org } = leave.actor;
  const [current, claimed, atCapture] = await Promise.all([
    control.current(org),
    control.version(org, policyVersion),
    control.version(org, termsVersion),
  ]);
  if (claimed === null || atCapture === null) return new Map();
  const { parameters: inForce } = current.document;
  return readableFor(leave, inForce, claimed.document.parameters, atCapture.document.parameters);
}

function nameOf({ policyVersion, termsVersion }: Terms): string {
  return `${policyVersion} ${termsVersion}`;
}

/**
 * For what the reader may see each of the segments: by the policy in force and the ones of their capture. Not in it is what their
 * role may not see at all.
 */
export async function purposesOfSegments<T extends Pick<SegmentRecord, 'parameter'> & Terms>(
  context: Context,
  { leave }: RecordedRead,
  segments: readonly T[],
): Promise<ReadonlyMap<T, ReadPurpose>> {
  const different = [...new Map(segments.map((segment) => [nameOf(segment), segment])).values()];
  const purposes = new Map(
    await Promise.all(
      different.map(async (terms) => [nameOf(terms), await purposeUnder(context, leave, terms)] as const),
    ),
  );
  return new Map(
    segments.flatMap((segment) => {
      const purpose = purposes.get(nameOf(segment))?.get(segment.parameter);
      return purpose === undefined ? [] : [[segment, purpose] as const];
    }),
  );
}

/** What the reader may see of the segments for what they declared; nothing of what was restricted since they began to read. */
async function seenOf<T extends Pick<SegmentRecord, 'parameter'> & Terms>(
  context: Context,
  read: RecordedRead,
  segments: readonly T[],
): Promise<T[]> {
  const purposes = await purposesOfSegments(context, read, segments);
  const withheld = await withheldFrom(context, read.leave.actor, read.person);
  return segments.filter((segment) => {
    if (withheld.has(segment.parameter)) return false;
    const purpose = purposes.get(segment);
    return purpose !== undefined && read.purposes.has(purpose);
  });
}

/**
 * Opens segments that the reader may see, all that is in them or what arrived last alone. Those whose time is over, or whose
 * key was destroyed, are gone, and so is what is being erased; one that was altered fails the read.
 */
export async function openSegments(
  context: Context,
  read: RecordedRead,
  segments: readonly SegmentRecord[],
  which: 'all' | 'newest' = 'all',
): Promise<Recorded[]> {
  const { clock } = context;
  const today = dayOf(clock.now());
  const [erased, keeping] = await Promise.all([
    context.erased.of(read.person),
    context.control.keeping(read.person.org),
  ]);
  const due = segments.filter((segment) => {
    if (segment.person !== read.person.person || !read.parameters.has(segment.parameter)) {
      throw new Error('a segment outside of what was recorded as read');
    }
    return !keeping.isPast(segment, today);
  });
  const opened = await Promise.all(
    (await seenOf(context, read, due)).map(async (segment) => {
      const bytes = await bytesOf(context, segment);
      if (bytes === null) return [];
      const { parts } = decodeSegment(bytes);
      const hides = (observation: Observation): boolean => erased.hides(observation);
      return (which === 'all' ? parts : parts.slice(-1)).flatMap((part) =>
        shownIn(withoutRecords(part, hides)).map(({ observation, mark }) => {
          const { device } = segment;
          return { device, session: part.session, observation, ...(mark === null ? {} : { mark }) };
        }),
      );
    }),
  );
  return opened.flat();
}

/** Null for one that is gone. Its key may have been replaced since it was read, because something beside it was erased. */
async function bytesOf({ store, vault }: Context, segment: SegmentRecord): Promise<Uint8Array | null> {
  const bytes = await unlessDestroyed(vault.open(segmentScope(segment), segment.sealed));
  if (bytes !== null) return bytes;
  const { org, person, parameter, day, segment: id, epoch } = segment;
  const [now] = await store.segmentsById(org, person, parameter, day, [id]);
  return now === undefined || now.epoch === epoch ? null : unlessDestroyed(vault.open(segmentScope(now), now.sealed));
}

/** The image's bytes; null when its time is over or its key was destroyed. */
export async function openImage(context: Context, read: RecordedRead, blob: BlobRecord): Promise<Uint8Array | null> {
  const { vault, clock } = context;
  if (blob.person !== read.person.person || !read.parameters.has('screenshot')) {
    throw new Error('an image outside of what was recorded as read');
  }
  const keeping = await context.control.keeping(read.person.org);
  if (keeping.isPast({ ...blob, parameter: 'screenshot' }, dayOf(clock.now()))) return null;
  if ((await context.erased.of(read.person)).hidesImage(blob.image, blob.day)) return null;
  if ((await seenOf(context, read, [{ ...blob, parameter: 'screenshot' as const }])).length === 0) return null;
  return unlessDestroyed(vault.open(imageScope(blob), blob.sealed));
}

async function unlessDestroyed(opening: Promise<Uint8Array>): Promise<Uint8Array | null> {
  try {
    return await opening;
  } catch (cause) {
    if (cause instanceof VaultError && cause.code === 'key_destroyed') return null;
    throw cause;
  }
}

/** A person of another organisation, or of none: to everyone here they do not exist. */
function elsewhere(actor: Actor) {
  return organisation(actor.org);
}

async function refuseUnknown({ store, clock }: Context, { org, person }: Actor): Promise<never> {
  const detail = 'asked for the data of a person who is not in the organisation';
  await recorded(store.recordSecurityEvent({ org, at: clock.now(), kind: 'refused_read', person, detail }));
  throw new DaylightError('not_found', 'there is no such person');
}

async function refuse(
  context: Context,
  actor: Actor,
  person: PersonRecord,
  wanted: Wanted,
  refusal: DaylightError,
): Promise<never> {
  const at = context.clock.now();
  for (const purpose of wanted.purposes) await record(context, actor, person, { ...wanted, purpose }, true, at);
  await noteRefused(context, actor);
  throw refusal;
}

async function noteRefused({ store, clock }: Context, { org, person }: Actor): Promise<void> {
  const detail = 'asked for the data of a person without being allowed to see it';
  await recorded(store.recordSecurityEvent({ org, at: clock.now(), kind: 'refused_read', person, detail }));
}

async function record(
  { store }: Context,
  actor: Actor,
  person: PersonRecord,
  look: Omit<Wanted, 'purposes'> & { readonly purpose: ReadPurpose },
  refused: boolean,
  at: UnixMs,
): Promise<void> {
  await recorded(
    store.recordAccess({
      org: actor.org,
      at,
      actor: actor.person,
      actorRole: actor.looksAs ?? actor.role,
      subject: person.person,
      action: look.action,
      purpose: look.purpose,
      day: look.day,
      parameters: look.parameters,
      refused,
    }),
  );
}

/** What the disk is still writing then may be recorded all the same: a look that was put on record and never answered. */
const RECORD_MS = 8 * SECOND;

async function recorded(writing: Promise<void>): Promise<void> {
  let late: NodeJS.Timeout | undefined;
  const overdue = new Promise<never>((_, reject) => {
    late = setTimeout(() => reject(new Error('the disk takes too long')), RECORD_MS);
  });
  const inTime = Promise.race([writing, overdue]).finally(() => clearTimeout(late));
  await inTime.catch((cause: unknown) => {
    throw new DaylightError('unavailable', 'the access could not be recorded, so nothing was released', {
      remedy: 'Try again in a minute; an administrator looks at the disk of the server.',
      cause,
    });
  });
}

function notYours(): DaylightError {
  return new DaylightError('forbidden', 'purpose: own_data is for the person alone', {
    field: 'purpose',
    remedy: 'Say for what you look at this: working_time, workload_review, project_costing, security or support.',
  });
}

/** Which parameters there are for which purposes is in the policy, which everybody may read. */
function notForThis(purposesOf: PurposesOf, parameters: readonly ParameterId[]): DaylightError {
  const collected = parameters.flatMap((id) => {
    const purposes = [...(purposesOf.get(id) ?? [])];
    return purposes.length === 0 ? [] : [`${id} for ${purposes.join(' and ')}`];
  });
  return new DaylightError('forbidden', 'purpose: nothing of what you ask for is collected for this', {
    field: 'purpose',
    remedy: `What you may see of it is collected for another purpose: ${collected.join(', ')}. If that is why you look, say so; it is recorded.`,
  });
}

function notAViewer(): DaylightError {
  return new DaylightError('forbidden', 'the policy does not name your role as a viewer of this', {
    remedy: 'The policy says who may see each parameter.',
  });
}
