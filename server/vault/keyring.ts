import { type OrgId, PersonId } from '../../shared/ids.ts';
import type { MonoMs } from '../../shared/time.ts';
import { type DataKeyId, type EndedSubject, type KeyStore, StoreError, type WrappedDataKey } from '../store/store.ts';
import { createTogether } from '../together.ts';
import { KEY_BYTES } from './envelope.ts';
import { createKeyCache } from './keyCache.ts';
import type { RandomBytes, RootKey } from './rootKey.ts';
import { associatedWithDataKey, associatedWithOrgKey } from './scope.ts';
import { VaultError } from './sealed.ts';
import { unwrap, wrap } from './wrapped.ts';

/**
 * Root key → organisation keys, by version → one random data key per person, parameter and epoch. Wrapped keys live in
 * the key store; what is unwrapped lives in memory here. A key that is handed out is durable already.
 *
 * Whoever has ended has no key any more: none of theirs is made, handed out or unwrapped, here from the call on, in other processes
 * within `LOOK_MS` of it, and after a restart.
 */
export interface Keyring {
  /** The data key, made when there is none. Any number of concurrent first uses get the same one. Null for who has ended. */
  dataKey(id: DataKeyId): Promise<Uint8Array | null>;
  /** The data key, or null when there is none (any more). */
  existingDataKey(id: DataKeyId): Promise<Uint8Array | null>;
  /** Destroys them in the key store, and forgets them. */
  destroyDataKeys(ids: readonly DataKeyId[]): Promise<void>;
  /**
   * Destroys every key of a person, or with null of the organisation and all its people, for ever; those of `below` and later epochs stay, and
   * are handed out to nobody. It can be called again.
   */
  end(org: OrgId, person: PersonId | null, below?: number): Promise<void>;
  /** The keys of an organisation, newest first; the first one is made when there is none and `create` is set. Empty once it has ended. */
  orgKeys(org: OrgId, options: { create: boolean }): Promise<readonly OrgKey[]>;
  /**
   * The key of what is the organisation's own, made when `create` is set and there is nothing of the organisation yet. It stays when the
   * organisation's keys roll, so that nothing has to be sealed anew. Null where there is none, or no organisation (any more).
   */
  recordKey(org: OrgId, options: { create: boolean }): Promise<Uint8Array | null>;
  /**
   * Puts a new version of the organisation's key in the place of all others, under which every data key is wrapped then. What was begun
   * before goes on. It can end at any moment: everything opens as before, and the next one goes on. Null for who has ended.
   */
  roll(org: OrgId, signal?: AbortSignal): Promise<Rolled | null>;
  /** Forgets every key. Unwrapped keys are dropped, not overwritten: JavaScript cannot promise more. */
  close(): void;
}

export interface OrgKey {
  readonly version: number;
  readonly key: Uint8Array;
}

export interface Rolled {
  /** The version in force now; none before it is left. */
  readonly version: number;
  readonly dataKeys: number;
}

export interface KeyringOptions {
  readonly keyStore: KeyStore;
  readonly rootKey: RootKey;
  readonly random: RandomBytes;
  /** Data keys kept in memory; the least recently used one goes first. */
  readonly cacheSize?: number | undefined;
  /** Who ended, by the ledger: an older copy of the key store may have keys of theirs again. */
  readonly ended?: readonly EndedSubject[] | undefined;
  /** By what is measured when other processes are looked at again. Without one they are at every use. */
  readonly mono?: (() => MonoMs) | undefined;
}

/** 1,000 people with five parameters each, over the weeks that a report reads, in about ten megabytes. */
const CACHE_SIZE = 20_000;

/** So long after another process destroyed a key this one may go on using it. */
export const LOOK_MS = 250;

export const ORG_KEY = 'daylight organisation key 1';
const DATA_KEY = 'daylight data key 1';

