import { describe, expect, test } from 'vitest';
import type { SealScope } from '../../server/vault/vault.ts';
import { memoryVault, ORG_PROFILE, OTHER_ORG, OTHER_PERSON, outcomeOf, TITLES } from '../support/vaultScopes.ts';

// FAULTS 20: ciphertext, salt or associated data swapped between segments, people, tenants, parameters: every open fails.

const elsewhere: readonly [string, SealScope][] = [
  ['another segment', { ...TITLES, record: '3d9d7d0a-5d5b-4a5e-8c55-7f7a1f1b2c02' }],
  ['another person', { ...TITLES, person: OTHER_PERSON }],
  ['another tenant', { ...TITLES, org: OTHER_ORG }],
  ['another parameter', { ...TITLES, parameter: 'app' }],
  ['another part of the same record', { ...TITLES, part: 'index' }],
  ['another epoch', { ...TITLES, epoch: TITLES.epoch + 1 }],
  ['another policy version', { ...TITLES, policyVersion: 4 }],
  ['the organisation itself', { ...ORG_PROFILE, record: TITLES.record }],
];

const parts = {
  version: [0, 1],
  salt: [1, 17],
  commitment: [17, 49],
  ciphertext: [49, -16],
  tag: [-16, undefined],
} as const;

const { vault } = await memoryVault();
const mine = await vault.seal(TITLES, Buffer.from('mine!'));

describe.each(elsewhere)('a record of %s', (_, scope) => {
  test('does not open here, nor one from here there', async () => {
    const theirs = await vault.seal(scope, Buffer.from('their'));
    expect(await outcomeOf(vault.open(TITLES, theirs))).toBe('not_authentic');
    expect(await outcomeOf(vault.open(scope, mine))).toBe('not_authentic');
  });

  test.each(['salt', 'commitment', 'ciphertext', 'tag'] as const)(
    'does not open with its %s in this one',
    async (part) => {
      const theirs = await vault.seal(scope, Buffer.from('their'));
      const [from, to] = parts[part];
      const mixed = Buffer.from(mine);
      mixed.set(theirs.subarray(from, to), from < 0 ? mixed.length + from : from);
      expect(mixed.equals(mine)).toBe(false);
      expect(await outcomeOf(vault.open(TITLES, vault.fromStore(mixed)))).toBe('not_authentic');
      expect(await outcomeOf(vault.open(scope, vault.fromStore(mixed)))).toBe('not_authentic');
    },
  );
});

test('the same text sealed twice shares no bytes but the version', async () => {
  const again = await vault.seal(TITLES, Buffer.from('mine!'));
  const same = Object.entries(parts).filter(([, [from, to]]) =>
    Buffer.from(mine.subarray(from, to)).equals(again.subarray(from, to)),
  );
  expect(same.map(([name]) => name)).toEqual(['version']);
  expect(await outcomeOf(vault.open(TITLES, again))).toBe('mine!');
});

test('a wrapped data key moved to another person opens nothing of theirs', async () => {
  const { vault: first, keyStore } = await memoryVault();
  const theirs: SealScope = { ...TITLES, person: OTHER_PERSON };
  const sealed = await first.seal(TITLES, Buffer.from('mine!'));
  const [stored] = keyStore.dataKeys.values();
  if (stored === undefined) throw new Error('no data key was stored');
  keyStore.dataKeys.set(JSON.stringify([TITLES.org, OTHER_PERSON, 'title', TITLES.epoch]), {
    ...stored,
    person: OTHER_PERSON,
  });
  expect(await outcomeOf(first.open(theirs, sealed))).toBe('unavailable');
});
