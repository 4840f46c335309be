import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openBytes, sealBytes } from '../../server/vault/envelope.ts';
import { associatedWithScope } from '../../server/vault/scope.ts';
import type { SealScope } from '../../server/vault/vault.ts';
import {
  memoryVault,
  neighboursOf,
  ORG,
  ORG_PROFILE,
  OTHER_ORG,
  outcomeOf,
  PERSON,
  TITLES,
} from '../support/vaultScopes.ts';

const text = fc.uint8Array({ maxLength: 2_000 });

const scope: fc.Arbitrary<SealScope> = fc.record({
  org: fc.constantFrom(ORG, OTHER_ORG),
  person: fc.constantFrom(PERSON, null),
  parameter: fc.constantFrom('title', 'app', 'image', 'screenshot', 'profile'),
  epoch: fc.nat(5),
  record: fc.string({ unit: 'grapheme', maxLength: 8 }),
  part: fc.string({ unit: 'grapheme', maxLength: 8 }),
  policyVersion: fc.nat(5),
});

test('whatever is sealed opens to the same bytes, compressed or not, for a person and for an organisation', async () => {
  const { vault } = await memoryVault();
  await fc.assert(
    fc.asyncProperty(scope, text, fc.boolean(), async (where, plaintext, compress) => {
      const sealed = await vault.seal(where, plaintext, { compress });
      expect(Buffer.from(await vault.open(where, sealed))).toEqual(Buffer.from(plaintext));
    }),
  );
});

test('two scopes have the same associated data only when every field is the same', () => {
  fc.assert(
    fc.property(scope, scope, (a, b) => {
      const sameBytes = Buffer.from(associatedWithScope(a)).equals(associatedWithScope(b));
      const sameFields = (Object.keys(a) as (keyof SealScope)[]).every((field) => a[field] === b[field]);
      expect(sameBytes).toBe(sameFields);
    }),
    { numRuns: 2_000 },
  );
});

test('a scope that bytes cannot tell from another is refused', () => {
  expect(() => associatedWithScope({ ...TITLES, part: '\ud800' })).toThrow('lone surrogate');
  expect(() => associatedWithScope({ ...TITLES, epoch: -0 })).toThrow('whole numbers');
  expect(() => associatedWithScope({ ...TITLES, policyVersion: 1.5 })).toThrow('whole numbers');
});

test('one flipped bit anywhere in a record, and it does not open', () => {
  const key = randomBytes(32);
  const associated = associatedWithScope(TITLES);
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 200 }),
      fc.boolean(),
      fc.nat(),
      fc.nat(7),
      (plaintext, compress, at, bit) => {
        const sealed = sealBytes({ key, label: 'test', salt: randomBytes(16), associated, plaintext, compress });
        const place = at % sealed.length;
        sealed[place] = (sealed[place] ?? 0) ^ (1 << bit);
        expect(openBytes({ key, label: 'test', associated, sealed }).ok).toBe(false);
      },
    ),
    { numRuns: 2_000 },
  );
});

test('bytes that nobody sealed never open and never throw', () => {
  const key = randomBytes(32);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (noise, versioned) => {
      const sealed = versioned ? Buffer.concat([Uint8Array.of(1), noise]) : noise;
      expect(openBytes({ key, label: 'test', associated: noise, sealed }).ok).toBe(false);
    }),
  );
});

test('changing any field of the scope keeps a record shut', async () => {
  const { vault } = await memoryVault();
  for (const home of [TITLES, ORG_PROFILE]) {
    const sealed = await vault.seal(home, Buffer.from('mine'));
    for (const elsewhere of neighboursOf(home)) {
      // A key of its own must not be what keeps it shut: with and without one there.
      const before = await outcomeOf(vault.open(elsewhere, sealed));
      await vault.seal(elsewhere, Buffer.from('theirs'));
      const after = await outcomeOf(vault.open(elsewhere, sealed));
      expect([['key_destroyed', 'not_authentic'].includes(before), after]).toEqual([true, 'not_authentic']);
    }
    expect(await outcomeOf(vault.open(home, sealed))).toBe('mine');
  }
});
