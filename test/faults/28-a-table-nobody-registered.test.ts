import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { keyMap, storeMap } from '../../server/lifecycle/dataMap.ts';
import { systemRandom } from '../../server/random.ts';
import { connect } from '../../server/store/sqlite/connection.ts';
import { openSqliteKeyStore } from '../../server/store/sqlite/keyStore.ts';
import { openSqliteStore } from '../../server/store/sqlite/store.ts';
import { columnsOf, keyPaths, storePaths, type TablePaths } from '../../server/store/sqlite/subjectPaths.ts';
import type { Sealed } from '../../server/vault/sealed.ts';

// FAULTS 28: a table or column that no path leads from would be left behind when somebody's account ends. Read from real files.

type Paths = Readonly<Record<string, TablePaths>>;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daylight-map-'));
  const randomBytes = (length: number) => systemRandom.bytes(length);
  await (await openSqliteStore({ folder, randomBytes, fromStore: (bytes) => bytes as Sealed })).close();
  await (await openSqliteKeyStore({ file: join(folder, 'keys.db') })).close();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What is in the file and not in the map, and the other way round; after `change`, which is taken back. */
async function differences(file: string, paths: Paths, change = ''): Promise<string[]> {
  const connection = await connect(join(folder, file));
  try {
    await connection.script(`BEGIN; ${change}`);
    const found: string[] = [];
    const tables = await connection.all(`SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name`);
    for (const table of tables.map(({ name }) => String(name))) {
      const columns = (await connection.all(`SELECT name FROM pragma_table_info('${table}')`)).map(({ name }) =>
        String(name),
      );
      found.push(...columns.filter((column) => column !== 'org').map((column) => `${table}.${column}`));
    }
    await connection.run('ROLLBACK');
    const registered = Object.entries(paths).flatMap(([table, own]) =>
      columnsOf(own).map((column) => `${table}.${column}`),
    );
    return [
      ...found.filter((one) => !registered.includes(one)).map((one) => `not registered: ${one}`),
      ...registered.filter((one) => !found.includes(one)).map((one) => `not there: ${one}`),
    ];
  } finally {
    await connection.close();
  }
}

it('every column of every table has its place in the map, and nothing else has', async () => {
  expect(await differences('daylight.db', storePaths)).toEqual([]);
  expect(await differences('keys.db', keyPaths)).toEqual([]);
});

it('a table that somebody adds is found', async () => {
  const added = 'CREATE TABLE mood (org BLOB NOT NULL, person BLOB NOT NULL, sealed BLOB NOT NULL) STRICT;';
  const words = ['not registered: mood.person', 'not registered: mood.sealed'];
  expect(await differences('daylight.db', storePaths, added)).toEqual(words);
  expect(await differences('keys.db', keyPaths, added)).toEqual(words);
});

it('a column that somebody adds is found', async () => {
  const added = 'ALTER TABLE device ADD COLUMN serial_number TEXT;';
  expect(await differences('daylight.db', storePaths, added)).toEqual(['not registered: device.serial_number']);
});

it('a path that leads nowhere is found', async () => {
  const wrong: Paths = { ...storePaths, team: { ...storePaths.team, path: { of: 'person' } } };
  expect(await differences('daylight.db', wrong)).toEqual(['not there: team.person']);
});

it('both maps speak of the same tables, and say of the same ones that they are of nobody', () => {
  const [store, keys]: readonly [Paths, Paths] = [storePaths, keyPaths];
  expect(Object.keys(store).toSorted()).toEqual(Object.keys(storeMap).toSorted());
  expect(Object.keys(keys).toSorted()).toEqual(Object.keys(keyMap).toSorted());
  /** They name people, and lead to nobody. */
  const named = ['team', 'policy', 'policy_key', 'organisation_setting'];
  for (const [table, { path }] of Object.entries({ ...store, ...keys })) {
    const subject = { ...storeMap, ...keyMap }[table]?.subject ?? null;
    if (!named.includes(table)) expect([table, path.of === 'nobody']).toEqual([table, subject === null]);
  }
});
