import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import sqlite3 from 'sqlite3';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { parameterCode } from '../../server/store/sqlite/columns.ts';
import { addDays, dayOf, HOUR } from '../../shared/time.ts';
import { addMember, type Client, type Member, startServer, type TestOwner, type TestServer } from '../support/api.ts';
import { enrol } from '../support/enrolled.ts';
import { goOnToMorning } from '../support/movableClock.ts';
import { type RecordedDay, recordDay } from '../support/recordedDay.ts';

// FAULTS 20, in the real file: whoever can write the database moves a row, or the end of what is kept, or the terms under
// which it was captured. What was sealed for another place is not opened in this one, by anybody.

let it: TestServer;
let acme: TestOwner;
let other: TestOwner;
let mia: Member;
let ben: Member;
let day: RecordedDay;
beforeAll(async () => {
  it = await startServer();
  goOnToMorning(it.clock);
  [acme, other] = [await it.addOrganisation('Acme'), await it.addOrganisation('Other')];
  mia = await addMember(it, acme.client, 'employee', { name: 'Mia', email: 'mia@acme.example.com' });
  ben = await addMember(it, acme.client, 'employee', { name: 'Ben', email: 'ben@acme.example.com' });
  day = await recordDay(it.data, acme.org, mia.person, it.clock.now() - 3 * HOUR);
  // Everybody has a key of their own for the day, so that it is the seal that refuses and not a key that is missing.
  await recordDay(it.data, acme.org, ben.person, day.from);
  await recordDay(it.data, other.org, other.person, day.from);
  const reason = 'a second version to name';
  for (const { client } of [acme, other]) {
    await client.ok('PUT', '/policy', { baseVersion: 1, reason, parameters: { app: { level: 'name' } } });
  }
});
afterAll(() => it.close());

/** What is changed in the row, and where what was moved would then be looked for. */
interface Edit {
  readonly column: string;
  readonly value: () => number | Buffer;
  /** To whom the row is given besides. */
  readonly person?: () => Buffer;
  readonly reader?: () => { readonly person: string; readonly client: Client };
  readonly day?: () => string;
  readonly parameter?: string;
  readonly image?: string;
}

const bytesOf = (id: string): Buffer => Buffer.from(id.replaceAll('-', ''), 'hex');
const numberOf = (at: string): number => Date.parse(`${at}T00:00:00Z`) / 86_400_000;
const anotherId = randomUUID();
const nextDay = (): string => dayOf(day.from + 24 * HOUR);

const everywhere: readonly Edit[] = [
  { column: 'expires', value: () => numberOf(addDays(day.day, 400)) },
  { column: 'terms_version', value: () => 2 },
  { column: 'policy_version', value: () => 2 },
  { column: 'person', value: () => bytesOf(ben.person), reader: () => ben },
  // Under the id of somebody there, or nobody could ask for it.
  { column: 'org', value: () => bytesOf(other.org), person: () => bytesOf(other.person), reader: () => other },
  { column: 'day', value: () => numberOf(nextDay()), day: nextDay },
];

describe('a stored segment', () => {
  const elsewhere: readonly Edit[] = [
    ...everywhere,
    { column: 'parameter', value: () => parameterCode('title'), parameter: 'title' },
    { column: 'segment', value: () => bytesOf(anotherId) },
    { column: 'device', value: () => bytesOf(anotherId) },
  ];

  test('is read where it was stored', async () => {
    expect(await notesOf({ column: '', value: () => 0 })).toMatchObject({ status: 200, mine: 1 });
  });

  test.each(elsewhere)(
    'whose $column is changed is data for nobody, and is again when it is put back',
    async (edit) => {
      const undo = await change('segment', `parameter = ${parameterCode('notes')}`, edit);
      onTestFinished(undo);
      const { status, mine } = await notesOf(edit);
      expect([mine, status === 200 || status === 503]).toEqual([0, true]);
      const report = await dayOfReader(edit);
      expect([report.mine, report.status === 200 || report.status === 503]).toEqual([0, true]);
      await undo();
      expect(await notesOf({ column: '', value: () => 0 })).toMatchObject({ status: 200, mine: 1 });
    },
  );
});

