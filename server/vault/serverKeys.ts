import { sign } from 'node:crypto';
import type { BackupId } from '../../shared/ids.ts';
import type { PublicKey } from '../../shared/signed.ts';
import type { UnixMs } from '../../shared/time.ts';
import { type BackupRecord, type KeyStore, StoreError, type WrappedSigningKey } from '../store/store.ts';
import { privateKeyOf, rawPublicKeyOf } from './ed25519.ts';
import { KEY_BYTES } from './envelope.ts';
import type { RandomBytes, RootKey } from './rootKey.ts';
import { associatedWithBackupKey, associatedWithSigningKey } from './scope.ts';
import { VaultError } from './sealed.ts';
import { unwrap, wrap } from './wrapped.ts';

/** Keys of the server itself, under the root key: they are of no organisation, and end with none. */
export interface ServerKeys {
  /** Made on first use; of any number of processes that do so at once all get the same one. */
  certificateKey(): Promise<CertificateKey>;
  /** A fresh key for a backup, and how it is kept: bound to the backup and to the day on which it ends. */
  sealBackupKey(backup: { readonly backup: BackupId; readonly expires: UnixMs }): BackupKey;
  /** Throws VaultError `key_destroyed` once it is. */
  openBackupKey(backup: Pick<BackupRecord, 'backup' | 'expires' | 'wrapped'>): Uint8Array;
}

export interface CertificateKey {
  readonly publicKey: PublicKey;
  /** Ed25519 (RFC 8032) of these very bytes; whoever calls puts before them what they are for. */
  sign(bytes: Uint8Array): Uint8Array;
}

export interface BackupKey {
  readonly key: Uint8Array;
  readonly wrapped: Uint8Array;
}

export const SIGNING_KEY = 'daylight signing key 1';
export const BACKUP_KEY = 'daylight backup key 1';

export function createServerKeys(keyStore: KeyStore, rootKey: RootKey, random: RandomBytes): ServerKeys {
  async function certificateKey(): Promise<CertificateKey> {
    const stored = await keyStore.signingKey('certificate');
    return certificateKeyOf(stored ?? (await make()), rootKey);
  }

  async function make(): Promise<WrappedSigningKey> {
    const seed = random(KEY_BYTES);
    const id = { name: 'certificate', public: rawPublicKeyOf(privateKeyOf(seed)) } as const;
    const made = { ...id, wrapped: wrap(rootKey, SIGNING_KEY, associatedWithSigningKey(id), seed, random) };
    try {
      await keyStore.putSigningKey(made);
      return made;
    } catch (error) {
      const first =
        error instanceof StoreError && error.code === 'conflict' ? await keyStore.signingKey(id.name) : null;
      if (first === null) throw error;
      return first; // another process was quicker: its key is the one
    }
  }

  return {
    certificateKey,
    sealBackupKey(backup) {
      const key = random(KEY_BYTES);
      return { key, wrapped: wrap(rootKey, BACKUP_KEY, associatedWithBackupKey(backup), key, random) };
    },
    openBackupKey(backup) {
      if (backup.wrapped !== null) {
        return unwrap(rootKey, BACKUP_KEY, associatedWithBackupKey(backup), backup.wrapped);
      }
      throw new VaultError('key_destroyed', 'The key of this backup was destroyed; nobody can open it.');
    },
  };
}

function certificateKeyOf(stored: WrappedSigningKey, rootKey: RootKey): CertificateKey {
  const key = privateKeyOf(unwrap(rootKey, SIGNING_KEY, associatedWithSigningKey(stored), stored.wrapped));
  return { publicKey: stored.public, sign: (bytes) => sign(null, bytes, key) };
}
