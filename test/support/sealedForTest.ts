import { createHash } from 'node:crypto';
import type { Sealed } from '../../server/vault/vault.ts';

/** Bytes called sealed for tests of the store, which never opens them. The vault mints real ones. */
export function sealedForTest(bytes: Uint8Array): Sealed {
  assertBytes(bytes);
  return bytes;
}

/** Incompressible bytes that depend on `text` alone. */
export function sealedText(text: string, length = 48): Sealed {
  const parts: Buffer[] = [];
  for (let size = 0; size < length; size += 32) {
    parts.push(createHash('sha256').update(`${text}/${size}`).digest());
  }
  return sealedForTest(new Uint8Array(Buffer.concat(parts).subarray(0, length)));
}

function assertBytes(bytes: Uint8Array): asserts bytes is Sealed {
  if (!(bytes instanceof Uint8Array)) throw new TypeError('expected bytes');
}
