import { type ParameterId, parameterIds } from '../../shared/catalog.ts';
import { DaylightError } from '../../shared/errors.ts';
import type { PersonId } from '../../shared/ids.ts';
import type { ReadPurpose } from '../../shared/protocol/http/reading.ts';
import { type Day, dayOf, type UnixMs } from '../../shared/time.ts';
import { type Actor, type Authorized, authorize, organisation, personTarget, viewable } from '../authorize.ts';
import { imageScope, segmentScope } from '../ingest/scopes.ts';
import { decodeSegment } from '../ingest/segment.ts';
import type { Recorded } from '../reports/recorded.ts';
import type { BlobRecord, PersonRecord, SegmentRecord } from '../store/store.ts';
import { VaultError } from '../vault/vault.ts';
import type { Context } from './context.ts';

/** The version that the device claimed and the one in force at capture: a reader must be named in both. */
type Terms = Pick<SegmentRecord, 'policyVersion' | 'termsVersion'>;

/** What someone wants to see of a person, and why. */
export interface Wanted {
  readonly action: 'day' | 'week' | 'today' | 'today_live' | 'observations' | 'screenshot';
  readonly person: PersonId;
  readonly purpose: ReadPurpose;
  /** Of a week the first of its seven days. */
  readonly day: Day | null;
  readonly parameters: readonly ParameterId[];
}

/** Proof that a read is allowed, as far as that depends on who asks and not on what is stored. Minted here only, by `permitRead`. */
export type PermittedRead = {
  readonly leave: Authorized<'data.read'>;
  readonly person: PersonRecord;
  /** With what the reader may see of the parameters that they asked for. */
  readonly wanted: Wanted;
} & { readonly __permitted: true };

/**
 * Proof that a read was allowed and is on record, durably, under the reader's name. Minted here only, by `recordRead`;
 * nothing of a person's data is opened without one.
 */
