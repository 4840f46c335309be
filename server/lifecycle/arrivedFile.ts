import { type FileHandle, open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { DaylightError } from '../../shared/errors.ts';
import type { Random } from '../random.ts';
import { KEY_BYTES, openBytes, SALT_BYTES, sealBytes } from '../vault/envelope.ts';

/**
 * A file that somebody sends part by part, read from any place of it once it is there. On the disk it is encrypted under a key that is in this
 * memory alone, and has no name: what a kill leaves of it nobody can open, and the system takes away.
 */
export interface ArrivedFile {
  /** So far. */
  readonly bytes: number;
  /** Parts are of `partBytes` but the last. */
  append(part: Uint8Array): Promise<void>;
  /** The bytes from `from` (included) to `to` (not). */
  read(from: number, to: number): AsyncGenerator<Uint8Array>;
  close(): Promise<void>;
}

const LABEL = 'daylight arriving file 1';

export async function openArrivedFile(folder: string, random: Random, partBytes: number): Promise<ArrivedFile> {
  const handle = await openNameless(join(folder, `arriving-${random.uuid()}.tmp`)).catch(noRoom);
  const key = random.bytes(KEY_BYTES);
  const places: { readonly at: number; readonly length: number }[] = [];
  let [bytes, end] = [0, 0];
  let last: { readonly part: number; readonly plaintext: Uint8Array } | null = null;

  const opened = async (part: number): Promise<Uint8Array> => {
    if (last?.part === part) return last.plaintext;
    const place = places[part];
    if (place === undefined) throw new RangeError('the file ends before that');
    const sealed = Buffer.alloc(place.length);
    await handle.read(sealed, 0, place.length, place.at);
    const found = openBytes({ key, label: LABEL, associated: associated(part), sealed });
    if (!found.ok) throw changed();
    last = { part, plaintext: found.plaintext };
    return found.plaintext;
  };
  return {
    get bytes() {
      return bytes;
    },
    async append(part) {
      if (bytes !== places.length * partBytes || part.length > partBytes) throw new RangeError('a part is too short');
      const scope = { key, label: LABEL, salt: random.bytes(SALT_BYTES), associated: associated(places.length) };
      const sealed = sealBytes({ ...scope, plaintext: part, compress: false });
      await handle.write(sealed, 0, sealed.length, end).catch(noRoom);
      places.push({ at: end, length: sealed.length });
      end += sealed.length;
      bytes += part.length;
    },
    async *read(from, to) {
      for (let at = from; at < to; ) {
        const part = Math.floor(at / partBytes);
        const begins = part * partBytes;
        const piece = (await opened(part)).subarray(at - begins, Math.min(to - begins, partBytes));
        if (piece.length === 0) throw new RangeError('the file ends before that');
        yield piece;
        at += piece.length;
      }
    },
    async close() {
      last = null;
      await handle.close();
    },
  };
}

/** Without a name it ends with the handle, however the process does. Where a system wants a name as long as it is open, it is encrypted all the same. */
async function openNameless(path: string): Promise<FileHandle> {
  const handle = await open(path, 'wx+', 0o600);
  await unlink(path).catch(() => undefined);
  return handle;
}

function associated(part: number): Uint8Array {
  return Buffer.from(String(part), 'utf8');
}

function changed(): DaylightError {
  return new DaylightError('unavailable', 'the file was changed on the disk of the server', {
    remedy: 'Choose it again; nothing of it was taken in.',
  });
}

function noRoom(cause: unknown): never {
  throw new DaylightError('unavailable', 'the server has no room for the file now', {
    remedy: 'Try again later; an administrator looks at the disk of the server.',
    cause,
  });
}
