import { createHash, timingSafeEqual } from 'node:crypto';
import type { Digest } from '../../shared/signed.ts';
import type { Random } from '../random.ts';

/** 32 random bytes in base64url, for links, invitations and session cookies. */
export function newToken(random: Random): string {
  return Buffer.from(random.bytes(32)).toString('base64url');
}

// Crockford base32: no I, L, O, U, so that a code can be read aloud.
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** `groups` groups of `length` characters of Crockford base32, five random bits each. */
export function newCode(random: Random, groups: number, length: number): string {
  const characters = [...random.bytes(groups * length)].map((byte) => alphabet[byte & 31] ?? '0').join('');
  return Array.from({ length: groups }, (_, group) => characters.slice(group * length, (group + 1) * length)).join('-');
}

/** SHA-256 in hexadecimal. Secrets of 80 random bits and more are kept as this, and need no slow hash. */
export function sha256(text: string): Digest {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

/** Compares two digests in constant time. */
export function sameDigest(a: Digest, b: Digest): boolean {
  const left = Buffer.from(a, 'hex');
  const right = Buffer.from(b, 'hex');
  return left.length === right.length && timingSafeEqual(left, right);
}
