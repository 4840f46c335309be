import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { deflateRawSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import {
  isPossibleLength,
  MAX_PLAIN_BYTES,
  OVERHEAD_BYTES,
  openBytes,
  sealBytes,
  splitEnvelope,
  unframe,
} from '../../../../server/vault/envelope.ts';

const hex = z.string().regex(/^([0-9a-f]{2})*$/);
const Vectors = z.strictObject({
  comment: z.string(),
  vectors: z
    .array(
      z.strictObject({
        name: z.string(),
        key: hex,
        label: z.string(),
        salt: hex,
        associated: hex,
        plaintext: hex,
        compress: z.boolean(),
        sealed: hex,
      }),
    )
    .min(1),
});
const { vectors } = Vectors.parse(JSON.parse(readFileSync('test/vectors/envelope.json', 'utf8')));
const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'hex'));

const input = {
  key: randomBytes(32),
  label: 'test',
  salt: randomBytes(16),
  associated: Buffer.from('here'),
  plaintext: Buffer.from('a title'),
  compress: false,
};

describe('the committed vectors, made by another implementation', () => {
  test.each(vectors)('open: $name', ({ key, label, associated, sealed, plaintext }) => {
    const opened = openBytes({ key: bytes(key), label, associated: bytes(associated), sealed: bytes(sealed) });
    expect(opened).toEqual({ ok: true, plaintext: Buffer.from(plaintext, 'hex') });
  });

  test.each(vectors.filter(({ compress }) => !compress))('are sealed to the same bytes: $name', (vector) => {
    const { key, label, salt, associated, plaintext, sealed } = vector;
    const made = sealBytes({
      key: bytes(key),
      label,
      salt: bytes(salt),
      associated: bytes(associated),
      plaintext: bytes(plaintext),
      compress: false,
    });
    expect(Buffer.from(made).toString('hex')).toBe(sealed);
  });
});

test('a record is longer than its text by exactly the stated overhead', () => {
  for (const length of [0, 1, 15, 16, 17, 4_096]) {
    const sealed = sealBytes({ ...input, plaintext: randomBytes(length) });
    expect(sealed.length).toBe(length + OVERHEAD_BYTES);
  }
});

test('lengths that no record has are refused before anything is computed', () => {
  const lengths = [0, OVERHEAD_BYTES - 1, OVERHEAD_BYTES, MAX_PLAIN_BYTES + OVERHEAD_BYTES, Number.MAX_SAFE_INTEGER];
  expect(lengths.map(isPossibleLength)).toEqual([false, false, true, true, false]);
  expect(isPossibleLength(MAX_PLAIN_BYTES + OVERHEAD_BYTES + 1)).toBe(false);
});

test('the parts of a record lie where the format says', () => {
  const sealed = Uint8Array.from({ length: 70 }, (_, at) => (at === 0 ? 1 : at));
  const parts = splitEnvelope(sealed);
  const bounds = Object.entries(parts ?? {}).map(([name, part]: [string, Uint8Array]) => [name, part[0], part.length]);
  expect(bounds).toEqual([
    ['salt', 1, 16],
    ['commitment', 17, 32],
    ['ciphertext', 49, 5],
    ['tag', 54, 16],
  ]);
  expect(splitEnvelope(Uint8Array.from(sealed, (byte, at) => (at === 0 ? 2 : byte)))).toBeNull();
});

test('a key, a salt or a text of a wrong length is a mistake of the program and throws', () => {
  expect(() => sealBytes({ ...input, key: randomBytes(31) })).toThrow('the key has 31 bytes, expected 32');
  expect(() => sealBytes({ ...input, salt: randomBytes(17) })).toThrow('the salt has 17 bytes, expected 16');
  expect(() => sealBytes({ ...input, plaintext: new Uint8Array(MAX_PLAIN_BYTES + 1) })).toThrow('at most');
  expect(() => openBytes({ ...input, key: randomBytes(33), sealed: new Uint8Array(80) })).toThrow('the key has 33');
});

test('compressing shortens what repeats, and never lengthens what does not', () => {
  const repeating = sealBytes({ ...input, plaintext: Buffer.alloc(600, 'ab'), compress: true });
  const noise = randomBytes(600);
  expect(repeating.length).toBeLessThan(100);
  expect(sealBytes({ ...input, plaintext: noise, compress: true }).length).toBe(600 + OVERHEAD_BYTES);
});

test('what would inflate past the bound is not inflated', () => {
  const bomb = Buffer.concat([Uint8Array.of(1), deflateRawSync(Buffer.alloc(MAX_PLAIN_BYTES + 1))]);
  const largest = Buffer.concat([Uint8Array.of(1), deflateRawSync(Buffer.alloc(MAX_PLAIN_BYTES))]);
  expect(unframe(bomb)).toBeNull();
  expect(unframe(largest)?.length).toBe(MAX_PLAIN_BYTES);
  expect([unframe(new Uint8Array()), unframe(Uint8Array.of(2, 0)), unframe(Uint8Array.of(1, 255))]).toEqual([
    null,
    null,
    null,
  ]);
});

test('another key, label or context does not open a record, and the reason tells key from damage', () => {
  const sealed = sealBytes(input);
  const why = (change: Partial<typeof input>) => {
    const opened = openBytes({ ...input, ...change, sealed });
    return opened.ok ? 'opened' : opened.why;
  };
  expect([
    why({}),
    why({ key: randomBytes(32) }),
    why({ label: 'other' }),
    why({ associated: Buffer.from('there') }),
  ]).toEqual(['opened', 'wrong_key', 'wrong_key', 'altered']);
});
