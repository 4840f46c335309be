import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DaylightError } from '../../../shared/errors.ts';
import { holdAlone } from '../../store/sqlite/solo.ts';
import { StoreError } from '../../store/store.ts';

/** In the data folder: what is opened of a backup, or not sealed for it yet, lies here for as long as it takes. */
const WORK = 'backup-work';
const LOCK = 'backup.lock';

/**
 * One thing at a time is done to the backups of a data folder, by whichever process; and whatever one that was killed has left lying about is
 * taken away first. Throws DaylightError `conflict` while another one is at it.
 */
export async function aloneWithBackups<T>(folder: string, work: (workFolder: string) => Promise<T>): Promise<T> {
  const lock = await holdAlone(join(folder, LOCK)).catch((cause: unknown) => {
    if (!(cause instanceof StoreError) || cause.code !== 'busy') throw cause;
    throw new DaylightError('conflict', 'something is being done to the backups already', {
      remedy: 'Wait until it is finished; the console shows it under Backups.',
      cause,
    });
  });
  const own = join(folder, WORK);
  try {
    await rm(own, { recursive: true, force: true });
    await mkdir(own, { mode: 0o700 });
    return await work(own);
  } finally {
    await rm(own, { recursive: true, force: true }).catch(() => undefined);
    await lock.close();
  }
}
