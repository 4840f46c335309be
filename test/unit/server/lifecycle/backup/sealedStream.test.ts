import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  openStream,
  PIECE_BYTES,
  type StreamSeal,
  sealStream,
} from '../../../../../server/lifecycle/backup/sealedStream.ts';
import { BackupId } from '../../../../../shared/ids.ts';

const seal: StreamSeal = {
  key: randomBytes(32),
  backup: BackupId.parse('5e55a0b1-0000-4000-8000-000000000001'),
  expires: 1_800_000_000_000,
  file: 'daylight.db',
};
const content = randomBytes(3 * PIECE_BYTES);

describe('a sealed stream of a backup', () => {
  it('gives back what was sealed, of every length about the ends of pieces', async () => {
    for (const length of [0, 1, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, content.length])
      expect((await opened(await sealed(content.subarray(0, length)))).equals(content.subarray(0, length))).toBe(true);
  });

  it('does not open when pieces are cut off, exchanged, repeated or put at its end', async () => {
    const { head, pieces } = await sealed(content);
    const [a = Buffer.alloc(0), b = Buffer.alloc(0), c = Buffer.alloc(0)] = pieces;
    expect(pieces).toHaveLength(3);
    for (const changed of [[a, b], [a], [], [b, a, c], [a, a, b, c], [a, c], [a, b, c, c], [a, b, c, a]])
      await expect(opened({ head, pieces: changed })).rejects.toMatchObject({ name: 'DaylightError' });
  });

  it('does not open as another file, for another day, or as another backup', async () => {
    const whole = await sealed(content);
    const other = BackupId.parse('5e55a0b1-0000-4000-8000-000000000002');
    for (const wrong of [
      { file: 'images' },
      { expires: seal.expires + 1 },
      { backup: other },
      { key: randomBytes(32) },
    ])
      await expect(opened(whole, { ...seal, ...wrong })).rejects.toThrow('was altered');
  });
});

interface Parts {
  readonly head: Buffer;
  readonly pieces: readonly Buffer[];
}

async function sealed(bytes: Buffer): Promise<Parts> {
  const [head = Buffer.alloc(0), ...rest] = await all(sealStream([bytes], seal, (length) => randomBytes(length)));
  return {
    head,
    pieces: rest.flatMap((part, at) => (at % 2 === 0 ? [Buffer.concat([part, rest[at + 1] ?? part])] : [])),
  };
}

async function opened({ head, pieces }: Parts, by = seal): Promise<Buffer> {
  const bytes = Buffer.concat([head, ...pieces]);
  const source = async function* () {
    for (let at = 0; at < bytes.length; at += 300_007) yield bytes.subarray(at, at + 300_007);
  };
  return Buffer.concat(await all(openStream(source(), by)));
}

async function all(parts: AsyncIterable<Uint8Array>): Promise<Buffer[]> {
  const found: Buffer[] = [];
  for await (const part of parts) found.push(Buffer.from(part));
  return found;
}
