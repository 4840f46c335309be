import { Checkpoint, EntryProof } from '../../shared/audit/checkpoint.ts';
import { EntryLeaf } from '../../shared/audit/leaf.ts';
import { provesInclusion } from '../../shared/audit/merkle.ts';
import { isCanonical } from '../../shared/canonical.ts';
import { DaylightError } from '../../shared/errors.ts';
import type { PublicKey } from '../../shared/signed.ts';
import { readSigned } from '../control/signer.ts';
import { commitment, hashOf } from './entry.ts';
import { sha256 } from './sha256.ts';

export interface CheckedProof {
  readonly row: Record<string, unknown>;
  readonly seq: number;
  readonly checkpoint: Checkpoint;
  readonly serverKey: PublicKey;
}

/** What a saved proof proves, without any server. Throws DaylightError `bad_request` that says what does not fit. */
export function checkProof(input: unknown, serverKey: PublicKey | null): CheckedProof {
  const parsed = EntryProof.safeParse(input);
  if (!parsed.success) throw wrong('this is not a proof of an entry');
  const proof = parsed.data;
  const key = serverKey ?? proof.serverKey;
  const checkpoint = readSigned('daylight/checkpoint/v1', Checkpoint, proof.checkpoint, key);
  if (!isCanonical(proof.leaf) || !isCanonical(proof.row))
    throw wrong('its leaf or its entry is not in canonical form');
  const leaf = EntryLeaf.safeParse(JSON.parse(proof.leaf));
  if (!leaf.success) throw wrong('its leaf is of no kind that this Daylight knows');
  if (commitment(bytes(proof.salt), proof.row) !== leaf.data.commitment)
    throw wrong('the entry is not the one that was recorded');
  const head = { size: checkpoint.size, root: bytes(checkpoint.root) };
  if (!provesInclusion(sha256, hashOf(proof.leaf), leaf.data.seq, head, proof.path.map(bytes)))
    throw wrong('the entry is not in the tree that was signed');
  return { row: JSON.parse(proof.row) as Record<string, unknown>, seq: leaf.data.seq, checkpoint, serverKey: key };
}

function bytes(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, 'hex'));
}

function wrong(why: string): DaylightError {
  return new DaylightError('bad_request', `proof: ${why}`, { field: 'proof' });
}
