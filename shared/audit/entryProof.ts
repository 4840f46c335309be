import { isCanonical } from '../canonical.ts';
import type { PublicKey, Signed, SigningContext } from '../signed.ts';
import { Checkpoint, EntryProof } from './checkpoint.ts';
import { commitmentOf, EntryLeaf } from './leaf.ts';
import { leafHash, provesInclusion, type Sha256 } from './merkle.ts';

/** What the contract has no code of its own for: whoever verifies hands theirs in. */
export interface ProofCrypto {
  readonly sha256: Sha256;
  readonly utf8: (text: string) => Uint8Array;
  /** Whether it names this key and bears its signature in that context. Never throws for a bad one. */
  readonly isSigned: (context: SigningContext, signed: Signed, publicKey: PublicKey) => boolean;
}

/** `unreadable`: it is no proof, or of a later kind. The others name what does not fit: the first of the three steps that failed. */
export type ProofFault = 'unreadable' | 'not_signed' | 'changed' | 'not_in_tree';

export type CheckedEntry =
  | {
      readonly ok: true;
      readonly row: Readonly<Record<string, unknown>>;
      readonly leaf: EntryLeaf;
      readonly checkpoint: Checkpoint;
      readonly serverKey: PublicKey;
    }
  | { readonly ok: false; readonly fault: ProofFault };

/** What a proof of an entry proves, without any server. `serverKey`: who must have signed it, as somebody else knows it; null: the key that it names. */
export function checkEntryProof(
  { sha256, utf8, isSigned }: ProofCrypto,
  input: unknown,
  serverKey: PublicKey | null,
): CheckedEntry {
  const proof = EntryProof.safeParse(input).data;
  if (proof === undefined) return failed('unreadable');
  const key = serverKey ?? proof.serverKey;
  const checkpoint = Checkpoint.safeParse(canonicalIn(proof.checkpoint.payload)).data;
  const leaf = EntryLeaf.safeParse(canonicalIn(proof.leaf)).data;
  const row = canonicalIn(proof.row);
  if (checkpoint === undefined || leaf === undefined || !isRecord(row)) return failed('unreadable');
  if (!isSigned('daylight/checkpoint/v1', proof.checkpoint, key)) return failed('not_signed');
  if (commitmentOf(sha256, ofHex(proof.salt), utf8(proof.row)) !== leaf.commitment) return failed('changed');
  const head = { size: checkpoint.size, root: ofHex(checkpoint.root) };
  const hash = leafHash(sha256, utf8(proof.leaf));
  if (!provesInclusion(sha256, hash, leaf.seq, head, proof.path.map(ofHex))) return failed('not_in_tree');
  return { ok: true, row, leaf, checkpoint, serverKey: key };
}

function canonicalIn(text: string): unknown {
  return isCanonical(text) ? JSON.parse(text) : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function failed(fault: ProofFault): CheckedEntry {
  return { ok: false, fault };
}

function ofHex(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