/** Unwraps every organisation key, and fails when the root key is not the one that wrapped them. */
export async function openKeyring(options: KeyringOptions): Promise<Keyring> {
  const { keyStore, rootKey, random, mono } = options;
  const cache = createKeyCache(options.cacheSize ?? CACHE_SIZE);
  const orgs = new Map<OrgId, readonly OrgKey[]>();
  const ended = new Set((options.ended ?? []).map(subjectName));
  const orgsInTheMaking = new Map<OrgId, Promise<readonly OrgKey[]>>();
  const keysInTheMaking = new Map<string, Promise<Uint8Array | null>>();
  const keysBeingRead = new Map<string, Promise<Uint8Array | null>>();
  const looks = new Map<'look', Promise<void>>();
  // A thousand first uses cost a few commits, and so does the first batch of a device, which makes a key for each parameter.
  const put = createTogether((keys: readonly WrappedDataKey[]) => keyStore.putDataKeys(keys));
  /** How often keys had been destroyed, by anybody, when the caches were known to hold none of those. */
  let revoked = 0;
  let lookedAt = Number.NEGATIVE_INFINITY;

  function hasEnded(org: OrgId, person: PersonId | null): boolean {
    return (
      ended.has(subjectName({ org, person: null })) || (person !== null && ended.has(subjectName({ org, person })))
    );
  }

  /** Nobody tells a process what another one has destroyed: it looks at the count, and reads everything anew where it is another. */
  async function look(): Promise<void> {
    if (mono !== undefined && mono() - lookedAt < LOOK_MS) return;
    await once(looks, 'look', async () => {
      const began = mono?.() ?? 0;
      const count = (await keyStore.mark('revoked')) ?? 0;
      if (count !== revoked) await reload(count);
      lookedAt = began;
    });
  }

  /** The count is from before what is read: what is destroyed meanwhile makes it another one again. */
  async function reload(count: number): Promise<void> {
    const [keys, subjects] = [await unwrapOrgKeys(keyStore, rootKey), await keyStore.ended()];
    for (const subject of subjects) ended.add(subjectName(subject));
    for (const org of [...orgs.keys()]) if (!keys.has(org)) orgs.delete(org);
    for (const [org, ofOrg] of keys) orgs.set(org, ofOrg);
    cache.deleteAll('');
    revoked = count;
  }

  /** What this process has destroyed itself it need not look for. */
  function destroyedHere(count: number): void {
    if (count === revoked + 1) revoked = count;
  }

  async function orgKeys(org: OrgId, { create }: { create: boolean }): Promise<readonly OrgKey[]> {
    await look();
    if (hasEnded(org, null)) return [];
    // Another process may have made an organisation since: a command of the host beside the server.
    if (!orgs.has(org)) await readOrgKeys();
    const known = orgs.get(org);
    if (known !== undefined || !create) return known ?? [];
    return once(orgsInTheMaking, org, () => makeOrgKey(org));
  }

  async function readOrgKeys(): Promise<void> {
    for (const [org, keys] of await unwrapOrgKeys(keyStore, rootKey)) orgs.set(org, keys);
  }

  async function makeOrgKey(org: OrgId): Promise<readonly OrgKey[]> {
    const keys = await addOrgKey(org, 1);
    // At once: an organisation without one is taken for one of before, whose records are sealed under its first key itself.
    const [first] = keys;
    if (first !== undefined) await putDataKey(recordKeyId(org), first, random(KEY_BYTES));
    return keys;
  }

  async function addOrgKey(org: OrgId, version: number): Promise<readonly OrgKey[]> {
    const made = { org, version };
    const key = random(KEY_BYTES);
    const wrapped = wrap(rootKey, ORG_KEY, associatedWithOrgKey(made), key, random);
    try {
      await keyStore.putOrgKey({ ...made, wrapped });
    } catch (error) {
      if (!(error instanceof StoreError) || error.code !== 'conflict') throw error;
      await reload((await keyStore.mark('revoked')) ?? 0); // another process made it first, or ended it
      return hasEnded(org, null) ? [] : (orgs.get(org) ?? []);
    }
    const keys = [{ version, key }, ...(orgs.get(org) ?? [])];
    orgs.set(org, keys);
    return keys;
  }

  async function recordKey(org: OrgId, { create }: { create: boolean }): Promise<Uint8Array | null> {
    const id = recordKeyId(org);
    const existing = await existingDataKey(id);
    if (existing !== null) return existing;
    const isNew = (await orgKeys(org, { create: false })).length === 0;
    const [newest] = await orgKeys(org, { create });
    if (newest === undefined) return null;
    if (isNew) return existingDataKey(id);
    if (newest.version !== 1) throw new VaultError('unavailable', NO_RECORD_KEY);
    // Of before: what is sealed was sealed under this very key, which is to be destroyed.
    return create ? once(keysInTheMaking, nameOf(id), () => putDataKey(id, newest, newest.key)) : newest.key;
  }

  async function roll(org: OrgId, signal?: AbortSignal): Promise<Rolled | null> {
    if ((await recordKey(org, { create: true })) === null) return null;
    await readOrgKeys();
    const known = orgs.get(org) ?? [];
    const [next] = known.length === 1 ? await addOrgKey(org, (known[0]?.version ?? 0) + 1) : known;
    if (next === undefined || hasEnded(org, null)) return null;
    for (let dataKeys = 0; ; ) {
      dataKeys += await rewrapDataKeys(org, next, signal);
      // Another process may have made one under the old version meanwhile: then it goes round again.
      const count = await keyStore.destroyOrgKeysBelow(org, next.version);
      if (count === null) continue;
      destroyedHere(count);
      orgs.set(org, [next]);
      return { version: next.version, dataKeys };
    }
  }

  async function rewrapDataKeys(org: OrgId, next: OrgKey, signal?: AbortSignal): Promise<number> {
    let [after, many]: [DataKeyId | null, number] = [null, 0];
    for (;;) {
      signal?.throwIfAborted();
      const some: readonly WrappedDataKey[] = await keyStore.dataKeysBelow(org, next.version, after, AT_ONCE);
      const last = some.at(-1);
      if (last === undefined) return many;
      await keyStore.rewrapDataKeys(some.map((key) => ({ key: rewrapped(key, next), was: key.orgKeyVersion })));
      after = last;
      many += some.length;
    }
  }

  function rewrapped(stored: WrappedDataKey, next: OrgKey): WrappedDataKey {
    const key = orgs.get(stored.org)?.find(({ version }) => version === stored.orgKeyVersion);
    if (key === undefined) throw orgKeyMissing(stored);
    const opened = unwrap(key.key, DATA_KEY, associatedWithDataKey(stored), stored.wrapped);
    return wrapDataKey(stored, next, opened);
  }

  function wrapDataKey({ org, person, parameter, epoch }: DataKeyId, by: OrgKey, key: Uint8Array): WrappedDataKey {
    const bound = { org, person, parameter, epoch, orgKeyVersion: by.version };
    return { ...bound, wrapped: wrap(by.key, DATA_KEY, associatedWithDataKey(bound), key, random) };
  }

  async function existingDataKey(id: DataKeyId): Promise<Uint8Array | null> {
    await look();
    if (hasEnded(id.org, id.person)) return null;
    const name = nameOf(id);
    // A day is thousands of records under a handful of keys, all opened at once.
    return cache.get(name) ?? once(keysBeingRead, name, () => readDataKey(id));
  }

  async function readDataKey(id: DataKeyId): Promise<Uint8Array | null> {
    const before = revoked;
    const stored = await keyStore.dataKey(id);
    return stored === null ? null : remember(stored, before);
  }

  async function dataKey(id: DataKeyId): Promise<Uint8Array | null> {
    await look();
    if (hasEnded(id.org, id.person)) return null;
    return cache.get(nameOf(id)) ?? once(keysInTheMaking, nameOf(id), () => findOrMake(id));
  }

  async function findOrMake(id: DataKeyId): Promise<Uint8Array | null> {
    const existing = await existingDataKey(id);
    if (existing !== null || hasEnded(id.org, id.person)) return existing;
    const [newest] = await orgKeys(id.org, { create: true });
    if (newest === undefined) return null;
    return putDataKey(id, newest, random(KEY_BYTES));
  }

  /** What the store holds then is the key, even if another process was quicker. */
  async function putDataKey(id: DataKeyId, by: OrgKey, key: Uint8Array): Promise<Uint8Array | null> {
    const before = revoked;
    const stored = await put(wrapDataKey(id, by, key));
    return stored === null ? refused(id, by, key) : remember(stored, before);
  }

  /** The store takes no key of who has ended, nor one under an organisation key that is gone: another process was quicker. */
  async function refused(id: DataKeyId, by: OrgKey, key: Uint8Array): Promise<Uint8Array | null> {
    await reload((await keyStore.mark('revoked')) ?? 0);
    const [newest] = orgs.get(id.org) ?? [];
    if (hasEnded(id.org, id.person) || newest === undefined) return null;
    if (newest.version === by.version) throw orgKeyMissing({ orgKeyVersion: by.version });
    return putDataKey(id, newest, key);
  }

  /** Who reads or makes one of them meanwhile has it no longer when this is over. */
  async function destroyDataKeys(ids: readonly DataKeyId[]): Promise<void> {
    destroyedHere(await keyStore.destroyDataKeys(ids));
    const names = ids.map(nameOf);
    await settled((name) => names.includes(name));
    for (const name of names) cache.delete(name);
  }

  async function end(org: OrgId, person: PersonId | null, below?: number): Promise<void> {
    // First of all: what fails after it leaves somebody without keys, and never keys of somebody who has ended.
    ended.add(subjectName({ org, person }));
    destroyedHere(await keyStore.destroyKeys(org, person ?? undefined, below));
    const prefix = person === null ? `${org}/` : `${org}/${person}/`;
    await settled((name) => name.startsWith(prefix));
    if (person === null) {
      await orgsInTheMaking.get(org)?.catch(() => undefined);
      orgs.delete(org);
    }
    cache.deleteAll(prefix);
  }

  async function settled(isOne: (name: string) => boolean): Promise<void> {
    const underWay = [...keysBeingRead, ...keysInTheMaking].flatMap(([name, key]) => (isOne(name) ? [key] : []));
    await Promise.allSettled(underWay);
  }

  /** What was read before a destruction that is known by now is handed out once more at the most, and not kept. */
  async function remember(stored: WrappedDataKey, before: number): Promise<Uint8Array | null> {
    const wrapping = () => orgs.get(stored.org)?.find(({ version }) => version === stored.orgKeyVersion);
    if (wrapping() === undefined) await readOrgKeys();
    const orgKey = wrapping();
    if (hasEnded(stored.org, stored.person)) return null;
    if (orgKey === undefined) {
      // Read before another process wrapped it anew and let go of the old version.
      const now = await keyStore.dataKey(stored);
      if (now === null || now.orgKeyVersion === stored.orgKeyVersion) throw orgKeyMissing(stored);
      return remember(now, before);
    }
    const key = unwrap(orgKey.key, DATA_KEY, associatedWithDataKey(stored), stored.wrapped);
    if (before === revoked) cache.set(nameOf(stored), key);
    return key;
  }

  await reload((await keyStore.mark('revoked')) ?? 0);
  return {
    dataKey,
    existingDataKey,
    destroyDataKeys,
    end,
    orgKeys,
    recordKey,
    roll,
    close() {
      orgs.clear();
      cache.deleteAll('');
    },
  };
}

