import { z } from 'zod';

/** Ed25519 public key, raw 32 bytes, base64url without padding (RFC 8032, RFC 4648 §5). */
export const PublicKey = z.string().regex(/^[A-Za-z0-9_-]{43}$/, 'expected 32 bytes in base64url');
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
  | 'daylight/lease/v1'
  | 'daylight/hello/v1'
  | 'daylight/welcome/v1'
  | 'daylight/wipe/v1'
  | 'daylight/receipt/v1'
  | 'daylight/acknowledgement/v1'
  | 'daylight/enrolment/v1';

/** The exact text that is signed: the context, a line feed, the payload. */
export function signingInput(context: SigningContext, payload: string): string {
  return `${context}\n${payload}`;
}
