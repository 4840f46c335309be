import type { KeyStore, RootChange } from '../store/store.ts';
import { KEY_BYTES, openBytes, SALT_BYTES, sealBytes } from './envelope.ts';
import { ORG_KEY } from './keyring.ts';
import { ROOT_CHECK } from './rootCheck.ts';
import type { RandomBytes, RootKey } from './rootKey.ts';
import { associatedWithBackupKey, associatedWithOrgKey, associatedWithSigningKey } from './scope.ts';
import { VaultError } from './sealed.ts';
import { BACKUP_KEY, SIGNING_KEY } from './serverKeys.ts';
import { unwrap, wrap } from './wrapped.ts';

/**
 * Wraps everything that hangs on the root key under another one, in one commit: before it the key store opens with the one, after it with the other alone.
 * Only for who has the data alone: a server that runs would go on wrapping under the old one.
 */
export async function rotateRoot(keyStore: KeyStore, was: RootKey, next: RootKey, random: RandomBytes): Promise<void> {
  const anew = (label: string, associated: Uint8Array, wrapped: Uint8Array): Uint8Array =>
    wrap(next, label, associated, unwrap(was, label, associated, wrapped), random);
  const check = await keyStore.rootCheck();
  const certificate = await keyStore.signingKey('certificate');
  const change: RootChange = {
    rootCheck: anewCheck(check, was, next, random),
    orgKeys: (await keyStore.orgKeys()).map((key) => ({
      ...key,
      wrapped: anew(ORG_KEY, associatedWithOrgKey(key), key.wrapped),
    })),
    signingKeys:
      certificate === null
        ? []
        : [{ ...certificate, wrapped: anew(SIGNING_KEY, associatedWithSigningKey(certificate), certificate.wrapped) }],
    backups: (await keyStore.backups()).flatMap((backup) =>
      backup.wrapped === null
        ? []
        : [{ backup: backup.backup, wrapped: anew(BACKUP_KEY, associatedWithBackupKey(backup), backup.wrapped) }],
    ),
  };
  await keyStore.changeRoot(change);
}

/** Known words and the key of the look-up hashes, which stays. */
function anewCheck(check: Uint8Array | null, was: RootKey, next: RootKey, random: RandomBytes): Uint8Array {
  const about = { label: ROOT_CHECK, associated: new Uint8Array() };
  const opened = check === null ? null : openBytes({ ...about, key: was, sealed: check });
  if (opened === null || !opened.ok || opened.plaintext.length < KEY_BYTES) {
    throw new VaultError('wrong_root_key', 'This root key does not open the key store, and so cannot be replaced.');
  }
  return sealBytes({ ...about, key: next, salt: random(SALT_BYTES), plaintext: opened.plaintext, compress: false });
}
