import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import sqlite3 from 'sqlite3';
import { startServerProcess } from '../support/daylight.ts';
import { bareSqlite } from './bareSqlite.ts';
import { startLoad } from './loadProcess.ts';
import { makeOrganisation } from './organisation.ts';
import type { Bench } from './report.ts';
import { sealAndStore } from './sealAndStore.ts';
import { quantile, spread, text } from './statistics.ts';
import { TICKS, usageOf } from './usage.ts';
import { EVENTS_PER_BATCH } from './workload.ts';

const DEVICES = 100;
const WINDOW = 8;

/**
 * Durable, encrypted, acknowledged ingest by the built server from a second process; beside it, in turns, what SQLite alone
 * does with the same events, and what sealing and storing do without sockets. Then the bytes that all of it takes on disk.
 */
export const ingest: Bench = async ({ quick, say }) => {
  const [rounds, seconds, short, warmUp] = quick ? [1, 6, 3, 3] : [3, 20, 6, 5];
  const organisation = await makeOrganisation(DEVICES);
  const bytesBefore = await databaseBytes(organisation.data);
  const server = await startServerProcess({ data: organisation.data, port: 0 });
  const load = startLoad();
  const runs: {
    bare: number;
    sealed: number;
    whole: number;
    p50: number;
    p99: number;
    loadCpu: number;
    serverCpu: number;
  }[] = [];
  let stopped = false;
  try {
    const { devices, policyVersion, toldAt: workFrom } = organisation;
    await load.order({ kind: 'connect', port: Number(new URL(server.url).port), devices, policyVersion, workFrom });
    for (let round = 0; round < rounds; round += 1) {
      const bare = await bareSqlite(short);
      const sealed = await sealAndStore(short);
      const [before, since] = [await usageOf(server.child.pid ?? 0), performance.now()];
      const {
        events,
        seconds: took,
        latencies,
        cpu,
      } = await load.order({ kind: 'flood', window: WINDOW, warmUp, seconds });
      const used = (await usageOf(server.child.pid ?? 0)).own - before.own;
      const serverCpu = used / TICKS / ((performance.now() - since) / 1_000);
      const [p50, p99] = [quantile(latencies, 0.5), quantile(latencies, 0.99)];
      runs.push({ bare, sealed, whole: events / took, p50, p99, loadCpu: cpu, serverCpu });
    }
    const of = (key: keyof (typeof runs)[number]): number[] => runs.map((one) => one[key]);
    say('bare multi-row sqlite3, plaintext, FULL', `${spread(of('bare'))} events/s`);
    say('seal and store, no sockets', `${spread(of('sealed'))} events/s`);
    say('… of bare sqlite3, same round', `${spread(runs.map((one) => (100 * one.sealed) / one.bare))} %`, '≥ 50 %');
    say('through sockets, acknowledged', `${spread(of('whole'))} events/s`, '≥ 20,000 events/s');
    say('… of bare sqlite3, same round', `${spread(runs.map((one) => (100 * one.whole) / one.bare))} %`);
    say(`acknowledged after, ${DEVICES} × ${WINDOW} batches in flight, p50`, `${spread(of('p50'))} ms`);
    say('… p99', `${spread(of('p99'))} ms`);
    say('server, all threads', `${spread(runs.map((one) => 100 * one.serverCpu))} % of a core`);
    say('… events for each second of its processor time', spread(runs.map((one) => one.whole / one.serverCpu)));
    say('load generator', `${spread(runs.map((one) => 100 * one.loadCpu))} % of a core`);

    await load.order({ kind: 'close' });
    await server.stop();
    stopped = true;
    const events = await eventsStored(organisation.data);
    const bytes = (await databaseBytes(organisation.data)) - bytesBefore;
    say('stored per event at ingest, indexes included', `${text(bytes / events, 1)} bytes`, '≤ 60 bytes');
    say('… of', `${text(events)} events`);
  } finally {
    await load.end();
    if (!stopped) await server.kill();
    await organisation.remove();
  }
};

/** The data store's file; a server that stopped has moved its log into it. */
async function databaseBytes(data: string): Promise<number> {
  const { size } = await stat(join(data, 'daylight.db'));
  return size;
}

/** Every batch holds a full minute, so the numbers of the last batches say how many events there are. */
async function eventsStored(data: string): Promise<number> {
  const database = new sqlite3.Database(join(data, 'daylight.db'), sqlite3.OPEN_READONLY);
  const row = await new Promise<{ batches: number }>((resolve, reject) => {
    const sql = 'SELECT sum(committed_seq) AS batches FROM device_progress';
    database.get<{ batches: number }>(sql, (error, found) => (error ? reject(error) : resolve(found)));
  });
  await new Promise<void>((resolve) => database.close(() => resolve()));
  return row.batches * EVENTS_PER_BATCH;
}
