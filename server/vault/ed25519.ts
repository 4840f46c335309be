import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { PublicKey } from '../../shared/signed.ts';

/**
 * Ed25519 keys (RFC 8032) between raw bytes and Node's objects, by DER (RFC 8410). Never by `export({ format: 'jwk' })`: on
 * Node 20 that holds the key's lock while it makes strings, and a garbage collection that then ends the job which made the
 * key waits for the same lock on the same thread, for ever.
 */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');
const SPKI = Buffer.from('302a300506032b6570032100', 'hex');
const RAW_BYTES = 32;

export interface RawKeyPair {
  readonly public: PublicKey;
  /** The seed, 32 bytes, base64url. */
  readonly private: string;
}

export function newKeyPair(): RawKeyPair {
  const { privateKey } = generateKeyPairSync('ed25519');
  const seed = privateKey.export({ type: 'pkcs8', format: 'der' }).subarray(-RAW_BYTES);
  return { public: rawPublicKeyOf(privateKey), private: seed.toString('base64url') };
}

export function privateKeyOf(seed: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' });
}

export function publicKeyObject(raw: PublicKey): KeyObject {
  return createPublicKey({ key: Buffer.concat([SPKI, Buffer.from(raw, 'base64url')]), format: 'der', type: 'spki' });
}

/** The public half of a private key. */
export function rawPublicKeyOf(privateKey: KeyObject): PublicKey {
  const spki = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  return PublicKey.parse(spki.subarray(-RAW_BYTES).toString('base64url'));
}
