import type { ParameterId } from '../../shared/catalog.ts';
import { type CorrectionFile, type CorrectionSaid, MOST_STEPS } from '../../shared/correction.ts';
import { DaylightError } from '../../shared/errors.ts';
import type { Observation } from '../../shared/events/observation.ts';
import { type DeviceId, type OrgId, type PersonId, RequestId, SegmentId, type SessionId } from '../../shared/ids.ts';
import { DAY, type Day, dayOf, HOUR, type UnixMs } from '../../shared/time.ts';
import type { Authorized } from '../authorize.ts';
import type { Clock } from '../clock.ts';
import type { PolicyControl } from '../control/control.ts';
import type { Erased, ErasedOf } from '../control/erased.ts';
import type { Keeping } from '../control/keeping.ts';
import { openStep, sealStep } from '../control/requestStep.ts';
import { openSegment } from '../ingest/openSegment.ts';
import { segmentScope } from '../ingest/scopes.ts';
import { encodeSegment, type Segment, type SegmentPart } from '../ingest/segment.ts';
import { createLanes } from '../lanes.ts';
import type { Random } from '../random.ts';
import {
  type Corrected,
  correctedOf,
  isSameRecord,
  type Shown,
  shownIn,
  withoutRecords,
} from '../reports/corrected.ts';
import type { BlobRecord, SegmentRecord, Store } from '../store/store.ts';
import type { Vault } from '../vault/vault.ts';

/** A record with everything that was said about it. */
export interface Located {
  readonly person: PersonId;
  readonly correction: RequestId;
  readonly parameter: ParameterId;
  readonly day: Day;
  readonly session: SessionId;
  readonly stored: Observation;
  readonly file: CorrectionFile;
  readonly corrected: Corrected;
}

/** A record as it is stored, whether something was said about it or not. */
export interface Entry extends Shown {
  readonly device: DeviceId;
  readonly session: SessionId;
}

/** Which record somebody means. */
export interface RecordNamed {
  readonly day: Day;
  readonly session: SessionId;
  readonly record: Observation;
}

/**
 * What people correct of what is recorded of them (GDPR Art. 16). It is kept in the segment of the record that it is about, under the same key and to
 * the same day: whatever erases the one erases the other. Beside it stands for each record where to look, among what the person asked.
 */
export interface Corrections {
  /** Of one person, or of everyone in the organisation, oldest first; of what was erased, or is past its day, there is none. */
  of(org: OrgId, person?: PersonId): Promise<readonly Located[]>;
  /** The records of one person that are stored under these days, as those in `of`. */
  entries(whose: Whose, parameter: ParameterId, from: Day, to: Day): Promise<readonly Entry[]>;
  /** Adds what `make` says about a record. Durable when it resolves. Throws DaylightError `not_found`, `conflict`, `rate_limited`. */
  say(leave: Authorized<'correction.make' | 'request.answer'>, record: RecordNamed, make: Make): Promise<Located>;
  /** The same about a record of which something was said before. */
  go(leave: Authorized<'correction.make' | 'correction.answer'>, correction: RequestId, make: Make): Promise<Located>;
}

/** Throws where it cannot be said. */
export type Make = (now: Corrected, at: UnixMs, where: Pick<Located, 'day' | 'session'>) => Promise<CorrectionSaid>;

export interface CorrectionsDeps {
  readonly store: Pick<
    Store,
    'requestSteps' | 'putRequestStep' | 'segments' | 'replaceSegments' | 'resealSegment' | 'blob'
  >;
  readonly vault: Vault;
  readonly erased: Erased;
  readonly control: Pick<PolicyControl, 'keeping'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly random: Pick<Random, 'uuid'>;
}

interface Whose {
  readonly org: OrgId;
  readonly person: PersonId;
}

const RECORDS_IN_A_DAY = 100;
/** Compaction puts a segment into another one now and then. */
const ATTEMPTS = 5;

