import { chmod, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DaylightError } from '../../../shared/errors.ts';
import { codeOf, syncFolder } from '../files.ts';

/** A folder that only this user can enter. Throws DaylightError `unavailable` where there can be none. */
export async function privateFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await chmod(folder, 0o700);
  } catch (cause) {
    const isFile = ['EEXIST', 'ENOTDIR'].includes(codeOf(cause));
    const problem = isFile ? `${folder} is not a folder` : `the folder ${folder} could not be made (${codeOf(cause)})`;
    const remedy = isFile
      ? 'move away the file that stands in its place, then start the agent again'
      : 'check that your account may write there and that the disk is not full, then start the agent again';
    throw new DaylightError('unavailable', problem, { remedy, cause });
  }
}

/**
 * Replaces the file by temp, fsync, rename, fsync of the folder: after a crash there is the old content or the new,
 * never a mixture. With `scrub`, the blocks of the old content are overwritten before they are given back.
 */
export async function replaceFile(path: string, bytes: Uint8Array, scrub = false): Promise<void> {
  const temp = `${path}.tmp`;
  const file = await open(temp, 'w', 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
  const old = scrub ? await open(path, 'r+').catch(() => null) : null;
  try {
    await rename(temp, path);
    await syncFolder(dirname(path));
    if (old !== null) await overwrite(old);
  } finally {
    await old?.close();
  }
}

/** Removes the file; missing is fine. With `scrub`, its blocks are overwritten first. */
export async function removeFile(path: string, scrub = false): Promise<void> {
  const old = scrub ? await open(path, 'r+').catch(() => null) : null;
  try {
    if (old !== null) await overwrite(old);
    await rm(path, { force: true });
  } finally {
    await old?.close();
  }
}

/** Plain files of a folder with their sizes; none when the folder is missing. */
export async function filesIn(folder: string): Promise<{ name: string; bytes: number }[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
  const found = await Promise.all(
    names.map(async (name) => ({ name, entry: await stat(join(folder, name)).catch(() => null) })),
  );
  return found.flatMap(({ name, entry }) => (entry?.isFile() === true ? [{ name, bytes: entry.size }] : []));
}

export function isMissing(error: unknown): boolean {
  return codeOf(error) === 'ENOENT';
}

type Handle = Awaited<ReturnType<typeof open>>;

/** All of it: one write may take only a part, and only the next one says that the disk is full. */
export async function writeAt(file: Handle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}

async function overwrite(file: Handle): Promise<void> {
  const { size } = await file.stat();
  const zeros = Buffer.alloc(Math.min(size, 64 * 1024));
  for (let at = 0; at < size; at += zeros.length) await writeAt(file, zeros.subarray(0, size - at), at);
  await file.sync();
}
