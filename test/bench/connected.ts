import { readFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import type { Client } from '../support/api.ts';
import { startServerProcess } from '../support/daylight.ts';
import { startBroadcast } from './broadcast.ts';
import { type Load, startLoad } from './loadProcess.ts';
import { makeOrganisation } from './organisation.ts';
import type { Bench, BenchOptions } from './report.ts';
import type { Answered } from './simulatedAgent.ts';
import { quantile, spread, text } from './statistics.ts';
import { TICKS, usageOf } from './usage.ts';
import { EVENTS_PER_BATCH } from './workload.ts';

const EVENTS_PER_SECOND = 5_000;
/** Seconds. The first batches of a thousand devices, which make their keys, take twelve: most of them count. */
const WARM_UP = 4;

/** A thousand devices: how soon a batch is acknowledged at a steady pace, and how soon all of them are off. */
export const connected: Bench = async ({ quick, say }) => {
  const count = quick ? 200 : 1_000;
  const [rounds, seconds] = quick ? [1, 8] : [3, 20];
  const began = performance.now();
  const organisation = await makeOrganisation(count);
  say(
    `people invited and devices enrolled through the API`,
    `${count} in ${text((performance.now() - began) / 1_000, 1)} s`,
  );
  const server = await startServerProcess({ data: organisation.data, port: 0 });
  const load = startLoad();
  try {
    const { devices, policyVersion, toldAt: workFrom } = organisation;
    const since = performance.now();
    await load.order({ kind: 'connect', port: Number(new URL(server.url).port), devices, policyVersion, workFrom });
    say('connected, welcomed, receipts sent', `${count} in ${text((performance.now() - since) / 1_000, 1)} s`);
    await setTimeout(2_000);
    say('server with them connected and idle', `${text(await residentMegabytes(server.child.pid ?? 0))} MB resident`);

    const runs: { rate: number; p50: number; p99: number; server: number; load: number }[] = [];
    const pid = server.child.pid ?? 0;
    for (let round = 0; round < rounds; round += 1) {
      const order = { kind: 'pace', eventsPerSecond: EVENTS_PER_SECOND, warmUp: WARM_UP, seconds } as const;
      const batches = (EVENTS_PER_SECOND * (WARM_UP + seconds)) / EVENTS_PER_BATCH;
      const before = await processorMs(pid);
      const { events, seconds: took, latencies, cpuMs } = await load.order(order);
      const perBatch = { server: ((await processorMs(pid)) - before) / batches, load: cpuMs / batches };
      runs.push({ rate: events / took, p50: quantile(latencies, 0.5), p99: quantile(latencies, 0.99), ...perBatch });
    }
    say(
      `at ${text(EVENTS_PER_SECOND)} events/s from ${count} devices, taken`,
      `${spread(runs.map((one) => one.rate))} events/s`,
    );
    say('acknowledged after, p50', `${spread(runs.map((one) => one.p50))} ms`);
    say('acknowledged after, p99', `${spread(runs.map((one) => one.p99))} ms`, '≤ 150 ms');
    sayProcessor(say, 'batch', runs);

    const owner = await organisation.signIn(server.url);
    const offs = [];
    for (const parameter of ['title', 'url', 'app'].slice(0, rounds))
      offs.push(await switchOff({ owner, load, pid, count }, parameter));
    const { bytes } = offs.at(-1) ?? { bytes: { heard: 0, said: 0 } };
    const bare = await bareBroadcasts(load, count, { bytes, rounds: offs.length });
    say(
      `switched off → signed receipts of ${count} devices, p50`,
      `${spread(offs.map((one) => one.p50))} ms`,
      '≤ 400 ms',
    );
    say('… p99', `${spread(offs.map((one) => one.p99))} ms`, '≤ 1,000 ms');
    say(
      `bare ws broadcast of ${text(bytes.heard)} bytes, answered with ${text(bytes.said)}, the same ${count} clients, p50`,
      `${spread(bare.map((one) => one.p50))} ms`,
    );
    say('… p99', `${spread(bare.map((one) => one.p99))} ms`);
    say(
      'a switch-off over that, p50',
      `${spread(
        offs.map((one, round) => one.p50 / (bare[round]?.p50 ?? Number.NaN)),
        1,
      )} times`,
    );
    say('… the request answered after', `${spread(offs.map((one) => one.answered))} ms`);
    say('… the console can say "off on all"', `${spread(offs.map((one) => one.proved))} ms`);
    sayProcessor(say, 'receipt', offs);
  } finally {
    await load.end();
    await server.kill();
    await organisation.remove();
  }
};

interface SwitchedOff {
  /** Milliseconds from the request until a receipt went out, over the devices. */
  readonly p50: number;
  readonly p99: number;
  readonly answered: number;
  /** Until `GET /policy/proof` counts every device as confirmed off. */
  readonly proved: number;
  /** Processor time for each receipt, milliseconds. */
  readonly server: number;
  readonly load: number;
  readonly bytes: Answered;
}

interface Measuring {
  readonly owner: Client;
  readonly load: Load;
  /** Of the server. */
  readonly pid: number;
  readonly count: number;
}

async function switchOff({ owner, load, pid, count }: Measuring, parameter: string): Promise<SwitchedOff> {
  const before = await processorMs(pid);
  const { policy } = await owner.ok('GET', '/policy');
  const change = { baseVersion: policy.version, reason: 'benchmark', parameters: { [parameter]: { level: 'off' } } };
  const began = Date.now();
  const published = owner.ok('PUT', '/policy', change).then(() => Date.now() - began);
  const { receipts, bytes, cpuMs } = await load.order({ kind: 'receipts', policyVersion: Number(policy.version) + 1 });
  const after = receipts.map((at) => at - began);
  const answered = await published;
  const deadline = Date.now() + 60_000;
  for (;;) {
    const proof = await owner.ok('GET', '/policy/proof');
    const row = proof.parameters.find((one: { parameter: string }) => one.parameter === parameter);
    if (row.confirmed === count) break;
    if (Date.now() > deadline)
      throw new Error(`only ${row.confirmed} of ${count} devices were proved off within a minute`);
    await setTimeout(10);
  }
  const proved = Date.now() - began;
  const server = ((await processorMs(pid)) - before) / count;
  return {
    p50: quantile(after, 0.5),
    p99: quantile(after, 0.99),
    answered,
    proved,
    server,
    load: cpuMs / count,
    bytes,
  };
}

async function bareBroadcasts(
  load: Load,
  clients: number,
  { bytes: { heard, said }, rounds }: { readonly bytes: Answered; readonly rounds: number },
) {
  const broadcast = await startBroadcast(load, clients);
  try {
    const found: { p50: number; p99: number }[] = [];
    await broadcast.round(heard, said);
    for (let round = 0; round < rounds; round += 1) {
      const after = await broadcast.round(heard, said);
      found.push({ p50: quantile(after, 0.5), p99: quantile(after, 0.99) });
    }
    return found;
  } finally {
    await broadcast.close();
  }
}

/** The load generator's is part of what is measured: it has no other processors. */
function sayProcessor(
  say: BenchOptions['say'],
  what: 'batch' | 'receipt',
  runs: readonly { readonly server: number; readonly load: number }[],
): void {
  const of = (side: 'server' | 'load') =>
    spread(
      runs.map((one) => one[side]),
      2,
    );
  say(`… processor time for each ${what}: server / load generator`, `${of('server')} / ${of('load')} ms`);
}

async function processorMs(pid: number): Promise<number> {
  return ((await usageOf(pid)).own * 1_000) / TICKS;
}

async function residentMegabytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1_000;
}
