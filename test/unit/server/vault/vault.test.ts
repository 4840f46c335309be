import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { sealBytes } from '../../../../server/vault/envelope.ts';
import { rootKeyOf } from '../../../../server/vault/rootKey.ts';
import { associatedWithOrgKey } from '../../../../server/vault/scope.ts';
import { createVault, epochOf, type SealScope } from '../../../../server/vault/vault.ts';
import { UnixMs } from '../../../../shared/time.ts';
import { createMemoryKeyStore } from '../../../support/memoryKeyStore.ts';
import { memoryVault, ORG_PROFILE, OTHER_ORG, outcomeOf, TITLES } from '../../../support/vaultScopes.ts';

const weeks = (count: number): SealScope[] =>
  Array.from({ length: count }, (_, week) => ({ ...TITLES, epoch: TITLES.epoch + week }));

test('any number of concurrent first uses make one key', async () => {
  const { vault, keyStore } = await memoryVault();
  const sealed = await Promise.all(Array.from({ length: 50 }, (_, n) => vault.seal(TITLES, Buffer.from(`title ${n}`))));
  const opened = await Promise.all(sealed.map((bytes) => outcomeOf(vault.open(TITLES, bytes))));
  expect({ keys: keyStore.dataKeys.size, orgs: keyStore.orgs.length, opened }).toEqual({
    keys: 2, // theirs, and the one of the organisation's own records
    orgs: 1,
    opened: Array.from({ length: 50 }, (_, n) => `title ${n}`),
  });
});

test('two servers on one key store use one key, whoever is first', async () => {
  const keyStore = createMemoryKeyStore();
  const rootKey = rootKeyOf(randomBytes(32));
  const setup = await createVault({ keyStore, rootKey, random: randomBytes });
  await setup.seal(ORG_PROFILE, Buffer.from('the organisation exists'));
  const vaults = await Promise.all([0, 1].map(() => createVault({ keyStore, rootKey, random: randomBytes })));
  const sealed = await Promise.all(vaults.map((vault) => vault.seal(TITLES, Buffer.from('mine'))));
  const crossed = await Promise.all(
    vaults.map((vault, n) =>
      outcomeOf(vault.open(TITLES, (n === 0 ? sealed[1] : sealed[0]) ?? vault.fromStore(new Uint8Array()))),
    ),
  );
  expect(crossed).toEqual(['mine', 'mine']);
});

test('many first uses at once cost a few commits, not one each', async () => {
  const { vault, keyStore } = await memoryVault();
  await Promise.all(weeks(200).map((scope) => vault.seal(scope, Buffer.from('mine'))));
  expect(keyStore.dataKeys.size).toBe(201); // and one of the organisation's own records
  expect(keyStore.puts).toBeLessThanOrEqual(3);
});

test('the first batch of a device makes a key for each of its parameters in one commit', async () => {
  const { vault, keyStore } = await memoryVault();
  const parameters = ['activity', 'app', 'title', 'url', 'project'] as const;
  const scopes = parameters.map((parameter): SealScope => ({ ...TITLES, parameter }));
  const sealed = await Promise.all(scopes.map((scope) => vault.seal(scope, Buffer.from(scope.parameter))));
  expect([keyStore.dataKeys.size, keyStore.puts]).toEqual([6, 2]); // the organisation's own first
  const opened = await Promise.all(sealed.map((bytes, n) => outcomeOf(vault.open(scopes[n] ?? TITLES, bytes))));
  expect(opened).toEqual(parameters);
});

test('many records of one key opened at once read that key once', async () => {
  const keyStore = createMemoryKeyStore();
  const rootKey = rootKeyOf(randomBytes(32));
  const writer = await createVault({ keyStore, rootKey, random: randomBytes });
  const sealed = await Promise.all(
    Array.from({ length: 50 }, (_, n) => writer.seal(TITLES, Buffer.from(`title ${n}`))),
  );
  const reader = await createVault({ keyStore, rootKey, random: randomBytes });
  keyStore.reads = 0;
  const opened = await Promise.all(sealed.map((bytes) => outcomeOf(reader.open(TITLES, bytes))));
  expect({ reads: keyStore.reads, opened }).toEqual({
    reads: 1,
    opened: Array.from({ length: 50 }, (_, n) => `title ${n}`),
  });
});

