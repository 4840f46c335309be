import type { OrgId } from '../../shared/ids.ts';
import type { DataKeyId, KeyStore, WrappedDataKey } from '../store/store.ts';
import { createTogether } from '../together.ts';
import { KEY_BYTES } from './envelope.ts';
import type { RandomBytes, RootKey } from './rootKey.ts';
import { associatedWithDataKey, associatedWithOrgKey } from './scope.ts';
import { VaultError } from './sealed.ts';
import { unwrap, wrap } from './wrapped.ts';

/**
 * Root key → organisation keys, by version → one random data key per person, parameter and epoch. Wrapped keys live in
 * the key store; what is unwrapped lives in memory here. A key that is handed out is durable already.
 */
export interface Keyring {
  /** The data key, made when there is none. Any number of concurrent first uses get the same one. */
  dataKey(id: DataKeyId): Promise<Uint8Array>;
  /** The data key, or null when there is none (any more). */
  existingDataKey(id: DataKeyId): Promise<Uint8Array | null>;
  /** Destroys them in the key store, and forgets them. */
  destroyDataKeys(ids: readonly DataKeyId[]): Promise<void>;
  /** The keys of an organisation, newest first; the first one is made when there is none and `create` is set. */
  orgKeys(org: OrgId, options: { create: boolean }): Promise<readonly OrgKey[]>;
  /** Forgets every key. Unwrapped keys are dropped, not overwritten: JavaScript cannot promise more. */
  close(): void;
}

export interface OrgKey {
  readonly version: number;
  readonly key: Uint8Array;
}

export interface KeyringOptions {
  readonly keyStore: KeyStore;
  readonly rootKey: RootKey;
  readonly random: RandomBytes;
  /** Data keys kept in memory; the least recently used one goes first. */
  readonly cacheSize?: number;
}

/** 1,000 people with five parameters each, over the weeks that a report reads, in about ten megabytes. */
const CACHE_SIZE = 20_000;

const ORG_KEY = 'daylight organisation key 1';
const DATA_KEY = 'daylight data key 1';

