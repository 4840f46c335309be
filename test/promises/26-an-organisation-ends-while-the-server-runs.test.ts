import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { verifyCertificate } from '../../server/lifecycle/certificate.ts';
import { keyMap, storeMap } from '../../server/lifecycle/dataMap.ts';
import { type Connection, connect } from '../../server/store/sqlite/connection.ts';
import type { OrgId } from '../../shared/ids.ts';
import { MOST_HELD_DAYS } from '../../shared/protocol/http/holds.ts';
import { KNOWS_ALL } from '../../shared/protocol/messages.ts';
import { addDays, dayOf } from '../../shared/time.ts';
import {
  addMember,
  createClient,
  type Json,
  type Member,
  PASSWORD,
  startServer,
  type TestOwner,
  type TestServer,
} from '../support/api.ts';
import { breakTable, run } from '../support/brokenTable.ts';
import { eventually } from '../support/daylight.ts';
import { enrol } from '../support/enrolled.ts';
import { openEvents } from '../support/eventReader.ts';
import { dial } from '../support/ingestKit.ts';
import { goOnToMorning } from '../support/movableClock.ts';
import { recordDay } from '../support/recordedDay.ts';
import { HOLD } from '../support/routeExamples.ts';
import { foundIn } from '../support/twoOrganisations.ts';

// Promise 26: an organisation ends at the word of an owner, in every store that there is, beside one that goes on untouched.

interface Planted {
  readonly owner: TestOwner;
  readonly admin: Member;
  readonly officer: Member;
  readonly employee: Member;
}

let it: TestServer;
let [acme, bolt]: Planted[] = [];

beforeAll(async () => {
  it = await startServer();
  goOnToMorning(it.clock);
  [acme, bolt] = [await planted('Acme'), await planted('Bolt')];
});
afterAll(() => it.close());

async function planted(name: string): Promise<Planted> {
  const owner = await it.addOrganisation(name);
  const domain = `${name.toLowerCase()}.example.com`;
  const add = (role: 'admin' | 'privacy_officer' | 'employee', who: string) =>
    addMember(it, owner.client, role, { name: who, email: `${who.toLowerCase()}@${domain}` });
  const [admin, officer, employee] = [
    await add('admin', 'Adam'),
    await add('privacy_officer', 'Pia'),
    await add('employee', 'Ben'),
  ];
  await recordDay(it.data, owner.org, employee.person, it.clock.now() - 3_600_000);
  return { owner, admin, officer, employee };
}

function of(one: Planted | undefined): Planted {
  if (one === undefined) throw new Error('nothing was planted');
  return one;
}

/** Those that say whose their rows are. */
async function tablesWithOrganisation(connection: Connection): Promise<string[]> {
  const rows = await connection.all(
    `SELECT m.name AS name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND c.name = 'org'`,
  );
  return rows.map(({ name }) => String(name));
}

async function inBoth<T>(work: (connection: Connection, file: string) => Promise<readonly T[]>): Promise<T[]> {
  const all: T[] = [];
  for (const file of ['daylight.db', 'keys.db']) {
    const connection = await connect(join(it.data, file));
    try {
      await connection.script('PRAGMA busy_timeout = 5000');
      all.push(...(await work(connection, file)));
    } finally {
      await connection.close();
    }
  }
  return all;
}

const hex = (org: OrgId) => `x'${org.replaceAll('-', '')}'`;

/** Where nothing of the organisation is yet, a row with random bytes in everything that can hold some. */
async function plantEverywhere(org: OrgId): Promise<void> {
  await inBoth(async (connection) => {
    await connection.script('PRAGMA ignore_check_constraints = ON');
    for (const table of await tablesWithOrganisation(connection)) {
      if ((await connection.all(`SELECT 1 FROM ${table} WHERE org = ${hex(org)} LIMIT 1`)).length > 0) continue;
      const columns = await connection.all(`SELECT name, type FROM pragma_table_info('${table}')`);
      const values = columns.map(({ name, type }) => {
        if (name === 'org') return hex(org);
        if (type === 'BLOB') return `x'${randomBytes(32).toString('hex')}'`;
        return type === 'TEXT' ? `'${randomBytes(24).toString('hex')}'` : '1';
      });
      await connection.run(`INSERT INTO ${table} VALUES (${values.join(', ')})`);
    }
    return [];
  });
}

/** How many rows there are in each table. */
async function rowsOf(org: OrgId): Promise<Record<string, number>> {
  return Object.fromEntries(
    await inBoth(async (connection) => {
      const counts: [string, number][] = [];
      for (const table of await tablesWithOrganisation(connection)) {
        const [row] = await connection.all(`SELECT count(*) AS many FROM ${table} WHERE org = ${hex(org)}`);
        counts.push([table, Number(row?.['many'])]);
      }
      return counts;
    }),
  );
}

