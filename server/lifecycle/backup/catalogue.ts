import { z } from 'zod';
import type { BackupId } from '../../../shared/ids.ts';
import { UnixMs } from '../../../shared/time.ts';
import { type BackupRecord, type KeyStore, StoreError } from '../../store/store.ts';

/** What is known of a backup beside its key, also when it is gone: nothing of anybody. */
export const BackupDetail = z
  .strictObject({
    /** Of its own files, and of the images that it was the first to have. */
    bytes: z.int().min(0).default(0),
    newImageBytes: z.int().min(0).default(0),
    images: z.int().min(0).default(0),
    /** Images of which a row was there and no file. */
    missing: z.int().min(0).default(0),
    /** The last time that it was looked at, how thoroughly, and what was wrong; and the last time that every byte of it was. */
    checked: z
      .strictObject({ at: UnixMs, how: z.enum(['structure', 'all']), damage: z.array(z.string()).readonly() })
      .readonly()
      .nullable()
      .default(null),
    allCheckedAt: UnixMs.nullable().default(null),
    /** How many lines the ledger had before anything of it was copied: what had ended by then is not in it. */
    ledger: z.int().min(0).nullable().default(null),
    /** When its key was destroyed. */
    endedAt: UnixMs.nullable().default(null),
    /** Why it was given up. */
    failure: z.string().nullable().default(null),
    /** Where its files are, or were. */
    place: z.string(),
    /** Its key is gone, and its files are not yet. */
    left: z.boolean().default(false),
  })
  .readonly();
export type BackupDetail = z.infer<typeof BackupDetail>;

export interface Backup extends Omit<BackupRecord, 'detail'> {
  readonly detail: BackupDetail;
}

/** Every backup that there ever was, the newest first. */
export async function catalogued(keyStore: Pick<KeyStore, 'backups'>): Promise<readonly Backup[]> {
  const records = await keyStore.backups();
  return records.toReversed().map((record) => ({ ...record, detail: detailOf(record) }));
}

export async function changeBackup(
  keyStore: Pick<KeyStore, 'changeBackup'>,
  { backup, state, detail }: Pick<Backup, 'backup' | 'state' | 'detail'>,
  changedAt: UnixMs,
): Promise<void> {
  if (await keyStore.changeBackup(backup, { state, changedAt, detail: JSON.stringify(detail) })) return;
  throw unknown(backup);
}

function detailOf({ backup, detail }: BackupRecord): BackupDetail {
  try {
    return BackupDetail.parse(JSON.parse(detail));
  } catch (cause) {
    throw new StoreError('damaged', `keys.db: what it says of the backup ${backup} cannot be read`, cause);
  }
}

function unknown(backup: BackupId): StoreError {
  return new StoreError('damaged', `keys.db: the backup ${backup} is not in it any more`);
}
