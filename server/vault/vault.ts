import { createHmac } from 'node:crypto';
import type { OrgId, PersonId } from '../../shared/ids.ts';
import type { Digest } from '../../shared/signed.ts';
import { type DataKeyId, type KeyStore, StoreError } from '../store/store.ts';
import { KEY_BYTES, openBytes, SALT_BYTES, sealBytes } from './envelope.ts';
import { type Keyring, type KeyringOptions, openKeyring, type Rolled } from './keyring.ts';
import { ROOT_CHECK } from './rootCheck.ts';
import type { RandomBytes, RootKey } from './rootKey.ts';
import { associatedWithScope } from './scope.ts';
import { type Sealed, type SealScope, VaultError } from './sealed.ts';
import { type CertificateKey, createServerKeys, type ServerKeys } from './serverKeys.ts';

export { epochOf } from './epochs.ts';
export type { RootKey } from './rootKey.ts';
export { createRootKeyFile, readRootKeyFile } from './rootKey.ts';
export { type Sealed, type SealScope, unlessLost, VaultError } from './sealed.ts';
export type { CertificateKey } from './serverKeys.ts';

export interface Vault {
  /**
   * Compresses when `compress` is set, then seals. Creates the data key when the scope has none yet; it is durable
   * first. With `create: false` a person's record without a key throws VaultError `key_destroyed`.
   */
  seal(scope: SealScope, plaintext: Uint8Array, options?: SealOptions): Promise<Sealed>;
  /** Throws VaultError. Says nothing about why a seal did not open beyond its code. */
  open(scope: SealScope, sealed: Sealed): Promise<Uint8Array>;
  /** Destroys data keys, here and in the key store, durably: what was sealed under them can be opened by nobody from then on. */
  destroyDataKeys(keys: readonly DataKeyId[]): Promise<void>;
  /**
   * Destroys every key of a person, in one commit: from the call on none of theirs is made, handed out or opened here, in other processes
   * within a quarter of a second, and never again. It can be called again. `below`: keys of parameters of this epoch and later ones stay in the
   * key store, and are handed out to nobody either.
   */
  endPerson(org: OrgId, person: PersonId, below?: number): Promise<void>;
  /** The same for an organisation and everyone in it. */
  endOrganisation(org: OrgId): Promise<void>;
  /** Puts a new key of the organisation in the place of the old one, which is destroyed. See `Keyring.roll`. */
  rollKeys(org: OrgId, signal?: AbortSignal): Promise<Rolled | null>;
  /** Signs the certificates of endings; of the whole server. See `ServerKeys`. */
  certificateKey(): Promise<CertificateKey>;
  sealBackupKey: ServerKeys['sealBackupKey'];
  openBackupKey: ServerKeys['openBackupKey'];
  /** Keyed hash for look-ups (e-mail address, client): HMAC-SHA-256 under a key of this server, in hexadecimal. */
  lookupHash(kind: 'email' | 'client', text: string): Digest;
  /** Bytes read from the store by its driver are sealed already; this names them so, and only `open` can tell. */
  fromStore(bytes: Uint8Array): Sealed;
  close(): Promise<void>;
}

interface SealOptions {
  readonly compress?: boolean;
  /** False for what was sealed before: its key may have been destroyed since, and a new one would bring it back. */
  readonly create?: boolean;
}

export interface VaultOptions {
  readonly keyStore: KeyStore;
  readonly rootKey: RootKey;
  readonly random: RandomBytes;
  /** Data keys kept in memory. */
  readonly cacheSize?: number;
  readonly ended?: KeyringOptions['ended'];
  readonly mono?: KeyringOptions['mono'];
}

/**
 * Opens the key store with the root key. Throws a VaultError `wrong_root_key` when it belongs to another one. The
 * vault does not close the key store: its owner does, after the vault.
 */
export async function createVault(options: VaultOptions): Promise<Vault> {
  const lookupKey = await checkRootKey(options);
  const keyring = await unavailableUnlessRead(() => openKeyring(options));
  const serverKeys = createServerKeys(options.keyStore, options.rootKey, options.random);
  let closed = false;

  function requireOpen(): void {
    if (closed) throw new VaultError('unavailable', 'The vault is closed. Start the server again.');
  }

  return {
    async seal(scope, plaintext, { compress = false, create = true } = {}) {
      requireOpen();
      const associated = associatedWithScope(scope);
      const { key, label } = await unavailableUnlessRead(() => sealingKey(keyring, scope, create));
      requireOpen();
      const salt = options.random(SALT_BYTES);
      return sealBytes({ key, label, salt, associated, plaintext, compress }) as Sealed;
    },
    async open(scope, sealed) {
      requireOpen();
      const associated = associatedWithScope(scope);
      const { key, label } = await unavailableUnlessRead(() => openingKey(keyring, scope));
      if (key === null) throw keyDestroyed();
      const opened = openBytes({ key, label, associated, sealed });
      if (opened.ok) return opened.plaintext;
      throw new VaultError(
        'not_authentic',
        'A stored record did not open: it was altered or belongs elsewhere. Restore it from a backup.',
      );
    },
    async destroyDataKeys(keys) {
      requireOpen();
      await unavailableUnlessRead(() => keyring.destroyDataKeys(keys));
    },
    async endPerson(org, person, below) {
      requireOpen();
      await unavailableUnlessRead(() => keyring.end(org, person, below));
    },
    async endOrganisation(org) {
      requireOpen();
      await unavailableUnlessRead(() => keyring.end(org, null));
    },
    async rollKeys(org, signal) {
      requireOpen();
      return unavailableUnlessRead(() => keyring.roll(org, signal));
    },
    async certificateKey() {
      requireOpen();
      return unavailableUnlessRead(() => serverKeys.certificateKey());
    },
    sealBackupKey(backup) {
      requireOpen();
      return serverKeys.sealBackupKey(backup);
    },
    openBackupKey(backup) {
      requireOpen();
      return serverKeys.openBackupKey(backup);
    },
    lookupHash(kind, text) {
      requireOpen();
      return createHmac('sha256', lookupKey).update(`${kind}\0`).update(text, 'utf8').digest('hex');
    },
    fromStore: (bytes) => bytes as Sealed,
    async close() {
      closed = true;
      keyring.close();
    },
  };
}

