import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { BackupId } from '../../../shared/ids.ts';
import { Digest } from '../../../shared/signed.ts';
import { DAY } from '../../../shared/time.ts';
import { isMissing } from '../../durable.ts';
import { createLimited } from '../../limited.ts';
import { copyWhole, type NamedImage, openWholeCopy, type WholeCopy } from '../../store/sqlite/wholeCopy.ts';
import { type Backup, BackupDetail, catalogued, changeBackup } from './catalogue.ts';
import {
  DATABASE,
  IMAGES,
  type ListedImage,
  lineOf,
  MANIFEST,
  type Manifest,
  type Opened,
  POOL,
  pooledName,
  putSealed,
  readImages,
} from './manifest.ts';
import { type BackupParts, openedBackup, type Progress } from './parts.ts';
import { claimPlace } from './place.ts';

export interface Making {
  readonly keepDays: number;
  /** Told often. */
  readonly tell?: (progress: Progress) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Makes a backup of all that there is at this instant, while others read and write: database and manifest sealed under a key of its own,
 * images as they are, each once. Only for who is alone with the backups. What fails is on record as failed, and its files are taken away by
 * the next `expireBackups`.
 */
export async function makeBackup(parts: BackupParts, workFolder: string, making: Making): Promise<Backup> {
  const { keyStore, vault, clock, random, target } = parts;
  const known = await catalogued(keyStore);
  const newest = known.find(({ state, wrapped, detail }) => isKept(state, wrapped) && detail.place === target.place);
  await claimPlace(parts, newest !== undefined);
  await target.tidy();
  const at = clock.now();
  const id = { backup: BackupId.parse(random.uuid()), at, expires: at + making.keepDays * DAY };
  const { wrapped } = vault.sealBackupKey(id);
  const detail = BackupDetail.parse({ place: target.place });
  const begun: Backup = { ...id, state: 'begun', changedAt: at, wrapped, detail };
  await keyStore.putBackup({ ...begun, detail: JSON.stringify(detail) });
  try {
    const earlier = newest === undefined ? null : openedBackup(vault, newest);
    const made = await putAll(parts, openedBackup(vault, begun), { workFolder, earlier, at, making });
    await parts.writeRecoverySet();
    const complete: Backup = { ...begun, state: 'complete', changedAt: clock.now(), detail: { ...detail, ...made } };
    await changeBackup(keyStore, complete, complete.changedAt);
    return complete;
  } catch (cause) {
    const failed = {
      ...begun,
      state: 'failed',
      detail: { ...detail, failure: sentenceOf(cause), left: true },
    } as const;
    await changeBackup(keyStore, failed, clock.now()).catch(() => undefined);
    throw cause;
  }
}

function isKept(state: Backup['state'], wrapped: Uint8Array | null): boolean {
  return state === 'complete' && wrapped !== null;
}

/** For people: what is ours says what to do; of anything else no more than that it failed. */
function sentenceOf(cause: unknown): string {
  const { name, message } = cause instanceof Error ? cause : { name: '', message: '' };
  return ['DaylightError', 'StoreError', 'VaultError'].includes(name) ? message : 'it broke off';
}

interface Task {
  readonly workFolder: string;
  readonly earlier: Opened | null;
  readonly at: number;
  readonly making: Making;
}

type Made = Pick<BackupDetail, 'bytes' | 'newImageBytes' | 'images' | 'missing' | 'ledger'>;

async function putAll(parts: BackupParts, opened: Opened, task: Task): Promise<Made> {
  const { folder, keyStore, random, target } = parts;
  const randomBytes = (length: number): Uint8Array => random.bytes(length);
  const tell = task.making.tell ?? (() => undefined);
  tell({ doing: 'copying', done: 0, of: 0 });
  // Before the copy: what is ended from now on is told by the ledger that goes on from here.
  const ledger = await parts.ledgerHead();
  const file = join(task.workFolder, DATABASE);
  await copyWhole(join(folder, DATABASE), file);
  task.making.signal?.throwIfAborted();
  const copy = await openWholeCopy(file);
  try {
    const { size } = await stat(file);
    const content = told(createReadStream(file, { highWaterMark: PIECE }), task, (done) =>
      tell({ doing: 'database', done, of: size }),
    );
    const database = await putSealed(target, opened, DATABASE, content, randomBytes);
    const images = await createImages(parts, copy, task);
    const list = await putSealed(target, opened, IMAGES, images.copied(), randomBytes);
    tell({ doing: 'finishing', done: 0, of: 0 });
    const { count, bytes, newBytes, missing } = images.sums();
    const manifest: Manifest = {
      ...{ format: 1, backup: opened.backup, at: task.at, expires: opened.expires, ledger, database },
      ...{ storeFormat: copy.format, organisations: copy.organisations, policies: copy.policies },
      restoreEpoch: (await keyStore.mark('restore_epoch')) ?? 0,
      images: { list, count, bytes, missing },
    };
    const last = await putSealed(target, opened, MANIFEST, [Buffer.from(JSON.stringify(manifest))], randomBytes);
    const own = database.size + list.size + last.size;
    return { bytes: own, newImageBytes: newBytes, images: count, missing, ledger: ledger.entries };
  } finally {
    await copy.close();
  }
}

const PIECE = 1024 * 1024;
/** The disk of the backups is waited for, not the processor. */
const AT_ONCE = 8;

async function* told(
  content: AsyncIterable<Uint8Array>,
  { making }: Task,
  tell: (done: number) => void,
): AsyncIterable<Uint8Array> {
  let done = 0;
  for await (const piece of content) {
    making.signal?.throwIfAborted();
    yield piece;
    done += piece.length;
    tell(done);
  }
}

interface Images {
  /** Copies what is not at the place yet; yields the lines of all of them. */
  copied(): AsyncIterable<Uint8Array>;
  sums(): { readonly count: number; readonly bytes: number; readonly newBytes: number; readonly missing: number };
}

async function createImages({ folder, target }: BackupParts, copy: WholeCopy, task: Task): Promise<Images> {
  const pooled = new Map<string, number>();
  for await (const { name, size, isLink } of target.list(POOL)) if (!isLink) pooled.set(name, size);
  const earlier = lookUpIn(task.earlier === null ? null : readImages(target, task.earlier));
  const limited = createLimited(AT_ONCE);
  const local = ({ org, file }: NamedImage): string => join(folder, 'blobs', org, file);
  let of = 0;
  for await (const some of copy.images()) {
    const fresh = some.filter((image) => !pooled.has(pooledName(image)));
    for (const size of await Promise.all(fresh.map((image) => limited.run(() => sizeOf(local(image)))))) of += size;
  }
  const sums = { count: 0, bytes: 0, newBytes: 0, missing: 0 };
  const tell = (): void =>
    task.making.tell?.({ doing: 'images', done: sums.newBytes, of: Math.max(of, sums.newBytes) });
  tell();

  const copyOne = async (image: NamedImage): Promise<ListedImage | null> => {
    task.making.signal?.throwIfAborted();
    const bytes = await readFile(local(image)).catch((cause: unknown) => {
      if (isMissing(cause)) return null;
      throw cause;
    });
    if (bytes === null) return null;
    await target.put(pooledName(image), [bytes]);
    sums.newBytes += bytes.length;
    tell();
    return { ...image, size: bytes.length, hash: Digest.parse(createHash('sha256').update(bytes).digest('hex')) };
  };
  const listedAs = async (image: NamedImage): Promise<ListedImage | null> => {
    const before = await earlier(image);
    return before !== null && pooled.get(pooledName(image)) === before.size
      ? before
      : limited.run(() => copyOne(image));
  };

  return {
    sums: () => sums,
    async *copied() {
      for await (const some of copy.images()) {
        const pending: Promise<ListedImage | null>[] = [];
        // One after the other, as they are looked up in the order of the earlier list; copied at once.
        for (const image of some) pending.push(listedAs(image));
        for (const image of await Promise.all(pending)) {
          if (image === null) {
            sums.missing += 1;
            continue;
          }
          sums.count += 1;
          sums.bytes += image.size;
          yield Buffer.from(lineOf(image));
        }
      }
    },
  };
}

async function sizeOf(file: string): Promise<number> {
  return stat(file).then(
    ({ size }) => size,
    () => 0,
  );
}

/** Finds images in a list that has the same order as the questions. Once the list turns out to be damaged, none is found in it. */
function lookUpIn(list: AsyncIterable<ListedImage> | null): (image: NamedImage) => Promise<ListedImage | null> {
  const source = list?.[Symbol.asyncIterator]();
  let next: ListedImage | null | undefined;
  let turn: Promise<unknown> = Promise.resolve();
  const advance = async (): Promise<ListedImage | null> => {
    const read = await source?.next().catch(() => null);
    return read === null || read === undefined || read.done === true ? null : read.value;
  };
  const find = async (image: NamedImage): Promise<ListedImage | null> => {
    if (next === undefined) next = await advance();
    while (next !== null && orderOf(next) < orderOf(image)) next = await advance();
    return next !== null && orderOf(next) === orderOf(image) ? next : null;
  };
  return (image) => {
    const mine = turn.then(() => find(image));
    turn = mine.catch(() => undefined);
    return mine;
  };
}

function orderOf({ org, file }: NamedImage): string {
  return `${org}/${file}`;
}
