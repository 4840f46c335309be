import { z } from 'zod';
import { Digest, Signed } from '../signed.ts';
import { UnixMs } from '../time.ts';
import type { Sha256 } from './merkle.ts';

/** The number of a leaf in the tree of its organisation, from 0. */
export const LeafNumber = z.int().min(0).max(Number.MAX_SAFE_INTEGER);
export type LeafNumber = z.infer<typeof LeafNumber>;

/** What is recorded in rows of their own, one table each. */
export const EntryKind = z.enum(['access', 'security_event']);
export type EntryKind = z.infer<typeof EntryKind>;

/**
 * What is hashed into the tree, as canonical JSON. It says of nobody anything: what was recorded stands in a row beside it, and
 * `commitment` is the SHA-256 of the row's 32 bytes of salt and its canonical JSON. Without row and salt nobody can tell from it, or check by
 * guessing, what the row was.
 */
export const EntryLeaf = z.strictObject({
  kind: EntryKind,
  seq: LeafNumber,
  at: UnixMs,
  commitment: Digest,
  /** The row was counted on: this leaf stands for it from here on, and no longer the one of this number. */
  supersedes: LeafNumber.optional(),
  /** It was recorded before there was a tree, and taken into it later: what it said before that nobody vouches for. */
  earlier: z.literal(true).optional(),
});
export type EntryLeaf = z.infer<typeof EntryLeaf>;

/** The first and the last number of each run. */
export const LeafRuns = z.array(z.tuple([LeafNumber, LeafNumber])).max(1_000);

/** Rows that are erased, with their salts: what is signed is an `Erased`. */
export const ErasedLeaf = z.strictObject({ kind: z.literal('erased'), seq: LeafNumber, at: UnixMs, signed: Signed });
export type ErasedLeaf = z.infer<typeof ErasedLeaf>;

/** As it was written before it was signed: it counts only where it was there when the first server that signs found it. */
export const UnsignedErasedLeaf = z.strictObject({
  kind: z.literal('erased'),
  seq: LeafNumber,
  at: UnixMs,
  entries: LeafRuns,
});
export type UnsignedErasedLeaf = z.infer<typeof UnsignedErasedLeaf>;

/** Where the tree was begun: before it there is nothing but what is `earlier`, and after it nothing that is. It has no row. */
export const BegunLeaf = z.strictObject({ kind: z.literal('begun'), seq: LeafNumber, at: UnixMs });
export type BegunLeaf = z.infer<typeof BegunLeaf>;

/** Rows that are deleted, with their salts, because of their age: what is signed is a `LetGo`. */
export const LetGoLeaf = z.strictObject({ kind: z.literal('let_go'), seq: LeafNumber, at: UnixMs, signed: Signed });
export type LetGoLeaf = z.infer<typeof LetGoLeaf>;

/** Nothing was recorded for a day: so there is a checkpoint of each day all the same. It has no row. */
export const DayLeaf = z.strictObject({ kind: z.literal('day'), seq: LeafNumber, at: UnixMs });
export type DayLeaf = z.infer<typeof DayLeaf>;

export const AuditLeaf = z.union([
  z.discriminatedUnion('kind', [EntryLeaf, ErasedLeaf, BegunLeaf, LetGoLeaf, DayLeaf]),
  UnsignedErasedLeaf,
]);
export type AuditLeaf = z.infer<typeof AuditLeaf>;

/** Why `later` may not stand for the row that `earlier` stood for; null when it may. Rows are counted on within one hour. */
export function wrongSuccessor(earlier: AuditLeaf, later: EntryLeaf): string | null {
  if (earlier.seq >= later.seq) return 'supersedes an entry that comes after it';
  if (earlier.kind !== later.kind) return 'supersedes an entry of another kind';
  if (earlier.earlier === true) return 'supersedes an entry of before the tree was begun';
  if (Math.abs(later.at - earlier.at) >= COUNTED_MS) return 'supersedes an entry that was closed';
  return null;
}

const COUNTED_MS = 3_600_000;

/** In hexadecimal. `row`: the UTF-8 bytes of its canonical JSON. */
export function commitmentOf(sha256: Sha256, salt: Uint8Array, row: Uint8Array): Digest {
  return Array.from(sha256(salt, row), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export const SALT_BYTES = 32;
