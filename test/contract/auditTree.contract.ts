import { describe, expect, it } from 'vitest';
import { commitment, hashOf, rowText } from '../../server/audit/entry.ts';
import { sha256 } from '../../server/audit/sha256.ts';
import { append, noLeaves, rootOf } from '../../server/audit/tree.ts';
import { type CheckpointRecord, type Store, StoreError } from '../../server/store/store.ts';
import type { Erased } from '../../shared/audit/erased.ts';
import { AuditLeaf } from '../../shared/audit/leaf.ts';
import type { OrgId } from '../../shared/ids.ts';
import { DAY, HOUR } from '../../shared/time.ts';
import { access, NINE, org, orgId, personId, saidErased, signed } from '../support/storeRecords.ts';

/** What `AuditTree` promises of what `Audit` records. */
export function auditTreeContract(current: () => Store): void {
  const acme = orgId('acme');
  const event = (at: number, name: string) => ({
    ...{ org: acme, at: NINE + at, kind: 'refused_read' as const, person: personId(name) },
    detail: 'was refused',
  });
  const leavesOf = async (store: Store, org: OrgId = acme): Promise<AuditLeaf[]> =>
    (await store.auditLeaves(org, 0, 10_000)).map((leaf) => AuditLeaf.parse(JSON.parse(leaf)));

  describe('audit tree', () => {
    it('has a leaf for each look and each event, of their organisation alone, whose commitment is that of the row', async () => {
      const store = current();
      await store.recordAccess(access(NINE));
      await store.recordSecurityEvent(event(1, 'ann'));
      await store.recordAccess(access(NINE + 2, { org: orgId('other') }));
      const leaves = await leavesOf(store);
      expect(leaves.map(({ kind, seq, at }) => [kind, seq, at])).toEqual([
        ['access', 0, NINE],
        ['security_event', 1, NINE + 1],
      ]);
      expect(await leavesOf(store, orgId('other'))).toHaveLength(1);
      for (const leaf of leaves) {
        const audited = await store.auditedRow(acme, leaf.seq);
        if (audited === null) throw new Error('a leaf without a row');
        expect(audited).toMatchObject({ kind: leaf.kind, row: { seq: leaf.seq } });
        expect(leaf).toMatchObject({ commitment: commitment(audited.salt, rowText(audited)) });
        expect(audited.salt).toHaveLength(32);
      }
      expect((await store.accesses(acme, personId('ann'), 1)).map(({ seq }) => seq)).toEqual([0]);
      expect((await store.securityEvents(acme, 1)).map(({ seq }) => seq)).toEqual([1]);
      expect(await store.auditedRow(acme, 2)).toBeNull();
    });

    it('no two rows that say the same have the same commitment', async () => {
      const store = current();
      for (let n = 0; n < 3; n += 1) await store.recordAccess(access(NINE));
      const commitments = (await leavesOf(store)).map((leaf) => ('commitment' in leaf ? leaf.commitment : ''));
      expect(new Set(commitments).size).toBe(3);
    });

    it('says of what is counted on which leaf stood for it before', async () => {
      const store = current();
      const hour = NINE - (NINE % HOUR);
      for (const at of [0, 1, 2]) await store.recordAccess(access(hour + at, { refused: true }));
      for (const at of [3, 4]) await store.recordSecurityEvent(event(at, 'ann'));
      const leaves = await leavesOf(store);
      expect(leaves.map((leaf) => ('supersedes' in leaf ? leaf.supersedes : null))).toEqual([
        ...[null, 0, 1],
        ...[null, 3],
      ]);
      expect(await store.auditedRow(acme, 1)).toBeNull();
      expect(await store.auditedRow(acme, 2)).toMatchObject({ row: { count: 3, seq: 2 } });
      expect(await store.auditedRow(acme, 4)).toMatchObject({ row: { count: 2, seq: 4 } });
    });

    it('keeps the edge and the perfect nodes of all that was recorded at once', async () => {
      const store = current();
      const given = Array.from({ length: 600 }, (_, n) => access(NINE + n));
      await Promise.all(given.map((one) => store.recordAccess(one)));
      const hashes = (await store.auditLeaves(acme, 0, 1_000)).map(hashOf);
      const whole = append(sha256, noLeaves, hashes);
      const edge = await store.auditEdge(acme);
      expect([edge.size, rootOf(sha256, edge)]).toEqual([600, rootOf(sha256, whole.edge)]);
      const hex = (all: readonly Uint8Array[]) => all.map((hash) => Buffer.from(hash).toString('hex'));
      expect(hex(await store.auditNodes(acme, whole.nodes))).toEqual(hex(whole.nodes.map(({ hash }) => hash)));
      const low = [0, 7, 599].map((place) => ({ level: 0, place }));
      expect(hex(await store.auditNodes(acme, low))).toEqual(hex(low.map(({ place }) => hashes[place] ?? sha256())));
      const level = await store.auditLevel(acme, 5, 3, 4);
      expect(level.map(({ place }) => place)).toEqual([3, 4, 5, 6]);
      expect((await store.auditLeaves(acme, 598, 9)).map((leaf) => AuditLeaf.parse(JSON.parse(leaf)).seq)).toEqual([
        598, 599,
      ]);
    });

    it('has no node of leaves that are not there', async () => {
      const store = current();
      for (let n = 0; n < 5; n += 1) await store.recordAccess(access(NINE + n));
      for (const node of [
        { level: 0, place: 5 },
        { level: 2, place: 1 },
        { level: 4, place: 0 },
      ]) {
        await expect(store.auditNodes(acme, [node])).rejects.toThrow(StoreError);
      }
      expect(await store.auditEdge(orgId('nobody'))).toEqual(noLeaves);
    });

    it('forgets the rows of one person, with a leaf that says which are gone, and can be asked again', async () => {
      const store = current();
      for (let n = 0; n < 3; n += 1) await store.recordAccess(access(NINE + n));
      await store.recordAccess(access(NINE + 3, { subject: personId('bob') }));
      await store.recordAccess(access(NINE + 4));
      await store.recordSecurityEvent(event(5, 'ann'));
      await store.recordSecurityEvent(event(6, 'bob'));
      const before = await store.auditLeaves(acme, 0, 100);
      expect(await store.forgetEntries(acme, personId('ann'), saidErased(NINE + 7))).toBe(5);
      const after = await store.auditLeaves(acme, 0, 100);
      expect(after.slice(0, before.length)).toEqual(before);
      const erased = (size: number, entries: Erased['entries']) => {
        const { edge } = append(sha256, noLeaves, after.slice(0, size).map(hashOf));
        const root = Buffer.from(rootOf(sha256, edge)).toString('hex');
        const { at, sign } = saidErased(NINE + 7);
        return { kind: 'erased', seq: size, at, signed: sign?.({ at, size, root, entries }) };
      };
      const looks: Erased['entries'] = [
        [0, 2],
        [4, 4],
      ];
      expect((await leavesOf(store)).slice(before.length)).toEqual([erased(7, looks), erased(8, [[5, 5]])]);
      expect(await store.accesses(acme, personId('ann'), 9)).toEqual([]);
      expect(await store.auditedRow(acme, 0)).toBeNull();
      expect(await store.accesses(acme, personId('bob'), 9)).toHaveLength(1);
      expect(await store.auditedRow(acme, 6)).toMatchObject({ row: { person: personId('bob') } });
      expect(await store.forgetEntries(acme, personId('ann'), saidErased(NINE + 8))).toBe(0);
      expect(await store.auditLeaves(acme, 0, 100)).toEqual(after);
    });

    it('forgets without a word where nobody says anything of the tree any more', async () => {
      const store = current();
      await store.recordAccess(access(NINE));
      const before = await store.auditLeaves(acme, 0, 100);
      expect(await store.forgetEntries(acme, personId('ann'), { at: NINE + 1, sign: null })).toBe(1);
      expect(await store.auditLeaves(acme, 0, 100)).toEqual(before);
    });

    it('lets go rows of one kind below a number, but for those of some people, with the leaf that says so, all or none', async () => {
      const store = current();
      for (const name of ['ann', 'bob', 'mia']) await store.recordSecurityEvent(event(1, name));
      await store.recordAccess(access(NINE + 2));
      await store.recordSecurityEvent({ ...event(3, 'ann'), person: null });
      await store.recordSecurityEvent(event(120_000, 'ann'));
      const rows = { kind: 'security_event', below: 5, except: [personId('bob')], spared: [] } as const;
      expect(await store.auditAmount(acme, rows)).toEqual({ count: 3, oldest: NINE + 1, newest: NINE + 3 });
      expect(await store.auditAmount(acme, { ...rows, below: 0 })).toEqual({ count: 0, oldest: null, newest: null });
      expect(await store.agedEntries(acme, rows, 2)).toEqual([0, 2]);
      expect(await store.agedEntries(acme, rows, 9)).toEqual([0, 2, 4]);
      expect(await store.agedEntries(acme, { ...rows, spared: [2] }, 9)).toEqual([0, 4]);
      expect(await store.agedEntries(acme, { ...rows, kind: 'access' }, 9)).toEqual([3]);
      expect(await store.agedEntries(orgId('other'), rows, 9)).toEqual([]);
      const before = await store.auditLeaves(acme, 0, 100);
      const said = { at: NINE + 9, signed: signed('let go') };
      await store.letGoEntries(acme, 'security_event', [0, 2, 4], said);
      const again = store.letGoEntries(acme, 'security_event', [1, 2], said);
      await expect(again).rejects.toMatchObject({ code: 'conflict' });
      const after = await leavesOf(store);
      expect(after.slice(before.length)).toEqual([{ kind: 'let_go', seq: 6, ...said }]);
      expect((await store.securityEvents(acme, 9)).map(({ seq }) => seq)).toEqual([5, 1]);
      expect([await store.auditedRow(acme, 0), await store.auditedRow(acme, 3)]).toMatchObject([
        null,
        { kind: 'access' },
      ]);
      await store.appendDay(acme, NINE + 10);
      expect((await leavesOf(store)).at(-1)).toEqual({ kind: 'day', seq: 7, at: NINE + 10 });
    });

    it('begins with a leaf that says so when its organisation is made, and takes nothing in', async () => {
      const store = current();
      await store.createOrganisation(org('acme'));
      await store.recordAccess(access(NINE + 1));
      expect(await store.takeIntoAudit(acme, 100, NINE + 2)).toBe(0);
      expect(await store.auditLeafless(acme)).toEqual({ count: 0, first: null });
      const [begun, ...more] = await leavesOf(store);
      expect([begun, more.length]).toEqual([{ kind: 'begun', seq: 0, at: org('acme').createdAt }, 1]);
    });

    it('begins where there was nothing to take in', async () => {
      const store = current();
      expect(await store.takeIntoAudit(acme, 100, NINE)).toBe(0);
      expect(await store.takeIntoAudit(acme, 100, NINE + 1)).toBe(0);
      expect(await leavesOf(store)).toEqual([{ kind: 'begun', seq: 0, at: NINE }]);
    });

    it('reads the rows of a stretch of leaves', async () => {
      const store = current();
      for (let n = 0; n < 5; n += 1) await store.recordAccess(access(NINE + n));
      await store.recordSecurityEvent(event(6, 'ann'));
      expect((await store.auditedRows(acme, 'access', 1, 4)).map(({ row }) => row.seq)).toEqual([1, 2, 3]);
      expect((await store.auditedRows(acme, 'access', 4, 9)).map(({ row }) => row.seq)).toEqual([4]);
      expect((await store.auditedRows(acme, 'security_event', 0, 9)).map(({ row }) => row.seq)).toEqual([5]);
    });

    it('keeps one checkpoint of a size, the latest by size, and of days that are past the last of each', async () => {
      const store = current();
      const checkpoint = (size: number, at: number): CheckpointRecord => ({
        ...{ org: acme, size, at, signed: signed(`checkpoint ${size}`) },
      });
      expect(await store.latestCheckpoint(acme)).toBeNull();
      const day = NINE - (NINE % DAY);
      for (const [size, at] of [
        [1, 1],
        [2, 2],
        [3, DAY + 1],
        [4, DAY + 2],
      ] as const)
        await store.putCheckpoint(checkpoint(size, day + at));
      await store.putCheckpoint({ ...checkpoint(4, day + DAY + 3), signed: signed('another') });
      expect(await store.latestCheckpoint(acme)).toEqual(checkpoint(4, day + DAY + 2));
      await store.putCheckpoint(checkpoint(9, day + 2 * DAY + 1));
      expect((await store.checkpoints(acme)).map(({ size }) => size)).toEqual([2, 3, 4, 9]);
      await store.putCheckpoint(checkpoint(10, day + 3 * DAY + 2));
      expect((await store.checkpoints(acme)).map(({ size }) => size)).toEqual([2, 4, 9, 10]);
      expect(await store.checkpoints(orgId('other'))).toEqual([]);
    });
  });
}
