import { join } from 'node:path';
import sqlite3 from 'sqlite3';

/** From beside the server, makes the store unable to add to one table. Returns how to make it able again. */
export async function breakTable(data: string, table: string): Promise<() => Promise<void>> {
  const script = (sql: string) =>
    new Promise<void>((resolve, reject) => {
      const database = new sqlite3.Database(join(data, 'daylight.db'));
      database.exec(`PRAGMA busy_timeout = 5000; ${sql}`, (error) =>
        database.close(() => (error === null ? resolve() : reject(error))),
      );
    });
  await script(`CREATE TRIGGER broken BEFORE INSERT ON ${table} BEGIN SELECT RAISE(ABORT, 'broken on purpose'); END;`);
  return () => script('DROP TRIGGER broken;');
}
