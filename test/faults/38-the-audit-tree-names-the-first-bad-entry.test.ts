import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hashOf } from '../../server/audit/entry.ts';
import { sha256 } from '../../server/audit/sha256.ts';
import { append, noLeaves, rootOf } from '../../server/audit/tree.ts';
import { type Verified, verifyTree } from '../../server/audit/verify.ts';
import { keyIdOf } from '../../server/control/signer.ts';
import { type Connection, connect } from '../../server/store/sqlite/connection.ts';
import type { SaidErased, Store } from '../../server/store/store.ts';
import { rawPublicKeyOf } from '../../server/vault/ed25519.ts';
import { canonical } from '../../shared/canonical.ts';
import { type Signed, type SigningContext, signingInput } from '../../shared/signed.ts';
import { DAY } from '../../shared/time.ts';
import { openStoreIn, temporaryFolder } from '../support/openedSqliteStore.ts';
import { access, NINE, org, orgId, personId } from '../support/storeRecords.ts';

// Somebody who can write to the database changes who looked at whom. What they do not have is the key that signs checkpoints.

const acme = orgId('acme');
const ENTRIES = 100;
let folder: string;
let remove: () => Promise<void>;
let store: Store;
let key: { public: string; private: KeyObject };
beforeEach(async () => {
  ({ folder, remove } = await temporaryFolder());
  store = await openStoreIn(folder);
  key = newKey();
  await store.createOrganisation(org('acme'));
  for (let n = 1; n < ENTRIES; n += 1) await store.recordAccess(access(NINE + n, { purpose: `look ${n}` }));
  await putCheckpoint(40);
  await putCheckpoint(ENTRIES);
});
afterEach(async () => {
  await store.close();
  await remove();
});

function newKey(): typeof key {
  const { privateKey } = generateKeyPairSync('ed25519');
  return { public: rawPublicKeyOf(privateKey), private: privateKey };
}

async function signedAt(size: number, by = key): Promise<Signed> {
  const hashes = (await store.auditLeaves(acme, 0, size)).map(hashOf);
  const root = Buffer.from(rootOf(sha256, append(sha256, noLeaves, hashes).edge)).toString('hex');
  return signedWith(by, 'daylight/checkpoint/v1', { schema: 1, org: acme, epoch: 0, size, root, at: NINE + size });
}

function signedWith(by: typeof key, context: SigningContext, document: unknown): Signed {
  const payload = canonical(document);
  const signature = sign(null, Buffer.from(signingInput(context, payload)), by.private).toString('base64url');
  return { payload, keyId: keyIdOf(key.public), signature };
}

async function putCheckpoint(size: number, by = key): Promise<void> {
  await store.putCheckpoint({ org: acme, size, at: NINE + size, signed: await signedAt(size, by) });
}

/** Past the store, as somebody with a shell. */
async function tampered(work: (connection: Connection) => Promise<unknown>): Promise<void> {
  await store.close();
  const connection = await connect(join(folder, 'daylight.db'));
  await work(connection);
  await connection.close();
  store = await openStoreIn(folder);
}

const verified = (kept: readonly Signed[] = [], now = NINE + ENTRIES * DAY): Promise<Verified> =>
  verifyTree(store, { org: acme, serverKey: key.public, now, kept });

/** The leaves from `from` on, written anew from `texts`, with every node and the head as if they had been those from the start. */
async function rebuilt(connection: Connection, texts: readonly string[]): Promise<void> {
  for (const table of ['audit_leaf', 'audit_node', 'audit_head']) await connection.run(`DELETE FROM ${table}`);
  const org = Buffer.from(acme.replaceAll('-', ''), 'hex');
  const { edge, nodes } = append(sha256, noLeaves, texts.map(hashOf));
  for (const [seq, leaf] of texts.entries())
    await connection.run('INSERT INTO audit_leaf VALUES (?, ?, ?)', [org, seq, leaf]);
  for (const { level, place, hash } of nodes.filter((node) => node.level >= 4))
    await connection.run('INSERT INTO audit_node VALUES (?, ?, ?, ?)', [org, level, place, hash]);
  await connection.run('INSERT INTO audit_head VALUES (?, ?, ?)', [org, edge.size, Buffer.concat(edge.peaks)]);
}

