import { chmod, open, readFile, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DaylightError } from '../../../shared/errors.ts';
import { say } from '../../strings/say.ts';
import { syncFolder } from '../files.ts';
import type { Random } from '../ports.ts';
import { isMissing } from './disk.ts';

export const KEY_BYTES = 32;

/** Where the key of the spool is kept: a file beside it, or the keychain of the operating system. */
export interface SpoolKey {
  /** Where the key is, for the employee. */
  readonly words: string;
  /** The key of 32 bytes; null when there is none. Throws DaylightError when there is one that must not be used. */
  load(): Promise<Uint8Array | null>;
  /** Makes and keeps a new key; durable when it resolves. */
  make(): Promise<Uint8Array>;
  /** Destroys the key for good; what was encrypted with it can no longer be read. */
  destroy(): Promise<void>;
}

/** Beside the key file: a key that only the keychain of this account opens, kept by the desktop shell. */
export const KEYCHAIN_FILE = 'spool.keychain';

/** A key file that only this user can read. One that others can read is refused, and never silently replaced. */
export function keyFile(path: string, random: Random): SpoolKey {
  return {
    words: say('key.file', { path }),
    load: () => load(path),
    make: () => make(path, random),
    destroy: () => destroy(path),
  };
}

async function load(path: string): Promise<Uint8Array | null> {
  const found = await stat(path).catch((error: unknown) => {
    if (isMissing(error)) return null;
    throw new DaylightError('unavailable', `the key file ${path} cannot be read`, { cause: error });
  });
  if (found === null) return refuseSecondKey(dirname(path));
  if (process.platform !== 'win32' && (found.mode & 0o077) !== 0) {
    throw new DaylightError('unavailable', `the key file ${path} can be read by other users of this computer`, {
      remedy: `if that was not meant, run: chmod 600 "${path}"; or run "daylight-agent wipe" and enrol again`,
    });
  }
  const key = await readFile(path).catch((error: unknown) => {
    throw new DaylightError('unavailable', `the key file ${path} cannot be read`, { cause: error });
  });
  if (key.length !== KEY_BYTES) {
    throw new DaylightError('unavailable', `the key file ${path} holds ${key.length} bytes; expected ${KEY_BYTES}`, {
      remedy: 'put the right file back, or run "daylight-agent wipe" and enrol again',
    });
  }
  return key;
}

/** A new key beside the one in the keychain would leave what waits unreadable. */
async function refuseSecondKey(folder: string): Promise<null> {
  const path = join(folder, KEYCHAIN_FILE);
  const isKept = await stat(path).then(
    () => true,
    (error: unknown) => !isMissing(error),
  );
  if (!isKept) return null;
  throw new DaylightError('unavailable', `the key of what waits in ${folder} is in the keychain of your account`, {
    remedy: 'start Daylight from your desktop, which can open it',
  });
}

async function make(path: string, random: Random): Promise<Uint8Array> {
  const key = random.bytes(KEY_BYTES);
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(key);
    await file.sync();
  } finally {
    await file.close();
  }
  await chmod(path, 0o600);
  await syncFolder(dirname(path));
  return key;
}

async function destroy(path: string): Promise<void> {
  const file = await open(path, 'r+').catch(() => null);
  if (file !== null) {
    await file.write(new Uint8Array(KEY_BYTES), 0, KEY_BYTES, 0);
    await file.sync();
    await file.close();
  }
  await rm(path, { force: true });
  await syncFolder(dirname(path));
}
