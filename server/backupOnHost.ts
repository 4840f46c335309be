import { DaylightError } from '../shared/errors.ts';
import { type Foundation, openFoundation } from './foundation.ts';
import { type Backup, catalogued } from './lifecycle/backup/catalogue.ts';
import { checkBackup, type How } from './lifecycle/backup/checkBackup.ts';
import { endOf } from './lifecycle/backup/expireBackups.ts';
import { openFolderTarget } from './lifecycle/backup/folderTarget.ts';
import { makeBackup } from './lifecycle/backup/makeBackup.ts';
import { folderOf, MANIFEST } from './lifecycle/backup/manifest.ts';
import type { Progress } from './lifecycle/backup/parts.ts';
import { backupPartsOf } from './lifecycle/backup/partsOf.ts';
import { strangersAt } from './lifecycle/backup/strangers.ts';
import type { BackupTarget } from './lifecycle/backup/target.ts';
import { aloneWithBackups } from './lifecycle/backup/workFolder.ts';
import type { HostOptions } from './rotateOnHost.ts';

export type BackupOptions = HostOptions & {
  /** The folder of the backups. */
  readonly backups: string;
  readonly tell?: (progress: Progress) => void;
};

/** Makes one now, beside a running server or without it. Throws DaylightError `conflict` while something is being done to the backups. */
export async function backupOnHost(options: BackupOptions, keepDays: number): Promise<Backup> {
  return withFoundation(options, async (foundation) => {
    const parts = {
      ...backupPartsOf(foundation, options),
      target: await openFolderTarget(options.backups, options.data),
    };
    return aloneWithBackups(foundation.folder, (work) => makeBackup(parts, work, { keepDays, ...telling(options) }));
  });
}

/** Every backup that there ever was, the newest first; nothing is asked of their place. */
export async function backupsOnHost(options: HostOptions): Promise<readonly Backup[]> {
  return withFoundation(options, ({ keyStore }) => catalogued(keyStore));
}

/**
 * Checks the backup with this id, the `newest`, or `all` that can be opened. Throws DaylightError `not_found` where there is none, and
 * `gone` for one that has ended.
 */
export async function checkOnHostBackups(
  options: BackupOptions,
  which: string,
  how: How,
): Promise<{ readonly checked: readonly Backup[]; readonly orphans: readonly string[] }> {
  return withFoundation(options, async (foundation) => {
    const target = await openFolderTarget(options.backups, options.data);
    const parts = { ...backupPartsOf(foundation, options), target };
    const all = await catalogued(foundation.keyStore);
    const chosen = chooseBackups(await backupsAt(all, which, target), which, options.clock.now());
    const checked: Backup[] = [];
    await aloneWithBackups(foundation.folder, async (work) => {
      for (const one of chosen) checked.push(await checkBackup(parts, one, work, { how, ...telling(options) }));
    });
    const { orphanNames, futureNames } = await strangersAt(target, all, options.clock.now());
    return { checked, orphans: [...new Set([...orphanNames, ...futureNames])] };
  });
}

/** Of `all` and the `newest` those that lie at the place that was named: made there, or found there. */
export async function backupsAt(
  all: readonly Backup[],
  which: string,
  target: Pick<BackupTarget, 'place' | 'look'>,
): Promise<readonly Backup[]> {
  if (which !== 'all' && which !== 'newest') return all;
  const isHere = async (one: Backup): Promise<boolean> =>
    one.detail.place === target.place || (await target.look(`${folderOf(one)}/${MANIFEST}`))?.isLink === false;
  const here: Backup[] = [];
  for (const one of all) if (one.wrapped !== null && (await isHere(one))) here.push(one);
  const elsewhere = all.find((one) => one.wrapped !== null);
  if (here.length > 0 || elsewhere === undefined) return here;
  throw noBackup(
    `${target.place}: no backup lies there; the newest is in ${elsewhere.detail.place}`,
    'Name its folder with --backups; `daylight-server backups` says of each where it is.',
  );
}

export function chooseBackups(all: readonly Backup[], which: string, now: number): readonly Backup[] {
  const isOpen = (one: Backup): boolean => one.state === 'complete' && one.wrapped !== null && endOf(one) > now;
  const open = all.filter(isOpen);
  if (which === 'all' || which === 'newest') {
    if (open.length > 0) return which === 'all' ? open : open.slice(0, 1);
    throw noBackup('there is no backup that can be opened', 'Make one with `daylight-server backup`.');
  }
  const named = all.find(({ backup }) => backup === which);
  if (named === undefined) throw noBackup(`there is no backup ${which}`, 'List them with `daylight-server backups`.');
  if (isOpen(named)) return [named];
  throw new DaylightError('gone', `the backup ${which} has ended: nobody can open it any more`, {
    remedy: 'Use another one; `daylight-server backups` lists them.',
  });
}

function noBackup(message: string, remedy: string): DaylightError {
  return new DaylightError('not_found', message, { remedy });
}

function telling({ tell }: BackupOptions): { readonly tell?: (progress: Progress) => void } {
  return tell === undefined ? {} : { tell };
}

async function withFoundation<T>(options: HostOptions, work: (foundation: Foundation) => Promise<T>): Promise<T> {
  const foundation = await openFoundation({ ...options, create: false });
  try {
    return await work(foundation);
  } finally {
    await foundation.close();
  }
}
