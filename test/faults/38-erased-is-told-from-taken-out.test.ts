import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { leafIn } from '../../server/audit/entry.ts';
import { sha256 } from '../../server/audit/sha256.ts';
import { signErased } from '../../server/audit/signErased.ts';
import { rootOf } from '../../server/audit/tree.ts';
import { type AuditFinding, verifyTree } from '../../server/audit/verify.ts';
import { type Foundation, openFoundation } from '../../server/foundation.ts';
import { systemRandom } from '../../server/random.ts';
import { type Connection, connect } from '../../server/store/sqlite/connection.ts';
import { verifyOnHost } from '../../server/verifyOnHost.ts';
import type { Erased } from '../../shared/audit/erased.ts';
import type { AuditLeaf } from '../../shared/audit/leaf.ts';
import { canonical } from '../../shared/canonical.ts';
import type { Signed } from '../../shared/signed.ts';
import { temporaryFolder } from '../support/openedSqliteStore.ts';
import { plantLeaf } from '../support/plantLeaf.ts';
import { access, NINE, orgId, personId } from '../support/storeRecords.ts';

// What was recorded of somebody whose account ended goes, which a signed leaf says. Somebody who takes entries out would like it to look like that.

const [acme, other] = [orgId('acme'), orgId('other')];
const [ann, bob] = [personId('ann'), personId('bob')];
const clock = { now: () => NINE, mono: () => 0 };
let folder: string;
let remove: () => Promise<void>;
let foundation: Foundation;
beforeEach(async () => {
  ({ folder, remove } = await temporaryFolder());
  foundation = await opened(true);
  for (const org of [acme, other]) await foundation.organisations.create(org, org);
});
afterEach(async () => {
  await foundation.close();
  await remove();
});

const opened = (create = false) => openFoundation({ data: folder, clock, random: systemRandom, create });
const look = (subject = ann) => foundation.store.recordAccess(access(NINE, { subject }));

async function erase(person = ann): Promise<void> {
  await foundation.store.erasePerson(acme, person, await signErased(foundation.organisations, acme, NINE));
}

async function finding(): Promise<AuditFinding | null> {
  const surroundings = { data: folder, clock, random: systemRandom, tell: () => undefined };
  const trees = await verifyOnHost(acme, { ...surroundings, kept: [], serverKey: null });
  return trees[0]?.finding ?? null;
}

/** Past the server, as somebody with a shell. */
async function tampered(file: 'daylight.db' | 'keys.db', work: (db: Connection) => Promise<unknown>): Promise<void> {
  await foundation.close();
  const connection = await connect(join(folder, file));
  await work(connection);
  await connection.close();
  foundation = await opened();
}

async function planted(leaf: (seq: number) => AuditLeaf): Promise<void> {
  const edge = await foundation.store.auditEdge(acme);
  await tampered('daylight.db', (db) => plantLeaf(db, acme, edge, leaf(edge.size)));
}
const takenOut = (seq: number) => tampered('daylight.db', (db) => db.run('DELETE FROM access WHERE seq = ?', [seq]));

/** Of the tree as it is now, with the key of `signer`. */
async function signedNow(change: Partial<Erased>, signer = acme): Promise<Signed> {
  const edge = await foundation.store.auditEdge(acme);
  const root = Buffer.from(rootOf(sha256, edge)).toString('hex');
  const said = { schema: 1, org: acme, at: NINE, size: edge.size, root, entries: [[1, 1]], ...change };
  return (await foundation.organisations.signer(signer)).signAsServer('daylight/erased/v1', said);
}

async function erasedLeaf() {
  const leaves = (await foundation.store.auditLeaves(acme, 0, 1_000)).map(leafIn);
  const leaf = leaves.find((one) => one?.kind === 'erased');
  if (leaf?.kind !== 'erased' || !('signed' in leaf)) throw new Error('nothing was erased');
  return leaf;
}

it('what was recorded of whoever ended goes, and the tree is whole; another entry that is missing is named', async () => {
  for (const who of [ann, bob, ann]) await look(who);
  await erase();
  expect(await finding()).toBeNull();
  await takenOut(2);
  expect(await finding()).toMatchObject({ fault: 'row_missing', seq: 2 });
});

it('a leaf that nobody signed erases nothing: it is named, and the entry that is missing before it', async () => {
  await look();
  await planted((seq) => ({ kind: 'erased', seq, at: NINE, entries: [[1, 1]] }));
  expect(await finding()).toMatchObject({ fault: 'erased_forged', seq: 2 });
  await takenOut(1);
  expect(await finding()).toMatchObject({ fault: 'row_missing', seq: 1 });
});

