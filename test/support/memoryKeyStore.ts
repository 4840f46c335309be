import type { DataKeyId, KeyStore, WrappedDataKey, WrappedOrgKey } from '../../server/store/store.ts';

/** A key store in memory that can be looked into, damaged and made to fail. */
export interface MemoryKeyStore extends KeyStore {
  readonly dataKeys: Map<string, WrappedDataKey>;
  orgs: WrappedOrgKey[];
  check: Uint8Array | null;
  /** How many times `putDataKeys` was called. */
  puts: number;
  /** How many times `dataKey` was called. */
  reads: number;
  /** When set, every call fails with it. */
  failure: Error | null;
}

export function createMemoryKeyStore(): MemoryKeyStore {
  const store: MemoryKeyStore = {
    dataKeys: new Map(),
    orgs: [],
    check: null,
    puts: 0,
    reads: 0,
    failure: null,
    async orgKeys() {
      await answer(store);
      return [...store.orgs];
    },
    async putOrgKey(key) {
      await answer(store);
      store.orgs.push(key);
    },
    async dataKey(id) {
      store.reads += 1;
      await answer(store);
      return store.dataKeys.get(nameOf(id)) ?? null;
    },
    async putDataKeys(keys) {
      store.puts += 1;
      await answer(store);
      for (const key of keys) if (!store.dataKeys.has(nameOf(key))) store.dataKeys.set(nameOf(key), key);
      return keys.map((key) => store.dataKeys.get(nameOf(key)) ?? key);
    },
    async dataKeyEpochs(org, person, parameter) {
      await answer(store);
      const own = [...store.dataKeys.values()].filter(
        (key) => key.org === org && key.person === person && key.parameter === parameter,
      );
      return own.map(({ epoch }) => epoch).toSorted((a, b) => a - b);
    },
    async destroyDataKeys(keys) {
      await answer(store);
      for (const key of keys) store.dataKeys.delete(nameOf(key));
    },
    async scrub() {
      await answer(store);
      return true;
    },
    async countKeys(org) {
      await answer(store);
      return [...store.orgs, ...store.dataKeys.values()].filter((key) => key.org === org).length;
    },
    async destroyKeys(org) {
      await answer(store);
      store.orgs = store.orgs.filter((key) => key.org !== org);
      for (const [name, key] of store.dataKeys) if (key.org === org) store.dataKeys.delete(name);
    },
    async rootCheck() {
      await answer(store);
      return store.check;
    },
    async putRootCheck(check) {
      await answer(store);
      store.check = check;
    },
    async close() {},
  };
  return store;
}

/** Never in the same turn, as a real store would answer. */
async function answer(store: MemoryKeyStore): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  if (store.failure !== null) throw store.failure;
}

function nameOf({ org, person, parameter, epoch }: DataKeyId): string {
  return JSON.stringify([org, person, parameter, epoch]);
}
