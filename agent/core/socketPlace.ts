import { createHash } from 'node:crypto';
import { lstat, mkdir, rm, rmdir } from 'node:fs/promises';
import { homedir, tmpdir, userInfo } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { DaylightError } from '../../shared/errors.ts';
import { codeOf } from './files.ts';

/** Who listens there: the agent, for the command line and the window; its browser sensor, for the native host. */
type Listener = 'agent' | 'browser';

/** The longest path that every system takes for a socket, its final zero included, is 104 bytes. */
const LONGEST_SOCKET_PATH = 100;

/**
 * Where the socket of a data folder is: in it, or, where that path is too long for a socket, in a folder for temporary
 * files that only this user can enter; on Windows a pipe named after it. Throws DaylightError `unavailable` when that other
 * folder is somebody else's.
 */
export async function socketPath(folder: string, listener: Listener, purpose: 'make' | 'find'): Promise<string> {
  const absolute = resolve(folder);
  const hash = createHash('sha256').update(absolute).digest('hex').slice(0, 16);
  if (process.platform === 'win32') return `\\\\.\\pipe\\daylight-${listener}-${hash}`;
  const beside = join(absolute, `${listener}.sock`);
  if (Buffer.byteLength(beside) <= LONGEST_SOCKET_PATH) return beside;
  const shared = join(tmpdir(), `daylight-agent-${userInfo().uid}`);
  if (purpose === 'make') await mkdir(shared, { mode: 0o700 }).catch(() => undefined);
  // Whoever owns that folder could answer in the agent's place, and read what it is asked or told.
  const found = await lstat(shared).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  });
  const isOurs = found?.isDirectory() === true && found.uid === userInfo().uid && (found.mode & 0o077) === 0;
  if (!isOurs && (found !== null || purpose === 'make')) {
    throw new DaylightError('unavailable', `${shared} belongs to someone else, or others can enter it`, {
      remedy: `choose a data folder with a shorter path, such as ${join(homedir(), '.daylight-agent')}, with --data`,
    });
  }
  return join(shared, `${listener}-${hash}.sock`);
}

/** Removes what the agent of this folder keeps outside it because its path is too long for a socket. */
export async function removeSocketsElsewhere(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  for (const listener of ['agent', 'browser'] as const) {
    const path = await socketPath(folder, listener, 'find').catch(() => null);
    if (path === null || dirname(path) === resolve(folder)) continue;
    await rm(path, { force: true }).catch(() => undefined);
    // Kept while agents of other folders of this account have theirs there.
    await rmdir(dirname(path)).catch(() => undefined);
  }
}
