import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../../server/clock.ts';
import { aloneWithBackups } from '../../../../server/lifecycle/backup/workFolder.ts';
import { folderMap, keyMap, storeMap, withheldFrom } from '../../../../server/lifecycle/dataMap.ts';
import { openLedger } from '../../../../server/lifecycle/ledger.ts';
import { recordParts } from '../../../../server/lifecycle/portable.ts';
import { systemRandom } from '../../../../server/random.ts';
import { beginRecovery } from '../../../../server/recoveryOnHost.ts';
import { connect } from '../../../../server/store/sqlite/connection.ts';
import { writeCurrentSource } from '../../../../server/vault/rootKeyProvider.ts';
import { ErasureId, OrgId } from '../../../../shared/ids.ts';
import { startServer, type TestServer } from '../../../support/api.ts';

// What a real server has made, not what its schema says: a table that somebody adds by another way is found too.

let it_: TestServer;
let elsewhere: string;
beforeAll(async () => {
  it_ = await startServer();
  await writeCurrentSource(it_.data, { kind: 'file', path: 'root.key' });
  const ledger = await openLedger(it_.data);
  const [ending, org] = [ErasureId.parse(crypto.randomUUID()), OrgId.parse(crypto.randomUUID())];
  await ledger.append({ at: Date.now(), ending, org, person: null, state: 'verified_empty' });
  elsewhere = await mkdtemp(join(tmpdir(), 'daylight-map-'));
  const to = { file: join(elsewhere, 'recovery.age'), again: false };
  await beginRecovery(to, { data: it_.data, clock: systemClock, random: systemRandom });
});
afterAll(async () => {
  await it_.close();
  await rm(elsewhere, { recursive: true });
});

async function tablesOf(file: string): Promise<string[]> {
  const connection = await connect(join(it_.data, file));
  try {
    const rows = await connection.all(`SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name`);
    return rows.map(({ name }) => String(name));
  } finally {
    await connection.close();
  }
}

describe('the data map', () => {
  it('registers every table of the store, and none that is not there', async () => {
    expect(await tablesOf('daylight.db')).toEqual(Object.keys(storeMap).toSorted());
  });

  it('registers every table of the key store, and none that is not there', async () => {
    expect(await tablesOf('keys.db')).toEqual(Object.keys(keyMap).toSorted());
  });

  it('registers every file and folder of the data folder, and none that is not there', async () => {
    // While a backup is made, and after one was restored, there is most.
    for (const name of ['restore', 'before-restore']) await mkdir(join(it_.data, name), { recursive: true });
    const found = await aloneWithBackups(it_.data, () => readdir(it_.data));
    const names = found.map((name) => name.replace(/-(wal|shm|journal)$/, ''));
    expect([...new Set(names)].toSorted()).toEqual(Object.keys(folderMap).toSorted());
    for (const lock of ['daylight.lock', 'recovery.lock', 'server.lock'])
      expect((await readFile(join(it_.data, lock))).includes('CREATE TABLE')).toBe(false);
  });

  it('exports what leads to a person, or says why not', () => {
    for (const [name, { subject, exported, withheld }] of Object.entries({ ...storeMap, ...keyMap })) {
      expect([name, exported.length > 0 || withheld !== null]).toEqual([name, true]);
      if (subject === null) expect([name, exported]).toEqual([name, []]);
    }
  });

  it('tells people of the copies of their decisions and of their downloads that are in memory', () => {
    const told = withheldFrom().map(({ what }) => what);
    expect(told).toEqual(expect.arrayContaining(['opened decisions', 'downloads of the last hour']));
  });

  it('leads to every part that an export has', () => {
    const parts = new Set(Object.values(storeMap).flatMap(({ exported }) => exported));
    expect([...parts].toSorted()).toEqual(
      [...Object.keys(recordParts), 'data', 'images', 'imported', 'notices'].toSorted(),
    );
  });
});
