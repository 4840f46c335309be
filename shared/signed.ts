import { z } from 'zod';

/**
 * Ed25519 public key, raw 32 bytes, base64url without padding (RFC 8032, RFC 4648 §5). One key has one text: unused bits of
 * the last character are zero and the coordinate is below the prime. Points of small order are refused: signatures that
 * verify with them can be made without any private key.
 */
export const PublicKey = z
  .string()
  .regex(/^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/, 'expected 32 bytes in base64url')
  .refine((key) => key.length === 43 && isSoundPoint(yOf(key)), 'expected a key that was made as RFC 8032 says');
export type PublicKey = z.infer<typeof PublicKey>;

/** Ed25519 signature, raw 64 bytes, base64url without padding. */
export const Signature = z.string().regex(/^[A-Za-z0-9_-]{86}$/, 'expected 64 bytes in base64url');
export type Signature = z.infer<typeof Signature>;

/** SHA-256 digest, 32 bytes, lower-case hexadecimal. */
export const Digest = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 hexadecimal digits');
export type Digest = z.infer<typeof Digest>;

/** 32 random bytes, base64url without padding. */
export const Nonce = z.string().regex(/^[A-Za-z0-9_-]{43}$/, 'expected 32 bytes in base64url');
export type Nonce = z.infer<typeof Nonce>;

/**
 * A signed document. `payload` is the canonical JSON (RFC 8785) of the document as text, so that the receiver verifies
 * the very bytes that were signed and needs no canonicaliser of its own. `keyId` is the SHA-256 of the raw public key,
 * in hexadecimal. The signature is over the UTF-8 bytes of `signingInput(context, payload)`.
 */
export const Signed = z.strictObject({
  payload: z.string().max(48 * 1024),
  keyId: Digest,
  signature: Signature,
});
export type Signed = z.infer<typeof Signed>;

/** What a signature is for; part of the signed bytes, so that one document can never stand for another kind. */
export type SigningContext =
  | 'daylight/policy/v1'
  | 'daylight/policy-key/v1'
  | 'daylight/lease/v1'
  | 'daylight/hello/v1'
  | 'daylight/welcome/v1'
  | 'daylight/wipe/v1'
  | 'daylight/wiped/v1'
  | 'daylight/organisation-ended/v1'
  | 'daylight/checkpoint/v1'
  | 'daylight/restore/v1'
  | 'daylight/let-go/v1'
  | 'daylight/erased/v1'
  | 'daylight/receipt/v1'
  | 'daylight/acknowledgement/v1'
  | 'daylight/enrolment/v1'
  | 'daylight/consent/v1'
  | 'daylight/request/v1'
  | 'daylight/self-test-request/v1'
  | 'daylight/self-test/v1'
  | 'daylight/self-test-result/v1'
  | 'daylight/certificate/v1'
  | 'daylight/certificate-address/v1';

/** The exact text that is signed: the context, a line feed, the payload. */
export function signingInput(context: SigningContext, payload: string): string {
  return `${context}\n${payload}`;
}

const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const PRIME = 2n ** 255n - 19n;

/** The y coordinates of the eight points whose order divides 8 (the order-8 ones from the equation of the curve). */
const SMALL_ORDER: ReadonlySet<bigint> = new Set([
  0n,
  1n,
  PRIME - 1n,
  0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n,
  0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7n,
]);

function isSoundPoint(y: bigint): boolean {
  return y < PRIME && !SMALL_ORDER.has(y);
}

/** The y coordinate of an encoded point: little-endian, without the sign bit of x (RFC 8032 §5.1.2). */
function yOf(key: string): bigint {
  let bits = 0n;
  for (const char of key) bits = (bits << 6n) | BigInt(BASE64URL.indexOf(char));
  let bigEndian = bits >> 2n;
  let y = 0n;
  for (let count = 0; count < 32; count += 1) {
    y = (y << 8n) | (bigEndian & 0xffn);
    bigEndian >>= 8n;
  }
  return y & (2n ** 255n - 1n);
}
