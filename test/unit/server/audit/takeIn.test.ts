import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { commitment, hashOf, rowText } from '../../../../server/audit/entry.ts';
import { sha256 } from '../../../../server/audit/sha256.ts';
import { takeEarlierEntries } from '../../../../server/audit/takeIn.ts';
import { append, noLeaves } from '../../../../server/audit/tree.ts';
import { connect } from '../../../../server/store/sqlite/connection.ts';
import type { Store } from '../../../../server/store/store.ts';
import { AuditLeaf } from '../../../../shared/audit/leaf.ts';
import { openStoreIn, temporaryFolder } from '../../../support/openedSqliteStore.ts';
import { access, NINE, orgId, personId } from '../../../support/storeRecords.ts';

const acme = orgId('acme');
let folder: string;
let remove: () => Promise<void>;
let store: Store;
beforeEach(async () => {
  ({ folder, remove } = await temporaryFolder());
  store = await openStoreIn(folder);
});
afterEach(async () => {
  await store.close();
  await remove();
});

/** Looks and events by turns, in a store that had no tree when they were recorded. */
async function recordedBefore(many: number): Promise<void> {
  for (let n = 0; n < many; n += 1) {
    await store.recordAccess(access(NINE + 2 * n));
    const event = { org: acme, at: NINE + 2 * n + 1, kind: 'refused_read' as const, person: personId('ann') };
    await store.recordSecurityEvent({ ...event, detail: `sentence ${n}` });
  }
  await store.close();
  const raw = await connect(join(folder, 'daylight.db'));
  for (const table of ['audit_leaf', 'audit_node', 'audit_head']) await raw.run(`DELETE FROM ${table}`);
  for (const table of ['access', 'security_event']) await raw.run(`UPDATE ${table} SET seq = NULL, salt = NULL`);
  await raw.close();
  store = await openStoreIn(folder);
}

const leaves = async (): Promise<AuditLeaf[]> =>
  (await store.auditLeaves(acme, 0, 1_000)).map((leaf) => AuditLeaf.parse(JSON.parse(leaf)));

it('what was recorded before there was a tree is taken into it in the order of its times, once', async () => {
  await recordedBefore(20);
  expect(await takeEarlierEntries(store, [acme, orgId('other')])).toBe(40);
  const taken = await leaves();
  expect(taken.map(({ at }) => at)).toEqual(Array.from({ length: 40 }, (_, n) => NINE + n));
  for (const leaf of taken) {
    const audited = await store.auditedRow(acme, leaf.seq);
    if (audited === null) throw new Error('a leaf without a row');
    expect(leaf).toMatchObject({ kind: audited.kind, commitment: commitment(audited.salt, rowText(audited)) });
  }
  expect(await takeEarlierEntries(store, [acme])).toBe(0);
  const texts = await store.auditLeaves(acme, 0, 1_000);
  expect(await store.auditEdge(acme)).toEqual(append(sha256, noLeaves, texts.map(hashOf)).edge);
});

it('stopped after any batch it goes on where it was, also when something new was recorded meanwhile', async () => {
  await recordedBefore(10);
  expect(await store.takeIntoAudit(acme, 7)).toBe(7);
  await store.recordAccess(access(NINE + 1_000));
  await store.close();
  store = await openStoreIn(folder);
  expect(await takeEarlierEntries(store, [acme])).toBe(13);
  const all = await leaves();
  expect(all.map(({ at }) => at - NINE)).toEqual([
    ...[0, 1, 2, 3, 4, 5, 6, 1_000],
    ...Array.from({ length: 13 }, (_, n) => 7 + n),
  ]);
  expect(new Set(all.map((leaf) => (leaf.kind === 'erased' ? '' : leaf.commitment))).size).toBe(21);
});