/** Everything long enough to be told apart: what is sealed, wrapped or hashed. */
async function piecesOf(org: OrgId): Promise<readonly Buffer[]> {
  return inBoth(async (connection) => {
    const pieces: Buffer[] = [];
    for (const table of await tablesWithOrganisation(connection)) {
      for (const row of await connection.all(`SELECT * FROM ${table} WHERE org = ${hex(org)}`))
        for (const value of Object.values(row))
          if (Buffer.isBuffer(value) && value.length >= 24) pieces.push(value.subarray(-24));
    }
    return pieces;
  });
}

const proof = { password: PASSWORD };
const order = (one: Planted, name: string, more: object = proof) =>
  one.owner.client.send('POST', '/organisation/ending', { name, ...more });

test('before it ends it is said exactly how much there is of each kind, what stays, and what keeps it; nobody but an owner is told, or can order it', async () => {
  const { owner, admin, employee } = of(acme);
  const preview = await owner.client.ok('GET', '/organisation/ending');
  expect(preview).toMatchObject({
    ...{ name: 'Acme', people: 4, days: 1, backups: { many: 0, until: null }, certificates: 0, obstacle: null },
    beforeRestore: false,
    ...{ counts: { account: 4, images: 1, devices: 1 }, computers: { of: 1, connected: 0 } },
  });
  const rows = await rowsOf(owner.org);
  const { org_key: _, data_key: __, ...ofStore } = rows;
  const files = (await readdir(join(it.data, 'blobs', owner.org))).length;
  expect(preview.records).toBe(Object.values(ofStore).reduce((sum, many) => sum + many, files));
  for (const { client } of [admin, employee]) {
    expect((await client.send('GET', '/organisation/ending')).status).toBe(403);
    expect((await client.send('POST', '/organisation/ending', { name: 'Acme', ...proof })).status).toBe(403);
  }
  expect((await order(of(acme), 'acme')).body.error).toMatchObject({ code: 'bad_request', field: 'name' });
  expect((await order(of(acme), 'Acme', { password: 'wrong' })).status).toBe(401);
  const { events } = await owner.client.ok('GET', '/security-events');
  expect(events.filter(({ kind }: Json) => kind === 'ending_refused')).not.toEqual([]);
  expect(await owner.client.ok('GET', '/organisation/ending')).toMatchObject({ people: 4 });
});

test('a legal hold keeps it until its last day, or until it is released', async () => {
  const { owner, officer, employee } = of(acme);
  const reason = { reason: 'the lawyer asked' };
  const until = addDays(dayOf(it.clock.now()), 30);
  const { revision } = await owner.client.ok('GET', '/records/holds');
  const content = { ...HOLD, until, person: employee.person };
  const proposed = await owner.client.ok('POST', '/records/holds', { revision, content, ...reason });
  expect((await owner.client.ok('GET', '/organisation/ending')).obstacle).toBeNull();
  const { number } = proposed.holds.at(-1);
  const held = await officer.client.ok('PUT', `/records/holds/${number}`, {
    ...{ revision: proposed.revision, answer: 'approved', ...reason },
  });
  expect((await owner.client.ok('GET', '/organisation/ending')).obstacle).toEqual({ kind: 'held', holds: 1, until });
  const refused = await order(of(acme), 'Acme');
  expect([refused.status, refused.body.error.message]).toEqual([409, expect.stringContaining(until)]);
  await owner.client.ok('PUT', `/records/holds/${number}`, {
    ...{ revision: held.revision, answer: 'released', ...reason },
  });
  expect((await owner.client.ok('GET', '/organisation/ending')).obstacle).toBeNull();
});

test('an entry of the legal holds that nobody can read keeps it too, and is named with what to do, until no hold from then could last', async () => {
  const { owner } = of(acme);
  const damaged = (sealed: string) =>
    run(
      it.data,
      `UPDATE organisation_setting SET sealed = ${sealed} WHERE name = 'register holds' AND revision = 2 AND org = ${hex(owner.org)};`,
    );
  await run(it.data, 'CREATE TABLE kept_aside AS SELECT * FROM organisation_setting;');
  await damaged('zeroblob(length(sealed))');
  const until = addDays(dayOf(it.clock.now()), MOST_HELD_DAYS);
  expect((await owner.client.ok('GET', '/organisation/ending')).obstacle).toEqual({
    ...{ kind: 'unreadable', entries: [2], until },
  });
  const { status, body } = await order(of(acme), 'Acme');
  expect([status, body.error.message, body.error.remedy]).toEqual([
    409,
    expect.stringContaining('entry 2 of the register of legal holds cannot be read'),
    expect.stringContaining('Restore the database from a backup'),
  ]);
  await damaged(
    `(SELECT k.sealed FROM kept_aside k WHERE k.name = 'register holds' AND k.revision = 2 AND k.org = ${hex(owner.org)})`,
  );
  await run(it.data, 'DROP TABLE kept_aside;');
  expect((await owner.client.ok('GET', '/organisation/ending')).obstacle).toBeNull();
});

