import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { memoryVault, outcomeOf, TITLES } from '../support/vaultScopes.ts';

// FAULTS 21, for sealed records: truncated, reordered, duplicated, extended. A record is one chunk: all of it or nothing.

const { vault } = await memoryVault();
const sealed = await vault.seal(TITLES, Buffer.from('a title of some length'.repeat(4)), { compress: true });

async function opens(bytes: Uint8Array): Promise<string> {
  return outcomeOf(vault.open(TITLES, vault.fromStore(bytes)));
}

test('a record cut anywhere does not open', async () => {
  expect((await opens(sealed)).startsWith('a title')).toBe(true);
  const outcomes = new Set<string>();
  for (let length = 0; length < sealed.length; length++) {
    outcomes.add(await opens(sealed.subarray(0, length)));
    outcomes.add(await opens(sealed.subarray(sealed.length - length)));
  }
  expect([...outcomes]).toEqual(['not_authentic']);
});

test('a record that was extended, at either end or in the middle, does not open', async () => {
  const extra = randomBytes(16);
  const middle = Buffer.concat([sealed.subarray(0, 60), extra, sealed.subarray(60)]);
  const longer = [
    Buffer.concat([sealed, extra]),
    Buffer.concat([extra, sealed]),
    middle,
    Buffer.concat([sealed, sealed]),
  ];
  for (const bytes of longer) expect(await opens(bytes)).toBe('not_authentic');
});

test('a record whose blocks were reordered or doubled does not open', async () => {
  const block = (at: number) => sealed.subarray(49 + at * 16, 49 + (at + 1) * 16);
  const swapped = Buffer.concat([sealed.subarray(0, 49), block(1), block(0), sealed.subarray(81)]);
  const doubled = Buffer.concat([sealed.subarray(0, 49), block(0), block(0), sealed.subarray(81)]);
  for (const bytes of [swapped, doubled]) expect(await opens(bytes)).toBe('not_authentic');
});
