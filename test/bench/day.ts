import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import sqlite3 from 'sqlite3';
import { systemClock } from '../../server/clock.ts';
import { compactRound } from '../../server/compaction/compaction.ts';
import { createShapes } from '../../server/compaction/shapes.ts';
import { openFoundation } from '../../server/foundation.ts';
import { systemRandom } from '../../server/random.ts';
import { DAY } from '../../shared/time.ts';
import { startServerProcess } from '../support/daylight.ts';
import { type Load, startLoad } from './loadProcess.ts';
import { makeOrganisation, type Organisation } from './organisation.ts';
import type { Bench } from './report.ts';
import { quantile, spread, text } from './statistics.ts';

/** Eight hours at nine events a minute: 4,320. Each minute is a batch, so nothing is in larger pieces than an agent sends. */
const MINUTES = 480;
const EVENTS_A_MINUTE = 9;
/** The most that waits to be merged on a day that goes on: 23 batches, and what comes until the next round five minutes later. */
const WAITING_MINUTES = 28;

/** The first request that a freshly started server ever gets: a person's day, for the owner. Before and after merging. */
export const day: Bench = async ({ quick, say }) => {
  const starts = quick ? 3 : 9;
  const asItArrived = await recordedDay(async (send) => send(MINUTES));
  try {
    await measure(asItArrived, 'as it arrived', starts, say);
  } finally {
    await asItArrived.organisation.remove();
  }
  const merged = await recordedDay(async (send, data, sentAt) => {
    const before = await send(MINUTES - WAITING_MINUTES);
    await compactAt(data, sentAt);
    return before + (await send(WAITING_MINUTES));
  });
  try {
    await measure(merged, 'merged while it goes on, with the most that waits', starts, say);
    await compactAt(merged.organisation.data, merged.organisation.toldAt + 2 * DAY);
    await measure(merged, 'merged after it', starts, say, '≤ 30 ms');
  } finally {
    await merged.organisation.remove();
  }
};

interface RecordedDay {
  readonly organisation: Organisation;
  readonly cookie: string;
  readonly events: number;
  /** Of the database before the first event. */
  readonly emptyBytes: number;
}

/** `record` sends minutes of work, and returns how many events they were. */
async function recordedDay(
  record: (send: (minutes: number) => Promise<number>, data: string, workFrom: number) => Promise<number>,
): Promise<RecordedDay> {
  const organisation = await makeOrganisation(1);
  const { data, devices, policyVersion, toldAt: workFrom } = organisation;
  const { used: emptyBytes } = await bytesOf(data);
  const server = await startServerProcess({ data, port: 0 });
  const load: Load = startLoad();
  try {
    const owner = await organisation.signIn(server.url);
    await load.order({ kind: 'connect', port: Number(new URL(server.url).port), devices, policyVersion, workFrom });
    const send = async (minutes: number) =>
      (await load.order({ kind: 'day', minutes, events: EVENTS_A_MINUTE })).events;
    const events = await record(send, data, workFrom);
    await load.order({ kind: 'close' });
    return { organisation, cookie: owner.cookie ?? '', events, emptyBytes };
  } finally {
    await load.end();
    await server.stop();
  }
}

/** One round of the server's own merging, beside it, as if it were that time. */
async function compactAt(data: string, now: number): Promise<void> {
  const clock = { ...systemClock, now: () => now };
  const foundation = await openFoundation({ data, clock, random: systemRandom, create: false });
  const failed = (cause: unknown): never => {
    throw cause;
  };
  try {
    const deps = { ...foundation, clock, random: systemRandom, failed, shapes: createShapes() };
    await compactRound(deps, null, async () => true);
  } finally {
    await foundation.close();
  }
}

async function measure(
  { organisation, cookie, events, emptyBytes }: RecordedDay,
  how: string,
  starts: number,
  say: Parameters<Bench>[0]['say'],
  bar = '',
): Promise<void> {
  const { data, devices, toldAt } = organisation;
  const [first, second]: [number[], number[]] = [[], []];
  for (let start = 0; start < starts; start += 1) {
    const fresh = await startServerProcess({ data, port: 0 });
    for (const times of [first, second]) times.push(await read(fresh.url, cookie, devices[0]?.person ?? '', toldAt));
    await fresh.stop();
  }
  const { segments, used, file } = await bytesOf(data);
  const each = (bytes: number): string => `${text((bytes - emptyBytes) / events, 1)} bytes`;
  say(`a day of ${text(events)} events ${how}: records`, text(segments));
  say('… first read after start, p50', `${text(quantile(first, 0.5))} ms`, bar);
  say('… least and most', `${spread(first)} ms`);
  say('… the second read', `${spread(second)} ms`);
  say('… stored per event, indexes included', each(used), bar === '' ? '' : '≤ 25 bytes');
  say('… with the free pages of the file, which the next events use', each(file));
}

/** Pages in use and the whole file; a server that stopped has moved its log into it. */
async function bytesOf(data: string): Promise<{ segments: number; used: number; file: number }> {
  const path = join(data, 'daylight.db');
  const database = new sqlite3.Database(path, sqlite3.OPEN_READONLY);
  const sql = `SELECT (SELECT count(*) FROM segment) AS segments,
    ((SELECT page_count FROM pragma_page_count) - (SELECT freelist_count FROM pragma_freelist_count)) *
    (SELECT page_size FROM pragma_page_size) AS used`;
  const row = await new Promise<{ segments: number; used: number }>((resolve, reject) => {
    database.get<{ segments: number; used: number }>(sql, (error, found) => (error ? reject(error) : resolve(found)));
  });
  await new Promise<void>((resolve) => database.close(() => resolve()));
  return { ...row, file: (await stat(path)).size };
}

/** Milliseconds from the request to the last byte of the answer. */
async function read(url: string, cookie: string, person: string, at: number): Promise<number> {
  const on = new Date(at).toISOString().slice(0, 10);
  const began = performance.now();
  const response = await fetch(
    `${url}/api/v1/people/${person}/day?day=${on}&zone=UTC&purpose=working_time,workload_review,project_costing`,
    {
      headers: { cookie },
    },
  );
  const body = await response.text();
  const took = performance.now() - began;
  if (response.status !== 200 || body.length < 10_000)
    throw new Error(`the day was not answered: ${response.status} ${body.slice(0, 200)}`);
  return took;
}
