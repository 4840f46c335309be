import type { Value } from './connection.ts';
import type { Transaction } from './writer.ts';

/**
 * One INSERT for many rows: a statement costs as much as several rows. Rows go in powers of two, so that a handful of
 * prepared statements serves every number of them. `tail` is what follows the values, such as ON CONFLICT.
 */
export async function insertRows(
  tx: Transaction,
  into: string,
  columns: readonly string[],
  rows: readonly (readonly Value[])[],
  tail = '',
): Promise<void> {
  for (let at = 0; at < rows.length; ) {
    const many = chunkOf(rows.length - at);
    await tx.run(insertSql(into, columns, many, tail), rows.slice(at, at + many).flat());
    at += many;
  }
}

/**
 * One UPDATE for many rows: in the row whose `keys` are the first values of one of `rows`, `columns` become the rest. No
 * two of `rows` may have the same key.
 */
export async function updateRows(
  tx: Transaction,
  table: string,
  keys: readonly string[],
  columns: readonly string[],
  rows: readonly (readonly Value[])[],
): Promise<void> {
  for (let at = 0; at < rows.length; ) {
    const many = chunkOf(rows.length - at);
    await tx.run(updateSql(table, keys, columns, many), rows.slice(at, at + many).flat());
    at += many;
  }
}

/** The rows of `select` for which `(columns)` is one of `keys`. */
export async function selectByKeys(
  tx: Pick<Transaction, 'all'>,
  select: string,
  columns: readonly string[],
  keys: readonly (readonly Value[])[],
): Promise<Awaited<ReturnType<Transaction['all']>>> {
  const found = [];
  for (let at = 0; at < keys.length; ) {
    const many = chunkOf(keys.length - at);
    const sql = `${select} WHERE (${columns.join(', ')}) IN (VALUES ${tuples(columns.length, many)})`;
    found.push(...(await tx.all(sql, keys.slice(at, at + many).flat())));
    at += many;
  }
  return found;
}

/** Deletes the rows of `table` whose `column` is one of `keys`; returns how many there were. */
export async function deleteByKeys(
  tx: Transaction,
  table: string,
  column: string,
  keys: readonly Value[],
): Promise<number> {
  let deleted = 0;
  for (let at = 0; at < keys.length; ) {
    const many = chunkOf(keys.length - at);
    const sql = `DELETE FROM ${table} WHERE ${column} IN (VALUES ${tuples(1, many)})`;
    deleted += await tx.run(sql, keys.slice(at, at + many));
    at += many;
  }
  return deleted;
}

/** 256 rows of 10 columns are far below SQLite's 32,766 values in one statement. */
const MOST = 256;

function chunkOf(left: number): number {
  return Math.min(MOST, 2 ** Math.floor(Math.log2(left)));
}

function insertSql(into: string, columns: readonly string[], many: number, tail: string): string {
  return `INSERT INTO ${into} (${columns.join(', ')}) VALUES ${tuples(columns.length, many)} ${tail}`;
}

function updateSql(table: string, keys: readonly string[], columns: readonly string[], many: number): string {
  const set = columns.map((column, place) => `${column} = given.column${keys.length + place + 1}`);
  const same = keys.map((key, place) => `${table}.${key} = given.column${place + 1}`);
  const given = tuples(keys.length + columns.length, many);
  return `UPDATE ${table} SET ${set.join(', ')} FROM (VALUES ${given}) AS given WHERE ${same.join(' AND ')}`;
}

function tuples(width: number, many: number): string {
  const one = `(${Array.from({ length: width }, () => '?').join(',')})`;
  return Array.from({ length: many }, () => one).join(',');
}
