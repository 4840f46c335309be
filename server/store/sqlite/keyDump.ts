import { z } from 'zod';
import { StoreError } from '../store.ts';
import { type Connection, connect, type Row, type Value } from './connection.ts';
import { openDatabase } from './database.ts';
import { storeError } from './failure.ts';
import { keySchema } from './schema.ts';
import { settings } from './settings.ts';

const Column = z.union([z.number(), z.string(), z.null(), z.strictObject({ bytes: z.base64() })]);

/** Some rows of one table of a key store, as they lie there: keys are wrapped. */
export const KeyPage = z.strictObject({
  table: z.enum(['org_key', 'data_key', 'root_check', 'mark', 'signing_key', 'backup']),
  columns: z.array(z.string().regex(/^\w+$/)).min(1),
  rows: z.array(z.array(Column)),
});
export type KeyPage = z.infer<typeof KeyPage>;

/** Of which format of `keys.db` these are. */
export const keyFormat = keySchema.version;

/** So many rows at once: nobody waits for more than that. */
const AT_ONCE = 500;

/** Everything in a key store, as it is at one instant; whoever writes to it meanwhile goes on. */
export async function* dumpKeys(file: string): AsyncGenerator<KeyPage> {
  const connection = await connect(file);
  try {
    await connection.script(`PRAGMA busy_timeout = 5000; ${settings} PRAGMA query_only = ON; BEGIN;`);
    for (const table of KeyPage.shape.table.options) yield* pagesOf(connection, table);
  } catch (error) {
    throw storeError(error);
  } finally {
    await connection.close();
  }
}

async function* pagesOf(connection: Connection, table: KeyPage['table']): AsyncGenerator<KeyPage> {
  const info = await connection.all(`PRAGMA table_info(${table})`);
  const columns = info.map(({ name }) => String(name));
  const keys = info.filter(({ pk }) => Number(pk) > 0).toSorted((a, b) => Number(a['pk']) - Number(b['pk']));
  const names = keys.map(({ name }) => String(name));
  const after = `WHERE (${names.join()}) > (${names.map(() => '?').join()})`;
  for (let last: readonly Value[] | null = null; ; ) {
    const rows: readonly Row[] = await connection.all(
      `SELECT * FROM ${table} ${last === null ? '' : after} ORDER BY ${names.join()} LIMIT ${AT_ONCE}`,
      last ?? [],
    );
    const end = rows.at(-1);
    if (end === undefined) return;
    yield { table, columns, rows: rows.map((row) => columns.map((column) => written(valueOf(row[column])))) };
    last = names.map((name) => valueOf(end[name]));
  }
}

/** Makes a key store with these rows. Throws StoreError `conflict` where there is one, which is never replaced. */
export async function loadKeys(file: string, pages: Iterable<KeyPage>): Promise<void> {
  const database = await openDatabase(file, keySchema);
  try {
    await database.writer.unit(async (tx) => {
      const [any] = await tx.all('SELECT 1 FROM root_check');
      if (any !== undefined) throw new StoreError('conflict', `${file}: a key store is there already`);
      for (const { table, columns, rows } of pages) {
        const into = `INSERT INTO ${table} (${columns.join()}) VALUES (${columns.map(() => '?').join()})`;
        for (const row of rows) await tx.run(into, row.map(read));
      }
    });
  } finally {
    await database.close();
  }
}

function valueOf(value: unknown): Value {
  if (value === null || typeof value === 'number' || typeof value === 'string' || value instanceof Uint8Array)
    return value;
  throw new StoreError('damaged', 'the key store holds a value of no known kind; restore it');
}

function written(value: Value): z.infer<typeof Column> {
  return value instanceof Uint8Array ? { bytes: Buffer.from(value).toString('base64') } : value;
}

function read(value: z.infer<typeof Column>): Value {
  return value !== null && typeof value === 'object' ? Buffer.from(value.bytes, 'base64') : value;
}
