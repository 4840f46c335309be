import { type KeyObject, sign, verify } from 'node:crypto';
import { createLimited } from '../limited.ts';

/**
 * Ed25519 (RFC 8032) on the threads of Node's pool: when a policy is pushed, a thousand leases are signed and a thousand
 * receipts verified, and nobody else has to wait for that. In the order of the calls, but what is to be signed comes first:
 * every device should have its policy before the answers of others are looked at.
 */
export interface Signatures {
  sign(input: Uint8Array, key: KeyObject): Promise<Uint8Array>;
  /** False for whatever does not verify. Never rejects for bad input. */
  verify(input: Uint8Array, key: KeyObject, signature: Uint8Array): Promise<boolean>;
}

/** Enough that the threads never wait for work; few enough that a commit, which needs one of them, hardly waits for them. */
const AT_ONCE = 8;

export function createSignatures(): Signatures {
  const limited = createLimited(AT_ONCE);
  return {
    sign: (input, key) =>
      limited.runFirst(
        () =>
          new Promise((resolve, reject) => {
            sign(null, input, key, (error, signature) => (error === null ? resolve(signature) : reject(error)));
          }),
      ),
    verify: (input, key, signature) =>
      limited.run(
        () =>
          new Promise((resolve) => {
            verify(null, input, key, signature, (error, isGenuine) => resolve(error === null && isGenuine));
          }),
      ),
  };
}
