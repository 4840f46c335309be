import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { acknowledge, readAlarms } from '../../server/audit/acknowledgements.ts';
import { createAuditLog } from '../../server/audit/auditLog.ts';
import { leafIn } from '../../server/audit/entry.ts';
import { sha256 } from '../../server/audit/sha256.ts';
import { type AuditFinding, verifyTree } from '../../server/audit/verify.ts';
import { letIn } from '../../server/control/operators.ts';
import { putSetting } from '../../server/control/settings.ts';
import { type Foundation, openFoundation } from '../../server/foundation.ts';
import { letGoSome } from '../../server/lifecycle/entryKeeping.ts';
import { systemRandom } from '../../server/random.ts';
import type { HoldEntry } from '../../server/records/holds.ts';
import type { IncidentEntry } from '../../server/records/incidents.ts';
import { type Connection, connect } from '../../server/store/sqlite/connection.ts';
import type { AuditLeaf } from '../../shared/audit/leaf.ts';
import { LetGo } from '../../shared/audit/letGo.ts';
import { provesConsistency } from '../../shared/audit/merkle.ts';
import { HoldContent } from '../../shared/protocol/http/holds.ts';
import { IncidentContent } from '../../shared/protocol/http/incidents.ts';
import type { Signed } from '../../shared/signed.ts';
import { addDays, DAY, dayOf } from '../../shared/time.ts';
import { temporaryFolder } from '../support/openedSqliteStore.ts';
import { plantLeaf } from '../support/plantLeaf.ts';
import { HOLD, INCIDENT } from '../support/routeExamples.ts';
import { access, NINE, orgId, personId } from '../support/storeRecords.ts';

// What is older than it is kept is let go, which a signed leaf says. Somebody who takes entries out would like to have it look like that.

const acme = orgId('acme');
const [ann, bob, officer] = [personId('ann'), personId('bob'), personId('pia')];
const YEAR = 365;
const wall = { now: NINE };
const clock = { now: () => wall.now, mono: () => 0 };
let folder: string;
let remove: () => Promise<void>;
let foundation: Foundation;
beforeEach(async () => {
  ({ folder, remove } = await temporaryFolder());
  wall.now = NINE;
  foundation = await opened(true);
  await foundation.organisations.create(acme, 'Acme');
});
afterEach(async () => {
  await foundation.close();
  await remove();
});

const opened = (create = false) => openFoundation({ data: folder, clock, random: systemRandom, create });
const log = () => createAuditLog({ ...foundation, clock });
const event = (name = 'ann') =>
  foundation.store.recordSecurityEvent({
    ...{ org: acme, at: wall.now, kind: 'refused_read', person: personId(name) },
    detail: 'was refused',
  });
const look = (subject = ann) => foundation.store.recordAccess(access(wall.now, { subject }));
/** So many days later, with the checkpoint of that day. */
async function later(days: number): Promise<number> {
  wall.now += days * DAY;
  return (await log().checkpoint(acme)).size;
}
const letGo = (kind: 'access' | 'security_event', days: number) =>
  letGoSome({ ...foundation, clock }, acme, kind, days);
const events = async () => (await foundation.store.securityEvents(acme, 100)).map(({ seq }) => seq);

async function finding(kept: readonly Signed[] = []): Promise<AuditFinding | null> {
  const { serverKey } = (await foundation.organisations.signer(acme)).identity;
  return (await verifyTree(foundation.store, { org: acme, serverKey, now: wall.now, kept })).finding;
}

/** Past the server, as somebody with a shell. */
async function tampered(work: (connection: Connection) => Promise<unknown>): Promise<void> {
  await foundation.close();
  const connection = await connect(join(folder, 'daylight.db'));
  await work(connection);
  await connection.close();
  foundation = await opened();
}

async function planted(leaf: (seq: number) => AuditLeaf): Promise<void> {
  const edge = await foundation.store.auditEdge(acme);
  await tampered((db) => plantLeaf(db, acme, edge, leaf(edge.size)));
}
const takenOut = (seq: number) => tampered((db) => db.run('DELETE FROM security_event WHERE seq = ?', [seq]));

