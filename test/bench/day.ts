import { startServerProcess } from '../support/daylight.ts';
import { startLoad } from './loadProcess.ts';
import { makeOrganisation } from './organisation.ts';
import type { Bench } from './report.ts';
import { quantile, spread, text } from './statistics.ts';

/** Eight hours at nine events a minute: 4,320. Each minute is a batch, so nothing is in larger pieces than an agent sends. */
const MINUTES = 480;
const EVENTS_A_MINUTE = 9;

/** The first request that a freshly started server ever gets: a person's day, for the owner. */
export const day: Bench = async ({ quick, say }) => {
  const organisation = await makeOrganisation(1);
  const { data, devices, policyVersion, toldAt: workFrom } = organisation;
  try {
    const server = await startServerProcess({ data, port: 0 });
    const load = startLoad();
    const owner = await organisation.signIn(server.url).finally(() => undefined);
    await load.order({ kind: 'connect', port: Number(new URL(server.url).port), devices, policyVersion, workFrom });
    const { events } = await load.order({ kind: 'day', minutes: MINUTES, events: EVENTS_A_MINUTE });
    await load.order({ kind: 'close' });
    await load.end();
    await server.stop();

    const [first, second]: [number[], number[]] = [[], []];
    for (let start = 0; start < (quick ? 3 : 9); start += 1) {
      const fresh = await startServerProcess({ data, port: 0 });
      const cookie = owner.cookie ?? '';
      for (const times of [first, second])
        times.push(await read(fresh.url, cookie, devices[0]?.person ?? '', workFrom));
      await fresh.stop();
    }
    say(`a day of ${text(events)} events, first read after start, p50`, `${text(quantile(first, 0.5))} ms`, '≤ 30 ms');
    say('… least and most', `${spread(first)} ms`);
    say('… the second read', `${spread(second)} ms`);
  } finally {
    await organisation.remove();
  }
};

/** Milliseconds from the request to the last byte of the answer. */
async function read(url: string, cookie: string, person: string, at: number): Promise<number> {
  const on = new Date(at).toISOString().slice(0, 10);
  const began = performance.now();
  const response = await fetch(`${url}/api/v1/people/${person}/day?day=${on}&zone=UTC&purpose=workload_review`, {
    headers: { cookie },
  });
  const body = await response.text();
  const took = performance.now() - began;
  if (response.status !== 200 || body.length < 10_000)
    throw new Error(`the day was not answered: ${response.status} ${body.slice(0, 200)}`);
  return took;
}
