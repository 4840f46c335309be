import { chmod, mkdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { DaylightError } from '../shared/errors.ts';
import type { Clock } from './clock.ts';
import { createChanges } from './control/changes.ts';
import { createConnections } from './control/connections.ts';
import type { Connections, PolicyControl } from './control/control.ts';
import { createPolicyControl } from './control/policies.ts';
import { createOrganisations, type Organisations } from './control/signer.ts';
import type { Random } from './random.ts';
import { openSqliteKeyStore } from './store/sqlite/keyStore.ts';
import { openSqliteStore } from './store/sqlite/store.ts';
import type { KeyStore, Store } from './store/store.ts';
import {
  createRootKeyFile,
  createVault,
  type RootKey,
  readRootKeyFile,
  type Vault,
  VaultError,
} from './vault/vault.ts';

/** What the server and the commands of the host both stand on: keys, store, vault, organisations, policies. */
export interface Foundation {
  readonly folder: string;
  readonly store: Store;
  readonly keyStore: KeyStore;
  readonly vault: Vault;
  readonly organisations: Organisations;
  readonly connections: Connections;
  readonly control: PolicyControl;
  close(): Promise<void>;
}

export interface FoundationOptions {
  readonly data: string;
  readonly clock: Clock;
  readonly random: Random;
  /** Makes the folder and the root key when there is nothing yet; never beside an existing store. */
  readonly create: boolean;
}

/** Several processes may have one open: `init` and `owner-link` work beside a running server. */
export async function openFoundation({ data, clock, random, create }: FoundationOptions): Promise<Foundation> {
  const folder = resolve(data);
  const rootKey = await openFolder(folder, random, create);
  const opened: { close(): Promise<void> }[] = [];
  const close = async () => {
    for (const part of opened.toReversed()) await part.close();
  };
  try {
    const keyStore = await openSqliteKeyStore({ file: join(folder, 'keys.db') });
    opened.push(keyStore);
    const vault = await createVault({ keyStore, rootKey, random: (length) => random.bytes(length) });
    opened.push(vault);
    const store = await openSqliteStore({
      folder,
      randomBytes: (length) => random.bytes(length),
      fromStore: (bytes) => vault.fromStore(bytes),
    });
    opened.push(store);
    const organisations = createOrganisations({ store, vault, clock });
    const changes = createChanges();
    const connections = createConnections(changes);
    const control = createPolicyControl({ store, vault, organisations, connections, changes, clock });
    return { folder, store, keyStore, vault, organisations, connections, control, close };
  } catch (error) {
    await close().catch(() => undefined);
    throw error;
  }
}

/** The folder, private, and the root key in it. A missing key beside a store is never replaced: it would lock the data up. */
async function openFolder(folder: string, random: Random, create: boolean): Promise<RootKey> {
  const keyFile = join(folder, 'root.key');
  const hasKeyStore = await exists(join(folder, 'keys.db'));
  const isNew = !hasKeyStore && !(await exists(keyFile));
  if (isNew && !create) {
    throw new DaylightError('not_found', `${folder}: there is no Daylight data here`, {
      remedy: 'Run `daylight-server init` first, or give the right folder with --data.',
    });
  }
  if (!hasKeyStore && (await exists(join(folder, 'daylight.db')))) {
    throw new VaultError(
      'unavailable',
      `${join(folder, 'keys.db')}: the key store is missing. Put it back, or restore it from the recovery set; without it nothing can be read.`,
    );
  }
  if (create) await mkdir(folder, { recursive: true, mode: 0o700 });
  if (process.platform !== 'win32') await chmod(folder, 0o700);
  return isNew ? createRootKeyFile(keyFile, (length) => random.bytes(length)) : readRootKeyFile(keyFile);
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
