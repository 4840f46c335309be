import { createHash } from 'node:crypto';
import { z } from 'zod';
import { BackupId, OrgId } from '../../../shared/ids.ts';
import { Digest } from '../../../shared/signed.ts';
import { UnixMs } from '../../../shared/time.ts';
import { LedgerHead } from '../ledgerEntry.ts';
import { DamagedBackup } from './damage.ts';
import { openStream, type StreamSeal, sealStream } from './sealedStream.ts';
import { type BackupTarget, type Content, LinkAtPlace } from './target.ts';

// What lies at the place of the backups:
//
//     daylight-backups.json                    whose place it is
//     backups/<time>_<id>/daylight.db          the database, sealed under the key of this backup
//     backups/<time>_<id>/images               which images it has, by name, size and hash, sealed as well
//     backups/<time>_<id>/manifest             what it has to have, sealed as well; it comes last
//     images/<organisation>/<file>             the images, sealed as they are in the data, each once for all backups that name it

export const DATABASE = 'daylight.db';
export const IMAGES = 'images';
export const MANIFEST = 'manifest';
/** In the order in which they are put. */
export const FILES = [DATABASE, IMAGES, MANIFEST] as const;

/** Of one file at the place. */
const Measured = z.strictObject({ size: z.int().min(0), hash: Digest }).readonly();
export type Measured = z.infer<typeof Measured>;

export const Manifest = z
  .strictObject({
    format: z.literal(1),
    backup: BackupId,
    at: UnixMs,
    expires: UnixMs,
    /** Of the tables. */
    storeFormat: z.int().min(1),
    organisations: z.array(OrgId).readonly(),
    /** Where the ledger was when this was made: one that does not go on from there does not know all that was ended. */
    ledger: LedgerHead,
    policies: z.array(z.strictObject({ org: OrgId, version: z.int().min(0), hash: Digest }).readonly()).readonly(),
    /** How often this data had been restored before. */
    restoreEpoch: z.int().min(0),
    database: Measured,
    images: z
      .strictObject({ list: Measured, count: z.int().min(0), bytes: z.int().min(0), missing: z.int().min(0) })
      .readonly(),
  })
  .readonly();
export type Manifest = z.infer<typeof Manifest>;

export const ListedImage = z
  .strictObject({ org: OrgId, file: z.string().regex(/^[0-9a-f]{32}$/), ...Measured.unwrap().shape })
  .readonly();
export type ListedImage = z.infer<typeof ListedImage>;

/** Where the files of a backup lie. The time is for people who look at the folder. */
export function folderOf({ backup, at }: { readonly backup: BackupId; readonly at: UnixMs }): string {
  return `backups/${new Date(at).toISOString().replace(/[-:]|\.\d+/g, '')}_${backup}`;
}

export const POOL = 'images/';

export function pooledName({ org, file }: Pick<ListedImage, 'org' | 'file'>): string {
  return `${POOL}${org}/${file}`;
}

/** A backup that can be opened. */
export type Opened = Omit<StreamSeal, 'file'> & { readonly folder: string };

export async function putSealed(
  target: BackupTarget,
  opened: Opened,
  file: string,
  content: Content,
  random: (length: number) => Uint8Array,
): Promise<Measured> {
  const measured = measuring(sealStream(content, { ...opened, file }, random));
  const size = await target.put(`${opened.folder}/${file}`, measured.content);
  return { size, hash: measured.hash() };
}

export function readSealed(target: BackupTarget, opened: Opened, file: string): AsyncIterable<Uint8Array> {
  return openStream(fromTarget(target, `${opened.folder}/${file}`), { ...opened, file });
}

/** Throws DamagedBackup. */
export async function readManifest(target: BackupTarget, opened: Opened): Promise<Manifest> {
  const pieces: Uint8Array[] = [];
  for await (const piece of readSealed(target, opened, MANIFEST)) pieces.push(piece);
  const manifest = Manifest.safeParse(jsonOf(Buffer.concat(pieces).toString()));
  if (!manifest.success) throw new DamagedBackup(MANIFEST, 'altered', manifest.error);
  const { backup, expires } = manifest.data;
  if (backup !== opened.backup || expires !== opened.expires) throw new DamagedBackup(MANIFEST, 'altered');
  return manifest.data;
}

/** In the order of organisations and names. Throws DamagedBackup. */
export async function* readImages(target: BackupTarget, opened: Opened): AsyncIterable<ListedImage> {
  let rest = '';
  for await (const piece of readSealed(target, opened, IMAGES)) {
    const lines = (rest + Buffer.from(piece).toString('latin1')).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield listed(line);
  }
  if (rest !== '') throw new DamagedBackup(IMAGES, 'altered');
}

export function lineOf(image: ListedImage): string {
  return `${JSON.stringify(image)}\n`;
}

function listed(line: string): ListedImage {
  const image = ListedImage.safeParse(jsonOf(line));
  if (!image.success) throw new DamagedBackup(IMAGES, 'altered', image.error);
  return image.data;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** A file that is not there is damage of the backup that has to have it. */
export async function* fromTarget(target: BackupTarget, name: string): AsyncIterable<Uint8Array> {
  try {
    yield* target.get(name);
  } catch (cause) {
    const file = name.split('/').at(-1) ?? name;
    if (cause instanceof LinkAtPlace) throw new DamagedBackup(file, 'link', cause);
    const isMissing = cause instanceof Error && 'code' in cause && cause.code === 'not_found';
    throw isMissing ? new DamagedBackup(file, 'missing', cause) : cause;
  }
}

/** Passes the content on; its hash is known when all of it has passed. */
export function measuring(content: Content): { readonly content: AsyncIterable<Uint8Array>; hash(): Digest } {
  const hash = createHash('sha256');
  const passing = async function* (): AsyncIterable<Uint8Array> {
    for await (const piece of content) {
      hash.update(piece);
      yield piece;
    }
  };
  return { content: passing(), hash: () => Digest.parse(hash.digest('hex')) };
}