/** Of whoever has the keys, too. */
async function signedLetGo({ size = 2, signedAt = NINE, ...change }: Forged): Promise<Signed> {
  const signer = await foundation.organisations.signer(acme);
  const tree = { schema: 1, org: acme, epoch: 0, size, root: '00'.repeat(32), at: signedAt };
  const by = signer.signAsServer('daylight/checkpoint/v1', tree);
  const said = {
    schema: 1,
    org: acme,
    of: 'security_event',
    at: wall.now,
    days: YEAR,
    by,
    entries: [[1, 1]],
    ...change,
  };
  return signer.signAsServer('daylight/let-go/v1', said);
}
type Forged = Partial<LetGo> & { readonly size?: number; readonly signedAt?: number };

it('what is past its time goes, its leaves and what was signed stay, and the tree is whole; a younger one that is missing is named', async () => {
  await event();
  await look();
  const before = await later(0);
  const { signed } = await log().checkpoint(acme);
  await later(200);
  await event('bob');
  await look(bob);
  await later(200);
  expect(await letGo('security_event', YEAR)).toBe(1);
  expect([await letGo('security_event', YEAR), await letGo('access', 3 * YEAR)]).toEqual([0, 0]);
  expect(await events()).toEqual([before + 1]);
  expect(await foundation.store.accesses(acme, ann, 9)).toHaveLength(1);
  expect(await finding([signed])).toBeNull();

  const after = await log().checkpoint(acme);
  const path = (await log().consistency(acme, before, after.size)).map((hash) => Buffer.from(hash, 'hex'));
  const headOf = (payload: string) => {
    const { size, root } = JSON.parse(payload);
    return { size, root: Buffer.from(root, 'hex') };
  };
  expect(provesConsistency(sha256, headOf(signed.payload), headOf(after.signed.payload), path)).toBe(true);

  await takenOut(before + 1);
  expect(await finding()).toMatchObject({ fault: 'row_missing', seq: before + 1 });
});

it('a leaf that the server did not sign lets nothing go: the entry is missing, and where it is still there the leaf is named', async () => {
  for (const name of ['ann', 'bob', 'mia']) await event(name);
  await later(0);
  await later(2 * YEAR);
  await event('late');
  const genuine = await signedLetGo({ entries: [[1, 1]], size: 2, signedAt: NINE });
  const other = genuine.payload.replace('[[1,1]]', '[[2,2]]');
  const at = wall.now;
  await planted((seq) => ({ kind: 'let_go', seq, at, signed: { ...genuine, payload: other } }));
  const { size } = await foundation.store.auditEdge(acme);
  expect(await finding()).toMatchObject({ fault: 'let_go_forged', seq: size - 1 });
  await takenOut(2);
  expect(await finding()).toMatchObject({ fault: 'row_missing', seq: 2 });
});

it('what was signed is of one time and one organisation, and lets the same go once', async () => {
  await event();
  await later(0);
  await later(2 * YEAR);
  expect(await letGo('security_event', YEAR)).toBe(1);
  const texts = await foundation.store.auditLeaves(acme, 0, 100);
  const leaf = texts.map(leafIn).find((one) => one?.kind === 'let_go');
  if (leaf?.kind !== 'let_go') throw new Error('nothing was let go');
  expect(await finding()).toBeNull();
  await planted((seq) => ({ ...leaf, seq, at: leaf.at + 1 }));
  expect(await finding()).toMatchObject({ fault: 'let_go_forged' });
});

it('what stands behind the last checkpoint that was old enough is not let go with what stands before it', async () => {
  await event();
  await later(0);
  await later(200);
  await event('bob');
  const size = await later(0);
  const signedAt = wall.now;
  await later(200);
  const signed = await signedLetGo({ size, signedAt, entries: [[size - 1, size - 1]] });
  await planted((seq) => ({ kind: 'let_go', seq, at: wall.now, signed }));
  await takenOut(size - 1);
  expect(await finding()).toMatchObject({ fault: 'row_missing', seq: size - 1 });
});

it('a checkpoint that was signed while the clock was years ahead keeps nothing from being let go', async () => {
  wall.now += 20 * YEAR * DAY;
  await later(0);
  wall.now = NINE;
  await event();
  await later(0);
  await later(400);
  expect(await letGo('security_event', YEAR)).toBe(1);
  expect(await finding()).toBeNull();
});

