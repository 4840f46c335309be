import { createHash, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { type Digest, type PublicKey, type Signed, type SigningContext, signingInput } from '../../shared/signed.ts';

const RAW_BYTES = 32;

export type SignatureProblem = 'wrong_key' | 'bad_signature';

/**
 * Whether `signed` bears the signature of `publicKey` in `context`; null when it does. Looks at bytes only: the payload
 * is not parsed, so that nothing unverified ever is.
 */
export function signatureProblem(
  context: SigningContext,
  publicKey: PublicKey,
  signed: Signed,
): SignatureProblem | null {
  if (signed.keyId !== keyIdOf(publicKey)) return 'wrong_key';
  const input = Buffer.from(signingInput(context, signed.payload), 'utf8');
  const genuine = verify(null, input, publicKeyObject(publicKey), Buffer.from(signed.signature, 'base64url'));
  return genuine ? null : 'bad_signature';
}

/** Signs canonical JSON (`shared/canonical`) with an Ed25519 private key. */
export function signPayload(context: SigningContext, privateKey: KeyObject, payload: string): Signed {
  const signature = sign(null, Buffer.from(signingInput(context, payload), 'utf8'), privateKey);
  return {
    payload,
    keyId: keyIdOf(publicKeyOf(privateKey)),
    signature: signature.toString('base64url'),
  };
}

/** SHA-256 of the raw public key, in hexadecimal. */
export function keyIdOf(publicKey: PublicKey): Digest {
  return sha256(Buffer.from(publicKey, 'base64url'));
}

/** The raw public half of an Ed25519 key, base64url. */
export function publicKeyOf(key: KeyObject): PublicKey {
  if (key.asymmetricKeyType !== 'ed25519') throw new Error('not an Ed25519 key');
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  // By DER (RFC 8410): on Node 20 the export of a key that was just made as a JWK can wait for a garbage collection that waits for it.
  return publicKey.export({ type: 'spki', format: 'der' }).subarray(-RAW_BYTES).toString('base64url');
}

/** SHA-256 in lower-case hexadecimal; of text, over its UTF-8 bytes. */
export function sha256(content: string | Uint8Array): Digest {
  return createHash('sha256').update(content).digest('hex');
}

function publicKeyObject(publicKey: PublicKey): KeyObject {
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: publicKey }, format: 'jwk' });
}
