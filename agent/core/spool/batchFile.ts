import { z } from 'zod';
import { ParameterId } from '../../../shared/catalog.ts';
import { BootId, ImageId, SessionId } from '../../../shared/ids.ts';
import { DropCause } from '../../../shared/outcome.ts';
import { MonoMs, UnixMs } from '../../../shared/time.ts';
import { SEAL_OVERHEAD, seal, unseal } from './seal.ts';
import { type DropTally, dropTallyOf, largerOf, linesOf, missingFrom, tallyOf } from './tally.ts';

/**
 * One batch on disk:
 *
 *     "DLSPOOL1" ‖ sealed header (fixed size, rewritten in place) ‖ { length u32 BE ‖ sealed record } …
 *
 * The records are the truth. The header repeats how many there are, so that what a torn or damaged file has lost is
 * known by number even when it can no longer be read.
 */
export interface BatchContents {
  readonly header: BatchHeader;
  readonly records: readonly BatchRecord[];
}

const count = z.int().min(0);

export const BatchHeader = z.strictObject({
  boot: BootId,
  session: SessionId,
  policyVersion: z.int().min(1),
  openedAt: UnixMs,
  closed: z.boolean(),
  /** Written by a later process than the one that observed it: what was kept, or was in review, when that died. */
  carriedOver: z.boolean().default(false),
  recorded: z.partialRecord(ParameterId, count),
  dropped: z.partialRecord(ParameterId, z.partialRecord(DropCause, count)),
});
export type BatchHeader = z.infer<typeof BatchHeader>;

/** An observation as it lies in the spool: authenticated by the spool's key, and checked whole by the server. */
export const SpooledObservation = z.looseObject({
  parameter: ParameterId,
  at: UnixMs,
  mono: MonoMs,
  span: z.int().min(0),
  image: ImageId.optional(),
});
export type SpooledObservation = z.infer<typeof SpooledObservation>;

export const BatchRecord = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('observation'), observation: SpooledObservation }),
  z.strictObject({
    kind: z.literal('dropped'),
    parameter: ParameterId,
    cause: DropCause,
    count,
    /** The held screenshot that this stands for; after a crash its file is removed on the strength of this record. */
    image: ImageId.nullable(),
  }),
]);
export type BatchRecord = z.infer<typeof BatchRecord>;

/** What could be read of a batch file, and what could not. */
export interface BatchReading {
  /** Null when the header cannot be read. */
  readonly header: BatchHeader | null;
  readonly records: readonly BatchRecord[];
  /** Every byte was accounted for, and the header agrees with the records. */
  readonly whole: boolean;
}

const MAGIC = Buffer.from('DLSPOOL1');

/** Whether this begins as a batch of Daylight does, whoever can open it. */
export function isBatchFile(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.subarray(0, MAGIC.length)).equals(MAGIC);
}

const HEADER_PLAIN = 1_536;
/** Size of everything before the first record. */
export const HEADER_BYTES = MAGIC.length + HEADER_PLAIN + SEAL_OVERHEAD;

/** `nonce` gives 12 fresh random bytes at each call. */
export interface Sealer {
  readonly key: Uint8Array;
  readonly nonce: () => Uint8Array;
}

export function writeBatch(sealer: Sealer, seq: number, contents: BatchContents): Buffer {
  return Buffer.concat([writeHeader(sealer, seq, contents.header), writeRecords(sealer, seq, 0, contents.records)]);
}

export function writeHeader({ key, nonce }: Sealer, seq: number, header: BatchHeader): Buffer {
  const plain = Buffer.alloc(HEADER_PLAIN, ' ');
  const json = Buffer.from(JSON.stringify(header));
  if (json.length > plain.length) throw new RangeError('a batch header outgrew its place');
  json.copy(plain);
  return Buffer.concat([MAGIC, seal(key, nonce(), { kind: 'header', name: String(seq), index: 0 }, plain)]);
}

/** The bytes of further records; `first` is the index of the first of them in the file. */
export function writeRecords(
  { key, nonce }: Sealer,
  seq: number,
  first: number,
  records: readonly BatchRecord[],
): Buffer {
  return Buffer.concat(
    records.flatMap((record, i) => {
      const plain = Buffer.from(JSON.stringify(record));
      const sealed = seal(key, nonce(), { kind: 'batch', name: String(seq), index: first + i }, plain);
      const length = Buffer.alloc(4);
      length.writeUInt32BE(sealed.length);
      return [length, sealed];
    }),
  );
}

/** Reads all that can be read; never throws on damaged bytes. */
export function readBatch(key: Uint8Array, seq: number, bytes: Buffer): BatchReading {
  const header = readHeader(key, seq, bytes);
  const { records, whole } = readRecords(key, seq, bytes.subarray(HEADER_BYTES));
  return { header, records, whole: header !== null && whole && lostFrom(header, records).length === 0 };
}

/** The account of a batch from its records and whatever header is known: what is there, and what is dropped and why. */
export function accountOf(header: BatchHeader | null, records: readonly BatchRecord[]): { dropped: DropTally } {
  const written = dropTallyOf(records.flatMap((record) => (record.kind === 'dropped' ? [record] : [])));
  if (header === null) return { dropped: written };
  const lost = dropTallyOf(missingFrom(header.recorded, recordedIn(records), 'unreadable'));
  const dropped = largerOf(written, header.dropped);
  return { dropped: dropTallyOf([...linesOf(dropped), ...linesOf(lost)]) };
}

export function recordedIn(records: readonly BatchRecord[]): BatchHeader['recorded'] {
  return tallyOf(records.flatMap((record) => (record.kind === 'observation' ? [record.observation.parameter] : [])));
}

function lostFrom(header: BatchHeader, records: readonly BatchRecord[]): unknown[] {
  const written = dropTallyOf(records.flatMap((record) => (record.kind === 'dropped' ? [record] : [])));
  const larger = linesOf(largerOf(written, header.dropped)).reduce((sum, { count: n }) => sum + n, 0);
  const there = linesOf(written).reduce((sum, { count: n }) => sum + n, 0);
  return [...missingFrom(header.recorded, recordedIn(records), 'unreadable'), ...(larger > there ? [larger] : [])];
}

function readHeader(key: Uint8Array, seq: number, bytes: Buffer): BatchHeader | null {
  if (bytes.length < HEADER_BYTES || !bytes.subarray(0, MAGIC.length).equals(MAGIC)) return null;
  const place = { kind: 'header', name: String(seq), index: 0 } as const;
  return parsed(BatchHeader, unseal(key, place, bytes.subarray(MAGIC.length, HEADER_BYTES)));
}

function readRecords(key: Uint8Array, seq: number, bytes: Buffer): { records: BatchRecord[]; whole: boolean } {
  const records: BatchRecord[] = [];
  let whole = true;
  let at = 0;
  for (let index = 0; at < bytes.length; index += 1) {
    const length = at + 4 <= bytes.length ? bytes.readUInt32BE(at) : Number.MAX_SAFE_INTEGER;
    if (length < SEAL_OVERHEAD || at + 4 + length > bytes.length) return { records, whole: false };
    const place = { kind: 'batch', name: String(seq), index } as const;
    const record = parsed(BatchRecord, unseal(key, place, bytes.subarray(at + 4, at + 4 + length)));
    if (record === null) whole = false;
    else records.push(record);
    at += 4 + length;
  }
  return { records, whole };
}

function parsed<T>(schema: z.ZodType<T>, plain: Buffer | null): T | null {
  if (plain === null) return null;
  try {
    return schema.parse(JSON.parse(plain.toString('utf8')));
  } catch {
    return null;
  }
}
