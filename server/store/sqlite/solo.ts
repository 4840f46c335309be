import { StoreError } from '../store.ts';
import { connect } from './connection.ts';
import { codeOf, storeError } from './failure.ts';
import { createPrivately } from './privateFile.ts';

/**
 * Holds a file for this process alone until `close`. Throws `StoreError` `busy` when another one holds it for `waitMs`. The lock
 * is SQLite's own on an empty file: it ends with the process, however that ends.
 */
export async function holdAlone(file: string, waitMs = 0): Promise<{ close(): Promise<void> }> {
  await createPrivately(file);
  const lock = await connect(file);
  try {
    await lock.script(`PRAGMA busy_timeout = ${waitMs}; BEGIN EXCLUSIVE;`);
    return { close: () => lock.close() };
  } catch (error) {
    await lock.close().catch(() => undefined);
    if (codeOf(error) === 'SQLITE_BUSY') throw new StoreError('busy', 'another process holds this folder', error);
    throw storeError(error);
  }
}
