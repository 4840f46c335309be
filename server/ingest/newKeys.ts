import { KEYS_IN_A_FRAME, readKeyStatement, type SignedKeyStatement } from '../../shared/policy/keys.ts';
import type { Digest } from '../../shared/signed.ts';
import { keyIdOf } from '../control/signer.ts';

/** What a frame brings of the way from the key that a device trusts to the one that signs now. */
export interface NewKeys {
  readonly statements: readonly SignedKeyStatement[];
  /** What the device trusts when it has followed them; null: the first. */
  readonly trusted: Digest | null;
  /** There are more, for the frames after it. */
  readonly more: boolean;
}

/** `trusted`: the id of the key that the device trusts; null for the first, which no statement leads to. */
export function newKeys(all: readonly SignedKeyStatement[], trusted: Digest | null): NewKeys {
  const ids = all.map(idOf);
  const rest = trusted === null ? 0 : ids.lastIndexOf(trusted) + 1;
  const end = Math.min(rest + KEYS_IN_A_FRAME, all.length);
  return { statements: all.slice(rest, end), trusted: ids[end - 1] ?? trusted, more: end < all.length };
}

function idOf(signed: SignedKeyStatement): Digest | null {
  const statement = readKeyStatement(signed);
  return statement === null ? null : keyIdOf(statement.key);
}
