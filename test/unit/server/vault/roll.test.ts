import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { rollKeys, startKeyRolls } from '../../../../server/lifecycle/keyRolls.ts';
import { sealBytes } from '../../../../server/vault/envelope.ts';
import { rootKeyOf } from '../../../../server/vault/rootKey.ts';
import { associatedWithOrgKey } from '../../../../server/vault/scope.ts';
import { createVault, type SealScope } from '../../../../server/vault/vault.ts';
import { DAY } from '../../../../shared/time.ts';
import { createMemoryKeyStore } from '../../../support/memoryKeyStore.ts';
import { ORG, ORG_PROFILE, OTHER_PERSON, outcomeOf, PERSON, TITLES } from '../../../support/vaultScopes.ts';

const rootKey = rootKeyOf(randomBytes(32));
const text = Buffer.from('mine');
const THEIRS: SealScope = { ...TITLES, person: OTHER_PERSON };

async function sealedKeys(weeks = 3) {
  const keyStore = createMemoryKeyStore();
  const open = (mono?: () => number) =>
    createVault({ keyStore, rootKey, random: randomBytes, ...(mono ? { mono } : {}) });
  const vault = await open();
  const scopes = [ORG_PROFILE, THEIRS, ...Array.from({ length: weeks }, (_, epoch) => ({ ...TITLES, epoch }))];
  const sealed = await Promise.all(scopes.map((scope) => vault.seal(scope, text)));
  const opensAll = async (by = vault): Promise<string[]> => [
    ...new Set(
      await Promise.all(scopes.map((scope, at) => outcomeOf(by.open(scope, sealed[at] ?? by.fromStore(text))))),
    ),
  ];
  return { keyStore, vault, open, opensAll };
}

test('a roll leaves one new key of the organisation, and everything opens as before, here, elsewhere and after a restart', async () => {
  const { keyStore, vault, open, opensAll } = await sealedKeys();
  const elsewhere = await open(() => 0);
  expect(await vault.rollKeys(ORG)).toEqual({ version: 2, dataKeys: 5 });
  expect(keyStore.orgs.map(({ version }) => version)).toEqual([2]);
  for (const one of [vault, elsewhere, await open()]) expect(await opensAll(one)).toEqual(['mine']);
  await elsewhere.seal({ ...TITLES, epoch: 99 }, text);
  expect(new Set([...keyStore.dataKeys.values()].map(({ orgKeyVersion }) => orgKeyVersion))).toEqual(new Set([2]));
  expect(await vault.rollKeys(ORG)).toEqual({ version: 3, dataKeys: 6 });
});

test('an older copy of the data keys opens with none of the keys of after a roll', async () => {
  const { keyStore, vault, open } = await sealedKeys();
  const sealed = await vault.seal(THEIRS, text);
  const copy = [...keyStore.dataKeys];
  await vault.destroyDataKeys([{ org: ORG, person: OTHER_PERSON, parameter: 'title', epoch: THEIRS.epoch }]);
  await vault.rollKeys(ORG);
  for (const [name, key] of copy) keyStore.dataKeys.set(name, key);
  expect(await outcomeOf((await open()).open(THEIRS, sealed))).toBe('unavailable');
  // And not because the row says another version.
  for (const [name, key] of copy) keyStore.dataKeys.set(name, { ...key, orgKeyVersion: 2 });
  expect(await outcomeOf((await open()).open(THEIRS, sealed))).toBe('unavailable');
});

test('what an organisation of before has sealed under its key itself opens after any number of rolls', async () => {
  const keyStore = createMemoryKeyStore();
  const random = randomBytes;
  const orgKey = random(32);
  const first = { org: ORG, version: 1 };
  const sealing = { salt: random(16), compress: false };
  const associated = associatedWithOrgKey(first);
  const label = 'daylight organisation key 1';
  await createVault({ keyStore, rootKey, random });
  await keyStore.putOrgKey({
    ...first,
    wrapped: sealBytes({ ...sealing, key: rootKey, label, associated, plaintext: orgKey }),
  });
  const vault = await createVault({ keyStore, rootKey, random });
  const profile = sealBytes({
    ...{ ...sealing, key: orgKey, label: 'daylight organisation record 1', plaintext: text },
    associated: Buffer.from(`["record","${ORG}",null,"profile",0,"${ORG}","profile",0]`),
  });
  const opened = () => outcomeOf(vault.open(ORG_PROFILE, vault.fromStore(profile)));
  expect([await opened(), keyStore.dataKeys.size]).toEqual(['mine', 0]);
  for (const version of [2, 3]) {
    expect(await vault.rollKeys(ORG)).toMatchObject({ version });
    expect(await opened()).toBe('mine');
  }
  expect(keyStore.orgs.map(({ version }) => version)).toEqual([3]);
});