export type RecordedRead = {
  readonly leave: Authorized<'data.read'>;
  readonly person: PersonRecord;
  readonly at: UnixMs;
  readonly purpose: Wanted['purpose'];
  /** What the reader may see of what they asked for. */
  readonly parameters: ReadonlySet<ParameterId>;
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
  const { store, control } = context;
  const person = await store.person(actor.org, wanted.person);
  const verdict = authorize(actor, 'data.read', person === null ? elsewhere(actor) : personTarget(person));
  if (person === null) return refuseUnknown(context, actor);
  if (verdict.kind === 'refused')
    return refuse(context, actor, person, wanted, new DaylightError(verdict.code, verdict.reason));
  const own = person.person === actor.person;
  if (wanted.purpose === 'own_data' && !own) return refuse(context, actor, person, wanted, notYours());
  const visible = viewable(verdict.leave, (await control.current(actor.org)).document.parameters);
  const parameters = wanted.parameters.filter((id) => visible.has(id));
  if (parameters.length === 0) return refuse(context, actor, person, wanted, notAViewer());
  const purpose = own ? 'own_data' : wanted.purpose;
  return { leave: verdict.leave, person, wanted: { ...wanted, purpose, parameters } } as unknown as PermittedRead;
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
 * Records the read; only then may it be answered. Where it is known under which terms what they ask for was stored, a reader
 * whom none of them lets see it is refused, which is recorded too. When the record cannot be made nothing is released:
 * `unavailable`.
 */
export async function recordRead(
  context: Context,
  { leave, person, wanted: asked }: PermittedRead,
  storedUnder: readonly Terms[] = [],
  day: Day | null = asked.day,
): Promise<RecordedRead> {
  const wanted = { ...asked, day };
  const visible = storedUnder.length === 0 ? null : await visibleOf(context, leave, storedUnder);
  const parameters = wanted.parameters.filter((id) => visible?.has(id) ?? true);
  if (parameters.length === 0) return refuse(context, leave.actor, person, wanted, notAViewer());
  const at = context.clock.now();
  await record(context, leave.actor, person, { ...wanted, parameters }, false, at);
  const { purpose } = wanted;
  return { leave, person, at, purpose, parameters: new Set(parameters) } as unknown as RecordedRead;
}

/** Puts on record that somebody reads of themself what is no look at a day; only then may it be answered. `unavailable` as above. */
export async function recordOwnRead(
  context: Context,
  { actor, subject }: Authorized<'subject.export'>,
  action: 'held' | 'export',
  at: UnixMs,
): Promise<void> {
  if (subject !== actor.person) throw new Error('a read of oneself by somebody else');
  const who = { org: actor.org, at, actor: actor.person, actorRole: actor.role, subject };
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
  { action, purpose }: { action: 'receipt' | 'accesses' | 'objections'; purpose: ReadPurpose },
): Promise<void> {
  const who = { org: actor.org, at: clock.now(), actor: actor.person, actorRole: actor.role, subject };
  return recorded(store.recordAccess({ ...who, action, purpose, day: null, parameters: [], refused: false }));
}

/** What the reader is told of the record of their read; null when they read of themself. */
export function recordedAccessOf({ at, purpose }: RecordedRead): { at: UnixMs; purpose: Wanted['purpose'] } | null {
  return purpose === 'own_data' ? null : { at, purpose };
}

/** By the policy in force, and by both versions of at least one of these. */
async function visibleOf(
  { control }: Context,
  leave: Authorized<'data.read'>,
  storedUnder: readonly Terms[],
): Promise<ReadonlySet<ParameterId>> {
  const now = (await control.current(leave.actor.org)).document.parameters;
  const visible = await Promise.all(
    [...new Map(storedUnder.map((terms) => [nameOf(terms), terms])).values()].map(async (terms) => {
      const claimed = await control.version(leave.actor.org, terms.policyVersion);
      const atCapture = await control.version(leave.actor.org, terms.termsVersion);
      if (claimed === null || atCapture === null) return [];
      return [...viewable(leave, now, claimed.document.parameters, atCapture.document.parameters)];
    }),
  );
  return new Set(visible.flat());
}

function nameOf({ policyVersion, termsVersion }: Terms): string {
  return `${policyVersion} ${termsVersion}`;
}

/** What the reader may see of the segments: those that the policy in force and the one of their capture both show them. */
export async function seenOf<T extends Pick<SegmentRecord, 'parameter'> & Terms>(
  context: Context,
  { leave }: RecordedRead,
  segments: readonly T[],
): Promise<T[]> {
  const different = [...new Map(segments.map((segment) => [nameOf(segment), segment])).values()];
  const visible = new Map(
    await Promise.all(
      different.map(async (terms) => [nameOf(terms), await visibleOf(context, leave, [terms])] as const),
    ),
  );
  return segments.filter((segment) => visible.get(nameOf(segment))?.has(segment.parameter));
}

/**
 * Opens segments that the reader may see, all that is in them or what arrived last alone. Those whose time is over, or whose
 * key was destroyed, are gone; one that was altered fails the read.
 */
export async function openSegments(
  context: Context,
  read: RecordedRead,
  segments: readonly SegmentRecord[],
  which: 'all' | 'newest' = 'all',
): Promise<Recorded[]> {
  const { vault, clock } = context;
  const today = dayOf(clock.now());
  const due = segments.filter((segment) => {
    if (segment.person !== read.person.person || !read.parameters.has(segment.parameter)) {
      throw new Error('a segment outside of what was recorded as read');
    }
    return segment.expires >= today;
  });
  const opened = await Promise.all(
    (await seenOf(context, read, due)).map(async (segment) => {
      const bytes = await unlessDestroyed(vault.open(segmentScope(segment), segment.sealed));
      if (bytes === null) return [];
      const { parts } = decodeSegment(bytes);
      return (which === 'all' ? parts : parts.slice(-1)).flatMap(({ session, observations }) =>
        observations.map((observation) => ({ device: segment.device, session, observation })),
      );
    }),
  );
  return opened.flat();
}

/** The image's bytes; null when its time is over or its key was destroyed. */
export async function openImage(context: Context, read: RecordedRead, blob: BlobRecord): Promise<Uint8Array | null> {
  const { vault, clock } = context;
  if (blob.person !== read.person.person || !read.parameters.has('screenshot')) {
    throw new Error('an image outside of what was recorded as read');
  }
  if (blob.expires < dayOf(clock.now())) return null;
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
  await record(context, actor, person, wanted, true, context.clock.now());
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
  wanted: Wanted,
  refused: boolean,
  at: UnixMs,
): Promise<void> {
  await recorded(
    store.recordAccess({
      org: actor.org,
      at,
      actor: actor.person,
      actorRole: actor.role,
      subject: person.person,
      action: wanted.action,
      purpose: wanted.purpose,
      day: wanted.day,
      parameters: wanted.parameters,
      refused,
    }),
  );
}

async function recorded(writing: Promise<void>): Promise<void> {
  await writing.catch((cause: unknown) => {
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

function notAViewer(): DaylightError {
  return new DaylightError('forbidden', 'the policy does not name your role as a viewer of this', {
    remedy: 'The policy says who may see each parameter.',
  });
}