const leafTexts = async (): Promise<string[]> => [...(await store.auditLeaves(acme, 0, 1_000))];
const renumbered = (texts: readonly string[]): string[] =>
  texts.map((text, seq) => canonical({ ...JSON.parse(text), seq }));

describe('an audit that was tampered with', () => {
  it('is whole before anybody did', async () => {
    expect(await verified()).toEqual({ size: ENTRIES, checkpoints: 2, leafless: 0, finding: null });
  });

  it('a changed entry is named', async () => {
    await tampered((db) => db.run("UPDATE access SET actor_role = 'employee' WHERE seq = 57"));
    expect((await verified()).finding).toEqual({ fault: 'row_changed', seq: 57, to: 57, at: NINE + 57 });
  });

  it('the first of several is named', async () => {
    await tampered((db) => db.run("UPDATE access SET purpose = 'nothing' WHERE seq IN (91, 13, 57)"));
    expect((await verified()).finding).toMatchObject({ fault: 'row_changed', seq: 13 });
  });

  it('an entry that was taken out is named, with its leaf or without', async () => {
    await tampered((db) => db.run('DELETE FROM access WHERE seq = 31'));
    expect((await verified()).finding).toMatchObject({ fault: 'row_missing', seq: 31, to: 31 });
    await tampered((db) => db.run('DELETE FROM audit_leaf WHERE seq = 31'));
    expect((await verified()).finding).toMatchObject({ fault: 'leaf_missing', seq: 31 });
  });

  it('an entry that was put in is named', async () => {
    const columns = 'org, subject, at, actor, actor_role, action, purpose, day, parameters, refused, count, last_at';
    const copy = `INSERT INTO access (${columns}, seq, salt) SELECT ${columns}, 500, salt FROM access WHERE seq = 3`;
    await tampered((db) => db.run(copy));
    expect((await verified()).finding).toMatchObject({ fault: 'row_without_leaf', seq: ENTRIES });
  });

  it('one without a number is named, shown to nobody, and never taken into the tree', async () => {
    const columns = 'org, subject, at, actor, actor_role, action, purpose, day, parameters, refused, count, last_at';
    await tampered((db) => db.run(`INSERT INTO access (${columns}) SELECT ${columns} FROM access WHERE seq = 3`));
    const named = { leafless: 1, finding: { fault: 'row_without_leaf', seq: ENTRIES, to: ENTRIES, at: NINE + 3 } };
    expect(await verified()).toMatchObject(named);
    expect(await store.takeIntoAudit(acme, 1_000, NINE + 500)).toBe(0);
    expect(await verified()).toMatchObject(named);
    expect(await store.accesses(acme, personId('ann'), 1_000)).toHaveLength(ENTRIES - 1);
  });

  it('a tree that was emptied, with all that stood for it, is not whole; nor is what is recorded after that', async () => {
    const tables = ['access', 'security_event', 'audit_leaf', 'audit_node', 'audit_head', 'audit_checkpoint'];
    await tampered(async (db) => {
      for (const table of tables) await db.run(`DELETE FROM ${table}`);
    });
    expect(await verified()).toMatchObject({ size: 0, finding: { fault: 'not_begun', seq: 0 } });
    await store.recordAccess(access(NINE));
    expect(await verified()).toMatchObject({ size: 1, finding: { fault: 'not_begun', seq: 0 } });
  });

  it('a row that was put in or changed is not counted on: no leaf vouches for it', async () => {
    const refused = { refused: true, subject: personId('bob') } as const;
    const event = { org: acme, at: NINE, kind: 'refused_read', person: null, detail: 'was refused' } as const;
    await store.recordAccess(access(NINE + 200, refused));
    await store.recordSecurityEvent(event);
    await tampered(async (db) => {
      await db.run('UPDATE access SET count = 50 WHERE refused = 1');
      await db.run('UPDATE security_event SET seq = NULL, salt = NULL, count = 70');
    });
    await store.recordAccess(access(NINE + 201, refused));
    await store.recordAccess(access(NINE + 202, refused));
    await store.recordSecurityEvent(event);
    const seen = async (seq: number) => (await store.auditedRow(acme, seq))?.row.count;
    expect([await seen(ENTRIES), await seen(ENTRIES + 3), await seen(ENTRIES + 4)]).toEqual([50, 2, 1]);
    expect((await verified()).finding).toMatchObject({ fault: 'row_changed', seq: ENTRIES });
  });

  it('a leaf that says that it is of before the tree was begun stands before that', async () => {
    const texts = await leafTexts();
    await tampered((db) => rebuilt(db, texts.with(50, canonical({ ...JSON.parse(texts[50] ?? ''), earlier: true }))));
    expect((await verified()).finding).toMatchObject({ fault: 'taken_in_late', seq: 50 });
  });

  it('two entries that changed places are named by the first', async () => {
    await tampered(async (db) => {
      await db.run('UPDATE access SET seq = -1 WHERE seq = 20');
      await db.run('UPDATE access SET seq = 20 WHERE seq = 60');
      await db.run('UPDATE access SET seq = 60 WHERE seq = -1');
    });
    expect((await verified()).finding).toMatchObject({ fault: 'row_changed', seq: 20 });
  });

  it('two leaves that changed places are named by the first', async () => {
    await tampered(async (db) => {
      for (const [from, to] of [
        [20, -1],
        [60, 20],
        [-1, 60],
      ] as const)
        await db.run('UPDATE audit_leaf SET seq = ? WHERE seq = ?', [to, from]);
    });
    expect((await verified()).finding).toMatchObject({ seq: 20 });
  });

  it('a tree that was cut off, with all its checkpoints, is found by one that somebody kept', async () => {
    const kept = await signedAt(ENTRIES);
    const texts = (await leafTexts()).slice(0, 70);
    await tampered(async (db) => {
      await rebuilt(db, texts);
      await db.run('DELETE FROM access WHERE seq >= 70');
      await db.run('DELETE FROM audit_checkpoint WHERE size > 70');
    });
    expect((await verified()).finding).toBeNull(); // it is a tree; whoever has no checkpoint cannot tell
    expect((await verified([kept])).finding).toMatchObject({ fault: 'cut_off', seq: 70, to: 99 });
  });

  it('a tree that was cut off and kept its checkpoints is found by them', async () => {
    const texts = (await leafTexts()).slice(0, 70);
    await tampered(async (db) => {
      await rebuilt(db, texts);
      await db.run('DELETE FROM access WHERE seq >= 70');
    });
    expect((await verified()).finding).toEqual({ fault: 'cut_off', seq: 70, to: 99, at: NINE + ENTRIES });
  });

  it('a tree whose end was cut off, with a head that fits nothing any more, is named by what is missing', async () => {
    await tampered(async (db) => {
      await db.run('DELETE FROM audit_leaf WHERE seq >= 70');
      await db.run('DELETE FROM access WHERE seq >= 70');
      await db.run('UPDATE audit_head SET size = 127');
    });
    expect((await verified()).finding).toMatchObject({ fault: 'cut_off', seq: 70 });
    await tampered((db) => db.run('DELETE FROM audit_checkpoint'));
    expect((await verified()).finding).toMatchObject({ fault: 'head_changed' });
  });

  it('a tree built anew over an entry taken out fits itself, and no checkpoint', async () => {
    const texts = await leafTexts();
    await tampered(async (db) => {
      await rebuilt(db, renumbered(texts.filter((_, seq) => seq !== 50)));
      await db.run('DELETE FROM access WHERE seq = 50');
      for (let seq = 51; seq < ENTRIES; seq += 1)
        await db.run('UPDATE access SET seq = ? WHERE seq = ?', [seq - 1, seq]);
    });
    expect((await verified()).finding).toMatchObject({ fault: 'cut_off' });
    await tampered((db) => db.run('DELETE FROM audit_checkpoint WHERE size = 100'));
    const kept = await signedAt(99, newKey());
    expect((await verified([kept])).finding).toMatchObject({ fault: 'checkpoint_forged' });
  });

  it('a tree built anew over a changed entry is found by the checkpoint that covers it, between that and the one before', async () => {
    const texts = await leafTexts();
    const other = canonical({ ...JSON.parse(texts[55] ?? ''), commitment: 'a'.repeat(64) });
    await tampered(async (db) => {
      await rebuilt(db, texts.with(55, other));
      await db.run('DELETE FROM access WHERE seq = 55');
    });
    // Nothing stands behind the leaf: the row names it.
    expect((await verified()).finding).toMatchObject({ fault: 'row_missing', seq: 55 });
    const erased = canonical({ kind: 'erased', seq: 55, at: NINE, entries: [[54, 54]] });
    await tampered(async (db) => {
      await rebuilt(db, texts.with(55, erased));
      await db.run('DELETE FROM access WHERE seq = 54');
    });
    // Nor does a leaf that nobody signed.
    expect((await verified()).finding).toMatchObject({ fault: 'row_missing', seq: 54 });
    const day = canonical({ kind: 'day', seq: 55, at: NINE });
    await tampered(async (db) => {
      await rebuilt(db, texts.with(54, canonical({ kind: 'day', seq: 54, at: NINE })).with(55, day));
    });
    expect((await verified()).finding).toMatchObject({ fault: 'checkpoint_root', seq: 40, to: 99 });
  });

  it('a tree older than a day of which every checkpoint was taken out is not whole; a younger one may have none yet', async () => {
    await tampered((db) => db.run('DELETE FROM audit_checkpoint'));
    expect((await verified()).finding).toBeNull();
    await store.recordAccess(access(NINE + 2 * DAY, { purpose: 'two days later' }));
    const missing = { fault: 'checkpoints_missing', seq: 0, to: ENTRIES, at: null };
    expect((await verified()).finding).toEqual(missing);
    // What somebody kept elsewhere was signed; it says of this folder that something is missing in it.
    expect((await verified([await signedAt(ENTRIES)])).finding).toEqual(missing);
    await putCheckpoint(ENTRIES);
    expect((await verified()).finding).toBeNull();
  });

  it('an entry that the server makes after a checkpoint alone says that there was one', async () => {
    await store.appendDay(acme, NINE + ENTRIES);
    expect((await verified()).finding).toBeNull();
    await tampered((db) => db.run('DELETE FROM audit_checkpoint'));
    expect((await verified()).finding).toMatchObject({ fault: 'checkpoints_missing', to: ENTRIES });
  });

  it('a forged checkpoint is found', async () => {
    await putCheckpoint(60, newKey());
    expect((await verified()).finding).toMatchObject({ fault: 'checkpoint_forged' });
  });

  it('a changed node and a changed head are found', async () => {
    await tampered((db) => db.run('UPDATE audit_node SET hash = zeroblob(32) WHERE level = 4 AND place = 2'));
    expect((await verified()).finding).toMatchObject({ fault: 'node_changed', seq: 32, to: 47 });
    await tampered((db) => db.run('DELETE FROM audit_node WHERE level = 4 AND place = 2'));
    expect((await verified()).finding).toMatchObject({ fault: 'node_changed', seq: 32 });
    await tampered(async (db) => rebuilt(db, await leavesIn(db)));
    await tampered((db) => db.run('UPDATE audit_head SET peaks = zeroblob(96)'));
    expect((await verified()).finding).toMatchObject({ fault: 'head_changed' });
  });

  it('an entry that is closed can be superseded by none, and an erased one needs its leaf', async () => {
    const late = { kind: 'access', seq: ENTRIES, at: NINE + 4_000_000, commitment: 'b'.repeat(64), supersedes: 5 };
    const texts = [...(await leafTexts()), canonical(late)];
    await tampered(async (db) => {
      await rebuilt(db, texts);
      await db.run('UPDATE access SET seq = ? WHERE seq = 5', [ENTRIES]);
    });
    expect((await verified()).finding).toMatchObject({ fault: 'row_missing', seq: 5 });
  });

  it('refusals that were counted on, and rows that were erased, are as they should be', async () => {
    for (let n = 0; n < 5; n += 1)
      await store.recordAccess(access(NINE + 200 + n, { refused: true, subject: personId('bob') }));
    const sign: SaidErased['sign'] = (said) => signedWith(key, 'daylight/erased/v1', { schema: 1, org: acme, ...said });
    await store.forgetEntries(acme, personId('ann'), { at: NINE + 300, sign });
    await putCheckpoint((await store.auditEdge(acme)).size);
    expect((await verified()).finding).toBeNull();
    await tampered((db) => db.run("UPDATE audit_leaf SET leaf = replace(leaf, '[1,99]', '[1,98]') WHERE seq = 105"));
    expect((await verified()).finding).toMatchObject({ fault: 'row_missing', seq: 1 });
  });
});

async function leavesIn(db: Connection): Promise<string[]> {
  return (await db.all('SELECT leaf FROM audit_leaf ORDER BY seq')).map(({ leaf }) => String(leaf));
}