test('a roll that ended anywhere goes on, and everything opens meanwhile', async () => {
  for (let steps = 0; steps < 12; steps += 1) {
    const { keyStore, vault, open, opensAll } = await sealedKeys(200);
    let left = steps;
    for (const name of ['putOrgKey', 'dataKeysBelow', 'rewrapDataKeys', 'destroyOrgKeysBelow'] as const) {
      const does = keyStore[name] as (...args: unknown[]) => Promise<unknown>;
      Object.assign(keyStore, {
        [name]: async (...args: unknown[]) => {
          if ((left -= 1) < 0) throw new Error('it died');
          return does.apply(keyStore, args);
        },
      });
    }
    const died = await vault.rollKeys(ORG).then(
      () => false,
      () => true,
    );
    left = Number.POSITIVE_INFINITY;
    const restarted = await open();
    expect([steps, await opensAll(restarted)]).toEqual([steps, ['mine']]);
    const rolled = died ? await restarted.rollKeys(ORG) : null;
    expect(rolled?.version ?? 2).toBe(2);
    expect(await opensAll(restarted)).toEqual(['mine']);
    expect(keyStore.orgs.map(({ version }) => version)).toEqual([2]);
  }
});

test('a key that was read before another process let go of what wraps it opens all the same', async () => {
  const { keyStore, vault, open } = await sealedKeys();
  const sealed = await vault.seal(THEIRS, text);
  const elsewhere = await open();
  const read = keyStore.dataKey;
  keyStore.dataKey = async (id) => {
    const stored = await read(id);
    keyStore.dataKey = read;
    await vault.rollKeys(ORG);
    await elsewhere.seal(TITLES, text); // by which it knows of the new one alone
    return stored;
  };
  expect(await outcomeOf(elsewhere.open(THEIRS, sealed))).toBe('mine');
});

test('nobody waits for a roll longer than for one small batch', async () => {
  const { keyStore, vault } = await sealedKeys(500);
  const batches: number[] = [];
  const does = keyStore.rewrapDataKeys;
  keyStore.rewrapDataKeys = async (keys) => {
    batches.push(keys.length);
    return does(keys);
  };
  await vault.rollKeys(ORG);
  expect(Math.max(...batches)).toBeLessThanOrEqual(64);
  expect(batches.reduce((a, b) => a + b)).toBe(502);
});

test('whoever ends while the keys roll has none afterwards', async () => {
  const { keyStore, vault, opensAll } = await sealedKeys(300);
  await Promise.all([vault.rollKeys(ORG), wait(2).then(() => vault.endPerson(ORG, PERSON))]);
  expect(await keyStore.countKeys(ORG, PERSON)).toBe(0);
  expect((await opensAll()).toSorted()).toEqual(['key_destroyed', 'mine']);
  expect(keyStore.orgs.map(({ version }) => version)).toEqual([2]);
});

test('the server rolls the keys of every organisation once a day, and again after a clock that was ahead', async () => {
  const { keyStore, vault } = await sealedKeys();
  let [now, mono] = [100 * DAY, 0];
  const clock = { now: () => now, mono: () => mono };
  const rolls: number[] = [];
  const job = startKeyRolls(
    {
      vault,
      keyStore,
      clock,
      rolled: ({ organisations }) => rolls.push(organisations),
      failed: (cause) => {
        throw cause;
      },
    },
    { quietMs: 1, everyMs: 5 },
  );
  const rolled = async (many: number) => {
    await expect.poll(() => rolls.length).toBe(many);
    await wait(30);
    expect(rolls).toHaveLength(many);
  };
  await rolled(1);
  [now, mono] = [now + DAY - 1, DAY - 1];
  await rolled(1);
  [now, mono] = [now + 1, DAY];
  await rolled(2);
  [now, mono] = [now - 50 * DAY, 2 * DAY - 1];
  await rolled(2);
  mono += 1;
  await rolled(3);
  await job.close();
  expect(keyStore.orgs.map(({ version }) => version)).toEqual([4]);
  expect(await rollKeys({ vault, keyStore, clock })).toEqual({ organisations: 1, dataKeys: 5, scrubbed: true });
});
