import { randomUUID } from 'node:crypto';
import { systemClock } from '../../server/clock.ts';
import { type Foundation, openFoundation } from '../../server/foundation.ts';
import { epochOfDay, segmentScope } from '../../server/ingest/scopes.ts';
import { decodeSegment, encodeSegment } from '../../server/ingest/segment.ts';
import { systemRandom } from '../../server/random.ts';
import type { SegmentRecord } from '../../server/store/store.ts';
import { SegmentId, SessionId } from '../../shared/ids.ts';
import { enrolIn } from './enrolIn.ts';
import { batch, device, orgId, personId } from './storeRecords.ts';

// A store of notes that are numbered by the seq of their batch: one that is lost, doubled or out of order shows.

const [org, person] = [orgId('acme'), personId('ann')];
const { device: laptop } = device('laptop');
const session = SessionId.parse('00000000-0000-4000-8000-000000000001');
/** All of them are of one day, which has been over for long, whenever they are appended. */
const day = '2026-03-02';

export function openFoundationIn(data: string, create = false): Promise<Foundation> {
  return openFoundation({ data, clock: systemClock, random: systemRandom, create });
}

/** A new data folder with one organisation, one device and one note. */
export async function prepareNotes(data: string): Promise<void> {
  const foundation = await openFoundationIn(data, true);
  const { store, vault } = foundation;
  await store.createOrganisation({ org, createdAt: Date.now(), profile: vault.fromStore(new Uint8Array()) });
  await enrolIn(store, device('laptop'));
  await appendNotes(foundation, 1);
  await foundation.close();
}

/** Appends so many batches of one note, of a day that is over, at once. Resolves with the last seq when all are durable. */
export async function appendNotes(foundation: Foundation, count: number): Promise<number> {
  const { store } = foundation;
  const before = (await store.device(laptop))?.committedSeq ?? 0;
  const seqs = Array.from({ length: count }, (_, at) => before + at + 1);
  const units = await Promise.all(seqs.map(async (seq) => batch(seq, { segments: [await noteOf(foundation, seq)] })));
  for (const result of await Promise.all(units.map((unit) => store.appendBatch(unit)))) {
    if (result.kind !== 'committed') throw new Error(`a note was not stored: ${result.kind}`);
  }
  return before + count;
}

async function noteOf({ vault }: Foundation, seq: number): Promise<SegmentRecord> {
  const terms = { day, policyVersion: 1, termsVersion: 1, expires: '2099-12-31' };
  const id = { org, person, device: laptop, parameter: 'notes', segment: SegmentId.parse(randomUUID()) } as const;
  const key = { ...id, ...terms, epoch: epochOfDay(day) };
  const when = { at: Date.parse(day) + seq, mono: seq, span: 0 };
  const part = { session, observations: [{ parameter: 'notes', level: 'on', ...when, note: `${seq}` } as const] };
  const plain = encodeSegment({ parameter: 'notes', parts: [part] });
  return { ...key, sealed: await vault.seal(segmentScope(key), plain, { compress: true }) };
}

/** The numbers of all notes, in the order in which they are stored, and how many segments hold them. */
export async function readNotes({ store, vault }: Foundation) {
  const segments = await store.segments(org, person, 'notes', '2020-01-01', '2099-12-31');
  const numbers: number[] = [];
  for (const segment of segments) {
    const { parts } = decodeSegment(await vault.open(segmentScope(segment), segment.sealed));
    for (const one of parts.flatMap(({ observations }) => observations)) {
      if (one.parameter === 'notes') numbers.push(Number(one.note));
    }
  }
  return { numbers, segments: segments.length, committedSeq: (await store.device(laptop))?.committedSeq ?? 0 };
}
