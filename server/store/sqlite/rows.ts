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

/** The rows of `select` for which `(columns)` is one of `keys`. */
export async function selectByKeys(
  tx: Transaction,
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

/** 256 rows of 10 columns are far below SQLite's 32,766 values in one statement. */
const MOST = 256;

function chunkOf(left: number): number {
  return Math.min(MOST, 2 ** Math.floor(Math.log2(left)));
}

function insertSql(into: string, columns: readonly string[], many: number, tail: string): string {
  return `INSERT INTO ${into} (${columns.join(', ')}) VALUES ${tuples(columns.length, many)} ${tail}`;
}

function tuples(width: number, many: number): string {
  const one = `(${Array.from({ length: width }, () => '?').join(',')})`;
  return Array.from({ length: many }, () => one).join(',');
}