/** Wrapped anew in one go and one commit: a few milliseconds in which nobody else is served. */
const AT_ONCE = 64;

const NO_RECORD_KEY =
  "The key of the organisation's own records is not in the key store. Restore the key store from the recovery set.";

/** Who has no person. */
const NOBODY = PersonId.parse('00000000-0000-0000-0000-000000000000');

function recordKeyId(org: OrgId): DataKeyId {
  return { org, person: NOBODY, parameter: 'organisation', epoch: 0 };
}

function orgKeyMissing({ orgKeyVersion }: Pick<WrappedDataKey, 'orgKeyVersion'>): VaultError {
  return new VaultError(
    'unavailable',
    `The organisation key, version ${orgKeyVersion}, of this record is not in the key store. Restore the key store from the recovery set.`,
  );
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

/** One run per name at a time; those who ask meanwhile share its result. A failure is not remembered. */
async function once<K, T>(running: Map<K, Promise<T>>, name: K, run: () => Promise<T>): Promise<T> {
  const under = running.get(name);
  if (under !== undefined) return under;
  const started = run().finally(() => running.delete(name));
  running.set(name, started);
  return started;
}

function subjectName({ org, person }: EndedSubject): string {
  return `${org}/${person ?? ''}`;
}

function nameOf({ org, person, parameter, epoch }: DataKeyId): string {
  return `${org}/${person}/${parameter}/${epoch}`;
}