export function createCorrections(deps: CorrectionsDeps): Corrections {
  const { store, vault, erased, control, clock, random } = deps;
  const lanes = createLanes<PersonId>();

  async function write(whose: Whose, parameter: ParameterId, day: Day, isMeant: IsMeant, make: Make): Promise<Located> {
    return lanes.run(whose.person, () =>
      erased.storing(whose, async () => {
        const gone = await erased.of(whose);
        requireNoneRewriting(gone);
        for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
          const found = await find(whose, gone, parameter, day, isMeant);
          if (found === null) throw notStored();
          const written = await add(whose, found, make);
          if (written !== null) return written;
        }
        throw new DaylightError('unavailable', 'this record is being put in order', { remedy: 'Try again.' });
      }),
    );
  }

  async function find(whose: Whose, gone: ErasedOf, parameter: ParameterId, day: Day, isMeant: IsMeant) {
    const within = { erased: gone, keeping: await control.keeping(whose.org) };
    for (const opened of await openedOf({ ...deps, ...within }, whose, clock.now(), {
      parameter,
      from: day,
      to: day,
    })) {
      for (const [place, part] of opened.content.parts.entries()) {
        const one = shownIn(part).find((shown) => isMeant(shown, part.session));
        if (one !== undefined) return { ...opened, place, part, one };
      }
    }
    return null;
  }

  /** Null when it was changed meanwhile. */
  async function add(whose: Whose, found: Found, make: Make): Promise<Located | null> {
    const { segment, content, place, part, one } = found;
    const { parameter, day } = segment;
    const { session } = part;
    const file = one.file ?? { correction: RequestId.parse(random.uuid()), of: one.stored, steps: [] };
    const at = Math.max(clock.now(), ...file.steps.map((step) => step.at));
    if (file.steps.length >= MOST_STEPS) throw saidEnough();
    if (one.file === null) await requireFew(whose, at);
    const said = await make(correctedOf(file), at, { day, session });
    const number = Math.max(0, ...file.steps.map((step) => step.number)) + 1;
    const then: CorrectionFile = { ...file, steps: [...file.steps, { number, at, said }] };
    if (one.file === null) await point(whose, then.correction, { parameter, day }, at);
    const corrections = [...(part.corrections ?? []).filter((other) => other !== one.file), then];
    const parts = content.parts.map((other, index) => (index === place ? { ...part, corrections } : other));
    if (!(await replace(segment, { parameter, parts }))) return null;
    const { correction } = then;
    return {
      ...whose,
      correction,
      parameter,
      day,
      session,
      stored: one.stored,
      file: then,
      corrected: correctedOf(then),
    };
  }

  /** Before anything is said: what was not said after all is found nowhere. */
  async function point(
    whose: Whose,
    request: RequestId,
    where: { readonly parameter: ParameterId; readonly day: Day },
    at: UnixMs,
  ): Promise<void> {
    const place = { org: whose.org, person: whose.person, request, step: 1, at };
    await store.putRequestStep({ ...place, sealed: await sealStep(vault, place, { kind: 'correction', ...where }) });
  }

  /** Under the key that it has: one that was destroyed meanwhile is not made again. */
  async function replace({ sealed: _sealed, ...head }: SegmentRecord, content: Segment): Promise<boolean> {
    const bytes = encodeSegment(content);
    // A picture is sealed for its segment, which therefore keeps its id: nothing but an erasure writes those anew, and none is under way.
    const key = head.parameter === 'screenshot' ? head : { ...head, segment: SegmentId.parse(random.uuid()) };
    const sealed = await vault.seal(segmentScope(key), bytes, { compress: true, create: false });
    if (head.parameter !== 'screenshot')
      return (await store.replaceSegments({ ...key, sealed }, [head.segment])) === 'replaced';
    const images = await imagesOf(head, content);
    return (await store.resealSegment({ ...key, sealed }, head.epoch, images)) === 'resealed';
  }

  async function imagesOf({ org, person }: Whose, { parts }: Segment): Promise<readonly BlobRecord[]> {
    const images: BlobRecord[] = [];
    for (const one of parts.flatMap(({ observations }) => observations)) {
      const blob = one.parameter === 'screenshot' ? await store.blob(org, person, one.image) : null;
      if (blob !== null) images.push(blob);
    }
    return images;
  }

  async function requireFew({ org, person }: Whose, now: UnixMs): Promise<void> {
    const recent = (await pointersOf(deps, org, person)).filter(({ at }) => at > now - DAY);
    const oldest = Math.min(...recent.map(({ at }) => at));
    if (recent.length < RECORDS_IN_A_DAY) return;
    const retryAfterMs = oldest + DAY - now;
    throw new DaylightError('rate_limited', `${RECORDS_IN_A_DAY} records were corrected or disputed within a day`, {
      retryAfterMs,
      remedy: `Go on in ${Math.ceil(retryAfterMs / HOUR)} hours, or file a request.`,
    });
  }

  return {
    async of(org, person) {
      const pointers = await pointersOf(deps, org, person);
      const whoseOf = new Map(pointers.map((one) => [one.person, { org, person: one.person }]));
      const keeping = await control.keeping(org);
      const all = [...whoseOf.values()].map(async (whose) =>
        locatedOf({ ...deps, erased: await erased.of(whose), keeping }, whose, pointers, clock.now()),
      );
      return (await Promise.all(all)).flat();
    },
    async entries(whose, parameter, from, to) {
      const within = { erased: await erased.of(whose), keeping: await control.keeping(whose.org) };
      const opened = await openedOf({ ...deps, ...within }, whose, clock.now(), { parameter, from, to });
      return opened.flatMap(({ segment: { device }, content }) =>
        content.parts.flatMap((part) => shownIn(part).map((one) => ({ ...one, device, session: part.session }))),
      );
    },
    say: (leave, { day, session, record }, make) =>
      write(
        subjectOf(leave),
        record.parameter,
        day,
        ({ stored }, of) => of === session && isSameRecord(stored, record),
        make,
      ),
    async go(leave, correction, make) {
      const whose = subjectOf(leave);
      const pointer = (await pointersOf(deps, whose.org, whose.person)).find((one) => one.correction === correction);
      if (pointer === undefined) throw notStored();
      return write(whose, pointer.parameter, pointer.day, ({ file }) => file?.correction === correction, make);
    },
  };
}

