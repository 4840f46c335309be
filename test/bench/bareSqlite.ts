import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sqlite3 from 'sqlite3';
import { createWork, EVENTS_PER_BATCH, type Event, MINUTE_MS } from './workload.ts';

/** Batches in one transaction: as many as the store's writer puts into one group at the most. */
export const BATCHES_TOGETHER = 256;
/** Rows in one statement, the fastest of those tried (64 to 2,048). */
const ROWS = 256;

/**
 * Events per second that SQLite itself stores when the same events are inserted as plain rows with synchronous=FULL: one
 * prepared multi-row statement, a transaction for every 256 batches, one table without an index. The yardstick.
 */
export async function bareSqlite(seconds: number): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'daylight-bare-'));
  const database = new sqlite3.Database(join(folder, 'bare.db'));
  try {
    await exec(database, 'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -32768;');
    await exec(
      database,
      'CREATE TABLE event (device INTEGER, parameter TEXT, level TEXT, at INTEGER, mono INTEGER, span INTEGER, content TEXT) STRICT',
    );
    const marks = Array.from({ length: ROWS }, () => '(?,?,?,?,?,?,?)').join(',');
    const insert = database.prepare(`INSERT INTO event VALUES ${marks}`);
    const transactions = prepared();
    let stored = 0;
    const began = performance.now();
    for (let turn = 0; performance.now() - began < seconds * 1_000; turn += 1) {
      const events = transactions[turn % transactions.length] ?? [];
      await exec(database, 'BEGIN IMMEDIATE');
      for (let at = 0; at < events.length; at += ROWS) await run(insert, events.slice(at, at + ROWS).flatMap(values));
      await exec(database, 'COMMIT');
      stored += events.length;
    }
    const took = (performance.now() - began) / 1_000;
    await new Promise<void>((resolve) => insert.finalize(() => resolve()));
    return stored / took;
  } finally {
    await new Promise<void>((resolve) => database.close(() => resolve()));
    await rm(folder, { recursive: true, force: true });
  }
}

/** The events of some transactions, made before the clock runs. */
function prepared(): Event[][] {
  const work = createWork();
  return Array.from({ length: 4 }, (_, turn) =>
    Array.from({ length: BATCHES_TOGETHER }, (_, batch) =>
      work.minute((turn * BATCHES_TOGETHER + batch) * MINUTE_MS, 0),
    ).flat(),
  ).filter((events) => events.length === BATCHES_TOGETHER * EVENTS_PER_BATCH && events.length % ROWS === 0);
}

function values({ parameter, level, at, mono, span, ...content }: Event): (string | number | undefined)[] {
  return [7, parameter, level, at, mono, span, JSON.stringify(content)];
}

function exec(database: sqlite3.Database, sql: string): Promise<void> {
  return new Promise((resolve, reject) => database.exec(sql, (error) => (error ? reject(error) : resolve())));
}

function run(statement: sqlite3.Statement, bound: readonly unknown[]): Promise<void> {
  return new Promise((resolve, reject) => statement.run(bound, (error) => (error ? reject(error) : resolve())));
}
