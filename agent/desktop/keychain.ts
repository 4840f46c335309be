import { join } from 'node:path';
import { DaylightError } from '../../shared/errors.ts';
import { readIfThere, writeDurably } from '../core/files.ts';
import type { Random } from '../core/ports.ts';
import { removeFile } from '../core/spool/disk.ts';
import { KEY_BYTES, KEYCHAIN_FILE, keyFile, type SpoolKey } from '../core/spool/spoolKey.ts';
import { say } from '../strings/say.ts';
import type { SafeStorage } from './electron.ts';

export interface KeychainDeps {
  readonly safeStorage: SafeStorage;
  readonly os: NodeJS.Platform;
  /** The agent's data folder. */
  readonly folder: string;
  readonly random: Random;
}

/**
 * Where the key of the spool is: in the keychain of the account (Electron's safeStorage) where there is one that protects it,
 * otherwise in a file of mode 0600, and the words say which and why. A key that is there stays where it is: a key file that is
 * overwritten may live on in the cells of the disk. Throws DaylightError `unavailable` when the keychain that holds it is shut.
 */
export async function chooseSpoolKey(deps: KeychainDeps): Promise<SpoolKey> {
  const { folder, random } = deps;
  const path = join(folder, 'spool.key');
  const file = keyFile(path, random);
  const keychain = await keychainOf(deps);
  if ((await readIfThere(join(folder, KEYCHAIN_FILE))) !== null) {
    if (keychain.kind === 'protects') return keychainKey(deps, keychain.words);
    throw new DaylightError('unavailable', say('key.shut', { why: keychain.why }), { remedy: say('key.shutRemedy') });
  }
  if ((await readIfThere(path)) !== null) return file;
  if (keychain.kind === 'protects') return keychainKey(deps, keychain.words);
  return { ...file, words: say('key.because', { where: file.words, why: keychain.why }) };
}

type Keychain =
  | { readonly kind: 'protects'; readonly words: string }
  | { readonly kind: 'does_not_protect'; readonly why: string };

async function keychainOf({ safeStorage, os }: KeychainDeps): Promise<Keychain> {
  if (!(await safeStorage.isAsyncEncryptionAvailable())) {
    return { kind: 'does_not_protect', why: say('key.noKeychain') };
  }
  if (os === 'darwin') return { kind: 'protects', words: say('key.macos') };
  if (os === 'win32') return { kind: 'protects', words: say('key.windows') };
  const backend = safeStorage.getSelectedStorageBackend();
  if (backend === 'gnome_libsecret') return { kind: 'protects', words: say('key.keyring') };
  if (/^kwallet\d*$/.test(backend)) return { kind: 'protects', words: say('key.kwallet') };
  // `basic_text` encrypts with a password that is the same everywhere: anybody could open it.
  return { kind: 'does_not_protect', why: say('key.noKeyring') };
}

function keychainKey({ safeStorage, folder, random }: KeychainDeps, words: string): SpoolKey {
  const path = join(folder, KEYCHAIN_FILE);
  return {
    words,
    async load() {
      const sealed = await readIfThere(path);
      if (sealed === null) return null;
      const key = await open(safeStorage, sealed);
      if (key !== null) return key;
      throw new DaylightError('unavailable', say('key.notOpened', { path }), { remedy: say('key.notOpenedRemedy') });
    },
    async make() {
      const key = random.bytes(KEY_BYTES);
      await writeDurably(path, await safeStorage.encryptStringAsync(Buffer.from(key).toString('base64')));
      return key;
    },
    destroy: () => removeFile(path, true),
  };
}

async function open(safeStorage: SafeStorage, sealed: Uint8Array): Promise<Uint8Array | null> {
  try {
    const { result } = await safeStorage.decryptStringAsync(Buffer.from(sealed));
    const key = new Uint8Array(Buffer.from(result, 'base64'));
    return key.length === KEY_BYTES ? key : null;
  } catch {
    return null;
  }
}
