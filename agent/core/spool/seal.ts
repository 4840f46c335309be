import { createCipheriv, createDecipheriv } from 'node:crypto';

/** Bytes that AES-256-GCM adds: a nonce of 96 bits in front, a tag of 128 bits behind (NIST SP 800-38D). */
export const SEAL_OVERHEAD = 12 + 16;

/** What sealed bytes are and where they belong; bound into the tag, so that one cannot be put in another's place. */
export interface Place {
  readonly kind: 'batch' | 'header' | 'image' | 'held' | 'state' | 'names' | 'kept' | 'journal' | 'heard' | 'enrolment';
  /** The batch's number in the spool, or the id of the image or device; the kind again where there is one of it. */
  readonly name: string;
  readonly index: number;
}

/** `nonce` must be 12 fresh random bytes. Returns nonce ‖ ciphertext ‖ tag. */
export function seal(key: Uint8Array, nonce: Uint8Array, place: Place, plain: Uint8Array): Buffer {
  if (nonce.length !== 12) throw new TypeError('a nonce has 12 bytes');
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(aad(place));
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** Null when the bytes are damaged, were sealed with another key, or belong elsewhere. */
export function unseal(key: Uint8Array, place: Place, sealed: Uint8Array): Buffer | null {
  if (sealed.length < SEAL_OVERHEAD) return null;
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12), { authTagLength: 16 });
  decipher.setAAD(aad(place));
  decipher.setAuthTag(sealed.subarray(sealed.length - 16));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(12, sealed.length - 16)), decipher.final()]);
  } catch {
    return null;
  }
}

function aad({ kind, name, index }: Place): Buffer {
  return Buffer.from(`daylight/spool/v1\n${kind}\n${name}\n${index}`);
}
