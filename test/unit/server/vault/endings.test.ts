import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { openSqliteKeyStore } from '../../../../server/store/sqlite/keyStore.ts';
import { createKeyCache } from '../../../../server/vault/keyCache.ts';
import { rootKeyOf } from '../../../../server/vault/rootKey.ts';
import { createVault, type SealScope, type Vault, type VaultOptions } from '../../../../server/vault/vault.ts';
import { createMemoryKeyStore } from '../../../support/memoryKeyStore.ts';
import { temporaryFolder } from '../../../support/openedSqliteStore.ts';
import { ORG, ORG_PROFILE, OTHER_ORG, OTHER_PERSON, outcomeOf, PERSON, TITLES } from '../../../support/vaultScopes.ts';

const THEIRS: SealScope = { ...TITLES, person: OTHER_PERSON };
const ELSEWHERE: SealScope = { ...TITLES, org: OTHER_ORG };
const text = Buffer.from('mine');

const rootKey = rootKeyOf(randomBytes(32));
const opened = (options: Partial<VaultOptions> = {}): Promise<Vault> =>
  createVault({ keyStore: createMemoryKeyStore(), rootKey, random: randomBytes, ...options });
const sealing = (vault: Vault, scope: SealScope): Promise<string> =>
  outcomeOf(vault.seal(scope, text).then(() => text));

test('whoever has ended has no key any more, gets no new one, and everyone else keeps theirs, also after a restart', async () => {
  const keyStore = createMemoryKeyStore();
  const vault = await opened({ keyStore });
  const scopes = [TITLES, { ...TITLES, epoch: TITLES.epoch + 1 }, THEIRS, ORG_PROFILE, ELSEWHERE];
  const sealed = await Promise.all(scopes.map((scope) => vault.seal(scope, text)));
  const outcomes = (by: Vault) =>
    Promise.all(scopes.map((scope, at) => outcomeOf(by.open(scope, sealed[at] ?? vault.fromStore(text)))));
  await vault.endPerson(ORG, PERSON);
  const gone = 'key_destroyed';
  const restarted = await opened({ keyStore });
  for (const one of [vault, restarted]) {
    expect(await outcomes(one)).toEqual([gone, gone, 'mine', 'mine', 'mine']);
    expect([await sealing(one, TITLES), await sealing(one, { ...TITLES, epoch: 1 })]).toEqual([gone, gone]);
    expect(await sealing(one, { ...THEIRS, epoch: 1 })).toBe('mine');
  }
  expect(await keyStore.countKeys(ORG, PERSON)).toBe(0);
  await vault.endOrganisation(ORG);
  for (const one of [vault, restarted]) expect(await outcomes(one)).toEqual([gone, gone, gone, gone, 'mine']);
  expect([await sealing(vault, ORG_PROFILE), await sealing(vault, THEIRS), await sealing(vault, ELSEWHERE)]).toEqual([
    gone,
    gone,
    'mine',
  ]);
  expect(await keyStore.countKeys(ORG)).toBe(0);
});

test('what is sealed and opened while somebody ends leaves no key of theirs', async () => {
  const keyStore = createMemoryKeyStore();
  const vault = await opened({ keyStore });
  const sealed = await vault.seal(TITLES, text);
  const meanwhile = Array.from({ length: 40 }, (_, epoch) => sealing(vault, { ...TITLES, epoch }));
  const reads = Array.from({ length: 10 }, () => outcomeOf(vault.open(TITLES, sealed)));
  await vault.endPerson(ORG, PERSON);
  const during = new Set([...(await Promise.all(meanwhile)), ...(await Promise.all(reads))]);
  for (const one of during) expect(['mine', 'key_destroyed']).toContain(one);
  expect(await keyStore.countKeys(ORG, PERSON)).toBe(0);
  expect(await outcomeOf(vault.open(TITLES, sealed))).toBe('key_destroyed');
});

test('somebody whose keys could not be destroyed has none here all the same, and is ended by the next attempt', async () => {
  const keyStore = createMemoryKeyStore();
  const vault = await opened({ keyStore });
  const sealed = await vault.seal(TITLES, text);
  keyStore.failure = new Error('disk full');
  await expect(vault.endPerson(ORG, PERSON)).rejects.toMatchObject({ code: 'unavailable' });
  keyStore.failure = null;
  expect([await outcomeOf(vault.open(TITLES, sealed)), await sealing(vault, TITLES)]).toEqual([
    'key_destroyed',
    'key_destroyed',
  ]);
  expect(await keyStore.countKeys(ORG, PERSON)).toBe(1);
  await vault.endPerson(ORG, PERSON);
  expect(await keyStore.countKeys(ORG, PERSON)).toBe(0);
});

