import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DataKeyId, KeyStore, WrappedDataKey } from '../../server/store/store.ts';
import { sealedText } from '../support/sealedForTest.ts';
import { backup, dataKey, keyOf, NINE, orgId, personId } from '../support/storeRecords.ts';
import { outcome } from './store.contract.ts';

export interface KeyStoreUnderTest {
  readonly keys: KeyStore;
  readonly reopen: (() => Promise<KeyStore>) | null;
  readonly dispose: () => Promise<void>;
}

/** Every promise of the key store's port, put to one implementation. */
export function keyStoreContract(name: string, open: () => Promise<KeyStoreUnderTest>): void {
  describe(`${name} as a KeyStore`, () => {
    let under: KeyStoreUnderTest;
    let keys: KeyStore;
    beforeEach(async () => {
      under = await open();
      keys = under.keys;
    });
    afterEach(() => under.dispose());
    const orgKey = (version: number) => ({ org: orgId('acme'), version, wrapped: sealedText(`org ${version}`, 60) });

    it('keeps every version of an organisation key and never overwrites one', async () => {
      await keys.putOrgKey(orgKey(2));
      await keys.putOrgKey(orgKey(1));
      expect(await outcome(keys.putOrgKey({ ...orgKey(1), wrapped: sealedText('other', 60) }))).toBe('conflict');
      expect(await keys.orgKeys()).toEqual([orgKey(2), orgKey(1)]);
    });

    it('takes a data key under an organisation key that is there, and none of whoever has ended', async () => {
      const bob = personId('bob');
      const at = (epoch: number, version: number, change = {}) =>
        dataKey(epoch, `${epoch}`, { orgKeyVersion: version, ...change });
      await keys.putOrgKey(orgKey(2));
      expect(await keys.putDataKeys([at(1, 1), at(2, 2), at(3, 2, { person: bob })])).toEqual([
        null,
        at(2, 2),
        at(3, 2, { person: bob }),
      ]);
      expect(await keys.ended()).toEqual([]);
      expect(await keys.destroyKeys(orgId('acme'), bob)).toBe(1);
      expect([await keys.countKeys(orgId('acme'), bob), await keys.countKeys(orgId('acme'))]).toEqual([0, 2]);
      expect(await keys.putDataKeys([at(3, 2, { person: bob }), at(2, 2)])).toEqual([null, at(2, 2)]);
      expect(await keys.ended()).toEqual([{ org: orgId('acme'), person: bob }]);
      expect(await keys.destroyKeys(orgId('acme'), bob)).toBe(2);
      await keys.destroyKeys(orgId('acme'));
      expect(await keys.ended()).toEqual([{ org: orgId('acme'), person: null }]);
      expect(await outcome(keys.putOrgKey(orgKey(3)))).toBe('conflict');
      expect(await keys.putDataKeys([at(4, 3)])).toEqual([null]);
    });

    it('stores the data keys that are missing and returns for every id the key that is stored', async () => {
      await keys.putOrgKey(orgKey(1));
      const profile = dataKey(0, 'p', { parameter: 'profile' });
      expect(await keys.putDataKeys([dataKey(1, 'a'), profile])).toEqual([dataKey(1, 'a'), profile]);
      expect(await keys.putDataKeys([dataKey(2, 'b'), dataKey(1, 'other')])).toEqual([
        dataKey(2, 'b'),
        dataKey(1, 'a'),
      ]);
      expect(await keys.dataKey(dataKey(1, 'any'))).toEqual(dataKey(1, 'a'));
      expect(await keys.dataKey(profile)).toEqual(profile);
      expect(await keys.dataKey({ ...dataKey(1, 'any'), person: personId('bob') })).toBeNull();
      expect(await keys.dataKey({ ...dataKey(1, 'any'), parameter: 'title' })).toBeNull();
      expect(await keys.putDataKeys([])).toEqual([]);
    });

    it('creates a key once, however many bring one at the same time', async () => {
      await keys.putOrgKey(orgKey(1));
      const calls = Array.from({ length: 25 }, (_, at) => keys.putDataKeys([dataKey(1, `${at}`), dataKey(at, 'own')]));
      const answers = await Promise.all(calls);
      const stored = await keys.dataKey(dataKey(1, 'any'));
      expect(stored).not.toBeNull();
      for (const [first] of answers) expect(first).toEqual(stored);
      expect(await keys.putDataKeys([dataKey(1, 'later')])).toEqual([stored]);
    });

    it('answers each of many who ask at once for their own key, present or not', async () => {
      await keys.putOrgKey(orgKey(1));
      await keys.putDataKeys(Array.from({ length: 300 }, (_, epoch) => dataKey(epoch, `${epoch}`)));
      const asked = Array.from({ length: 600 }, (_, at) => (at * 7) % 400);
      const found = await Promise.all(asked.map((epoch) => keys.dataKey(dataKey(epoch, 'any'))));
      expect(found).toEqual(asked.map((epoch) => (epoch < 300 ? dataKey(epoch, `${epoch}`) : null)));
    });

    it('moves data keys to a newer organisation key bit by bit, and lets go of the older one when it wraps none', async () => {
      for (const version of [1, 2]) await keys.putOrgKey(orgKey(version));
      await keys.putOrgKey({ ...orgKey(1), org: orgId('other') });
      const old = Array.from({ length: 7 }, (_, epoch) => dataKey(epoch, `${epoch}`));
      await keys.putDataKeys([
        ...old,
        dataKey(9, 'young', { orgKeyVersion: 2 }),
        dataKey(1, 'e', { org: orgId('other') }),
      ]);
      const seen: number[] = [];
      for (let after: DataKeyId | null = null; ; ) {
        const some: readonly WrappedDataKey[] = await keys.dataKeysBelow(orgId('acme'), 2, after, 3);
        seen.push(...some.map(({ epoch }) => epoch));
        after = some.at(-1) ?? null;
        if (after === null) break;
      }
      expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6]);
      expect(await keys.destroyOrgKeysBelow(orgId('acme'), 2)).toBeNull();
      const anew = old.map((key) => ({ ...key, orgKeyVersion: 2, wrapped: sealedText(`new ${key.epoch}`, 60) }));
      await keys.destroyDataKeys([dataKey(3, 'any')]);
      await keys.rewrapDataKeys(anew.map((key) => ({ key, was: 1 })));
      await keys.rewrapDataKeys([{ key: { ...dataKey(5, 'late'), orgKeyVersion: 2 }, was: 1 }]);
      expect(await keys.dataKey(dataKey(3, 'any'))).toBeNull();
      expect(await keys.dataKey(dataKey(5, 'any'))).toEqual(anew[5]);
      expect(await keys.dataKeysBelow(orgId('acme'), 2, null, 10)).toEqual([]);
      expect(await keys.destroyOrgKeysBelow(orgId('acme'), 2)).toBe(2);
      expect(await keys.orgKeys()).toEqual([orgKey(2), { ...orgKey(1), org: orgId('other') }]);
      expect(await keys.dataKey(dataKey(1, 'any', { org: orgId('other') }))).toEqual(
        dataKey(1, 'e', { org: orgId('other') }),
      );
    });

    it('wraps nothing under a version of the organisation key that is gone, and gives nobody what is wrapped under a later one', async () => {
      for (const version of [1, 2, 3]) await keys.putOrgKey(orgKey(version));
      await keys.putDataKeys([dataKey(1, 'a', { orgKeyVersion: 3 })]);
      expect(await keys.dataKeysBelow(orgId('acme'), 2, null, 9)).toEqual([]);
      await keys.destroyOrgKeysBelow(orgId('acme'), 3);
      await keys.rewrapDataKeys([{ key: dataKey(1, 'late', { orgKeyVersion: 2 }), was: 3 }]);
      expect(await keys.dataKey(dataKey(1, 'any'))).toEqual(dataKey(1, 'a', { orgKeyVersion: 3 }));
    });

    it('keeps the first of two keys with one id in one call', async () => {
      await keys.putOrgKey(orgKey(1));
      const both = await keys.putDataKeys([dataKey(1, 'first'), dataKey(1, 'second')]);
      expect(both).toEqual([dataKey(1, 'first'), dataKey(1, 'first')]);
    });

    it('destroys every key of one organisation and none of another, also when it is asked again', async () => {
      expect(await keys.countKeys(orgId('acme'))).toBe(0);
      const theirs = { org: orgId('other'), person: personId('eve') };
      for (const version of [1, 2]) await keys.putOrgKey(orgKey(version));
      await keys.putOrgKey({ ...orgKey(1), org: orgId('other') });
      await keys.putDataKeys([dataKey(1, 'a'), dataKey(2, 'b'), dataKey(0, 'p', { parameter: 'profile' })]);
      await keys.putDataKeys([dataKey(1, 'e', theirs)]);
      await keys.putRootCheck(sealedText('check'));
      expect([await keys.countKeys(orgId('acme')), await keys.countKeys(orgId('other'))]).toEqual([5, 2]);
      for (const _ of ['once', 'again']) {
        await keys.destroyKeys(orgId('acme'));
        expect([await keys.countKeys(orgId('acme')), await keys.countKeys(orgId('other'))]).toEqual([0, 2]);
      }
      expect(await keys.orgKeys()).toEqual([{ ...orgKey(1), org: orgId('other') }]);
      expect(await keys.dataKey(dataKey(1, 'any'))).toBeNull();
      expect(await keys.dataKey(dataKey(1, 'any', theirs))).toEqual(dataKey(1, 'e', theirs));
      expect(await keys.rootCheck()).toEqual(sealedText('check'));
    });

    it('destroys the data keys that are named, lists which are left, and makes room for new ones', async () => {
      await keys.putOrgKey(orgKey(1));
      const title = { parameter: 'title' } as const;
      await keys.putDataKeys([dataKey(3, 'c'), dataKey(1, 'a'), dataKey(2, 'b'), dataKey(1, 't', title)]);
      const epochs = () => keys.dataKeyEpochs(orgId('acme'), personId('ann'), 'app');
      expect(await epochs()).toEqual([1, 2, 3]);
      for (const _ of ['once', 'again']) await keys.destroyDataKeys([dataKey(1, 'any'), dataKey(3, 'any')]);
      expect(await epochs()).toEqual([2]);
      expect(await keys.dataKey(dataKey(1, 'any', title))).toEqual(dataKey(1, 't', title));
      expect(await keys.putDataKeys([dataKey(1, 'new')])).toEqual([dataKey(1, 'new')]);
      expect(await keys.scrub()).toBe(true);
      expect(await keys.dataKeyEpochs(orgId('other'), personId('ann'), 'app')).toEqual([]);
    });

    it('has no root check until one is put, and never replaces it', async () => {
      expect(await keys.rootCheck()).toBeNull();
      await keys.putRootCheck(sealedText('check'));
      expect(await outcome(keys.putRootCheck(sealedText('other')))).toBe('conflict');
      expect(await keys.rootCheck()).toEqual(sealedText('check'));
    });

    it('counts every destruction of keys and nothing else, and lowers no mark', async () => {
      await keys.putOrgKey(orgKey(1));
      const revoked = () => keys.mark('revoked');
      expect([await revoked(), await keys.mark('seen_at')]).toEqual([null, null]);
      await keys.putDataKeys([dataKey(1, 'a')]);
      await keys.putBackup(backup('one'));
      expect(await revoked()).toBeNull();
      expect(await keys.destroyDataKeys([dataKey(1, 'any')])).toBe(1);
      expect(await revoked()).toBe(1);
      expect(await keys.destroyKeys(orgId('acme'))).toBe(2);
      expect(await revoked()).toBe(2);
      await keys.destroyBackupKey(backup('one').backup, NINE);
      expect(await revoked()).toBe(3);
      expect(await keys.destroyBackupKey(backup('one').backup, NINE + 1)).toBe(false);
      expect(await revoked()).toBe(3);
      expect([await keys.raiseMark('seen_at', NINE), await keys.raiseMark('seen_at', NINE - 1)]).toEqual([NINE, NINE]);
      expect([await keys.raiseMark('seen_at', NINE + 1), await keys.mark('seen_at')]).toEqual([NINE + 1, NINE + 1]);
      expect(await keys.raiseMark('restore_epoch', 0)).toBe(0);
    });

    it('keeps one signing key of a name, through the end of every organisation', async () => {
      const key = { name: 'certificate', public: keyOf('certificate'), wrapped: sealedText('seed', 60) } as const;
      expect(await keys.signingKey('certificate')).toBeNull();
      await keys.putSigningKey(key);
      expect(await outcome(keys.putSigningKey({ ...key, public: keyOf('other') }))).toBe('conflict');
      await keys.destroyKeys(orgId('acme'));
      expect(await keys.signingKey('certificate')).toEqual(key);
    });

    it('changes all that is wrapped under the root key in one step, and gives a destroyed key of a backup back to nobody', async () => {
      for (const version of [1, 2]) await keys.putOrgKey(orgKey(version));
      await keys.putRootCheck(sealedText('check'));
      const certificate = {
        name: 'certificate',
        public: keyOf('certificate'),
        wrapped: sealedText('seed', 60),
      } as const;
      await keys.putSigningKey(certificate);
      const gone = backup('gone', { at: NINE - 1, wrapped: null });
      for (const one of [gone, backup('kept')]) await keys.putBackup(one);
      const wrapped = sealedText('anew', 60);
      await keys.changeRoot({
        rootCheck: sealedText('other'),
        orgKeys: [{ ...orgKey(2), wrapped }],
        signingKeys: [{ ...certificate, wrapped }],
        backups: [gone, backup('kept')].map((one) => ({ backup: one.backup, wrapped })),
      });
      expect(await keys.rootCheck()).toEqual(sealedText('other'));
      expect(await keys.signingKey('certificate')).toEqual({ ...certificate, wrapped });
      expect(await keys.backups()).toEqual([gone, backup('kept', { wrapped })]);
      expect(await keys.mark('revoked')).toBe(1);
      const stored = await keys.orgKeys();
      expect(stored.find(({ version }) => version === 2)).toEqual({ ...orgKey(2), wrapped });
    });

    it('lists backups from the oldest on, keeps the row of one whose key is destroyed, and takes no id twice', async () => {
      const [old, young] = [backup('old', { at: NINE - 5, wrapped: null }), backup('young')];
      for (const one of [young, old]) await keys.putBackup(one);
      expect(await outcome(keys.putBackup({ ...young, detail: '{}' }))).toBe('conflict');
      expect(await keys.backups()).toEqual([old, young]);
      const change = { state: 'complete', changedAt: NINE + 1, detail: '{"bytes":1}' } as const;
      expect(await keys.changeBackup(young.backup, change)).toBe(true);
      expect(await keys.changeBackup(backup('none').backup, change)).toBe(false);
      expect(await keys.backups()).toEqual([old, { ...young, ...change }]);
      expect(await keys.destroyBackupKey(young.backup, NINE + 2)).toBe(true);
      expect(await keys.destroyBackupKey(old.backup, NINE + 2)).toBe(false);
      expect(await keys.backups()).toEqual([old, { ...young, ...change, wrapped: null, changedAt: NINE + 2 }]);
    });

    it('finds all keys again after it was closed and opened, and is closed after close', async () => {
      await keys.putOrgKey(orgKey(1));
      await keys.putRootCheck(sealedText('check'));
      await keys.putDataKeys([dataKey(1, 'a')]);
      if (under.reopen !== null) {
        const again = await under.reopen();
        expect(await again.orgKeys()).toEqual([orgKey(1)]);
        expect(await again.rootCheck()).toEqual(sealedText('check'));
        expect(await again.dataKey(dataKey(1, 'any'))).toEqual(dataKey(1, 'a'));
      }
      await keys.close();
      expect(await Promise.all([keys.orgKeys(), keys.putDataKeys([dataKey(2, 'b')])].map(outcome))).toEqual([
        'closed',
        'closed',
      ]);
    });
  });
}