it.each<[string, () => Forged]>([
  ['fewer days than anybody may say', () => ({ days: 100, size: 2, signedAt: NINE })],
  ['a checkpoint that was not old enough', () => ({ size: 2, signedAt: NINE + 250 * DAY })],
  ['more entries than the checkpoint had', () => ({ size: 1, signedAt: NINE })],
  ['entries of another kind', () => ({ of: 'access', size: 2, signedAt: NINE })],
  ['a time that has not come', () => ({ at: wall.now + 3 * YEAR * DAY, size: 2, signedAt: NINE + 300 * DAY })],
  ['another organisation', () => ({ org: orgId('other'), size: 2, signedAt: NINE })],
])('with all keys of the folder, too, nothing is let go by %s', async (_, change) => {
  await event();
  await later(0);
  await later(400);
  const said = change();
  const signed = await signedLetGo(said);
  const at = said.at ?? wall.now;
  await planted((seq) => ({ kind: 'let_go', seq, at, signed }));
  await takenOut(1);
  expect(await finding()).toMatchObject({ fault: 'row_missing', seq: 1 });
});

it('what was recorded while the clock was set back is not old, whatever its time says: neither for the sweep, nor by a leaf', async () => {
  await event('before');
  const before = await later(0);
  const { signed } = await log().checkpoint(acme);
  wall.now -= 3 * YEAR * DAY;
  await event('meanwhile');
  const meanwhile = await later(0);
  const said = { size: meanwhile, signedAt: wall.now };
  wall.now = NINE + DAY;
  expect(await letGo('security_event', YEAR)).toBe(0);
  expect(await events()).toHaveLength(2);
  const entries: LetGo['entries'] = [[before, before]];
  const forged = await signedLetGo({ ...said, entries });
  await planted((seq) => ({ kind: 'let_go', seq, at: wall.now, signed: forged }));
  await takenOut(before);
  expect(await finding([signed])).toMatchObject({ fault: 'row_missing', seq: before });
});

it('a checkpoint of a day on which nothing was recorded is of that day, and makes what stands before it old', async () => {
  await event();
  const size = await later(0);
  const { at, size: next } = { at: (await log().checkpoint(acme)).at, size: await later(0.5) };
  expect([at, next]).toEqual([NINE, size]);
  expect(await later(0.5)).toBe(size + 1);
  expect((await log().checkpoint(acme)).at).toBe(NINE + DAY);
  expect(await finding()).toBeNull();
});

it('what somebody changed or moved is not let go with the others: it stays for whoever verifies', async () => {
  for (const name of ['ann', 'bob', 'mia']) await event(name);
  await later(0);
  await later(400);
  await tampered((db) => db.run("UPDATE security_event SET detail = 'something else' WHERE seq = 2"));
  expect(await letGo('security_event', YEAR)).toBe(2);
  expect(await letGo('security_event', YEAR)).toBe(0);
  expect(await finding()).toMatchObject({ fault: 'row_changed', seq: 2 });
});

const put = (name: string, entry: unknown, author = officer, revision = 1) =>
  putSetting(
    foundation.store,
    foundation.vault,
    { org: acme, name: `register ${name}`, revision, at: wall.now },
    { author, reason: 'for this test', entry },
  );

it.each(['incidents', 'holds'] as const)('what cannot be read of the %s may be one that is open', async (register) => {
  await event();
  await later(0);
  await later(400);
  await put(register, 'changed in the store');
  expect(await letGo('security_event', YEAR)).toBe(0);
});

it('where it cannot be read who is let in, somebody may be', async () => {
  await event();
  await later(0);
  await later(400);
  const asked = { org: acme, person: ann, by: 'root', reason: 'a disk', hours: 1 };
  await letIn({ ...foundation, clock, random: systemRandom }, asked);
  await later(1);
  await tampered((db) => db.run("UPDATE organisation_setting SET sealed = x'00' WHERE name = 'operators'"));
  expect(await letGo('security_event', YEAR)).toBe(0);
});

it('whoever writes into the database makes nothing old: what a checkpoint says is what was signed, of this very tree', async () => {
  await event('old');
  const old = await later(0);
  await later(400);
  await event('young');
  await look(bob);
  const size = await later(0);
  await tampered(async (db) => {
    await db.run('DELETE FROM audit_checkpoint WHERE size > ?', [old]);
    await db.run('UPDATE audit_checkpoint SET size = ?, at = ?', [size, NINE - 10 * YEAR * DAY]);
  });
  expect([await letGo('security_event', YEAR), await letGo('access', YEAR)]).toEqual([1, 0]);
  expect((await foundation.store.securityEvents(acme, 9)).map(({ person }) => person)).toEqual([personId('young')]);

  wall.now += YEAR * DAY;
  await tampered((db) => db.run("UPDATE audit_checkpoint SET payload = replace(payload, 'schema', 'schemes')"));
  expect(await letGo('security_event', YEAR)).toBe(0);
});