type IsMeant = (one: Shown, session: SessionId) => boolean;

interface OpenedSegment {
  readonly segment: SegmentRecord;
  readonly content: Segment;
}

interface Found extends OpenedSegment {
  readonly place: number;
  readonly part: SegmentPart;
  readonly one: Shown;
}

interface Pointer {
  readonly person: PersonId;
  readonly correction: RequestId;
  readonly at: UnixMs;
  readonly parameter: ParameterId;
  readonly day: Day;
}

type Reading = Pick<CorrectionsDeps, 'vault'> & {
  readonly store: Pick<CorrectionsDeps['store'], 'requestSteps' | 'segments'>;
};

/** With what is shown of what is stored. */
type Showing = Reading & { readonly erased: Pick<ErasedOf, 'hides'>; readonly keeping: Pick<Keeping, 'isPast'> };

/** Everything that was said about records of one person, from what may be read of a store or a copy of it. */
export async function correctionsIn(
  reading: Showing,
  { org, person }: Whose,
  now: UnixMs,
): Promise<readonly Located[]> {
  return locatedOf(reading, { org, person }, await pointersOf(reading, org, person), now);
}

/** Oldest first. One that was damaged leads nowhere. */
async function pointersOf({ store, vault }: Reading, org: OrgId, person?: PersonId): Promise<readonly Pointer[]> {
  const pointers: Pointer[] = [];
  for (const record of await store.requestSteps(org, person)) {
    const { said, at } = await openStep(vault, record);
    if (said?.kind !== 'correction') continue;
    const { parameter, day } = said;
    pointers.push({ person: record.person, correction: record.request, at, parameter, day });
  }
  return pointers.toSorted((a, b) => a.at - b.at);
}

async function locatedOf(
  reading: Showing,
  whose: Whose,
  pointers: readonly Pointer[],
  now: UnixMs,
): Promise<readonly Located[]> {
  const own = pointers.filter(({ person }) => person === whose.person);
  const places = new Map(own.map((one) => [`${one.parameter} ${one.day}`, one]));
  const found = new Map<RequestId, Located>();
  for (const { parameter, day } of places.values()) {
    for (const { content } of await openedOf(reading, whose, now, { parameter, from: day, to: day })) {
      for (const part of content.parts) {
        for (const { stored, file } of shownIn(part)) {
          if (file === null) continue;
          const { correction } = file;
          const { session } = part;
          const corrected = correctedOf(file);
          found.set(correction, { person: whose.person, correction, parameter, day, session, stored, file, corrected });
        }
      }
    }
  }
  return own.flatMap(({ correction }) => found.get(correction) ?? []);
}

/** Without what is being erased, is past its day, or opens for nobody any more. */
async function openedOf(
  { store, vault, erased, keeping }: Showing,
  { org, person }: Whose,
  now: UnixMs,
  { parameter, from, to }: { readonly parameter: ParameterId; readonly from: Day; readonly to: Day },
): Promise<readonly OpenedSegment[]> {
  const opened: OpenedSegment[] = [];
  for (const segment of await store.segments(org, person, parameter, from, to)) {
    if (keeping.isPast(segment, dayOf(now))) continue;
    const content = await openSegment(vault, segment);
    if (content === null) continue;
    const parts = content.parts.map((part) => withoutRecords(part, (one) => erased.hides(one)));
    opened.push({ segment, content: { ...content, parts } });
  }
  return opened;
}

function subjectOf({ actor, subject }: Authorized<'correction.make' | 'correction.answer' | 'request.answer'>): Whose {
  if (subject === null) throw new Error('a correction is about a person');
  return { org: actor.org, person: subject };
}

function notStored(): DaylightError {
  return new DaylightError('not_found', 'there is no such record: it was deleted, or its time is over', {
    remedy: 'Look at what is stored of the day now.',
  });
}

/**
 * Until an erasure has taken away what it is of, it seals anew what stays beside that, and what is said meanwhile would be lost in it. What it waits
 * for afterwards, as for the disk of the recovery set, touches no record that stays.
 */
function requireNoneRewriting({ erasures }: Pick<ErasedOf, 'erasures'>): void {
  for (const { state, scope } of erasures) {
    if (state === 'verified') continue;
    if (scope === null) throw unreadableErasure();
    if (state !== 'purged' && state !== 'scrubbed') throw isErasing();
  }
}

function isErasing(): DaylightError {
  return new DaylightError('conflict', 'something of this person is being erased', {
    remedy:
      'Try again in a minute. If it is refused for longer, ask whoever runs the server: its log says under `erasure` what keeps the erasure from going on.',
  });
}

function unreadableErasure(): DaylightError {
  return new DaylightError(
    'conflict',
    'an erasure of this person was changed in the store since, and nobody can say what it is of',
    {
      remedy:
        'Ask whoever runs the server to restore the database from a backup; before that nothing can be corrected.',
    },
  );
}

function saidEnough(): DaylightError {
  return new DaylightError('conflict', `${MOST_STEPS} things were said about this record already`, {
    remedy: 'File a request, in words.',
  });
}
