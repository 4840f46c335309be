import { StoreError } from '../store.ts';
import { connect } from './connection.ts';
import { storeError } from './failure.ts';
import { settings } from './settings.ts';

/**
 * Empties the write-ahead log of a database file that nobody has open: it may hold what was deleted since from the file, where
 * `secure_delete` has overwritten it. Throws `StoreError`; it can be called again.
 */
export async function scrub(file: string): Promise<void> {
  const connection = await connect(file);
  try {
    await connection.script(`PRAGMA busy_timeout = 5000; ${settings}`);
    const [log] = await connection.all('PRAGMA wal_checkpoint(TRUNCATE)');
    if (log?.['busy'] !== 0) throw new StoreError('busy', `${file}: another process has it open`);
  } catch (error) {
    throw storeError(error);
  } finally {
    await connection.close();
  }
}
