import { openBytes } from './envelope.ts';
import type { RootKey } from './rootKey.ts';

export const ROOT_CHECK = 'daylight root check 1';

/** Whether the key store that this check is of was made with, or changed to, this root key. */
export function opensRootCheck(check: Uint8Array, rootKey: RootKey): boolean {
  return openBytes({ label: ROOT_CHECK, associated: new Uint8Array(), key: rootKey, sealed: check }).ok;
}
