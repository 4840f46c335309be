import { randomUUID } from 'node:crypto';
import { constants, type Dirent } from 'node:fs';
import { lstat, mkdir, open, readdir, realpath, rename, rm, rmdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { DaylightError } from '../../../shared/errors.ts';
import { isMissing, syncFolder } from '../../durable.ts';
import {
  type BackupTarget,
  type Content,
  LinkAtPlace,
  noSuchFile,
  requireName,
  type TargetFile,
  targetFailed,
} from './target.ts';

/** What is not whole yet lies apart, and is never listed. */
const INCOMING = '.incoming';

/**
 * A folder as the place of backups, made (0700) where there is none; the folder that it is in has to be there, so that a disk that is not
 * mounted is noticed. Throws DaylightError `forbidden` for one that others can come to, and `bad_request` for one within the data or around it.
 */
export async function openFolderTarget(path: string, data: string): Promise<BackupTarget> {
  const folder = resolve(path);
  await requireApart(folder, resolve(data));
  await requireOwnFolder(folder);
  return folderTarget(folder);
}

function folderTarget(folder: string): BackupTarget {
  const incoming = join(folder, INCOMING);
  return {
    place: folder,
    async put(name, content) {
      requireName(name);
      const temporary = join(incoming, randomUUID());
      await requireNoLink(folder, INCOMING);
      await requireNoLink(folder, dirname(name));
      try {
        await makeFolders(folder, INCOMING);
        const size = await written(temporary, content);
        await makeFolders(folder, dirname(name));
        await rename(temporary, join(folder, name));
        await syncFolder(dirname(join(folder, name)));
        return size;
      } catch (cause) {
        await rm(temporary, { force: true }).catch(() => undefined);
        throw isOfSystem(cause) ? targetFailed(folder, cause) : cause;
      }
    },
    async *get(name) {
      requireName(name);
      await requireNoLink(folder, name);
      try {
        const handle = await open(join(folder, name), READ_ITSELF);
        try {
          if (!(await handle.stat()).isFile()) throw noSuchFile(folder, name);
          for await (const piece of handle.createReadStream({ highWaterMark: PIECE, autoClose: false }))
            yield piece as Buffer;
        } finally {
          await handle.close();
        }
      } catch (cause) {
        if (isLink(cause)) throw new LinkAtPlace(folder, name);
        if (isMissing(cause)) throw noSuchFile(folder, name);
        throw isOfSystem(cause) ? targetFailed(folder, cause) : cause;
      }
    },
    async look(name) {
      requireName(name);
      return fileOf(folder, (await linkOn(folder, dirname(name))) ?? name);
    },
    list: (prefix) => within(folder, '', prefix),
    async delete(names) {
      const emptied = new Set<string>();
      try {
        for (const name of names) {
          requireName(name);
          await requireNoLink(folder, dirname(name));
          await rm(join(folder, name), { force: true });
          emptied.add(dirname(join(folder, name)));
        }
        for (const one of emptied) await syncAndPrune(one, folder);
      } catch (cause) {
        throw isOfSystem(cause) ? targetFailed(folder, cause) : cause;
      }
    },
    async tidy() {
      await rm(incoming, { recursive: true, force: true }).catch((cause: unknown) => {
        throw targetFailed(folder, cause);
      });
    },
  };
}

const PIECE = 1024 * 1024;
/** A link leads to what nobody put there, and a pipe or a device never ends. Windows has neither flag, and takes what is not there for none. */
const READ_ITSELF = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

async function written(file: string, content: Content): Promise<number> {
  const handle = await open(file, 'wx', 0o600);
  let size = 0;
  try {
    for await (const piece of content) {
      size += piece.length;
      for (let at = 0; at < piece.length; ) at += (await handle.write(piece, at)).bytesWritten;
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
  return size;
}

/** The folders on the way to a file, each with its name on the disk. */
async function makeFolders(root: string, path: string): Promise<void> {
  if (path === '.') return;
  const made = await mkdir(join(root, path), { recursive: true, mode: 0o700 });
  for (let at = made; at !== undefined && at !== root; ) {
    await syncFolder(dirname(at));
    at = at === join(root, path) ? undefined : nextOn(at, join(root, path));
  }
}

/** The folder below `at` on the way to `to`. */
function nextOn(at: string, to: string): string {
  const [next = ''] = to.slice(at.length + 1).split(sep);
  return join(at, next);
}

async function* within(folder: string, path: string, prefix: string): AsyncIterable<TargetFile> {
  for (const entry of await entriesOf(folder, path)) {
    const name = path === '' ? entry.name : `${path}/${entry.name}`;
    if (name === INCOMING || !(name.startsWith(prefix) || prefix.startsWith(`${name}/`))) continue;
    if (entry.isDirectory()) {
      yield* within(folder, name, prefix);
      continue;
    }
    const file = name.startsWith(prefix) ? await fileOf(folder, name) : null;
    if (file !== null) yield file;
  }
}

async function entriesOf(folder: string, path: string): Promise<readonly Dirent[]> {
  try {
    return await readdir(join(folder, path), { withFileTypes: true });
  } catch (cause) {
    // A disk of its own has a folder that only root can read; a folder may go while others are listed.
    if (path === 'lost+found' || (path !== '' && isMissing(cause))) return [];
    throw targetFailed(folder, cause);
  }
}

async function fileOf(folder: string, name: string): Promise<TargetFile | null> {
  try {
    const found = await lstat(join(folder, name));
    if (found.isDirectory()) return null;
    return { name, size: found.size, at: Math.floor(found.mtimeMs), isLink: found.isSymbolicLink() };
  } catch (cause) {
    if (isMissing(cause)) return null;
    throw targetFailed(folder, cause);
  }
}

async function requireNoLink(folder: string, name: string): Promise<void> {
  const link = await linkOn(folder, name);
  if (link !== null) throw new LinkAtPlace(folder, link);
}

/** The first link below the folder on the way to `name`, itself included; null where there is none. The folder itself may be reached by one. */
async function linkOn(folder: string, name: string): Promise<string | null> {
  const parts = name === '.' ? [] : name.split('/');
  for (const [last] of parts.entries()) {
    const path = parts.slice(0, last + 1).join('/');
    const found = await lstat(join(folder, path)).catch((cause: unknown) => {
      if (isMissing(cause)) return null;
      throw targetFailed(folder, cause);
    });
    if (found === null) return null;
    if (found.isSymbolicLink()) return path;
  }
  return null;
}

/** A name that is gone from a folder is gone for good only when the folder is on the disk; folders that are empty then go too. */
async function syncAndPrune(path: string, root: string): Promise<void> {
  try {
    await syncFolder(path);
    if (path !== root) await rmdir(path);
  } catch (cause) {
    if (isMissing(cause) || isNotEmpty(cause)) return;
    throw cause;
  }
  if (path !== root) await syncAndPrune(dirname(path), root);
}

function isLink(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === 'ELOOP';
}

function isNotEmpty(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && (cause.code === 'ENOTEMPTY' || cause.code === 'EEXIST');
}

function isOfSystem(cause: unknown): boolean {
  return cause instanceof Error && 'syscall' in cause;
}

async function requireOwnFolder(folder: string): Promise<void> {
  const found = await stat(folder).catch(() => null);
  if (found === null) {
    await mkdir(folder, { mode: 0o700 }).catch((cause: unknown) => {
      throw targetFailed(folder, cause);
    });
    await syncFolder(dirname(folder));
    return;
  }
  if (!found.isDirectory()) throw targetFailed(folder, new Error('no folder'));
  if ((found.mode & 0o077) === 0 || process.platform === 'win32') return;
  throw new DaylightError('forbidden', `${folder}: others can read or change this folder`, {
    field: 'backups',
    remedy: `If nothing else is kept there, run: chmod 700 '${folder}'.`,
  });
}

/** What is lost with the data must not be what brings it back, and what is restored must not be kept within itself. */
async function requireApart(folder: string, data: string): Promise<void> {
  const [one, other] = [await real(folder), await real(data)];
  if (one !== other && !one.startsWith(other + sep) && !other.startsWith(one + sep)) return;
  throw new DaylightError('bad_request', `${folder}: backups cannot be kept in the data folder, nor around it`, {
    field: 'backups',
    remedy: 'Name a folder on another disk with --backups.',
  });
}

/** Where a path leads, as far as it is there. */
async function real(path: string): Promise<string> {
  return realpath(path).catch(async () =>
    dirname(path) === path ? path : join(await real(dirname(path)), basename(path)),
  );
}
