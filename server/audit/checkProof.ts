import type { Checkpoint } from '../../shared/audit/checkpoint.ts';
import { checkEntryProof, type ProofCrypto, type ProofFault } from '../../shared/audit/entryProof.ts';
import { DaylightError } from '../../shared/errors.ts';
import type { PublicKey } from '../../shared/signed.ts';
import { verifySigned } from '../control/signer.ts';
import { isEarlier } from './entry.ts';
import { sha256 } from './sha256.ts';

export interface CheckedProof {
  readonly row: Readonly<Record<string, unknown>>;
  readonly seq: number;
  /** Recorded before there was a tree: what it said before it was taken in nobody vouches for. */
  readonly isEarlier: boolean;
  readonly checkpoint: Checkpoint;
  readonly serverKey: PublicKey;
}

/** What a saved proof proves, without any server. Throws DaylightError `bad_request` that says what does not fit. */
export function checkProof(input: unknown, serverKey: PublicKey | null): CheckedProof {
  const checked = checkEntryProof(crypto, input, serverKey);
  if (!checked.ok) throw new DaylightError('bad_request', `proof: ${wrong[checked.fault]}`, { field: 'proof' });
  const { row, leaf, checkpoint, serverKey: key } = checked;
  return { row, seq: leaf.seq, isEarlier: isEarlier(leaf), checkpoint, serverKey: key };
}

const crypto: ProofCrypto = { sha256, utf8: (text) => Buffer.from(text), isSigned: verifySigned };

const wrong = {
  unreadable: 'this is not a proof of an entry, or of no kind that this Daylight knows',
  not_signed: 'its checkpoint is not signed by that key',
  changed: 'the entry is not the one that was recorded',
  not_in_tree: 'the entry is not in the tree that was signed',
} as const satisfies Record<ProofFault, string>;
