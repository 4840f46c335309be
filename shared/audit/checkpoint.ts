import { z } from 'zod';
import { OrgId } from '../ids.ts';
import { Digest, PublicKey, Signed } from '../signed.ts';
import { UnixMs } from '../time.ts';
import { LeafNumber } from './leaf.ts';

/**
 * What the server says of the audit tree of an organisation. Signed by the server's identity key, the one that agents pin, in context
 * `daylight/checkpoint/v1`. Of two with the same epoch, the tree of the larger begins with that of the smaller.
 */
export const Checkpoint = z.strictObject({
  schema: z.literal(1),
  org: OrgId,
  /** How often the server was restored from a backup: what an earlier epoch had at its end may be missing in a later one. */
  epoch: z.int().min(0),
  size: LeafNumber,
  root: Digest,
  at: UnixMs,
});
export type Checkpoint = z.infer<typeof Checkpoint>;

/**
 * That the server was restored from a backup, and up to where its tree is that of before. Signed as a checkpoint is, in context
 * `daylight/restore/v1`. An agent shows it once, and measures later checkpoints by it.
 */
export const RestoreEpoch = z.strictObject({
  schema: z.literal(1),
  org: OrgId,
  /** One more than that of the last one, or the first: 1. */
  epoch: z.int().min(1),
  /** The policy in force in the backup: an agent may hold a later one, and goes on by that. */
  policyVersion: z.int().min(0),
  size: LeafNumber,
  root: Digest,
  at: UnixMs,
});
export type RestoreEpoch = z.infer<typeof RestoreEpoch>;

/** The hashes of a proof, in the order of RFC 9162: more than any tree of fewer than 2^53 leaves needs are none. */
export const ProofPath = z.array(Digest).max(64);

/** One entry, and all that it takes to check it without the server. */
export const EntryProof = z.strictObject({
  schema: z.literal(1),
  /** Canonical JSON of what was recorded. */
  row: z.string().max(16_384),
  /** 32 bytes, hexadecimal. */
  salt: Digest,
  /** Canonical JSON of the leaf (`AuditLeaf`): its `commitment` is the SHA-256 of salt and row. */
  leaf: z.string().max(1_024),
  path: ProofPath,
  /** Of the tree that the path leads to. */
  checkpoint: Signed,
  /** The key that signed it, which each agent of the organisation has pinned. */
  serverKey: PublicKey,
});
export type EntryProof = z.infer<typeof EntryProof>;
