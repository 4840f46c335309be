import { lstat, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { codeOf } from '../../agent/core/files.ts';

/** Where folders for what is thrown away are made: in memory, which Linux has; elsewhere among the temporary files. */
const PLACES = ['/dev/shm', tmpdir()] as const;
const NAME = /^daylight-demo-([1-9]\d*)-\w{6}$/;

/** Agents make everything durable, thousands of times a day; in memory that is quick. The name says whose folder it is. */
export async function quickFolder(places: readonly string[] = PLACES): Promise<string> {
  for (const place of places) {
    const made = await mkdtemp(path.join(place, `daylight-demo-${process.pid}-`)).catch(() => null);
    if (made !== null) return made;
  }
  throw new Error(`No folder can be made in ${places.join(' or ')}. Make room there, or set TMPDIR to another folder.`);
}

/** Removes what demos left that were killed: folders of this account whose process is gone. Returns them. */
export async function removeLeftBehind(places: readonly string[] = PLACES): Promise<string[]> {
  const removed: string[] = [];
  for (const place of new Set(places)) {
    for (const name of await readdir(place).catch(() => [])) {
      const folder = path.join(place, name);
      const [, pid] = NAME.exec(name) ?? [];
      if (pid === undefined || isRunning(Number(pid)) || !(await isOwnFolder(folder))) continue;
      await rm(folder, { recursive: true, force: true });
      removed.push(folder);
    }
  }
  return removed;
}

/** A process of another account runs as well: it only may not be signalled. */
function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return codeOf(error) !== 'ESRCH';
  }
}

async function isOwnFolder(folder: string): Promise<boolean> {
  const found = await lstat(folder).catch(() => null);
  return found?.isDirectory() === true && found.uid === (process.getuid?.() ?? found.uid);
}
