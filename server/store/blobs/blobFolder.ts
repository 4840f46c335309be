import { chmod, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { OrgId } from '../../../shared/ids.ts';
import { syncFolder, writeDurably } from '../../durable.ts';

/**
 * Sealed images as files: `<folder>/<organisation's id>/<32 random hexadecimal digits>`. A name is made for each
 * writing, so that two batches with the same image never touch the same file. Fails with the system's own errors.
 */
export interface BlobFolder {
  /** Resolves with the files' names when bytes and names are on the disk; on failure none of them is left. */
  write(org: OrgId, contents: readonly Uint8Array[]): Promise<readonly string[]>;
  read(org: OrgId, file: string): Promise<Uint8Array>;
  /** Removes files; one that is gone already is no error. */
  remove(org: OrgId, files: readonly string[]): Promise<void>;
  /** How many files there are of the organisation, whether or not anything names them. */
  count(org: OrgId): Promise<number>;
  /** Removes everything in the organisation's folder, and the folder; `tell` is told how many went since it was told last. */
  removeAll(org: OrgId, tell?: (more: number) => void): Promise<void>;
  /** Removes every file that `named` does not return. Only while nobody writes. Returns how many it removed. */
  sweep(named: (org: OrgId, files: readonly string[]) => Promise<ReadonlySet<string>>): Promise<number>;
}

export type RandomBytes = (size: number) => Uint8Array;

export async function openBlobFolder(folder: string, randomBytes: RandomBytes): Promise<BlobFolder> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
  await syncFolder(join(folder, '..'));

  const ready = new Map<OrgId, Promise<string>>();
  // Kept as promises: a second writer must wait until the folder's own name is durable, and not only there.
  const folderOf = (org: OrgId): Promise<string> => {
    const known = ready.get(org);
    if (known !== undefined) return known;
    const made = makeFolder(folder, org);
    ready.set(org, made);
    made.catch(() => ready.delete(org));
    return made;
  };

  const blobs: BlobFolder = {
    async write(org, contents) {
      if (contents.length === 0) return [];
      const own = await folderOf(org);
      const files = contents.map(() => Buffer.from(randomBytes(16)).toString('hex'));
      try {
        for (const [place, file] of files.entries()) await writeDurably(own, file, contents[place] ?? new Uint8Array());
        await syncFolder(own);
      } catch (error) {
        await blobs.remove(
          org,
          files.flatMap((file) => [file, `${file}.tmp`]),
        );
        throw error;
      }
      return files;
    },
    async read(org, file) {
      const bytes = await readFile(join(folder, org, file));
      return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    },
    async remove(org, files) {
      for (const file of files) await rm(join(folder, org, file), { force: true });
    },
    async count(org) {
      return (await filesIn(join(folder, org))).length;
    },
    async removeAll(org, tell) {
      const own = join(folder, org);
      for (const file of await filesIn(own)) {
        await rm(join(own, file), { recursive: true, force: true });
        tell?.(1);
      }
      ready.delete(org);
      await rm(own, { recursive: true, force: true });
      await syncFolder(folder);
    },
    async sweep(named) {
      let removed = 0;
      for (const name of await readdir(folder)) {
        const org = OrgId.safeParse(name);
        if (org.success) removed += await sweepOrg(blobs, join(folder, name), org.data, named);
      }
      return removed;
    },
  };
  return blobs;
}

/** Files asked about in one query. */
const SWEEP = 500;

async function sweepOrg(
  blobs: BlobFolder,
  folder: string,
  org: OrgId,
  named: (org: OrgId, files: readonly string[]) => Promise<ReadonlySet<string>>,
): Promise<number> {
  // A folder is none of ours: file servers put some beside whatever they keep.
  const entries = await readdir(folder, { withFileTypes: true });
  const files = entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name);
  let removed = 0;
  for (let at = 0; at < files.length; at += SWEEP) {
    const some = files.slice(at, at + SWEEP);
    const kept = await named(org, some);
    const orphans = some.filter((file) => !kept.has(file));
    await blobs.remove(org, orphans);
    removed += orphans.length;
  }
  if (removed > 0) await syncFolder(folder);
  return removed;
}

async function filesIn(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  });
}

async function makeFolder(folder: string, org: OrgId): Promise<string> {
  const own = join(folder, org);
  await mkdir(own, { recursive: true, mode: 0o700 });
  await syncFolder(folder);
  return own;
}