/** Unwraps every organisation key, and fails when the root key is not the one that wrapped them. */
export async function openKeyring(options: KeyringOptions): Promise<Keyring> {
  const { keyStore, rootKey, random } = options;
  const orgs = await unwrapOrgKeys(keyStore, rootKey);
  const cache = createCache(options.cacheSize ?? CACHE_SIZE);
  const orgsInTheMaking = new Map<OrgId, Promise<readonly OrgKey[]>>();
  const keysInTheMaking = new Map<string, Promise<Uint8Array>>();
  const keysBeingRead = new Map<string, Promise<Uint8Array | null>>();
  // A thousand first uses cost a few commits, and so does the first batch of a device, which makes a key for each parameter.
  const put = createTogether((keys: readonly WrappedDataKey[]) => keyStore.putDataKeys(keys));

  async function orgKeys(org: OrgId, { create }: { create: boolean }): Promise<readonly OrgKey[]> {
    if (!orgs.has(org)) await reload();
    const known = orgs.get(org);
    if (known !== undefined || !create) return known ?? [];
    return once(orgsInTheMaking, org, () => makeOrgKey(org));
  }

  /** Another process may have made an organisation since: a command of the host beside the server. */
  async function reload(): Promise<void> {
    for (const [org, keys] of await unwrapOrgKeys(keyStore, rootKey)) orgs.set(org, keys);
  }

  async function makeOrgKey(org: OrgId): Promise<readonly OrgKey[]> {
    const made = { org, version: 1 };
    const key = random(KEY_BYTES);
    const wrapped = wrap(rootKey, ORG_KEY, associatedWithOrgKey(made), key, random);
    await keyStore.putOrgKey({ ...made, wrapped });
    const keys = [{ version: made.version, key }];
    orgs.set(org, keys);
    return keys;
  }

  async function existingDataKey(id: DataKeyId): Promise<Uint8Array | null> {
    const name = nameOf(id);
    // A day is thousands of records under a handful of keys, all opened at once.
    return cache.get(name) ?? once(keysBeingRead, name, () => readDataKey(id));
  }

  async function readDataKey(id: DataKeyId): Promise<Uint8Array | null> {
    const stored = await keyStore.dataKey(id);
    return stored === null ? null : remember(stored);
  }

  async function dataKey(id: DataKeyId): Promise<Uint8Array> {
    return cache.get(nameOf(id)) ?? once(keysInTheMaking, nameOf(id), () => findOrMake(id));
  }

  async function findOrMake(id: DataKeyId): Promise<Uint8Array> {
    const existing = await existingDataKey(id);
    if (existing !== null) return existing;
    const [newest] = await orgKeys(id.org, { create: true });
    if (newest === undefined) throw new Error('an organisation key was made and is not there');
    const { org, person, parameter, epoch } = id;
    const bound = { org, person, parameter, epoch, orgKeyVersion: newest.version };
    const made = random(KEY_BYTES);
    const wrapped = wrap(newest.key, DATA_KEY, associatedWithDataKey(bound), made, random);
    // What the store holds now is the key, even if another process was quicker.
    const stored = await put({ ...bound, wrapped });
    if (Buffer.compare(stored.wrapped, wrapped) !== 0) return remember(stored);
    cache.set(nameOf(id), made);
    return made;
  }

  /** Who reads or makes one of them meanwhile has it no longer when this is over. */
  async function destroyDataKeys(ids: readonly DataKeyId[]): Promise<void> {
    await keyStore.destroyDataKeys(ids);
    const names = ids.map(nameOf);
    const underWay = names.flatMap((name) => [keysBeingRead.get(name) ?? [], keysInTheMaking.get(name) ?? []].flat());
    await Promise.allSettled(underWay);
    for (const name of names) cache.delete(name);
  }

  async function remember(stored: WrappedDataKey): Promise<Uint8Array> {
    const wrapping = () => orgs.get(stored.org)?.find(({ version }) => version === stored.orgKeyVersion);
    if (wrapping() === undefined) await reload();
    const orgKey = wrapping();
    if (orgKey === undefined) {
      throw new VaultError(
        'unavailable',
        `The organisation key, version ${stored.orgKeyVersion}, of this record is not in the key store. Restore the key store from the recovery set.`,
      );
    }
    const key = unwrap(orgKey.key, DATA_KEY, associatedWithDataKey(stored), stored.wrapped);
    cache.set(nameOf(stored), key);
    return key;
  }

  return {
    dataKey,
    existingDataKey,
    destroyDataKeys,
    orgKeys,
    close() {
      orgs.clear();
      cache.clear();
    },
  };
}

async function unwrapOrgKeys(keyStore: KeyStore, rootKey: RootKey): Promise<Map<OrgId, readonly OrgKey[]>> {
  const orgs = new Map<OrgId, OrgKey[]>();
  for (const stored of await keyStore.orgKeys()) {
    const key = unwrap(rootKey, ORG_KEY, associatedWithOrgKey(stored), stored.wrapped);
    orgs.set(stored.org, [...(orgs.get(stored.org) ?? []), { version: stored.version, key }]);
  }
  for (const keys of orgs.values()) keys.sort((a, b) => b.version - a.version);
  return orgs;
}

/** Least recently used first out. */
function createCache(size: number) {
  const keys = new Map<string, Uint8Array>();
  return {
    get(name: string): Uint8Array | undefined {
      const key = keys.get(name);
      if (key === undefined) return undefined;
      keys.delete(name);
      keys.set(name, key);
      return key;
    },
    set(name: string, key: Uint8Array): void {
      keys.delete(name);
      keys.set(name, key);
      const [oldest] = keys.keys();
      if (keys.size > size && oldest !== undefined) keys.delete(oldest);
    },
    delete(name: string): void {
      keys.delete(name);
    },
    clear(): void {
      keys.clear();
    },
  };
}

/** One run per name at a time; those who ask meanwhile share its result. A failure is not remembered. */
async function once<K, T>(running: Map<K, Promise<T>>, name: K, run: () => Promise<T>): Promise<T> {
  const under = running.get(name);
  if (under !== undefined) return under;
  const started = run().finally(() => running.delete(name));
  running.set(name, started);
  return started;
}

function nameOf({ org, person, parameter, epoch }: DataKeyId): string {
  return `${org}/${person}/${parameter}/${epoch}`;
}
