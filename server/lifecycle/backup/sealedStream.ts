import { canonical } from '../../../shared/canonical.ts';
import type { BackupId } from '../../../shared/ids.ts';
import type { UnixMs } from '../../../shared/time.ts';
import { OVERHEAD_BYTES, openBytes, SALT_BYTES, sealBytes } from '../../vault/envelope.ts';
import { DamagedBackup } from './damage.ts';
import type { Content } from './target.ts';

/**
 * A file of a backup, sealed piece by piece, so that nobody has to hold all of it:
 *
 *     "daylight backup" 0x01 │ backup 16 │ { length 4 │ envelope }…
 *
 * Each envelope is one of `vault/envelope.ts`: a megabyte under a key of its own, made of the backup's key and a random salt. Which backup,
 * which of its files, the place of the piece and whether it is the last are associated data: pieces that were cut off, exchanged, repeated,
 * put elsewhere or added do not open.
 */
export interface StreamSeal {
  readonly key: Uint8Array;
  readonly backup: BackupId;
  readonly expires: UnixMs;
  readonly file: string;
}

export const PIECE_BYTES = 1024 * 1024;
const LABEL = 'daylight backup 1';
const MAGIC = Buffer.from('daylight backup\x01', 'latin1');
const LENGTH_BYTES = 4;

export async function* sealStream(
  content: Content,
  seal: StreamSeal,
  random: (length: number) => Uint8Array,
): AsyncIterable<Uint8Array> {
  yield Buffer.concat([MAGIC, idOf(seal)]);
  let index = 0;
  for await (const { piece, isLast } of inPieces(content)) {
    const associated = associatedWith(seal, index, isLast);
    const salt = random(SALT_BYTES);
    const sealed = sealBytes({ key: seal.key, label: LABEL, salt, associated, plaintext: piece, compress: false });
    const length = Buffer.alloc(LENGTH_BYTES);
    length.writeUInt32BE(sealed.length);
    yield length;
    yield sealed;
    index += 1;
  }
}

/** Yields nothing of a piece that does not open. Throws DamagedBackup. */
export async function* openStream(content: AsyncIterable<Uint8Array>, seal: StreamSeal): AsyncIterable<Uint8Array> {
  const bytes = readerOf(content);
  try {
    yield* openPieces(bytes, seal);
  } finally {
    await bytes.close();
  }
}

async function* openPieces(bytes: ByteReader, seal: StreamSeal): AsyncIterable<Uint8Array> {
  const head = await bytes.take(MAGIC.length + 16);
  if (head === null) throw new DamagedBackup(seal.file, 'cut');
  if (!head.equals(Buffer.concat([MAGIC, idOf(seal)]))) throw new DamagedBackup(seal.file, 'altered');
  for (let index = 0, isLast = false; !isLast; index += 1) {
    const length = (await bytes.take(LENGTH_BYTES))?.readUInt32BE() ?? null;
    if (length === null) throw new DamagedBackup(seal.file, 'cut');
    if (length > PIECE_BYTES + OVERHEAD_BYTES) throw new DamagedBackup(seal.file, 'altered');
    const sealed = await bytes.take(length);
    if (sealed === null) throw new DamagedBackup(seal.file, 'cut');
    isLast = await bytes.isAtEnd();
    const opened = openPiece(sealed, seal, index, isLast);
    if (opened === null) throw new DamagedBackup(seal.file, damageOf(sealed, seal, index, isLast));
    yield opened;
  }
}

function openPiece(sealed: Uint8Array, seal: StreamSeal, index: number, isLast: boolean): Uint8Array | null {
  const associated = associatedWith(seal, index, isLast);
  const opened = openBytes({ key: seal.key, label: LABEL, associated, sealed });
  return opened.ok ? opened.plaintext : null;
}

/** A piece that is whole and only says the contrary of its being the last. */
function damageOf(sealed: Uint8Array, seal: StreamSeal, index: number, isLast: boolean): 'cut' | 'altered' {
  return openPiece(sealed, seal, index, !isLast) === null ? 'altered' : 'cut';
}

function associatedWith({ backup, expires, file }: StreamSeal, index: number, isLast: boolean): Uint8Array {
  return Buffer.from(canonical(['backup', backup, expires, file, index, isLast]), 'utf8');
}

function idOf({ backup }: StreamSeal): Buffer {
  return Buffer.from(backup.replaceAll('-', ''), 'hex');
}

/** Pieces of one size, the last of which may be shorter; there is always one. */
async function* inPieces(content: Content): AsyncIterable<{ readonly piece: Uint8Array; readonly isLast: boolean }> {
  let waiting: Uint8Array[] = [];
  let size = 0;
  for await (const part of content) {
    let rest = part;
    // One is kept back until it is known whether anything follows.
    while (size + rest.length > PIECE_BYTES) {
      const here = PIECE_BYTES - size;
      yield { piece: joined([...waiting, rest.subarray(0, here)]), isLast: false };
      rest = rest.subarray(here);
      [waiting, size] = [[], 0];
    }
    waiting.push(rest);
    size += rest.length;
  }
  yield { piece: joined(waiting), isLast: true };
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : Buffer.concat(parts);
}

interface ByteReader {
  /** Null when there are fewer left. */
  take(length: number): Promise<Buffer | null>;
  isAtEnd(): Promise<boolean>;
  close(): Promise<void>;
}

function readerOf(content: AsyncIterable<Uint8Array>): ByteReader {
  const source = content[Symbol.asyncIterator]();
  let parts: Uint8Array[] = [];
  let size = 0;
  const more = async (): Promise<boolean> => {
    const next = await source.next();
    if (next.done === true) return false;
    parts.push(next.value);
    size += next.value.length;
    return true;
  };
  return {
    async take(length) {
      while (size < length) if (!(await more())) return null;
      const whole = joined(parts);
      const all = Buffer.from(whole.buffer, whole.byteOffset, whole.byteLength);
      parts = [all.subarray(length)];
      size -= length;
      return all.subarray(0, length);
    },
    async isAtEnd() {
      while (size === 0) if (!(await more())) return true;
      return false;
    },
    async close() {
      await source.return?.();
    },
  };
}
