import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { raiseBroken } from '../../../../server/audit/broken.ts';
import { connect } from '../../../../server/store/sqlite/connection.ts';
import type { Store } from '../../../../server/store/store.ts';
import { openStoreIn, temporaryFolder } from '../../../support/openedSqliteStore.ts';
import { access, NINE, org, orgId } from '../../../support/storeRecords.ts';

const [acme, other, third, whole] = [orgId('acme'), orgId('other'), orgId('third'), orgId('whole')];
let folder: string;
let remove: () => Promise<void>;
let store: Store;
beforeAll(async () => {
  ({ folder, remove } = await temporaryFolder());
  store = await openStoreIn(folder);
  for (const name of ['acme', 'other', 'third', 'whole']) {
    await store.createOrganisation(org(name));
    await store.recordAccess(access(NINE, { org: orgId(name) }));
  }
});
afterAll(async () => {
  await store.close();
  await remove();
});

const raise = () => raiseBroken({ store, clock: { now: () => NINE + 1 } }, [acme, other, third, whole]);

it('a start says which organisation has something without a leaf, an emptied tree, or an edge that fits nothing, and puts it on record where it can', async () => {
  expect(await raise()).toEqual([]);
  await store.close();
  const raw = await connect(join(folder, 'daylight.db'));
  const columns = 'org, subject, at, actor, actor_role, action, purpose, day, parameters, refused, count, last_at';
  const id = (of: string) => Buffer.from(of.replaceAll('-', ''), 'hex');
  await raw.run(`INSERT INTO access (${columns}) SELECT ${columns} FROM access WHERE org = ?`, [id(acme)]);
  await raw.run('UPDATE audit_head SET size = 3 WHERE org = ?', [id(third)]);
  for (const table of ['access', 'audit_leaf', 'audit_head'])
    await raw.run(`DELETE FROM ${table} WHERE org = ?`, [id(other)]);
  await raw.close();
  store = await openStoreIn(folder);
  expect(await raise()).toEqual([
    { organisation: acme, count: 1 },
    { organisation: other, count: 0 },
    { organisation: third, count: 0 },
  ]);
  const kinds = async (of: typeof acme) =>
    (await store.securityEvents(of, 9)).map(({ kind, detail }) => [kind, detail]);
  expect(await kinds(acme)).toEqual([['alarm_audit_broken', expect.stringContaining('did not record')]]);
  expect(await kinds(other)).toEqual([['alarm_audit_broken', expect.stringContaining('was emptied')]]);
  expect(await kinds(whole)).toEqual([]);
});
