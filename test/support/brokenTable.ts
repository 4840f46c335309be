import { join } from 'node:path';
import sqlite3 from 'sqlite3';

/** From beside the server, makes the store unable to add to one table, to change it, or to delete from it. Returns how to make it able again. */
export async function breakTable(
  data: string,
  table: string,
  statement: 'INSERT' | 'UPDATE' | 'DELETE' = 'INSERT',
): Promise<() => Promise<void>> {
  await run(
    data,
    `CREATE TRIGGER broken BEFORE ${statement} ON ${table} BEGIN SELECT RAISE(ABORT, 'broken on purpose'); END;`,
  );
  return () => run(data, 'DROP TRIGGER broken;');
}

/** From beside the server, makes every statement about these tables fail. Returns how to bring them back. */
export async function hideTables(data: string, ...tables: readonly string[]): Promise<() => Promise<void>> {
  for (const table of tables) await run(data, `ALTER TABLE ${table} RENAME TO hidden_${table};`);
  return async () => {
    for (const table of tables) await run(data, `ALTER TABLE hidden_${table} RENAME TO ${table};`);
  };
}

/** From beside the server, how many rows the table has. */
export function countRows(data: string, table: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const database = new sqlite3.Database(join(data, 'daylight.db'));
    database.get<{ count: number }>(`SELECT count(*) AS count FROM ${table}`, (error, row) =>
      database.close(() => (error === null ? resolve(row.count) : reject(error))),
    );
  });
}

/** From beside the server, changes what is sealed under this name of an organisation's settings. */
export function damageSetting(data: string, name: string): Promise<void> {
  return run(data, `UPDATE organisation_setting SET sealed = zeroblob(length(sealed)) WHERE name = '${name}';`);
}

/** From beside the server, takes a person's row away, as if they had been erased. */
export function removePerson(data: string, person: string): Promise<void> {
  return run(data, `DELETE FROM person WHERE person = x'${person.replaceAll('-', '')}';`);
}

/** From beside the server. */
export function run(data: string, sql: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const database = new sqlite3.Database(join(data, 'daylight.db'));
    database.exec(`PRAGMA busy_timeout = 60000; ${sql}`, (error) =>
      database.close(() => (error === null ? resolve() : reject(error))),
    );
  });
}
