import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { UnixMs } from '../../../shared/time.ts';
import { createLimited } from '../../limited.ts';
import { requireWhole } from '../../store/sqlite/wholeCopy.ts';
import { StoreError } from '../../store/store.ts';
import { type Backup, type BackupDetail, changeBackup } from './catalogue.ts';
import { DamagedBackup, damageWords } from './damage.ts';
import {
  DATABASE,
  fromTarget,
  IMAGES,
  type ListedImage,
  type Manifest,
  type Measured,
  measuring,
  type Opened,
  POOL,
  pooledName,
  readImages,
  readManifest,
  readSealed,
} from './manifest.ts';
import { type BackupParts, openedBackup, type Progress } from './parts.ts';
import type { TargetFile } from './target.ts';

/** `structure`: everything is there, in its size. `all`: every byte opens and is what it was, and the database is whole. */
export type How = 'structure' | 'all';

export interface Checking {
  readonly how: How;
  readonly tell?: (progress: Progress) => void;
  readonly signal?: AbortSignal | undefined;
}

/** More of the same says no more. */
const MOST = 20;
const AT_ONCE = 8;

/**
 * Checks a backup and puts what it found into the catalogue; returns the backup with it. Only for who is alone with the backups. Throws
 * VaultError `key_destroyed` for one that has ended, and what the place throws where it cannot be reached: that says nothing of the backup.
 */
export async function checkBackup(
  parts: BackupParts,
  record: Backup,
  workFolder: string,
  checking: Checking,
): Promise<Backup> {
  const damage = await damageOf(parts, openedBackup(parts.vault, record), workFolder, checking);
  const at: UnixMs = parts.clock.now();
  const checked = { at, how: checking.how, damage: damage.slice(0, MOST) };
  const all = checking.how === 'all' ? { allCheckedAt: at } : {};
  const detail: BackupDetail = { ...record.detail, ...all, checked };
  await changeBackup(parts.keyStore, { ...record, detail }, at);
  return { ...record, changedAt: at, detail };
}

/** One sentence for each thing that is wrong. */
async function damageOf(
  { target }: BackupParts,
  opened: Opened,
  workFolder: string,
  checking: Checking,
): Promise<readonly string[]> {
  const found: string[] = [];
  const noting = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (cause) {
      if (!(cause instanceof DamagedBackup)) throw cause;
      found.push(damageWords(cause.file, cause.damage));
    }
  };
  await noting(async () => {
    const manifest = await readManifest(target, opened);
    for (const [file, measured] of [
      [DATABASE, manifest.database],
      [IMAGES, manifest.images.list],
    ] as const)
      await noting(() => requireFile({ target }, opened, file, measured, checking));
    if (checking.how === 'all') await noting(() => requireDatabase({ target }, opened, manifest, workFolder, checking));
    await noting(() => requireImages({ target }, opened, manifest, checking, noting));
  });
  return found;
}

type At = Pick<BackupParts, 'target'>;

async function requireFile({ target }: At, { folder }: Opened, file: string, measured: Measured, { how }: Checking) {
  const name = `${folder}/${file}`;
  const there = await target.look(name);
  if (there === null) throw new DamagedBackup(file, 'missing');
  if (there.isLink) throw new DamagedBackup(file, 'link');
  if (there.size !== measured.size) throw new DamagedBackup(file, 'cut');
  if (how === 'all' && (await hashOf(fromTarget(target, name))) !== measured.hash)
    throw new DamagedBackup(file, 'altered');
}

async function hashOf(content: AsyncIterable<Uint8Array>): Promise<string> {
  const measured = measuring(content);
  for await (const _ of measured.content);
  return measured.hash();
}

async function requireDatabase(at: At, opened: Opened, manifest: Manifest, workFolder: string, checking: Checking) {
  const file = join(workFolder, DATABASE);
  try {
    await writeDatabase(at, opened, manifest, file, checking);
    await requireWhole(file);
  } catch (cause) {
    if (!(cause instanceof StoreError) || cause.code !== 'damaged') throw cause;
    throw new DamagedBackup(DATABASE, 'not_whole', cause);
  } finally {
    await rm(file, { force: true });
  }
}

/** Opens the database of a backup into a new private file. Throws DamagedBackup. */
export async function writeDatabase(
  { target }: At,
  opened: Opened,
  { database }: Manifest,
  file: string,
  { tell, signal }: Omit<Checking, 'how'>,
): Promise<void> {
  let done = 0;
  const content = async function* (): AsyncIterable<Uint8Array> {
    for await (const piece of readSealed(target, opened, DATABASE)) {
      signal?.throwIfAborted();
      yield piece;
      done += piece.length;
      tell?.({ doing: 'database', done: Math.min(done, database.size), of: database.size });
    }
  };
  await pipeline(content(), createWriteStream(file, { flags: 'wx', mode: 0o600, flush: true }));
}

async function requireImages(
  { target }: At,
  opened: Opened,
  { images }: Manifest,
  { how, tell, signal }: Checking,
  noting: (work: () => Promise<void>) => Promise<void>,
): Promise<void> {
  const pooled = new Map<string, TargetFile>();
  for await (const one of target.list(POOL)) pooled.set(one.name, one);
  const limited = createLimited(AT_ONCE);
  let [count, done] = [0, 0];
  const requireOne = async (image: ListedImage): Promise<void> => {
    signal?.throwIfAborted();
    const name = pooledName(image);
    const called = `image ${image.file}`;
    const there = pooled.get(name);
    if (there === undefined) throw new DamagedBackup(called, 'missing');
    if (there.isLink) throw new DamagedBackup(called, 'link');
    if (there.size !== image.size) throw new DamagedBackup(called, 'cut');
    if (how === 'all' && (await hashOf(fromTarget(target, name))) !== image.hash)
      throw new DamagedBackup(called, 'altered');
    done += image.size;
    tell?.({ doing: 'images', done, of: images.bytes });
  };
  let some: ListedImage[] = [];
  const all = async (): Promise<void> => {
    await Promise.all(some.map((image) => limited.run(() => noting(() => requireOne(image)))));
    some = [];
  };
  for await (const image of readImages(target, opened)) {
    count += 1;
    some.push(image);
    if (some.length === 1_000) await all();
  }
  await all();
  if (count !== images.count) throw new DamagedBackup(IMAGES, 'cut');
}
