import { randomBytes } from 'node:crypto';
import { type FileHandle, link, open, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { KEY_BYTES } from './envelope.ts';
import { VaultError } from './sealed.ts';

/** The key under which every other key is wrapped: 32 random bytes. Minted here only. */
export type RootKey = Uint8Array & { readonly __rootKey: unique symbol };

/** Source of randomness: exactly `length` unpredictable bytes. */
export type RandomBytes = (length: number) => Uint8Array;

/**
 * Reads a root key file: 32 raw bytes that only their owner can read. Throws a VaultError whose message says what is
 * wrong and what to do; nothing is ever stored unencrypted instead.
 */
export async function readRootKeyFile(path: string): Promise<RootKey> {
  // One byte more than a key, so that a longer file shows.
  return rootKeyOf(await readPrivately(path, KEY_BYTES + 1), path);
}

/** So many bytes of a file at the most, which only its owner can read. Throws a VaultError as `readRootKeyFile` does. */
export async function readPrivately(path: string, most: number): Promise<Uint8Array> {
  const file = await openForReading(path);
  try {
    await requirePrivate(path, file);
    const { buffer, bytesRead } = await file.read(new Uint8Array(most), 0, most, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/**
 * Makes a new root key and writes it, durably and readable by its owner only. Refuses to replace an existing file:
 * that would make everything sealed under it unreadable for good.
 */
export async function createRootKeyFile(path: string, random: RandomBytes = randomBytes): Promise<RootKey> {
  const key = rootKeyOf(random(KEY_BYTES), path);
  const temporary = `${path}.${Buffer.from(random(8)).toString('hex')}.new`;
  const file = await open(temporary, 'wx', 0o600);
  try {
    await file.writeFile(key);
    await file.sync();
  } finally {
    await file.close();
  }
  await publish(temporary, path);
  return key;
}

/** Takes 32 bytes from wherever they were kept as a root key. */
export function rootKeyOf(bytes: Uint8Array, origin = 'the root key'): RootKey {
  if (bytes.length === KEY_BYTES) return bytes as RootKey;
  const found = bytes.length > KEY_BYTES ? 'more' : `only ${bytes.length}`;
  throw new VaultError(
    'wrong_root_key',
    `${origin}: expected a root key of ${KEY_BYTES} bytes and found ${found}. Put the original file back, or restore it from the recovery set.`,
  );
}

/** A link, unlike a rename, fails when the name is taken. */
async function publish(temporary: string, path: string): Promise<void> {
  try {
    await link(temporary, path);
  } catch (cause) {
    if (codeOf(cause) !== 'EEXIST') throw cause;
    throw new VaultError(
      'unavailable',
      `${path}: a root key is there already and is never replaced. Use it, or choose another data folder.`,
      cause,
    );
  } finally {
    await unlink(temporary);
  }
  await syncFolder(dirname(path));
}

async function syncFolder(path: string): Promise<void> {
  // Windows cannot open a folder, and makes its entries durable by itself.
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function openForReading(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r');
  } catch (cause) {
    const missing = codeOf(cause) === 'ENOENT';
    throw new VaultError(
      'unavailable',
      missing
        ? `${path}: the root key file is missing. Put it back, or restore it from the recovery set; without it nothing can be read.`
        : `${path}: the root key file cannot be read (${codeOf(cause)}). Let the account that runs the server own it, with mode 0600.`,
      cause,
    );
  }
}

async function requirePrivate(path: string, file: FileHandle): Promise<void> {
  const { mode, uid } = await file.stat().then((stat) => {
    if (!stat.isFile())
      throw new VaultError('unavailable', `${path}: expected a root key file and found something else.`);
    return stat;
  });
  // Windows has no such mode bits; there the folder's access list protects the file.
  if (process.platform === 'win32') return;
  if ((mode & 0o077) !== 0) {
    const found = (mode & 0o777).toString(8).padStart(4, '0');
    throw new VaultError(
      'unavailable',
      `${path}: the root key file has mode ${found}, so that others can read or change it. Run: chmod 600 '${path}'`,
    );
  }
  const self = process.getuid?.();
  if (self !== undefined && uid !== self) {
    throw new VaultError(
      'unavailable',
      `${path}: the root key file belongs to another account. Run: chown ${self} '${path}'`,
    );
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}
