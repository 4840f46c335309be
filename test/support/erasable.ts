import { randomBytes, randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, systemClock } from '../../server/clock.ts';
import type { ErasureScope } from '../../server/control/erasureScope.ts';
import type { Foundation } from '../../server/foundation.ts';
import { epochOfDay, imageScope, segmentScope } from '../../server/ingest/scopes.ts';
import { decodeSegment, encodeSegment } from '../../server/ingest/segment.ts';
import { orderErasures } from '../../server/lifecycle/erasureOrder.ts';
import { systemRandom } from '../../server/random.ts';
import type { BlobRecord, SegmentRecord } from '../../server/store/store.ts';
import type { ParameterId } from '../../shared/catalog.ts';
import type { Observation } from '../../shared/events/observation.ts';
import { ImageId, type PersonId, SegmentId, SessionId } from '../../shared/ids.ts';
import { addDays, DAY, type Day, HOUR } from '../../shared/time.ts';
import { enrolIn } from './enrolIn.ts';
import { openFoundationIn } from './numberedNotes.ts';
import { batch, device, orgId, personId, person as personRecord } from './storeRecords.ts';

// Somebody's notes, titles and pictures of some weeks, of which a part is erased. A note says of which day it is, and which of that day.

export const [org, person] = [orgId('acme'), personId('ann')];
const { device: laptop } = device('laptop');
const session = SessionId.parse('00000000-0000-4000-8000-000000000001');

/** A Monday; keys change on Thursdays. */
export const FIRST: Day = '2026-03-02';
export const DAYS = 16;
const LATE: Day = '2099-12-31';
/** Segments of notes in a day; each has two notes. */
const SEGMENTS = 3;

export const dayAt = (place: number): Day => addDays(FIRST, place);
const startOf = (day: Day): number => Date.parse(`${day}T00:00:00Z`);

export async function prepareErasable(data: string, expires: Day = LATE): Promise<void> {
  const foundation = await openFoundationIn(data, true);
  const { store, vault } = foundation;
  await store.createOrganisation({ org, createdAt: Date.now(), profile: vault.fromStore(new Uint8Array()) });
  await store.createPerson(personRecord('ann'));
  await enrolIn(store, device('laptop'));
  for (let place = 0; place < DAYS; place += 1) await storeDay(foundation, place, expires);
  await foundation.close();
}

async function storeDay(foundation: Foundation, place: number, expires: Day): Promise<void> {
  const day = dayAt(place);
  const notes = Array.from({ length: SEGMENTS }, (_, at) =>
    segmentOf(foundation, day, 'notes', [note(day, 2 * at), note(day, 2 * at + 1)], expires),
  );
  const image = ImageId.parse(randomUUID());
  const others = [
    segmentOf(foundation, day, 'title', [title(day)], expires),
    segmentOf(foundation, day, 'screenshot', [picture(day, image)], expires),
  ];
  const segments = await Promise.all([...notes, ...others]);
  const shot = segments.at(-1);
  if (shot === undefined) throw new Error('a day has a picture');
  const { parameter: _parameter, device: _device, sealed: _sealed, ...place_ } = shot;
  const key = { ...place_, image };
  const blob: BlobRecord = { ...key, sealed: await foundation.vault.seal(imageScope(key), randomBytes(2_000)) };
  const result = await foundation.store.appendBatch(batch(place + 1, { segments, blobs: [blob] }));
  if (result.kind !== 'committed') throw new Error(`a day was not stored: ${result.kind}`);
}

/** At ten in the morning and later. */
export function note(day: Day, number: number): Observation {
  const at = startOf(day) + 10 * HOUR + number;
  return { parameter: 'notes', level: 'on', at, mono: number, span: 0, note: `${day} ${number}` };
}

/** It lasts from half an hour before midnight to half an hour after it. */
function title(day: Day): Observation {
  const at = startOf(day) + 23.5 * HOUR;
  return { parameter: 'title', level: 'full', at, mono: 0, span: HOUR, title: day };
}

function picture(day: Day, image: ImageId): Observation {
  const size = { bytes: 2_000, width: 640, height: 480, digest: '0'.repeat(64) };
  return { parameter: 'screenshot', level: 'full', at: startOf(day) + 12 * HOUR, mono: 0, span: 0, image, ...size };
}

export async function segmentOf(
  { vault }: Pick<Foundation, 'vault'>,
  day: Day,
  parameter: ParameterId,
  observations: readonly Observation[],
  expires: Day = LATE,
): Promise<SegmentRecord> {
  const terms = { day, policyVersion: 1, termsVersion: 1, expires, epoch: epochOfDay(day) };
  const key = { org, person, device: laptop, parameter, segment: SegmentId.parse(randomUUID()), ...terms };
  const plain = encodeSegment({ parameter, parts: [{ session, observations }] });
  return { ...key, sealed: await vault.seal(segmentScope(key), plain, { compress: true }) };
}

/** The days from the one place to the other, both included. */
export function rangeOf(
  parameters: readonly ('notes' | 'title' | 'screenshot')[],
  from: number,
  to: number,
  above = 'off',
): ErasureScope {
  const range = { from: startOf(dayAt(from)), to: startOf(dayAt(to)) + DAY };
  const parts = parameters.map((parameter) => ({ parameter, ...range, above }));
  return { kind: 'own', by: person, parts, image: null, counted: [] };
}

export function order(
  foundation: Foundation,
  scope: ErasureScope,
  { people = [person], clock = systemClock }: { people?: PersonId[]; clock?: Pick<Clock, 'now'> } = {},
) {
  return orderErasures({ ...foundation, clock, random: systemRandom }, org, [{ people, scope }]);
}

/** Everything that opens of the parameter: what it says, in order of storing; of pictures their days, with `!` where the picture itself does not open. */
export async function readAll(
  { store, vault }: Foundation,
  parameter: 'notes' | 'title' | 'screenshot',
): Promise<string[]> {
  const read: string[] = [];
  for (const segment of await store.segments(org, person, parameter, '2020-01-01', '2099-12-31')) {
    const { parts } = decodeSegment(await vault.open(segmentScope(segment), segment.sealed));
    for (const one of parts.flatMap(({ observations }) => observations)) {
      if (one.parameter === 'notes') read.push(one.note);
      if (one.parameter === 'title') read.push(one.title);
      if (one.parameter === 'screenshot') {
        const blob = await store.blob(org, person, one.image);
        const opened = blob === null ? null : await vault.open(imageScope(blob), blob.sealed);
        read.push(opened?.length === 2_000 ? segment.day : `${segment.day}!`);
      }
    }
  }
  return read;
}

export function notesOf(...places: readonly number[]): string[] {
  return places.flatMap((place) => Array.from({ length: 2 * SEGMENTS }, (_, at) => `${dayAt(place)} ${at}`));
}

export const allBut = (from: number, to: number): number[] =>
  Array.from({ length: DAYS }, (_, place) => place).filter((place) => place < from || place > to);

export async function imageFiles(data: string): Promise<number> {
  return (await readdir(join(data, 'blobs', org))).length;
}
