import { basename, dirname, join } from 'node:path';
import { StoreError } from '../store.ts';
import { type Connection, connect } from './connection.ts';
import { storeError } from './failure.ts';
import { formatOf, type Migration, migrate } from './format.ts';
import type { Schema } from './schema.ts';
import { settings } from './settings.ts';
import { holdAlone } from './solo.ts';

/**
 * Brings a file of an earlier format to the present one while nobody else has it open: a Daylight of that format would go on
 * writing as if nothing had changed. Of several that come for it one does it, and the others get null. Throws `StoreError`
 * `busy` with the remedy when somebody has it open.
 */
export async function migrateAlone(file: string, schema: Schema): Promise<Migration | null> {
  try {
    const turn = await holdAlone(join(dirname(file), 'migration.lock'), TURN_MS);
    try {
      const format = await connected(file, TOGETHER, (connection) => formatOf(connection, schema));
      if (format !== 'earlier') return null;
      return await connected(file, ALONE, (connection) => migrate(connection, basename(file), schema));
    } finally {
      await turn.close();
    }
  } catch (error) {
    if (storeError(error).code !== 'busy') throw error;
    throw new StoreError(
      'busy',
      'it is of an earlier format, and cannot be brought to the present one while another process has it open; stop the server, then try again',
      error,
    );
  }
}

/** Longer than any step may take. */
const TURN_MS = 60_000;
const TOGETHER = 'PRAGMA busy_timeout = 5000;';
/**
 * Said before anything is read: only then is the file locked against everybody, also against those who have it open and are
 * idle (sqlite.org/wal.html, section 8). Whoever only looks at the format is waited for.
 */
const ALONE = 'PRAGMA busy_timeout = 2000; PRAGMA locking_mode = EXCLUSIVE;';

async function connected<T>(file: string, how: string, work: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = await connect(file);
  try {
    await connection.script(how + settings);
    return await work(connection);
  } finally {
    await connection.close();
  }
}
