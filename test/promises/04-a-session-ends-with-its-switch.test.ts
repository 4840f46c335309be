import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Agent, createAgent } from '../../agent/core/agent.ts';
import { askNotice, enrol } from '../../agent/core/enrolment.ts';
import { openFolder } from '../../agent/core/files.ts';
import { createScriptedPlatform } from '../../agent/platform/scripted.ts';
import { createSystemClock } from '../../agent/platform/system.ts';
import { SECOND } from '../../shared/time.ts';
import { scratch, systemRandom } from '../support/agentKit.ts';
import { type Json, publish, startServer, type TestOwner, type TestServer } from '../support/api.ts';
import { awayFromMidnight, MIDNIGHT_MS } from '../support/awayFromMidnight.ts';
import { eventually } from '../support/daylight.ts';
import { atTheEditor, script } from '../support/days/moments.ts';
import { startWire } from '../support/wire.ts';

// Promise 4, the switch of the session itself, while it runs: the whole agent on a scripted desktop, the whole server, and what is
// shown of the day. With sessions and projects alone nothing else than the stop says how long anybody has worked.

const clock = createSystemClock();
/** How far apart the clocks of server and computer may be found, by a message that was long on its way. */
const CLOCKS_MS = 1_000;
let server: TestServer;
let made = 0;
const closers: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  server = await startServer();
  closers.push(() => server.close());
  await awayFromMidnight(); // what is shown is today
}, 60_000 + MIDNIGHT_MS);
afterAll(async () => {
  for (const close of closers.reverse()) await close();
});

interface Tracker {
  readonly owner: TestOwner;
  readonly agent: Agent;
}

async function tracker(url = server.url): Promise<Tracker> {
  made += 1;
  const owner = await server.addOrganisation(`Acme${made}`);
  const place = await scratch();
  closers.push(() => place[Symbol.asyncDispose]());
  const folder = join(place.folder, 'agent');
  const { code } = await owner.client.ok('POST', `/people/${owner.person}/enrolment-codes`, {});
  const invitation = { server: url, code, ca: null };
  const deps = { folder, files: await openFolder(folder), clock, random: systemRandom };
  await enrol(deps, invitation, await askNotice(invitation), true);
  return { owner, agent: await run(folder) };
}

async function run(folder: string): Promise<Agent> {
  const platform = createScriptedPlatform(script([...atTheEditor]), clock);
  const indicator = { visible: () => true, say: () => undefined };
  const agent = await createAgent({ folder, platform, clock, random: systemRandom, indicator, agentVersion: '0.1.0' });
  closers.push(() => agent.close());
  agent.start();
  await eventually('it is connected', () => agent.status().connection.kind === 'online');
  return agent;
}

async function dayOf({ client, person }: TestOwner): Promise<Json> {
  const day = new Date().toISOString().slice(0, 10);
  return client.ok('GET', `/people/${person}/day?day=${day}&zone=UTC&purpose=own_data`);
}

test.each([
  ['switched off', { level: 'off' }],
  ['widened', { retentionDays: 400 }],
])('work 20 seconds, then sessions are %s: the day shows 20 seconds, closed, and never grows', async (_how, change) => {
  const { owner, agent } = await tracker();
  const asked = performance.now();
  expect(await agent.handle({ command: 'start', project: null, task: null })).toMatchObject({ ok: true });
  const begun = performance.now();
  await setTimeout(20 * SECOND);
  const least = performance.now() - begun;
  await publish(owner.client, { session: change });
  await eventually('the agent has stopped', () => agent.status().state === 'stopped');
  const most = performance.now() - asked;
  await eventually('it has sent all', () => agent.status().waiting.batches === 0);
  // It has stopped a moment before the stop is written, and sent.
  const closed = [expect.objectContaining({ open: false, stopCause: 'not_allowed' })];
  await expect.poll(async () => (await dayOf(owner)).sessions).toEqual(closed);
  const { totals } = await dayOf(owner);
  expectBetween(totals.trackedMs, least, most);
  await setTimeout(8 * SECOND);
  expect((await dayOf(owner)).totals.trackedMs).toBe(totals.trackedMs);
  const { discarded } = await owner.client.ok(
    'GET',
    `/people/${owner.person}/devices/${agent.status().device}/receipt`,
  );
  expect(discarded).toEqual([]);
});

test('an agent that is away hears of it later: what was worked until the switch is kept, and nothing after it', async () => {
  const line = await startWire(server.url);
  closers.push(line.close);
  const { owner, agent } = await tracker(line.url);
  const asked = performance.now();
  await agent.handle({ command: 'start', project: null, task: null });
  const begun = performance.now();
  await eventually('the start is on the server', () => agent.status().waiting.batches === 0);
  await setTimeout(5 * SECOND);
  line.cut();
  const least = performance.now() - begun;
  await publish(owner.client, { session: { level: 'off' } });
  const most = performance.now() - asked;
  await setTimeout(5 * SECOND);
  expect(agent.status().state).toBe('tracking');
  line.mend();
  await eventually('the agent has stopped, and sent all', () => {
    const { state, waiting } = agent.status();
    return state === 'stopped' && waiting.batches === 0;
  });
  const closed = [expect.objectContaining({ open: false })];
  await expect.poll(async () => (await dayOf(owner)).sessions).toEqual(closed);
  const { totals } = await dayOf(owner);
  expectBetween(totals.trackedMs, least, most);
});

function expectBetween(ms: number, least: number, most: number): void {
  expect(ms).toBeGreaterThan(least - CLOCKS_MS);
  expect(ms).toBeLessThan(most + CLOCKS_MS);
}
