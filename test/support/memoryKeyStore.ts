import {
  type BackupRecord,
  type DataKeyId,
  type EndedSubject,
  type KeyStore,
  StoreError,
  type WrappedDataKey,
  type WrappedOrgKey,
  type WrappedSigningKey,
} from '../../server/store/store.ts';
import type { OrgId, PersonId } from '../../shared/ids.ts';

/** A key store in memory that can be looked into, damaged and made to fail. */
export interface MemoryKeyStore extends KeyStore {
  readonly dataKeys: Map<string, WrappedDataKey>;
  orgs: WrappedOrgKey[];
  check: Uint8Array | null;
  readonly marks: Map<string, number>;
  readonly subjects: EndedSubject[];
  signing: WrappedSigningKey[];
  backupRecords: BackupRecord[];
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
    marks: new Map(),
    subjects: [],
    signing: [],
    backupRecords: [],
    puts: 0,
    reads: 0,
    failure: null,
    async orgKeys() {
      await answer(store);
      return [...store.orgs];
    },
    async putOrgKey(key) {
      await answer(store);
      const taken = store.orgs.some(({ org, version }) => org === key.org && version === key.version);
      const hasEnded = store.subjects.some(({ org, person }) => org === key.org && person === null);
      if (taken || hasEnded) throw new StoreError('conflict', 'it may not be');
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
      for (const key of keys) {
        if (!store.dataKeys.has(nameOf(key)) && mayBeMade(store, key)) store.dataKeys.set(nameOf(key), key);
      }
      return keys.map((key) => store.dataKeys.get(nameOf(key)) ?? null);
    },
    async dataKeysBelow(org, version, after, most) {
      await answer(store);
      const names = [...store.dataKeys.keys()].toSorted();
      const left = after === null ? names : names.filter((name) => name > nameOf(after));
      const keys = left.flatMap((name) => store.dataKeys.get(name) ?? []);
      return keys.filter((key) => key.org === org && key.orgKeyVersion < version).slice(0, most);
    },
    async rewrapDataKeys(keys) {
      await answer(store);
      for (const { key, was } of keys) {
        const isThere = store.orgs.some(({ org, version }) => org === key.org && version === key.orgKeyVersion);
        if (isThere && store.dataKeys.get(nameOf(key))?.orgKeyVersion === was) store.dataKeys.set(nameOf(key), key);
      }
    },
    async destroyOrgKeysBelow(org, version) {
      await answer(store);
      const own = [...store.dataKeys.values()].filter((key) => key.org === org);
      if (own.some(({ orgKeyVersion }) => orgKeyVersion < version)) return null;
      store.orgs = store.orgs.filter((key) => key.org !== org || key.version >= version);
      return revokedOnceMore(store);
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
      return revokedOnceMore(store);
    },
    async scrub() {
      await answer(store);
      return true;
    },
    async countKeys(org, person) {
      await answer(store);
      const keys = person === undefined ? [...store.orgs, ...store.dataKeys.values()] : [...store.dataKeys.values()];
      return keys.filter((key) => isOf(key, org, person)).length;
    },
    async destroyKeys(org, person, below = Number.MAX_SAFE_INTEGER) {
      await answer(store);
      if (person === undefined) store.orgs = store.orgs.filter((key) => key.org !== org);
      for (const [name, key] of store.dataKeys)
        if (isOf(key, org, person) && key.epoch < below) store.dataKeys.delete(name);
      store.subjects.push({ org, person: person ?? null });
      return revokedOnceMore(store);
    },
    async ended() {
      await answer(store);
      return [...store.subjects];
    },
    async rootCheck() {
      await answer(store);
      return store.check;
    },
    async putRootCheck(check) {
      await answer(store);
      store.check = check;
    },
    async changeRoot({ rootCheck, orgKeys, signingKeys, backups }) {
      await answer(store);
      store.check = rootCheck;
      store.orgs = [...orgKeys];
      store.signing = [...signingKeys];
      for (const { backup, wrapped } of backups) changed(store, (one) => one.backup === backup, { wrapped });
      revokedOnceMore(store);
    },
    async mark(name) {
      await answer(store);
      return store.marks.get(name) ?? null;
    },
    async raiseMark(name, value) {
      await answer(store);
      const raised = Math.max(store.marks.get(name) ?? value, value);
      store.marks.set(name, raised);
      return raised;
    },
    async signingKey(name) {
      await answer(store);
      return store.signing.find((one) => one.name === name) ?? null;
    },
    async putSigningKey(key) {
      await answer(store);
      if (store.signing.some(({ name }) => name === key.name)) throw new StoreError('conflict', 'there is one');
      store.signing.push(key);
    },
    async backups() {
      await answer(store);
      return [...store.backupRecords];
    },
    async putBackup(backup) {
      await answer(store);
      store.backupRecords.push(backup);
    },
    async changeBackup(backup, change) {
      await answer(store);
      return changed(store, (one) => one.backup === backup, change);
    },
    async destroyBackupKey(backup, at) {
      await answer(store);
      const isIt = (one: BackupRecord) => one.backup === backup && one.wrapped !== null;
      if (!changed(store, isIt, { wrapped: null, changedAt: at })) return false;
      revokedOnceMore(store);
      return true;
    },
    async close() {},
  };
  return store;
}

function revokedOnceMore({ marks }: MemoryKeyStore): number {
  const count = (marks.get('revoked') ?? 0) + 1;
  marks.set('revoked', count);
  return count;
}

function isOf(key: WrappedOrgKey | WrappedDataKey, org: OrgId, person: PersonId | undefined): boolean {
  return key.org === org && (person === undefined || ('person' in key && key.person === person));
}

function mayBeMade({ orgs, subjects }: MemoryKeyStore, { org, person, orgKeyVersion }: WrappedDataKey): boolean {
  const hasEnded = subjects.some((one) => one.org === org && (one.person === null || one.person === person));
  return !hasEnded && orgs.some((one) => one.org === org && one.version === orgKeyVersion);
}

function changed(store: MemoryKeyStore, isIt: (one: BackupRecord) => boolean, change: Partial<BackupRecord>): boolean {
  const found = store.backupRecords.some(isIt);
  store.backupRecords = store.backupRecords.map((one) => (isIt(one) ? { ...one, ...change } : one));
  return found;
}

/** Never in the same turn, as a real store would answer. */
async function answer(store: MemoryKeyStore): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  if (store.failure !== null) throw store.failure;
}

function nameOf({ org, person, parameter, epoch }: DataKeyId): string {
  return JSON.stringify([org, person, parameter, epoch]);
}