it('nothing of a tree that is another one than was signed is let go', async () => {
  await event();
  await event('bob');
  await later(0);
  await later(400);
  await tampered((db) => db.run(`UPDATE audit_leaf SET leaf = replace(leaf, '"seq":2', '"seq":3')`));
  expect(await letGo('security_event', YEAR)).toBe(0);
});

it('one checkpoint that was signed while the clock was back does not accuse what was let go before', async () => {
  await event();
  await later(0);
  await later(400);
  expect(await letGo('security_event', YEAR)).toBe(1);
  await later(0);
  wall.now -= 3 * YEAR * DAY;
  await event('meanwhile');
  await later(0);
  wall.now += 3 * YEAR * DAY;
  await event('after');
  await later(1);
  expect(await finding()).toBeNull();
});

it('an incident that is open and an operator who is let in keep all of it; a legal hold keeps what is of its person', async () => {
  await event('ann');
  await event('bob');
  await later(0);
  await later(400);
  const opening: IncidentEntry['step'] = { kind: 'opened', content: IncidentContent.parse(INCIDENT) };
  await put('incidents', { number: 1, step: opening });
  expect(await letGo('security_event', YEAR)).toBe(0);
  await put('incidents', { number: 1, step: { kind: 'closed' } }, officer, 2);

  const asked = { org: acme, person: ann, by: 'root', reason: 'a disk', hours: 1 };
  await letIn({ ...foundation, clock, random: systemRandom }, asked);
  expect(await letGo('security_event', YEAR)).toBe(0);
  await later(1);

  const content = HoldContent.parse({ ...HOLD, person: ann, until: addDays(dayOf(wall.now), 30) });
  const proposed: HoldEntry['step'] = { kind: 'proposed', content, alone: false };
  await put('holds', { number: 1, step: proposed });
  await put('holds', { number: 1, step: { kind: 'approved' } }, bob, 2);
  expect(await letGo('security_event', YEAR)).toBe(1);
  expect((await foundation.store.securityEvents(acme, 9)).at(-1)?.person).toBe(ann);
  await later(40);
  expect(await letGo('security_event', YEAR)).toBe(1);
  expect(await finding()).toBeNull();
});

it('an alarm that nobody has acknowledged stays past its time, and goes with the others once somebody has, and after three years in any case', async () => {
  const alarm = (kind: 'alarm_refusals' | 'alarm_mass_read') =>
    foundation.store.recordSecurityEvent({ org: acme, at: wall.now, kind, person: bob, detail: 'was seen' });
  const kinds = async () => (await foundation.store.alarms(acme)).map(({ kind }) => kind);
  await event();
  await alarm('alarm_refusals');
  await alarm('alarm_mass_read');
  await later(0);
  await later(400);
  expect(await letGo('security_event', YEAR)).toBe(1);
  expect([await letGo('security_event', YEAR), await kinds()]).toEqual([0, ['alarm_mass_read', 'alarm_refusals']]);
  const { revision, all } = await readAlarms(foundation, acme);
  const refusals = all.find(({ kind }) => kind === 'alarm_refusals')?.seq ?? -1;
  const said = { alarm: refusals, by: officer, finding: 'explained', reason: 'a wrong bookmark' } as const;
  await acknowledge(foundation, { org: acme, revision, at: wall.now }, said);
  expect([await letGo('security_event', YEAR), await kinds()]).toEqual([1, ['alarm_mass_read']]);
  // As whoever can write into the database alone would close it.
  const place = { org: acme, name: 'alarms acknowledged', revision: 2, at: wall.now };
  await foundation.store.putSetting({ ...place, sealed: foundation.vault.fromStore(new Uint8Array(80)) });
  expect(await letGo('security_event', YEAR)).toBe(0);
  expect((await readAlarms(foundation, acme)).all).toMatchObject([{ acknowledged: null }]);
  await later(700);
  expect([await letGo('security_event', YEAR), await kinds()]).toEqual([1, []]);
  expect(await finding()).toBeNull();
});