describe('a stored image', () => {
  const elsewhere: readonly Edit[] = [
    ...everywhere,
    { column: 'image', value: () => bytesOf(anotherId), image: anotherId },
    { column: 'segment', value: () => bytesOf(anotherId) },
  ];

  test('is read where it was stored', async () => {
    expect(await imageOf({ column: '', value: () => 0 })).toEqual({ status: 200, mine: 1 });
  });

  test.each(elsewhere)(
    'whose $column is changed is data for nobody, and is again when it is put back',
    async (edit) => {
      const undo = await change('image', 'TRUE', edit);
      onTestFinished(undo);
      const { status, mine } = await imageOf(edit);
      expect([mine, status === 404 || status === 503]).toEqual([0, true]);
      await undo();
      expect(await imageOf({ column: '', value: () => 0 })).toEqual({ status: 200, mine: 1 });
    },
  );
});

test('a row that says that a notice was acknowledged changes no reason that a report gives', async () => {
  const noa = await addMember(it, acme.client, 'employee', { name: 'Noa', email: 'noa@acme.example.com' });
  const device = await enrol(it.url, noa.client, noa.person, it.clock.now());
  const today = `/people/${noa.person}/day?day=${dayOf(it.clock.now())}&purpose=own_data`;
  const why = async () => {
    const { absent } = await noa.client.ok('GET', today);
    return absent.find(({ parameter }: { parameter: string }) => parameter === 'app').why;
  };
  expect(await why()).toBe('not_acknowledged');
  const database = openBeside();
  const values = [acme.org, noa.person, device.record.device].map(bytesOf);
  await new Promise<void>((resolve, reject) => {
    const sql = 'INSERT INTO acknowledgement VALUES (?, ?, ?, 2, 0, ?, ?)';
    database.run(sql, [...values, it.clock.now(), randomBytes(300)], (error) =>
      database.close(() => (error === null ? resolve() : reject(error))),
    );
  });
  expect(await why()).toBe('not_acknowledged');
});

interface Found {
  readonly status: number;
  /** How much of what Mia gave was shown. */
  readonly mine: number;
}

async function notesOf({ reader = () => mia, day: on = () => day.day, parameter = 'notes' }: Edit): Promise<Found> {
  return found(reader(), `observations?day=${on()}&parameter=${parameter}&purpose=own_data`);
}

async function dayOfReader({ reader = () => mia, day: on = () => day.day }: Edit): Promise<Found> {
  return found(reader(), `day?day=${on()}&purpose=own_data`);
}

async function imageOf({ reader = () => mia, image = day.image }: Edit): Promise<Found> {
  return found(reader(), `screenshots/${image}?purpose=own_data`);
}

async function found({ person, client }: { person: string; client: Client }, path: string): Promise<Found> {
  const { status, body } = await client.send('GET', `/people/${person}/${path}`);
  const text = Buffer.isBuffer(body) ? body.toString() : JSON.stringify(body);
  return { status, mine: text.split(`of ${mia.person}`).length + text.split(`by ${mia.person}`).length - 2 };
}

/** From beside the running server, for whose writes it waits. */
function openBeside(): sqlite3.Database {
  const database = new sqlite3.Database(join(it.data, 'daylight.db'));
  database.configure('busyTimeout', 60_000);
  return database;
}

/** Changes one column of Mia's row from beside the running server; returns how to put it back. */
async function change(
  table: 'segment' | 'image',
  where: string,
  { column, value, person }: Edit,
): Promise<() => Promise<void>> {
  const database = openBeside();
  const ask = <T>(sql: string, ...values: unknown[]) =>
    new Promise<T | undefined>((resolve, reject) => {
      database.get<T>(sql, values, (error, row) => (error === null ? resolve(row) : reject(error)));
    });
  const row = await ask<{ rowid: number; was: number | Buffer }>(
    `SELECT rowid, ${column} AS was FROM ${table} WHERE person = ? AND ${where}`,
    bytesOf(mia.person),
  );
  if (row === undefined) throw new Error('there is no such row to change');
  const set = async (values: Readonly<Record<string, number | Buffer>>) => {
    const columns = Object.keys(values).map((name) => `${name} = ?`);
    const sql = `UPDATE ${table} SET ${columns.join(', ')} WHERE rowid = ? RETURNING rowid`;
    expect(await ask(sql, ...Object.values(values), row.rowid)).toEqual({ rowid: row.rowid });
  };
  let isChanged = true;
  await set({ ...(person === undefined ? {} : { person: person() }), [column]: value() });
  return async () => {
    if (!isChanged) return;
    isChanged = false;
    await set({ person: bytesOf(mia.person), [column]: row.was });
    await new Promise((resolve) => database.close(resolve));
  };
}
