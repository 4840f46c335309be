import { z } from 'zod';
import { followKeys, type KeyChain, type KeyLink, type SignedKeyStatement } from '../../../shared/policy/keys.ts';
import { PublicKey } from '../../../shared/signed.ts';
import { keyIdOf, signatureProblem } from '../signing.ts';
import type { PolicyKeys } from './policyCache.ts';

/** The newest key that was ever trusted here; it outlives the statements that led to it. */
export const TrustedKey = z.strictObject({ sequence: z.int().min(1), key: PublicKey });
export type TrustedKey = z.infer<typeof TrustedKey>;

/**
 * The key of the enrolment, or the one of `memory` where that is newer, with what `statements` add to it: on disk they prove
 * nothing by being there, and are followed as if they had just arrived.
 */
export function trustedAtStart(
  { org, serverKey, policyKey, policyKeySequence: sequence }: PolicyKeys,
  memory: TrustedKey | null,
  statements: readonly SignedKeyStatement[],
): { readonly chain: KeyChain; readonly isWhole: boolean } {
  const enrolled: KeyChain = { org, serverKey, key: policyKey, sequence, retired: [], links: [] };
  const followed = followKeys(enrolled, statements, isGenuine);
  const { sequence: known, key, retired } = followed.chain;
  if (memory === null || memory.sequence < known || memory.key === key) return followed;
  return followKeys({ ...enrolled, ...memory, retired: [...retired, key] }, statements, isGenuine);
}

/** The chain with what follows from it of what has arrived, and the links that are new. */
export function trustNext(
  chain: KeyChain,
  statements: readonly SignedKeyStatement[],
): { readonly chain: KeyChain; readonly isWhole: boolean; readonly learnt: readonly KeyLink[] } {
  const followed = followKeys(chain, statements, isGenuine);
  return { ...followed, learnt: followed.chain.links.slice(chain.links.length) };
}

/** Whether a signature is by a key that was trusted before, and is no more. */
export function isRetired({ retired }: KeyChain, keyId: string): boolean {
  return retired.some((key) => keyIdOf(key) === keyId);
}

function isGenuine(key: PublicKey, payload: string, signature: string): boolean {
  return signatureProblem('daylight/policy-key/v1', key, { payload, keyId: keyIdOf(key), signature }) === null;
}
