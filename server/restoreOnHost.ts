import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { DaylightError } from '../shared/errors.ts';
import { type BackupOptions, backupsAt, chooseBackups } from './backupOnHost.ts';
import { type Backup, catalogued } from './lifecycle/backup/catalogue.ts';
import { openFolderTarget } from './lifecycle/backup/folderTarget.ts';
import { aloneWithBackups } from './lifecycle/backup/workFolder.ts';
import { endingsIn } from './lifecycle/ended.ts';
import { openLedger } from './lifecycle/ledger.ts';
import { requireWitnessed, witnessesOf } from './lifecycle/ledgerWitness.ts';
import { asFull, bringBack, type Restored, type RestoreParts, restore } from './lifecycle/restore/restore.ts';
import { confirmRestore, finishRestore, type Plan, planIn } from './lifecycle/restore/swap.ts';
import { rootKeyOfFolder } from './rootKeyOf.ts';
import type { HostOptions } from './rotateOnHost.ts';
import { openSqliteKeyStore } from './store/sqlite/keyStore.ts';
import { scrub } from './store/sqlite/scrub.ts';
import { holdAlone } from './store/sqlite/solo.ts';
import { requirePresent } from './store/sqlite/wholeCopy.ts';
import { type KeyStore, StoreError } from './store/store.ts';
import { createVault, type Vault } from './vault/vault.ts';

/** What would be brought back, of what there is. */
export async function lookAtBackup(options: BackupOptions, which: string): Promise<Backup> {
  return withKeys(options, async ({ keyStore }) => {
    const target = await openFolderTarget(options.backups, resolve(options.data));
    return chosen(await backupsAt(await catalogued(keyStore), which, target), which, options.clock.now());
  });
}

/**
 * Brings the data back as the backup with this id, or the `newest`, has it; see `restore`. The server must be stopped. Throws DaylightError
 * `conflict` while something has the folder open, and where it is not known what must not go backwards.
 */
export async function restoreOnHost(options: BackupOptions, which: string): Promise<Restored> {
  const folder = resolve(options.data);
  return alone(folder, async () => {
    await scrub(join(folder, 'daylight.db')).catch(() => undefined);
    await finishRestore(folder);
    return within(options, which, (parts, record, known) => restore(parts, record, known, telling(options)));
  });
}

/** Does all of it but to put it in the place of what is there, also while the server runs, and leaves nothing behind. */
export async function restoreDrill(options: BackupOptions, which: string): Promise<Restored> {
  return within(options, which, async (parts, record, known, work) => {
    const { organisations: _, ...restored } = await bringBack(parts, record, known, {
      ...{ quarantine: work, images: null },
      ...telling(options),
    }).catch((cause: unknown) => {
      throw asFull(cause);
    });
    return restored;
  });
}

/** Deletes what was there before the last restore. */
export async function confirmOnHost(data: string): Promise<boolean> {
  const folder = resolve(data);
  return alone(folder, () => confirmRestore(folder));
}

/** Finishes a restore that was decided and interrupted. Null where there is none. */
export async function resumeRestore(data: string): Promise<Plan | null> {
  const folder = resolve(data);
  if ((await planIn(folder)) === null) return null;
  return alone(folder, () => finishRestore(folder));
}

async function within<T>(
  options: BackupOptions,
  which: string,
  work: (parts: RestoreParts, record: Backup, known: readonly Backup[], workFolder: string) => Promise<T>,
): Promise<T> {
  const folder = resolve(options.data);
  const { clock, random } = options;
  return withKeys(options, async ({ keyStore, vault }) => {
    const target = await openFolderTarget(options.backups, folder);
    const carryForward = await carryingFrom(folder);
    const known = await catalogued(keyStore);
    const record = chosen(await backupsAt(known, which, target), which, clock.now());
    const parts = { folder, keyStore, vault, clock, random, target, carryForward };
    return aloneWithBackups(folder, (own) => work(parts, record, known, own));
  });
}

/** One that was begun may be whole, and only not be known to be: the recovery set is written before it is complete. */
export function chosen(all: readonly Backup[], which: string, now: number): Backup {
  const open = all.map((one) =>
    one.state === 'begun' && one.wrapped !== null ? { ...one, state: 'complete' as const } : one,
  );
  const [first] = chooseBackups(open, which, now);
  if (first === undefined) throw new Error('a backup was chosen');
  return first;
}

/** What must not go backwards is in the database that is there. */
async function carryingFrom(folder: string): Promise<RestoreParts['carryForward']> {
  const present = join(folder, 'daylight.db');
  try {
    if (!(await stat(present)).isFile()) throw new Error('no file');
    await requirePresent(present);
  } catch (cause) {
    throw new DaylightError(
      'conflict',
      `${present}: the database that is here cannot be read, so it is not known which objections, withdrawals and roles changed since the backup`,
      {
        remedy:
          'Put the newest copy of it that can be read in its place; rebuild a lost machine from the recovery set.',
        cause,
      },
    );
  }
  return (back) => back.carryForward(present);
}

export async function withKeys<T>(
  { data, rootKey: given, clock, random, migrated }: HostOptions,
  work: (keys: { readonly keyStore: KeyStore; readonly vault: Vault }) => Promise<T>,
): Promise<T> {
  const folder = resolve(data);
  const keyStore = await openSqliteKeyStore({ file: join(folder, 'keys.db'), migrated });
  try {
    const witnesses = await witnessesOf(folder, keyStore);
    const ledger = await openLedger(folder);
    requireWitnessed(folder, ledger, witnesses);
    const ended = endingsIn(ledger.entries);
    const bytes = (length: number): Uint8Array => random.bytes(length);
    const rootKey = await rootKeyOfFolder(folder, given, keyStore, bytes);
    const vault = await createVault({ keyStore, rootKey, random: bytes, ended, mono: () => clock.mono() });
    try {
      return await work({ keyStore, vault });
    } finally {
      await vault.close();
    }
  } finally {
    await keyStore.close();
  }
}

/** Neither a server nor a command has the data open. */
export async function alone<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const locks: { close(): Promise<void> }[] = [];
  try {
    for (const name of ['server.lock', 'daylight.lock']) locks.push(await holdAlone(join(folder, name), 2_000));
    return await work();
  } catch (cause) {
    if (!(cause instanceof StoreError) || cause.code !== 'busy') throw cause;
    throw new DaylightError('conflict', `${folder}: a server or another command has this data folder open`, {
      remedy: 'Stop it first.',
      cause,
    });
  } finally {
    for (const lock of locks.toReversed()) await lock.close();
  }
}

export function telling({ tell }: Pick<BackupOptions, 'tell'>): Pick<BackupOptions, 'tell'> {
  return tell === undefined ? {} : { tell };
}
