import { chmod, open } from 'node:fs/promises';
import { codeOf } from './failure.ts';

/**
 * Makes an empty file of mode 0600 when there is none. One that exists is not opened: closing it would drop the locks
 * that SQLite holds on it elsewhere in this process (sqlite.org/howtocorrupt.html, section 2.2).
 */
export async function createPrivately(file: string): Promise<void> {
  try {
    const handle = await open(file, 'wx', 0o600);
    await handle.close();
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
  await chmod(file, 0o600);
}
