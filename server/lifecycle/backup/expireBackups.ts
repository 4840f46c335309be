import { DAY, type UnixMs } from '../../../shared/time.ts';
import { MOST_DAYS } from '../../config.ts';
import { type Backup, catalogued, changeBackup } from './catalogue.ts';
import { DamagedBackup } from './damage.ts';
import { FILES, folderOf, POOL, pooledName, readImages, readManifest } from './manifest.ts';
import { type BackupParts, openedBackup } from './parts.ts';
import { isImage, strangersAt } from './strangers.ts';
import type { BackupTarget } from './target.ts';

export type ExpireParts = Omit<BackupParts, 'target' | 'ledgerHead'> & {
  /** Null where this server is not told of one: keys are destroyed all the same. */
  readonly target: BackupTarget | null;
  /** Null when what goes by the clock may go; otherwise why it may not. Asked before each backup. */
  readonly held: () => Promise<string | null>;
};

export interface Expired {
  /** Whose keys were destroyed just now. */
  readonly ended: readonly Backup[];
  /** How many are past their day and wait for the clock to be confirmed. */
  readonly heldBack: number;
  /** Backups without a key of which files are left, as their place is not at hand. */
  readonly left: number;
  /** Images that no backup names any more, taken away. */
  readonly images: number;
  /** Why images stay that no backup may name any more; null where none do. */
  readonly imagesStay: 'damaged' | 'unknown_backups' | null;
}

/**
 * Ends what is past its day, and what was given up: first the key is destroyed, by which it can be opened by nobody; then its files go, then
 * the images that no other backup names. The entry of the catalogue stays. The last backup is none better than the others. Only for who is
 * alone with the backups; whatever a crash has left of it, the next one does.
 */
export async function expireBackups(parts: ExpireParts): Promise<Expired> {
  const { keyStore, clock, target } = parts;
  const ended: Backup[] = [];
  let heldBack = 0;
  for (const one of await catalogued(keyStore)) {
    if (one.wrapped === null) {
      if (one.state === 'complete' || one.state === 'begun') await note(parts, one, 'expired');
      continue;
    }
    const isOver = clock.now() >= endOf(one);
    if (isOver && one.state !== 'failed' && (await parts.held()) !== null) {
      heldBack += 1;
      continue;
    }
    if (!isOver && one.state === 'complete') continue;
    if (!isOver && one.state === 'begun' && (await isWhole(parts, one))) continue;
    await keyStore.destroyBackupKey(one.backup, clock.now());
    ended.push(await note(parts, one, isOver ? 'expired' : 'failed'));
  }
  if (ended.length > 0) {
    await keyStore.scrub();
    await parts.writeRecoverySet();
  }
  const left = (await catalogued(keyStore)).filter(({ detail }) => detail.left);
  const here = target === null ? [] : left.filter(({ detail }) => detail.place === target.place);
  if (target === null || here.length === 0) return { ended, heldBack, left: left.length, images: 0, imagesStay: null };
  for (const one of here) await target.delete(FILES.map((file) => `${folderOf(one)}/${file}`).toReversed());
  const swept = await sweepImages({ ...parts, target });
  if (swept.imagesStay === null) {
    for (const one of here)
      await changeBackup(keyStore, { ...one, detail: { ...one.detail, left: false } }, clock.now());
  }
  return { ended, heldBack, left: left.length - here.length, ...swept };
}

/** Whatever the catalogue says: the ceiling holds. */
export function endOf({ at, expires }: Pick<Backup, 'at' | 'expires'>): UnixMs {
  return Math.min(expires, at + MOST_DAYS * DAY);
}

async function note({ keyStore, clock }: ExpireParts, one: Backup, state: Backup['state']): Promise<Backup> {
  const failure =
    state === 'failed' ? (one.detail.failure ?? 'the process that made it ended before it was whole') : null;
  const endedAt = one.wrapped === null ? one.changedAt : clock.now();
  const noted: Backup = { ...one, state, wrapped: null, detail: { ...one.detail, endedAt, failure, left: true } };
  await changeBackup(keyStore, noted, clock.now());
  return noted;
}

/** One that a crash has kept from being called complete: everything of it is there. */
async function isWhole(parts: ExpireParts, one: Backup): Promise<boolean> {
  const { target, keyStore, clock, vault } = parts;
  if (target === null || one.detail.place !== target.place) return true;
  try {
    const { database, images } = await readManifest(target, openedBackup(vault, one));
    const detail = {
      ...one.detail,
      bytes: database.size + images.list.size,
      images: images.count,
      missing: images.missing,
    };
    await parts.writeRecoverySet();
    await changeBackup(keyStore, { ...one, state: 'complete', detail }, clock.now());
    return true;
  } catch (cause) {
    // What cannot be reached now is looked at again later.
    return !(cause instanceof DamagedBackup);
  }
}

/** The images of backups that can still be opened stay; where it cannot be known which those are, all of them do. */
async function sweepImages(
  parts: ExpireParts & { readonly target: BackupTarget },
): Promise<Pick<Expired, 'images' | 'imagesStay'>> {
  const { target, keyStore, vault, clock } = parts;
  const known = await catalogued(keyStore);
  const { newestUnknownBackup } = await strangersAt(target, known, clock.now());
  // A key store that was put back may come to know it again; after the longest time that any backup is kept it cannot.
  const isYoung = newestUnknownBackup !== null && newestUnknownBackup > clock.now() - MOST_DAYS * DAY;
  if (isYoung) return { images: 0, imagesStay: 'unknown_backups' };
  const unnamed = new Set<string>();
  for await (const { name, isLink } of target.list(POOL)) if (isImage(name) && !isLink) unnamed.add(name);
  try {
    for (const one of known) {
      if (one.wrapped === null || one.detail.place !== target.place) continue;
      for await (const image of readImages(target, openedBackup(vault, one))) unnamed.delete(pooledName(image));
    }
  } catch (cause) {
    if (cause instanceof DamagedBackup) return { images: 0, imagesStay: 'damaged' };
    throw cause;
  }
  await target.delete([...unnamed]);
  return { images: unnamed.size, imagesStay: null };
}