function keyDestroyed(): VaultError {
  return new VaultError('key_destroyed', 'The key of this record was destroyed; it is gone.');
}

const RECORD = 'daylight record 1';
const ORG_RECORD = 'daylight organisation record 1';

/** A person's record has a data key of its own; the organisation's have one of theirs. */
async function sealingKey(
  keyring: Keyring,
  scope: SealScope,
  create: boolean,
): Promise<{ key: Uint8Array; label: string }> {
  const id = dataKeyId(scope);
  if (id !== null) {
    const key = create ? await keyring.dataKey(id) : await keyring.existingDataKey(id);
    if (key === null) throw keyDestroyed();
    return { key, label: RECORD };
  }
  const key = await keyring.recordKey(scope.org, { create: true });
  if (key === null) throw keyDestroyed();
  return { key, label: ORG_RECORD };
}

/** Null when there is no key (any more). */
async function openingKey(keyring: Keyring, scope: SealScope): Promise<{ key: Uint8Array | null; label: string }> {
  const id = dataKeyId(scope);
  if (id === null) return { key: await keyring.recordKey(scope.org, { create: false }), label: ORG_RECORD };
  return { key: await keyring.existingDataKey(id), label: RECORD };
}

function dataKeyId({ org, person, parameter, epoch }: SealScope): DataKeyId | null {
  if (person === null) return null;
  return { org, person, parameter: parameter === 'image' ? 'screenshot' : parameter, epoch };
}

const CHECK_WORDS = Buffer.from('This root key opens this Daylight key store.', 'utf8');

/**
 * The root check holds known words and the random key of the look-up hashes, so that a new root key can take over
 * without losing them. Returns that key; makes the check on a new key store.
 */
async function checkRootKey({ keyStore, rootKey, random }: VaultOptions): Promise<Uint8Array> {
  const root = { key: rootKey, label: ROOT_CHECK, associated: new Uint8Array() };
  const stored = await unavailableUnlessRead(() => keyStore.rootCheck());
  if (stored === null) {
    await requireNewKeyStore(keyStore);
    const lookupKey = random(KEY_BYTES);
    const plaintext = Buffer.concat([CHECK_WORDS, lookupKey]);
    const check = sealBytes({ ...root, salt: random(SALT_BYTES), plaintext, compress: false });
    if (await unavailableUnlessRead(() => isFirst(keyStore.putRootCheck(check)))) return lookupKey;
    return checkRootKey({ keyStore, rootKey, random }); // another process was first: its check is the one
  }
  const opened = openBytes({ ...root, sealed: stored });
  if (opened.ok) return opened.plaintext.subarray(CHECK_WORDS.length);
  if (opened.why === 'wrong_key') {
    throw new VaultError(
      'wrong_root_key',
      'This root key belongs to another key store. Put the root key file back that was made with this data folder.',
    );
  }
  throw new VaultError('unavailable', 'The key store is damaged. Restore it from the recovery set.');
}

async function isFirst(putting: Promise<void>): Promise<boolean> {
  return putting.then(
    () => true,
    (cause: unknown) => {
      if (cause instanceof StoreError && cause.code === 'conflict') return false;
      throw cause;
    },
  );
}

/** Keys without a root check mean a damaged store: a new check would make any root key look right. */
async function requireNewKeyStore(keyStore: KeyStore): Promise<void> {
  const keys = await unavailableUnlessRead(() => keyStore.orgKeys());
  if (keys.length === 0) return;
  throw new VaultError('unavailable', 'The key store has lost its root check. Restore it from the recovery set.');
}

/** Whatever keeps the key store from answering, the caller meets one error with a remedy. */
async function unavailableUnlessRead<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    if (cause instanceof VaultError) throw cause;
    throw new VaultError(
      'unavailable',
      'The key store did not answer. Check its disk, then start the server again.',
      cause,
    );
  }
}