test('a key is durable before anything is sealed under it', async () => {
  const { vault, keyStore } = await memoryVault();
  keyStore.failure = new Error('disk full');
  await expect(vault.seal(TITLES, Buffer.from('mine'))).rejects.toMatchObject({ code: 'unavailable' });
  keyStore.failure = null;
  const sealed = await vault.seal(TITLES, Buffer.from('mine'));
  expect([keyStore.dataKeys.size, await outcomeOf(vault.open(TITLES, sealed))]).toEqual([2, 'mine']);
});

test('keys pushed out of a small cache are found again', async () => {
  const keyStore = createMemoryKeyStore();
  const vault = await createVault({ keyStore, rootKey: rootKeyOf(randomBytes(32)), random: randomBytes, cacheSize: 2 });
  const scopes = weeks(10);
  const sealed = await Promise.all(scopes.map((scope) => vault.seal(scope, Buffer.from(`${scope.epoch}`))));
  for (const [n, scope] of scopes.entries()) {
    const bytes = sealed[n];
    if (bytes !== undefined) expect(await outcomeOf(vault.open(scope, bytes))).toBe(`${scope.epoch}`);
  }
  expect(keyStore.dataKeys.size).toBe(11);
});

test('an image shares the key of the screenshot that names it, and is not interchangeable with it', async () => {
  const { vault, keyStore } = await memoryVault();
  const image = await vault.seal({ ...TITLES, parameter: 'image' }, Buffer.from('pixels'));
  await vault.seal({ ...TITLES, parameter: 'screenshot' }, Buffer.from('facts'));
  expect([...keyStore.dataKeys.values()].map(({ parameter }) => parameter)).toEqual(['organisation', 'screenshot']);
  expect(await outcomeOf(vault.open({ ...TITLES, parameter: 'screenshot' }, image))).toBe('not_authentic');
});

test('what is sealed stays open when a newer version of the organisation key is there', async () => {
  const keyStore = createMemoryKeyStore();
  const rootKey = rootKeyOf(randomBytes(32));
  const before = await createVault({ keyStore, rootKey, random: randomBytes });
  const old = await before.seal(ORG_PROFILE, Buffer.from('old name'));
  const title = await before.seal(TITLES, Buffer.from('old title'));
  const second = { org: ORG_PROFILE.org, version: 2 };
  const wrapped = sealBytes({
    key: rootKey,
    label: 'daylight organisation key 1',
    salt: randomBytes(16),
    associated: associatedWithOrgKey(second),
    plaintext: randomBytes(32),
    compress: false,
  });
  await keyStore.putOrgKey({ ...second, wrapped });
  const vault = await createVault({ keyStore, rootKey, random: randomBytes });
  const next = { ...TITLES, epoch: TITLES.epoch + 1 };
  const young = await vault.seal(ORG_PROFILE, Buffer.from('new name'));
  await vault.seal(next, Buffer.from('new title'));
  expect([
    await outcomeOf(vault.open(ORG_PROFILE, old)),
    await outcomeOf(vault.open(ORG_PROFILE, young)),
    await outcomeOf(vault.open(TITLES, title)),
    [...keyStore.dataKeys.values()].map(({ orgKeyVersion }) => orgKeyVersion),
  ]).toEqual(['old name', 'new name', 'old title', [1, 1, 2]]);
});

test('an organisation that never sealed anything has nothing to open', async () => {
  const { vault } = await memoryVault();
  const sealed = await vault.seal(ORG_PROFILE, Buffer.from('ours'));
  expect(await outcomeOf(vault.open({ ...ORG_PROFILE, org: OTHER_ORG }, sealed))).toBe('key_destroyed');
});

test('a closed vault neither seals nor opens', async () => {
  const { vault } = await memoryVault();
  const sealed = await vault.seal(TITLES, Buffer.from('mine'));
  await vault.close();
  expect(await outcomeOf(vault.open(TITLES, sealed))).toBe('unavailable');
  expect(await outcomeOf(vault.seal(TITLES, Buffer.from('more')))).toBe('unavailable');
});

test('an epoch is a week of UTC days, counted from 1970', () => {
  const at = (text: string) => epochOf(UnixMs.parse(Date.parse(text)));
  expect([at('2026-11-18T23:59:59.999Z'), at('2026-11-19T00:00:00Z'), at('2026-11-25T23:59:59Z')]).toEqual([
    2967, 2968, 2968,
  ]);
});
