import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { commitment, hashOf, isEarlier, rowText } from '../../../../server/audit/entry.ts';
import { sha256 } from '../../../../server/audit/sha256.ts';
import { takeEarlierEntries } from '../../../../server/audit/takeIn.ts';
import { append, noLeaves } from '../../../../server/audit/tree.ts';
import { connect } from '../../../../server/store/sqlite/connection.ts';
import type { Store } from '../../../../server/store/store.ts';
import { AuditLeaf } from '../../../../shared/audit/leaf.ts';
import { createMemoryKeyStore } from '../../../support/memoryKeyStore.ts';
import { openStoreIn, temporaryFolder } from '../../../support/openedSqliteStore.ts';
import { access, NINE, org, orgId, personId } from '../../../support/storeRecords.ts';

const acme = orgId('acme');
const LATER = NINE + 5_000;
let keyStore: ReturnType<typeof createMemoryKeyStore>;
let folder: string;
let remove: () => Promise<void>;
let store: Store;
beforeEach(async () => {
  ({ folder, remove } = await temporaryFolder());
  store = await openStoreIn(folder);
  keyStore = createMemoryKeyStore();
});
afterEach(async () => {
  await store.close();
  await remove();
});

/** Looks and events by turns, in a store that had no tree when they were recorded. */
async function recordedBefore(many: number): Promise<void> {
  await store.createOrganisation(org('acme'));
  for (let n = 0; n < many; n += 1) {
    await store.recordAccess(access(NINE + 2 * n));
    const event = { org: acme, at: NINE + 2 * n + 1, kind: 'refused_read' as const, person: personId('ann') };
    await store.recordSecurityEvent({ ...event, detail: `sentence ${n}` });
  }
  await emptied();
}

async function emptied(): Promise<void> {
  await store.close();
  const raw = await connect(join(folder, 'daylight.db'));
  for (const table of ['audit_leaf', 'audit_node', 'audit_head']) await raw.run(`DELETE FROM ${table}`);
  for (const table of ['access', 'security_event']) await raw.run(`UPDATE ${table} SET seq = NULL, salt = NULL`);
  await raw.close();
  store = await openStoreIn(folder);
}

const take = (): Promise<number> => takeEarlierEntries({ store, keyStore, clock: { now: () => LATER } });
const leaves = async (): Promise<AuditLeaf[]> =>
  (await store.auditLeaves(acme, 0, 1_000)).map((leaf) => AuditLeaf.parse(JSON.parse(leaf)));

it('what was recorded before there was a tree is taken into it in the order of its times, once, and says so', async () => {
  await recordedBefore(20);
  expect(await take()).toBe(40);
  const all = await leaves();
  expect(all.at(-1)).toEqual({ kind: 'begun', seq: 40, at: LATER });
  const taken = all.slice(0, -1);
  expect(taken.map(({ at }) => at)).toEqual(Array.from({ length: 40 }, (_, n) => NINE + n));
  for (const leaf of taken) {
    const audited = await store.auditedRow(acme, leaf.seq);
    if (audited === null) throw new Error('a leaf without a row');
    const committed = commitment(audited.salt, rowText(audited));
    expect(leaf).toMatchObject({ kind: audited.kind, earlier: true, commitment: committed });
  }
  expect(await take()).toBe(0);
  const texts = await store.auditLeaves(acme, 0, 1_000);
  expect(texts).toHaveLength(41);
  expect(await store.auditEdge(acme)).toEqual(append(sha256, noLeaves, texts.map(hashOf)).edge);
});

it('stopped after any batch, or before it was said to be done, it goes on where it was', async () => {
  await recordedBefore(10);
  for (const some of [7, 7, 6]) {
    expect(await store.takeIntoAudit(acme, 7, LATER)).toBe(some);
    await store.close();
    store = await openStoreIn(folder);
  }
  await store.takeIntoAudit(acme, 7, LATER);
  expect(await take()).toBe(0);
  expect((await leaves()).map(({ kind, at }) => [kind === 'begun', at])).toEqual([
    ...Array.from({ length: 20 }, (_, n) => [false, NINE + n]),
    [true, LATER],
  ]);
});

it('once it was done nothing is taken in: not into that tree, and not where all trees were emptied', async () => {
  await recordedBefore(2);
  await take();
  await store.recordAccess(access(NINE + 1_000));
  await emptied();
  expect([await take(), await leaves()]).toEqual([0, []]);
  expect(await store.auditLeafless(acme)).toEqual({ count: 5, first: NINE });
});

it('what is recorded since then counts on nothing of before', async () => {
  await recordedBefore(1);
  await take();
  const event = { org: acme, at: NINE + 1, kind: 'refused_read' as const, person: personId('ann') };
  await store.recordSecurityEvent({ ...event, detail: 'sentence 0' });
  const last = (await leaves()).at(-1);
  expect(last).toMatchObject({ kind: 'security_event', seq: 3 });
  expect(last).not.toHaveProperty('supersedes');
  expect((await leaves()).map(isEarlier)).toEqual([true, true, false, false]);
});
