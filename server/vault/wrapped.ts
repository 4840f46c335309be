import { KEY_BYTES, openBytes, SALT_BYTES, sealBytes } from './envelope.ts';
import type { RandomBytes } from './rootKey.ts';
import { VaultError } from './sealed.ts';

// A key sealed under another key.

export function wrap(
  key: Uint8Array,
  label: string,
  associated: Uint8Array,
  plaintext: Uint8Array,
  random: RandomBytes,
): Uint8Array {
  return sealBytes({ key, label, salt: random(SALT_BYTES), associated, plaintext, compress: false });
}

/** Throws VaultError `unavailable` for what is no key, or of another one. */
export function unwrap(key: Uint8Array, label: string, associated: Uint8Array, sealed: Uint8Array): Uint8Array {
  const opened = openBytes({ key, label, associated, sealed });
  if (opened.ok && opened.plaintext.length === KEY_BYTES) return opened.plaintext;
  throw new VaultError(
    'unavailable',
    'A key in the key store is damaged or belongs elsewhere. Restore the key store from the recovery set.',
  );
}
