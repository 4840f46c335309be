import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { auditIn } from '../../../../server/store/sqlite/audit.ts';
import { watchClosedAccounts } from '../../../../server/store/sqlite/closedAccounts.ts';
import type { Row, Value } from '../../../../server/store/sqlite/connection.ts';
import { type Database, openDatabase } from '../../../../server/store/sqlite/database.ts';
import { devicesIn } from '../../../../server/store/sqlite/devices.ts';
import { storeSchema } from '../../../../server/store/sqlite/schema.ts';
import type { Devices } from '../../../../server/store/store.ts';
import { temporaryFolder } from '../../../support/openedSqliteStore.ts';
import { sealedForTest } from '../../../support/sealedForTest.ts';
import { device, digestOf, NINE, orgId, personId } from '../../../support/storeRecords.ts';

let database: Database;
let remove: () => Promise<void>;
beforeEach(async () => {
  const { folder, remove: removeFolder } = await temporaryFolder();
  remove = removeFolder;
  database = await openDatabase(join(folder, 'daylight.db'), storeSchema);
  await watchClosedAccounts(database.writer);
});
afterEach(async () => {
  await database.close();
  await remove();
});

/** How SQLite goes about each SELECT from the devices that `task` makes, in its own words. */
async function plansOf(task: (devices: Devices) => Promise<unknown>): Promise<readonly string[]> {
  const asked: { sql: string; values: readonly Value[] }[] = [];
  const noted =
    (all: Database['read']['all']): Database['read']['all'] =>
    (sql, values = []) => {
      if (/FROM device\b/.test(sql)) asked.push({ sql, values });
      return all(sql, values);
    };
  const { read, writer } = database;
  await task(
    devicesIn(
      {
        ...database,
        read: { ...read, all: noted(read.all) },
        writer: { ...writer, unit: (work) => writer.unit((tx) => work({ ...tx, all: noted(tx.all) })) },
      },
      sealedForTest,
      randomBytes,
    ),
  );
  const plans = asked.map(({ sql, values }) => read.all(`EXPLAIN QUERY PLAN ${sql}`, values));
  return (await Promise.all(plans)).map((rows: readonly Row[]) => rows.map(({ detail }) => String(detail)).join('; '));
}

const byPerson = /SEARCH (d|device) USING (COVERING )?INDEX device_person \(org=\? AND person=\?/;

it('the devices of people are found by the people, and not among those of the organisation', async () => {
  const whose = ['ann', 'bob', 'cid'].map(personId);
  const plans = await plansOf((devices) => devices.devices(orgId('acme'), whose));
  expect(plans).toEqual([expect.stringMatching(byPerson), expect.stringMatching(byPerson)]);
});

it('the devices that people have in use are counted in the index alone, without those that are retired', async () => {
  const plans = await plansOf((devices) => devices.activeDevices(orgId('acme'), [personId('ann')]));
  expect(plans).toEqual([
    expect.stringMatching(/SEARCH device USING COVERING INDEX device_person \(org=\? AND person=\? AND status=\?\)/),
  ]);
});

it('an enrolment counts the devices of its person, and does not look through those of the organisation', async () => {
  const enrolled = device('laptop');
  const { org, person } = enrolled;
  const [expiresAt, tokenHash] = [NINE + 1, digestOf('code')];
  const [columns, values] = ['org, token_hash, kind, person, expires_at', '?, ?, ?, ?, ?'];
  const hex = (text: string) => Buffer.from(text.replaceAll('-', ''), 'hex');
  await database.writer.unit((tx) =>
    tx.run(`INSERT INTO token (${columns}) VALUES (${values})`, [
      hex(org),
      hex(tokenHash),
      'enrolment',
      hex(person),
      expiresAt,
    ]),
  );
  const event = { org, at: NINE, kind: 'device_enrolled' as const, person, detail: 'a device enrolled' };
  const enrolment = { codeHash: tokenHash, now: NINE, device: enrolled, acknowledgement: null, event };
  const plans = await plansOf(async (devices) => {
    const result = await devices.enrolDevice({ ...enrolment, most: { active: 2, inADay: 2 } });
    expect(result).toEqual({ kind: 'enrolled' });
  });
  expect(plans.filter((plan) => byPerson.test(plan))).toHaveLength(2);
  expect(plans.filter((plan) => /SCAN/.test(plan))).toEqual([]);
});

it('the alarms are found by their index, and not among everything that is on record', async () => {
  const { read } = database;
  const plans: Promise<readonly Row[]>[] = [];
  const all: Database['read']['all'] = (sql, values = []) => {
    plans.push(read.all(`EXPLAIN QUERY PLAN ${sql}`, values));
    return read.all(sql, values);
  };
  await auditIn({ ...database, read: { ...read, all } }, randomBytes).alarms(orgId('acme'));
  const details = (await Promise.all(plans)).flat().map(({ detail }) => String(detail));
  expect(details).toContainEqual(
    expect.stringMatching(/SEARCH security_event USING INDEX security_event_alarm \(org=\?/),
  );
});
