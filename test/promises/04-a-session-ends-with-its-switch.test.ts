import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
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
import { eventually } from '../support/daylight.ts';
import { atTheEditor, script } from '../support/days/moments.ts';

// Promise 4, the switch of the session itself, while it runs: the whole agent on a scripted desktop, the whole server, and what is
// shown of the day. With sessions and projects alone nothing else than the stop says how long anybody has worked.

const clock = createSystemClock();
let server: TestServer;
let made = 0;
const closers: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  server = await startServer();
  closers.push(() => server.close());
}, 60_000);
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
])(
  'work 20 seconds, then sessions are %s: the day shows 20 seconds, closed, and never grows',
  async (_how, change) => {
    const { owner, agent } = await tracker();
    expect(await agent.handle({ command: 'start', project: null, task: null })).toMatchObject({ ok: true });
    const began = Date.now();
    await setTimeout(20 * SECOND);
    await publish(owner.client, { session: change });
    const worked = Date.now() - began;
    await eventually('the agent has stopped, and sent all', () => {
      const { state, waiting } = agent.status();
      return state === 'stopped' && waiting.batches === 0;
    });
    // It has stopped a moment before the stop is written, and sent.
    const closed = [expect.objectContaining({ open: false, stopCause: 'shutdown' })];
    await expect.poll(async () => (await dayOf(owner)).sessions, { timeout: 10_000 }).toEqual(closed);
    const { totals } = await dayOf(owner);
    expect(Math.abs(totals.trackedMs - worked)).toBeLessThan(2 * SECOND);
    await setTimeout(8 * SECOND);
    expect((await dayOf(owner)).totals.trackedMs).toBe(totals.trackedMs);
    const { discarded } = await owner.client.ok(
      'GET',
      `/people/${owner.person}/devices/${agent.status().device}/receipt`,
    );
    expect(discarded).toEqual([]);
  },
  90_000,
);

test('an agent that is away hears of it later: what was worked until the switch is kept, and nothing after it', async () => {
  const line = await lineTo(server.url);
  const { owner, agent } = await tracker(line.url);
  await agent.handle({ command: 'start', project: null, task: null });
  const began = Date.now();
  await eventually('the start is on the server', () => agent.status().waiting.batches === 0);
  await setTimeout(5 * SECOND);
  await line.cut();
  await publish(owner.client, { session: { level: 'off' } });
  const worked = Date.now() - began;
  await setTimeout(5 * SECOND);
  expect(agent.status().state).toBe('tracking');
  await line.mend();
  await eventually('the agent has stopped, and sent all', () => {
    const { state, waiting } = agent.status();
    return state === 'stopped' && waiting.batches === 0;
  });
  const closed = [expect.objectContaining({ open: false })];
  await expect.poll(async () => (await dayOf(owner)).sessions, { timeout: 10_000 }).toEqual(closed);
  const { totals } = await dayOf(owner);
  expect(Math.abs(totals.trackedMs - worked)).toBeLessThan(2 * SECOND);
}, 90_000);

/** A line to the server that can be cut. */
async function lineTo(url: string): Promise<{ url: string; cut(): Promise<void>; mend(): Promise<void> }> {
  const target = Number(new URL(url).port);
  const open = new Set<Socket>();
  const relay = createServer((near) => {
    const far = connect(target, '127.0.0.1');
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(one);
      one.on('error', () => undefined);
      one.on('close', () => {
        open.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  const listen = (port: number) => new Promise<void>((resolve) => relay.listen(port, '127.0.0.1', resolve));
  await listen(0);
  const { port } = relay.address() as AddressInfo;
  const cut = () => {
    for (const one of open) one.destroy();
    return new Promise<void>((resolve) => relay.close(() => resolve()));
  };
  closers.push(async () => (relay.listening ? cut() : undefined));
  return { url: `http://127.0.0.1:${port}`, cut, mend: () => listen(port) };
}
