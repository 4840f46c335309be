import { chmod, readdir } from 'node:fs/promises';
import { DaylightError } from '../../shared/errors.ts';
import { codeOf } from './files.ts';
import { isAgentsName } from './wipe.ts';

/**
 * Makes a data folder that is there this account's alone (mode 0700), before anything is kept in it; one that is missing is
 * made so by what is kept first. Throws DaylightError when something foreign is in it, which others may need, or when the
 * folder cannot be closed.
 */
export async function ownFolder(folder: string): Promise<void> {
  // What is no folder, or may not be read, is told of by what writes there.
  const names = await readdir(folder).catch(() => null);
  if (names === null) return;
  const foreign = names.find((name) => !isAgentsName(name) && !OF_THE_SYSTEM.includes(name));
  if (foreign !== undefined) {
    throw new DaylightError('conflict', `${folder}: something is here that Daylight did not make (${foreign})`, {
      remedy: 'name an empty folder, or one that does not exist, with --data',
    });
  }
  if (process.platform === 'win32') return;
  await chmod(folder, 0o700).catch((cause: unknown) => {
    throw new DaylightError('unavailable', `${folder} could not be closed to other accounts (${codeOf(cause)})`, {
      remedy: 'name a folder that belongs to your account, on a disk that can be written to, with --data',
      cause,
    });
  });
}

/** What a disk of its own has, and what a file manager leaves. */
const OF_THE_SYSTEM: readonly string[] = ['lost+found', '.DS_Store'];