it.each<[string, () => Promise<Signed>]>([
  ['by the key of another organisation', () => signedNow({}, other)],
  ['of another organisation', () => signedNow({ org: other })],
  ['for another time', () => signedNow({ at: NINE + 1 })],
  ['of the tree at another size', () => signedNow({ size: 2 })],
  ['of another tree', () => signedNow({ root: '00'.repeat(32) })],
  ['and changed', async () => changed(await signedNow({ entries: [[2, 2]] }))],
])('what was signed %s erases nothing', async (_, sign) => {
  await look();
  await look();
  const signed = await sign();
  await planted((seq) => ({ kind: 'erased', seq, at: NINE, signed }));
  expect(await finding()).toMatchObject({ fault: 'erased_forged', seq: 3 });
  await takenOut(1);
  expect(await finding()).toMatchObject({ fault: 'row_missing', seq: 1 });
});
const changed = (signed: Signed): Signed => ({ ...signed, payload: signed.payload.replace('[[2,2]]', '[[1,1]]') });

it('what was signed once counts once', async () => {
  await look();
  await look(bob);
  await erase();
  const leaf = await erasedLeaf();
  await planted((seq) => ({ ...leaf, seq }));
  expect(await finding()).toMatchObject({ fault: 'erased_forged', seq: 4 });
});

it('a genuine leaf for another entry erases not this one', async () => {
  await look();
  await look(bob);
  await erase();
  await takenOut(2);
  expect(await finding()).toMatchObject({ fault: 'row_missing', seq: 2 });
});

it('whoever makes an entry one of somebody who is about to end has nobody vouch for it', async () => {
  for (const who of [bob, ann]) await look(who);
  const whose = Buffer.from(ann.replaceAll('-', ''), 'hex');
  await tampered('daylight.db', (db) => db.run('UPDATE access SET subject = ? WHERE seq = 1', [whose]));
  await erase();
  expect(await foundation.store.auditedRow(acme, 1)).toBeNull();
  expect(await finding()).toMatchObject({ fault: 'row_missing', seq: 1 });
});

it('whatever is planted, no entry is missing unnoticed', async () => {
  for (let n = 0; n < 12; n += 1) await look(n % 3 === 0 ? bob : ann);
  await erase();
  const { serverKey } = (await foundation.organisations.signer(acme)).identity;
  const { signed } = await erasedLeaf();
  const edge = await foundation.store.auditEdge(acme);
  const texts = await foundation.store.auditLeaves(acme, 0, 100);
  const standing = texts.flatMap((_, seq) => ((seq - 1) % 3 === 0 && seq < 13 ? [seq] : []));
  const runs = fc.array(fc.tuple(fc.nat(15), fc.nat(15)), { minLength: 1, maxLength: 4 });
  const leaf = fc.oneof(
    runs.map((entries) => ({ entries })),
    runs.map((entries) => ({
      signed: { ...signed, payload: JSON.stringify({ ...JSON.parse(signed.payload), entries }) },
    })),
    fc.constant({ signed }),
  );
  await fc.assert(
    fc.asyncProperty(leaf, fc.constantFrom(...standing), async (made, missing) => {
      const forged = canonical({ kind: 'erased', seq: edge.size, at: NINE, ...made });
      const tree = {
        ...foundation.store,
        auditEdge: () => Promise.resolve({ ...edge, size: edge.size + 1 }),
        auditLeaves: (_: unknown, from: number, limit: number) =>
          Promise.resolve([...texts, forged].slice(from, from + limit)),
        auditedRows: async (...of: Parameters<typeof foundation.store.auditedRows>) =>
          (await foundation.store.auditedRows(...of)).filter(({ row }) => row.seq !== missing),
      };
      const found = (await verifyTree(tree, { org: acme, serverKey, now: NINE })).finding;
      expect(found).toMatchObject({ fault: 'row_missing', seq: missing });
    }),
  );
});

it('what an earlier Daylight erased unsigned stays erased; what is planted since then is named, and so is all of it where the note of it is taken out', async () => {
  for (const who of [ann, bob, bob]) await look(who);
  await planted((seq) => ({ kind: 'erased', seq, at: NINE, entries: [[1, 1]] }));
  await takenOut(1);
  expect(await finding()).toMatchObject({ fault: 'row_missing', seq: 1 });
  await tampered('keys.db', (db) => db.run("DELETE FROM mark WHERE name = 'erasures_signed'"));
  expect(await finding()).toBeNull();

  await planted((seq) => ({ kind: 'erased', seq, at: NINE, entries: [[2, 2]] }));
  await takenOut(2);
  expect(await finding()).toMatchObject({ fault: 'row_missing', seq: 2 });
  const note = "FROM organisation_setting WHERE name = 'unsigned_erasures'";
  await tampered('daylight.db', (db) => db.run(`DELETE ${note}`));
  expect(await finding()).toMatchObject({ fault: 'row_missing', seq: 1 });
});

it('what was planted in the tree before erasures were signed is found by the tree as it was then', async () => {
  for (const who of [ann, bob]) await look(who);
  await tampered('keys.db', (db) => db.run("DELETE FROM mark WHERE name = 'erasures_signed'"));
  const leaf = canonical({ kind: 'erased', seq: 2, at: NINE, entries: [[1, 1]] });
  await tampered('daylight.db', async (db) => {
    await db.run('UPDATE audit_leaf SET leaf = ? WHERE seq = 2', [leaf]);
    await db.run('DELETE FROM access');
  });
  expect(await finding()).toMatchObject({ fault: 'checkpoint_root', seq: 0, to: 2 });
});
