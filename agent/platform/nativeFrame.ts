import { endianness } from 'node:os';

/**
 * Frames of the browsers' native messaging: four bytes of length in the machine's own byte order, then that much JSON
 * in UTF-8 (Chrome for Developers, "Native messaging"). Daylight's are at most 64 KiB.
 */
export const NATIVE_FRAME_BYTES = 64 * 1024;

export function encodeNativeFrame(message: unknown): Buffer {
  const body = Buffer.from(JSON.stringify(message), 'utf8');
  if (body.length > NATIVE_FRAME_BYTES) throw new Error(`a native message of ${body.length} bytes is too long`);
  const header = Buffer.alloc(4);
  if (little) header.writeUInt32LE(body.length);
  else header.writeUInt32BE(body.length);
  return Buffer.concat([header, body]);
}

/**
 * Takes bytes as they come, in pieces of any size, and gives the messages that are complete. Throws on a frame that is
 * too long, before its body has been taken in, and on one that is not JSON; the stream is of no use after that.
 */
export function createNativeDecoder(): (chunk: Uint8Array) => unknown[] {
  let waiting = Buffer.alloc(0);
  return (chunk) => {
    waiting = Buffer.concat([waiting, chunk]);
    const messages: unknown[] = [];
    for (;;) {
      if (waiting.length < 4) return messages;
      const length = little ? waiting.readUInt32LE() : waiting.readUInt32BE();
      if (length > NATIVE_FRAME_BYTES) throw new Error(`a native message of ${length} bytes is too long`);
      if (waiting.length < 4 + length) return messages;
      messages.push(parse(waiting.subarray(4, 4 + length)));
      waiting = waiting.subarray(4 + length);
    }
  };
}

const little = endianness() === 'LE';

function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw new Error('a native message is not JSON in UTF-8');
  }
}