test('with the answer nobody in it is signed in and nothing opens; then nothing of it is left in any store, an ending of before goes on to its certificate, and of the other organisation everything is there', async () => {
  const [ended, other] = [of(acme), of(bolt)];
  const { owner, employee, admin } = ended;
  for (const { org } of [owner, other.owner]) await plantEverywhere(org);
  const stores = Object.entries({ ...storeMap, ...keyMap }).map(([name]) => name);
  const [before, theirs] = [await rowsOf(owner.org), await rowsOf(other.owner.org)];
  expect(Object.keys(before).filter((table) => before[table] === 0)).toEqual([]);
  expect(stores.filter((name) => !(name in before))).toEqual([
    ...['root_check', 'mark', 'signing_key', 'backup'], // of the whole server
  ]);
  const [ours, others] = [await piecesOf(owner.org), await piecesOf(other.owner.org)];
  expect([ours.length > 50, await foundIn(it.data, ours), await foundIn(it.data, others)]).toEqual([
    ...[true, ours.length, others.length],
  ]);

  const { address: ofPia } = await owner.client.ok('POST', `/people/${ended.officer.person}/ending`, {
    ...{ name: 'Pia', ...proof },
  });
  const device = await enrol(it.url, owner.client, employee.person, it.clock.now());
  const agent = await dial(it.server.port, { knows: KNOWS_ALL });
  await agent.hello(device);
  await agent.take('welcome');
  const stream = await openEvents(`${it.url}/api/v1/policy/proof/stream`, admin.client.cookie);
  expect(stream.status).toBe(200);

  const { status, body } = await order(ended, 'Acme');
  expect([status, body.orderedBy, body.person]).toEqual([200, 'owner', null]);
  expect(body.states.map(({ state }: Json) => state).slice(0, 2)).toEqual(['committed', 'keys_destroyed']);
  await agent.take('organisation_ended');
  await stream.ended;
  expect((await owner.client.send('GET', '/people')).status).toBe(401); // the cookie was taken back with the answer
  for (const { client, email } of [employee, admin]) {
    const answer = await client.send('GET', '/people');
    expect([answer.status, answer.body.error.field]).toEqual([401, 'organisation']);
    const again = await createClient(it.url).send('POST', '/session', { email, password: PASSWORD });
    expect(again.status).toBe(401);
  }
  expect((await order(ended, 'Acme')).status).toBe(401);

  for (const address of [body.address, ofPia])
    await vi.waitFor(
      async () => {
        const file = await fetch(`${address}/certificate.json`);
        expect(file.status).toBe(200);
        expect(verifyCertificate(await file.text(), null)).toMatchObject({ kind: 'genuine' });
      },
      { timeout: 15_000 },
    );
  const text = await (await fetch(`${body.address}/certificate.txt`)).text();
  expect(text).toContain('Ordered by: owner');
  expect(text).not.toMatch(/Acme|Pia|Ben|Adam/);
  const left = await rowsOf(owner.org);
  expect(Object.keys(left).filter((table) => left[table] !== 0)).toEqual([]);
  expect(await readdir(join(it.data, 'blobs'))).not.toContain(owner.org);
  expect(await foundIn(it.data, ours)).toBe(0);

  const now = await rowsOf(other.owner.org);
  expect(Object.keys(theirs).filter((table) => (now[table] ?? 0) < (theirs[table] ?? 0))).toEqual([]);
  expect(await foundIn(it.data, others)).toBe(others.length);
  expect((await other.owner.client.ok('GET', '/people')).people.length).toBe(4);
  const { email } = other.employee;
  expect((await createClient(it.url).send('POST', '/session', { email, password: PASSWORD })).status).toBe(200);
});

test('of the order and of a hold that is approved in the same moment the hold counts once its approval was answered', async () => {
  const third = await planted('Third');
  const { owner, officer, employee } = third;
  const reason = { reason: 'the lawyer asked' };
  const { revision } = await owner.client.ok('GET', '/records/holds');
  const content = { ...HOLD, until: addDays(dayOf(it.clock.now()), 30), person: employee.person };
  const proposed = await owner.client.ok('POST', '/records/holds', { revision, content, ...reason });
  const approve = { revision: proposed.revision, answer: 'approved', ...reason };
  const ordered = order(third, 'Third');
  const approved = officer.client.send('PUT', `/records/holds/${proposed.holds.at(-1).number}`, approve);
  expect([200, 409]).toContain((await ordered).status);
  expect([(await ordered).status, (await approved).status]).not.toEqual([200, 200]);
});

test('when a step fails after it was decided the owner is told so, with the address of the certificate, and it goes on by itself', async () => {
  const fourth = await planted('Fourth');
  const mend = await breakTable(it.data, 'web_session', 'DELETE');
  const { status, body } = await order(fourth, 'Fourth').finally(mend);
  expect([status, body.state, body.states.map(({ state }: Json) => state)]).toEqual([200, 'committed', ['committed']]);
  await eventually('the certificate is under its address', async () => {
    const file = await fetch(`${body.address}/certificate.json`);
    return file.status === 200 && verifyCertificate(await file.text(), null).kind === 'genuine';
  });
  const answer = await fourth.employee.client.send('GET', '/people');
  expect([answer.status, answer.body.error.field]).toEqual([401, 'organisation']);
  const left = await rowsOf(fourth.owner.org);
  expect(Object.keys(left).filter((table) => left[table] !== 0)).toEqual([]);
});
