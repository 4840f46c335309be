import { readFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import type { Client } from '../support/api.ts';
import { startServerProcess } from '../support/daylight.ts';
import { type Load, startLoad } from './loadProcess.ts';
import { makeOrganisation } from './organisation.ts';
import type { Bench } from './report.ts';
import { quantile, spread, text } from './statistics.ts';

const EVENTS_PER_SECOND = 5_000;

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

    const runs: { rate: number; p50: number; p99: number }[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const order = { kind: 'pace', eventsPerSecond: EVENTS_PER_SECOND, warmUp: 4, seconds } as const;
      const { events, seconds: took, latencies } = await load.order(order);
      runs.push({ rate: events / took, p50: quantile(latencies, 0.5), p99: quantile(latencies, 0.99) });
    }
    say(
      `at ${text(EVENTS_PER_SECOND)} events/s from ${count} devices, taken`,
      `${spread(runs.map((one) => one.rate))} events/s`,
    );
    say('acknowledged after, p50', `${spread(runs.map((one) => one.p50))} ms`);
    say('acknowledged after, p99', `${spread(runs.map((one) => one.p99))} ms`, '≤ 150 ms');

    const owner = await organisation.signIn(server.url);
    const offs = [];
    for (const parameter of ['title', 'url', 'app'].slice(0, rounds))
      offs.push(await switchOff(owner, load, parameter, count));
    say(
      `switched off → signed receipts of ${count} devices, p50`,
      `${spread(offs.map((one) => one.p50))} ms`,
      '≤ 400 ms',
    );
    say('… p99', `${spread(offs.map((one) => one.p99))} ms`, '≤ 1,000 ms');
    say('… the request answered after', `${spread(offs.map((one) => one.answered))} ms`);
    say('… the console can say "off on all"', `${spread(offs.map((one) => one.proved))} ms`);
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
}

async function switchOff(owner: Client, load: Load, parameter: string, count: number): Promise<SwitchedOff> {
  const { policy } = await owner.ok('GET', '/policy');
  const change = { baseVersion: policy.version, reason: 'benchmark', parameters: { [parameter]: { level: 'off' } } };
  const began = Date.now();
  const published = owner.ok('PUT', '/policy', change).then(() => Date.now() - began);
  const { receipts } = await load.order({ kind: 'receipts', policyVersion: Number(policy.version) + 1 });
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
  return { p50: quantile(after, 0.5), p99: quantile(after, 0.99), answered, proved: Date.now() - began };
}

async function residentMegabytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1_000;
}
