import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Connection, connect, type Row } from '../../../../server/store/sqlite/connection.ts';
import { type DatabaseOptions, openDatabase } from '../../../../server/store/sqlite/database.ts';
import type { Migration } from '../../../../server/store/sqlite/format.ts';
import { keySchema, type Schema, storeSchema } from '../../../../server/store/sqlite/schema.ts';
import { enrolIn } from '../../../support/enrolIn.ts';
import { openStoreIn, temporaryFolder } from '../../../support/openedSqliteStore.ts';
import { batch, device, enrolment, orgId, segment } from '../../../support/storeRecords.ts';

const here = import.meta.dirname;

let folder: string;
let remove: () => Promise<void>;
beforeEach(async () => ({ folder, remove } = await temporaryFolder()));
afterEach(() => remove());
const file = (): string => join(folder, 'daylight.db');

async function openAndClose(schema: Schema, options: DatabaseOptions = {}): Promise<void> {
  await (await openDatabase(file(), schema, options)).close();
}

/** Past the store, as another program. */
async function raw<T>(work: (connection: Connection) => Promise<T>, path = file()): Promise<T> {
  const connection = await connect(path);
  try {
    return await work(connection);
  } finally {
    await connection.close();
  }
}

function everythingIn(path = file()): Promise<Record<string, readonly Row[]>> {
  return raw(async (connection) => {
    const there = await tablesIn(connection);
    // A table that its format has not yet holds nothing.
    const tables = storeSchema.tables.map(async (table) => {
      return [table, there.includes(table) ? await connection.all(`SELECT * FROM ${table}`) : []];
    });
    return {
      ...(Object.fromEntries(await Promise.all(tables)) as Record<string, readonly Row[]>),
      schema: await connection.all('SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name'),
      format: await connection.all('PRAGMA user_version'),
      integrity: await connection.all('PRAGMA integrity_check'),
    };
  }, path);
}

async function tablesIn(connection: Connection): Promise<readonly string[]> {
  return (await connection.all("SELECT name FROM sqlite_schema WHERE type = 'table'")).map(({ name }) => String(name));
}

/** A file as that format was, with a device and what it has sent, in tables that are the same to this day. */
async function makeEarlier(version: number): Promise<void> {
  const sql = await readFile(join(here, `../../../vectors/store-format-${version}.sql`), 'utf8');
  const tables = [...sql.matchAll(/CREATE TABLE (\w+)/g)].map((match) => match[1] ?? '');
  await openAndClose({ ...storeSchema, version, sql, tables, steps: new Map() });
  const { folder: other, remove: removeOther } = await temporaryFolder();
  const store = await openStoreIn(other);
  await enrolIn(store, device('laptop'));
  const { acknowledgement } = enrolment('laptop');
  if (acknowledgement !== null) await store.putAcknowledgement(acknowledgement);
  await store.appendBatch(batch(1));
  await store.close();
  await raw(async (connection) => {
    await connection.run('ATTACH ? AS other', [join(other, 'daylight.db')]);
    for (const table of await tablesIn(connection)) {
      const columns = (await connection.all(`PRAGMA main.table_info(${table})`)).map(({ name }) => String(name)).join();
      await connection.run(`INSERT INTO main.${table} (${columns}) SELECT ${columns} FROM other.${table}`);
    }
  });
  await removeOther();
}

