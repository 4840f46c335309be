import { describe, expect, it } from 'vitest';
import { newKeyPair } from '../../../server/vault/ed25519.ts';
import { PublicKey } from '../../../shared/signed.ts';

/** A 32-byte little-endian y coordinate, as RFC 8032 encodes points. */
const encoded = (hex: string, signBit = false): string => {
  const bytes = Buffer.from(hex, 'hex');
  if (signBit) bytes[31] = (bytes[31] ?? 0) | 0x80;
  return bytes.toString('base64url');
};

// The y coordinates of the eight points whose order divides 8 (RFC 7748 section 7 and the curve's equation).
const smallOrder = [
  `01${'00'.repeat(31)}`,
  `ec${'ff'.repeat(30)}7f`,
  '00'.repeat(32),
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
];

describe('a public key', () => {
  it('is refused when its point is of small order, for which anybody can make signatures', () => {
    for (const hex of smallOrder) {
      expect([PublicKey.safeParse(encoded(hex)).success, PublicKey.safeParse(encoded(hex, true)).success]).toEqual([
        false,
        false,
      ]);
    }
  });

  it('is refused when its coordinate is not below the prime, because another key reads the same', () => {
    for (let low = 0xed; low <= 0xff; low += 1) {
      const hex = `${low.toString(16)}${'ff'.repeat(30)}7f`;
      expect(PublicKey.safeParse(encoded(hex)).success).toBe(false);
      expect(PublicKey.safeParse(encoded(hex, true)).success).toBe(false);
    }
  });

  it('is refused when its text has bits that stand for nothing, because one key must be one text', () => {
    const key = newKeyPair().public;
    expect(PublicKey.parse(key)).toBe(key);
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const other = key.slice(0, 42) + alphabet.charAt(alphabet.indexOf(key.charAt(42)) + 1);
    expect(PublicKey.safeParse(other).success).toBe(false);
  });

  it('is taken when it was made as keys are made', () => {
    for (let count = 0; count < 200; count += 1) {
      const key = newKeyPair().public;
      expect(PublicKey.safeParse(key).success).toBe(true);
    }
  });
});
