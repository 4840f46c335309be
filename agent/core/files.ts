import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DaylightError } from '../../shared/errors.ts';

/**
 * A folder of small files of which each is always the whole old or the whole new one. Readable by its user only. What the
 * disk refuses is a DaylightError `unavailable` that names the file and what would help.
 */
export interface Folder {
  /** Null when there is no such file. */
  read(name: string): Promise<Uint8Array | null>;
  /** On disk when it resolves: temporary file, fsync, rename, fsync of the folder. */
  write(name: string, content: string | Uint8Array): Promise<void>;
  /** Gone from disk when it resolves; nothing happens when it was not there. */
  remove(name: string): Promise<void>;
}

/** Opens a folder. One that is missing is made (mode 0700) by the first write, and by nothing else. */
export async function openFolder(path: string): Promise<Folder> {
  return {
    read: (name) => readIfThere(join(path, name)),
    write: (name, content) =>
      inWords(join(path, name), 'written', async () => {
        await mkdir(path, { recursive: true, mode: 0o700 });
        await writeDurably(join(path, name), content);
      }),
    remove: async (name) => {
      if ((await readIfThere(join(path, name))) === null) return;
      await inWords(join(path, name), 'deleted', async () => {
        await rm(join(path, name), { force: true });
        await syncFolder(path);
      });
    },
  };
}

/** Replaces the file at `path` so that a crash leaves the old or the new content, never a part. Mode 0600. */
export async function writeDurably(path: string, content: string | Uint8Array): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(dirname(path));
}

/** The content of a file, or null when there is none. Throws DaylightError `unavailable` when it cannot be read. */
export async function readIfThere(path: string): Promise<Uint8Array | null> {
  return inWords(path, 'read', () =>
    readFile(path).catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT') return null;
      throw error;
    }),
  );
}

const REMEDIES = {
  read: 'check that it is a file, and that your account may read it',
  written: 'check that its folder is one, that your account may write there, and that the disk is not full',
  deleted: 'check that your account may write in its folder',
} as const;

/** What the system says of a file names a call and a number; a person is told which file, and what would help. */
async function inWords<T>(path: string, what: keyof typeof REMEDIES, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof DaylightError) throw cause;
    const problem = `${path} could not be ${what} (${codeOf(cause)})`;
    throw new DaylightError('unavailable', problem, { remedy: REMEDIES[what], cause });
  }
}

/** Of an error of the system: its name, like `ENOSPC`. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}

/** Windows cannot open a folder and needs no such step: NTFS journals the rename. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