describe('a store of an earlier format', () => {
  it.each([...storeSchema.steps.keys()])(
    '%i is brought to the present one, the same as a new store, with all that it held',
    async (from) => {
      await makeEarlier(from);
      const before = await everythingIn();
      const migrated: Migration[] = [];
      await openAndClose(storeSchema, { migrated: (one) => migrated.push(one) });
      expect(migrated).toEqual([{ file: 'daylight.db', from, to: storeSchema.version }]);
      const fresh = join(folder, 'fresh');
      await (await openDatabase(join(fresh, 'daylight.db'), storeSchema)).close();
      const { schema, format, integrity } = await everythingIn(join(fresh, 'daylight.db'));
      // What was acknowledged before there were terms was acknowledged by none.
      const acknowledgement = before['acknowledgement']?.map((row) => ({ ...row, terms: 0 }));
      expect(acknowledgement).toHaveLength(1);
      // What was recorded before there was an audit tree is not in it yet.
      const untaken = (rows: readonly Row[] = []) =>
        from < 10 ? rows.map((row) => ({ ...row, seq: null, salt: null })) : rows;
      const entries = { access: untaken(before['access']), security_event: untaken(before['security_event']) };
      expect(entries.security_event).toHaveLength(1);
      expect(await everythingIn()).toEqual({ ...before, ...entries, acknowledgement, schema, format, integrity });
      await openAndClose(storeSchema, { migrated: (one) => migrated.push(one) });
      expect(migrated).toHaveLength(1);
    },
  );

  it('of keys, 1, is brought to the present one, the same as a new one, with every key that it held', async () => {
    const sql = await readFile(join(here, '../../../vectors/key-format-1.sql'), 'utf8');
    await openAndClose({ ...keySchema, version: 1, sql, tables: ['org_key', 'data_key', 'root_check'] });
    await raw(async (connection) => {
      await connection.run(`INSERT INTO org_key VALUES (x'01', 1, x'02')`);
      await connection.run(`INSERT INTO data_key VALUES (x'01', x'03', 4, 5, 1, x'06')`);
      await connection.run(`INSERT INTO root_check VALUES (1, x'07')`);
    });
    const rows = () =>
      raw((connection) => Promise.all(keySchema.tables.map((table) => connection.all(`SELECT * FROM ${table}`))));
    const shape = (path?: string) =>
      raw((connection) => connection.all('SELECT type, name, sql FROM sqlite_schema ORDER BY type, name'), path);
    const migrated: Migration[] = [];
    await openAndClose(keySchema, { migrated: (one) => migrated.push(one) });
    expect(migrated).toEqual([{ file: 'daylight.db', from: 1, to: keySchema.version }]);
    expect((await rows()).flat()).toHaveLength(3);
    const fresh = join(folder, 'fresh', 'keys.db');
    await (await openDatabase(fresh, keySchema)).close();
    expect(await shape()).toEqual(await shape(fresh));
  });

  it('reads as before', async () => {
    await makeEarlier(4);
    const store = await openStoreIn(folder);
    expect(await store.devices(orgId('acme'), [device('laptop').person])).toMatchObject([{ committedSeq: 1 }]);
    const { person, parameter, day } = segment('seq 1');
    expect(await store.segments(orgId('acme'), person, parameter, day, day)).toHaveLength(1);
    await store.close();
  });

  it('is left as it was by a kill in the middle, and brought to the present one by the next opening', async () => {
    await makeEarlier(4);
    const before = await everythingIn();
    const script = join(here, '../../../support/migrateUntilKilled.ts');
    const child = spawn(process.execPath, ['--import', 'tsx', script, folder], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const exit = once(child, 'exit');
    // Pages of the step have reached the disk when the log is longer than its header and a few of them.
    const isUnderWay = async () => (await stat(`${file()}-wal`).catch(() => ({ size: 0 }))).size > 1_000_000;
    while (child.exitCode === null && !(await isUnderWay())) await wait(5);
    child.kill('SIGKILL');
    expect(await exit).toEqual([null, 'SIGKILL']);
    expect(await everythingIn()).toEqual(before);
    await openAndClose(storeSchema);
    expect(await everythingIn()).toMatchObject({ format: [{ user_version: storeSchema.version }] });
  });

  it('is left as it was by a step that fails, which says so with the remedy', async () => {
    await makeEarlier(4);
    const before = await everythingIn();
    const failing = `${storeSchema.steps.get(4)}; CREATE INDEX second ON no_such_table (org);`;
    const steps = new Map([...storeSchema.steps, [4, failing]]);
    await expect(openAndClose({ ...storeSchema, steps })).rejects.toMatchObject({
      code: 'damaged',
      message: expect.stringMatching(/daylight\.db: it is not whole, as format 4 was; restore it from a backup/),
    });
    expect(await everythingIn()).toEqual(before);
  });

  it('goes through every step in order', async () => {
    await openAndClose({ ...storeSchema, version: 1, sql: 'CREATE TABLE one (a BLOB) STRICT;', tables: ['one'] });
    const steps = new Map([
      [2, 'INSERT INTO two VALUES (2)'],
      [1, 'CREATE TABLE two (a INTEGER) STRICT; INSERT INTO two VALUES (1)'],
    ]);
    await openAndClose({ ...storeSchema, version: 3, tables: ['one', 'two'], steps });
    expect(await raw((connection) => connection.all('SELECT a FROM two ORDER BY rowid'))).toEqual([{ a: 1 }, { a: 2 }]);
  });

  it('is not brought to the present one beneath a process that has it open, which is named as the remedy', async () => {
    await makeEarlier(4);
    const before = await everythingIn();
    await raw(async (other) => {
      await other.all('SELECT * FROM device');
      await expect(openAndClose(storeSchema)).rejects.toMatchObject({
        code: 'busy',
        message: expect.stringMatching(/daylight\.db: it is of an earlier format.*stop the server, then try again/),
      });
    });
    expect(await everythingIn()).toEqual(before);
    await openAndClose(storeSchema);
  });

  it('that several open at once is brought there by one of them, and open in all', async () => {
    await makeEarlier(4);
    const migrated: Migration[] = [];
    const options = { migrated: (one: Migration) => migrated.push(one) };
    const all = await Promise.all([1, 2, 3].map(() => openDatabase(file(), storeSchema, options)));
    expect(migrated).toHaveLength(1);
    await Promise.all(all.map((database) => database.close()));
  });

  it('without a way to the present one is refused with the remedy, unchanged, as a key store is', async () => {
    for (const [version, schema] of [
      [3, storeSchema],
      [0, keySchema],
    ] as const) {
      await openAndClose({ ...schema, version });
      const before = await readFile(file());
      await expect(openAndClose(schema)).rejects.toMatchObject({
        code: 'incompatible',
        message: expect.stringMatching(
          new RegExp(`format ${version}, this one knows ${schema.version}.*another folder`),
        ),
      });
      expect((await readFile(file())).equals(before)).toBe(true);
      await remove();
      ({ folder, remove } = await temporaryFolder());
    }
  });
});