test('of whom the ledger says that they ended nothing opens, though an older key store with their keys was put back', async () => {
  const keyStore = createMemoryKeyStore();
  const sealed = await (await opened({ keyStore })).seal(TITLES, text);
  const ended = [{ org: ORG, person: PERSON }];
  const vault = await opened({ keyStore, ended });
  expect([await outcomeOf(vault.open(TITLES, sealed)), await sealing(vault, TITLES)]).toEqual([
    'key_destroyed',
    'key_destroyed',
  ]);
});

test('another vault on the same keys forgets them a quarter of a second later, and looks no more often than that', async () => {
  const keyStore = createMemoryKeyStore();
  let now = 0;
  const [mine, other] = [await opened({ keyStore }), await opened({ keyStore, mono: () => now })];
  const sealed = await mine.seal(TITLES, text);
  const ours = await mine.seal(THEIRS, text);
  expect(await outcomeOf(other.open(TITLES, sealed))).toBe('mine');
  await mine.endPerson(ORG, PERSON);
  const looked: string[] = [];
  for (now = 0; now <= 300; now += 50) looked.push(await outcomeOf(other.open(TITLES, sealed)));
  expect(looked).toEqual(['mine', 'mine', 'mine', 'mine', 'mine', 'key_destroyed', 'key_destroyed']);
  expect(await outcomeOf(other.open(THEIRS, ours))).toBe('mine');
});

test('another vault makes no key of somebody who has ended, even before it knows', async () => {
  const keyStore = createMemoryKeyStore();
  const [mine, other] = [await opened({ keyStore }), await opened({ keyStore, mono: () => 0 })];
  await other.seal(THEIRS, text);
  await mine.endPerson(ORG, PERSON);
  expect(await sealing(other, TITLES)).toBe('key_destroyed');
  await mine.endOrganisation(ORG);
  expect(await sealing(other, { ...THEIRS, epoch: 1 })).toBe('key_destroyed');
  expect(await keyStore.countKeys(ORG)).toBe(0);
});

test('a key that was read before it was destroyed elsewhere is not kept', async () => {
  const keyStore = createMemoryKeyStore();
  let now = 0;
  const [mine, other] = [await opened({ keyStore }), await opened({ keyStore, mono: () => now })];
  const [sealed, ours] = [await mine.seal(TITLES, text), await mine.seal(THEIRS, text)];
  const read = keyStore.dataKey;
  // Between the reading and the keeping everything happens that can.
  keyStore.dataKey = async (id) => {
    const stored = await read.call(keyStore, id);
    if (id.person === PERSON && now === 0) {
      await mine.destroyDataKeys([id]);
      now = 1_000;
      await outcomeOf(other.open(THEIRS, ours));
    }
    return stored;
  };
  await outcomeOf(other.open(TITLES, sealed));
  expect(await outcomeOf(other.open(TITLES, sealed))).toBe('key_destroyed');
});

test('another process ends somebody whose keys this one has in memory, and they are gone here within a quarter of a second', async () => {
  const { folder, remove } = await temporaryFolder();
  const file = join(folder, 'keys.db');
  await writeFile(join(folder, 'root.key'), rootKey, { mode: 0o600 });
  const keyStore = await openSqliteKeyStore({ file });
  const vault = await opened({ keyStore, mono: () => performance.now() });
  const [sealed, ours] = [await vault.seal(TITLES, text), await vault.seal(THEIRS, text)];
  expect(await outcomeOf(vault.open(TITLES, sealed))).toBe('mine');
  const script = join(import.meta.dirname, '../../../support/endInAnotherProcess.ts');
  await promisify(execFile)(process.execPath, ['--import', 'tsx', script, folder, ORG, PERSON]);
  await wait(250);
  expect([await outcomeOf(vault.open(TITLES, sealed)), await sealing(vault, TITLES)]).toEqual([
    'key_destroyed',
    'key_destroyed',
  ]);
  expect(await outcomeOf(vault.open(THEIRS, ours))).toBe('mine');
  await keyStore.close();
  await remove();
});

test('the keys in memory are never more than the bound, and the one that was used longest ago goes first', () => {
  const cache = createKeyCache(3);
  for (let at = 0; at < 1_000; at += 1) {
    cache.set(`org/${at}`, new Uint8Array(32));
    cache.get('org/0');
    expect(cache.size).toBeLessThanOrEqual(3);
  }
  const kept = ['org/0', 'org/997', 'org/998', 'org/999'].map((name) => cache.get(name)?.length ?? null);
  expect(kept).toEqual([32, null, 32, 32]);
  cache.deleteAll('org/99');
  expect(cache.size).toBe(1);
});
