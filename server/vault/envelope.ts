import { createCipheriv, createDecipheriv, hkdfSync, timingSafeEqual } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';

/**
 * One sealed record, bytes only:
 *
 *     version 1 │ salt 16 │ commitment 32 │ ciphertext n │ tag 16
 *
 * HKDF-SHA-256 (RFC 5869) of the key, the salt and a label gives 64 bytes: a key for AES-256-GCM that seals this record
 * and no other, and a commitment to it. AES-GCM alone commits to no key: one text can be made that opens under two of
 * them. Because no two records share a key, the nonce is constant. Sixteen random bytes of salt keep the chance of a
 * repeat under one data key below 2^-32 up to 2^48 records.
 *
 * The first byte of the plaintext says whether the rest is stored or deflated (RFC 1951), inside the seal.
 */
export const ENVELOPE_VERSION = 1;
export const KEY_BYTES = 32;
export const SALT_BYTES = 16;
const COMMITMENT_BYTES = 32;
const TAG_BYTES = 16;
const FRAME_BYTES = 1;
const HEAD_BYTES = 1 + SALT_BYTES + COMMITMENT_BYTES;

/** What sealing adds to a text that is not compressed: 66 bytes. */
export const OVERHEAD_BYTES = HEAD_BYTES + FRAME_BYTES + TAG_BYTES;

/** The most that one record may hold before compression, and therefore the most that opening one can cost in memory. */
export const MAX_PLAIN_BYTES = 16 * 1024 * 1024;

const STORED = 0;
const DEFLATED = 1;
const NONCE = new Uint8Array(12);

export interface SealInput {
  readonly key: Uint8Array;
  /** What kind of record the key is used for; records of different kinds never share a derived key. */
  readonly label: string;
  /** Fresh and random for every record. */
  readonly salt: Uint8Array;
  readonly associated: Uint8Array;
  readonly plaintext: Uint8Array;
  readonly compress: boolean;
}

export type Opened =
  | { readonly ok: true; readonly plaintext: Uint8Array }
  /** `wrong_key`: the commitment does not fit. `altered`: the key fits, the rest does not. */
  | { readonly ok: false; readonly why: 'malformed' | 'wrong_key' | 'altered' };

/** Throws a RangeError when a key, a salt or the text has a length that can never be right. */
export function sealBytes(input: SealInput): Uint8Array {
  requireLength('key', input.key, KEY_BYTES);
  requireLength('salt', input.salt, SALT_BYTES);
  if (input.plaintext.length > MAX_PLAIN_BYTES) throw new RangeError(`a record holds at most ${MAX_PLAIN_BYTES} bytes`);
  const { recordKey, commitment } = derive(input.key, input.salt, input.label);
  const cipher = createCipheriv('aes-256-gcm', recordKey, NONCE);
  cipher.setAAD(withVersion(input.associated));
  const framed = frame(input.plaintext, input.compress);
  const head = [Uint8Array.of(ENVELOPE_VERSION), input.salt, commitment];
  return Buffer.concat([...head, cipher.update(framed), cipher.final(), cipher.getAuthTag()]);
}

/** Never throws on `sealed`, whatever it is, and releases nothing that did not authenticate. */
export function openBytes(
  input: Pick<SealInput, 'key' | 'label' | 'associated'> & { readonly sealed: Uint8Array },
): Opened {
  requireLength('key', input.key, KEY_BYTES);
  const parts = splitEnvelope(input.sealed);
  if (parts === null) return { ok: false, why: 'malformed' };
  const { recordKey, commitment } = derive(input.key, parts.salt, input.label);
  if (!timingSafeEqual(commitment, parts.commitment)) return { ok: false, why: 'wrong_key' };
  const framed = decrypt(recordKey, withVersion(input.associated), parts);
  if (framed === null) return { ok: false, why: 'altered' };
  const plaintext = unframe(framed);
  return plaintext === null ? { ok: false, why: 'malformed' } : { ok: true, plaintext };
}

interface Parts {
  readonly salt: Uint8Array;
  readonly commitment: Uint8Array;
  readonly ciphertext: Uint8Array;
  readonly tag: Uint8Array;
}

/** Null when the bytes are of another version, too short to be a record, or longer than any record. */
export function splitEnvelope(sealed: Uint8Array): Parts | null {
  if (!isPossibleLength(sealed.length) || sealed[0] !== ENVELOPE_VERSION) return null;
  const tagAt = sealed.length - TAG_BYTES;
  return {
    salt: sealed.subarray(1, 1 + SALT_BYTES),
    commitment: sealed.subarray(1 + SALT_BYTES, HEAD_BYTES),
    ciphertext: sealed.subarray(HEAD_BYTES, tagAt),
    tag: sealed.subarray(tagAt),
  };
}

/**
 * Whether a record of `length` bytes can exist. An empty text gives the shortest, an incompressible one the longest.
 */
export function isPossibleLength(length: number): boolean {
  return length >= OVERHEAD_BYTES && length <= MAX_PLAIN_BYTES + OVERHEAD_BYTES;
}

function derive(key: Uint8Array, salt: Uint8Array, label: string): { recordKey: Uint8Array; commitment: Uint8Array } {
  const bytes = new Uint8Array(hkdfSync('sha256', key, salt, label, KEY_BYTES + COMMITMENT_BYTES));
  return { recordKey: bytes.subarray(0, KEY_BYTES), commitment: bytes.subarray(KEY_BYTES) };
}

function decrypt(recordKey: Uint8Array, associated: Uint8Array, parts: Parts): Uint8Array | null {
  const decipher = createDecipheriv('aes-256-gcm', recordKey, NONCE, { authTagLength: TAG_BYTES });
  decipher.setAAD(associated);
  decipher.setAuthTag(parts.tag);
  const plain = decipher.update(parts.ciphertext);
  try {
    decipher.final();
    return plain;
  } catch {
    return null;
  }
}

/**
 * A text that deflating does not shorten is stored as it is, so that no record is longer than `MAX_PLAIN_BYTES`
 * allows.
 */
function frame(plaintext: Uint8Array, compress: boolean): Uint8Array {
  const deflated = compress ? deflateRawSync(plaintext) : plaintext;
  if (deflated.length < plaintext.length) return Buffer.concat([Uint8Array.of(DEFLATED), deflated]);
  return Buffer.concat([Uint8Array.of(STORED), plaintext]);
}

/** Null when the frame is of no known kind, or would inflate past `MAX_PLAIN_BYTES`. */
export function unframe(framed: Uint8Array): Uint8Array | null {
  const body = framed.subarray(FRAME_BYTES);
  if (framed[0] === STORED) return body;
  if (framed[0] !== DEFLATED) return null;
  try {
    return inflateRawSync(body, { maxOutputLength: MAX_PLAIN_BYTES, chunkSize: chunkFor(body.length) });
  } catch {
    return null;
  }
}

/** Most records are small and there are many: the usual 16 KiB for each would be the larger part of the work of opening them. */
function chunkFor(deflated: number): number {
  return Math.min(Math.max(4 * deflated, 1_024), 65_536);
}

function withVersion(associated: Uint8Array): Uint8Array {
  return Buffer.concat([Uint8Array.of(ENVELOPE_VERSION), associated]);
}

function requireLength(what: string, bytes: Uint8Array, length: number): void {
  if (bytes.length !== length) throw new RangeError(`the ${what} has ${bytes.length} bytes, expected ${length}`);
}
