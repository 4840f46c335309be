import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { backupOnHost } from '../../server/backupOnHost.ts';
import { makeSignInLink } from '../../server/initialise.ts';
import { rebuildOnHost } from '../../server/rebuildOnHost.ts';
import { beginRecovery } from '../../server/recoveryOnHost.ts';
import { openServer, type Server } from '../../server/server.ts';
import { SECOND } from '../../shared/time.ts';
import {
  addMember,
  type Client,
  createClient,
  type Json,
  PASSWORD,
  publish,
  startServer,
  type TestServer,
} from '../support/api.ts';
import { eventually } from '../support/daylight.ts';
import { enrolRealAgent, type RealAgent } from '../support/realAgent.ts';
import { createTestClock, type TestClock } from '../support/testClock.ts';
import { surroundings } from '../support/twoOrganisations.ts';

// FAULTS 33: a server with two organisations is lost after its last backup, of one of them the last policy as well. What their computers do
// once it is rebuilt under the address that it had.

interface Office {
  readonly email: string;
  readonly client: Client;
  readonly mia: { readonly person: string; readonly email: string };
  readonly clock: TestClock;
  readonly made: RealAgent;
}

let it: TestServer;
let folder: string;
let rebuilt: Server;
let acme: Office;
let bolt: Office;
let lastOfBolt: number;

async function pass(ms: number, at: 'connected' | 'alone'): Promise<void> {
  const most = at === 'connected' ? 5 * SECOND : 20 * SECOND;
  for (let left = ms; left > 0; left -= most) {
    const piece = Math.min(left, most);
    it.clock.advance(piece);
    await Promise.all([acme, bolt].map(({ clock }) => clock.advance(piece)));
    await wait(at === 'connected' ? 150 : 5);
  }
}

async function office(name: string): Promise<Office> {
  const { client, email } = await it.addOrganisation(name);
  const mia = await addMember(it, client, 'employee', { name: 'Mia', email: `mia@${name}.example.com` });
  await publish(client, { app: { level: 'name' } });
  const clock = createTestClock(it.clock.now());
  const made = await enrolRealAgent(it.url, mia, true, { clock });
  return { email, client, mia, clock, made };
}

async function heldBytes({ mia }: Office): Promise<number> {
  const client = createClient(it.url);
  await client.ok('POST', '/session', { email: mia.email, password: PASSWORD });
  const { parameters } = await client.ok('GET', `/people/${mia.person}/held`);
  return parameters.find(({ parameter }: Json) => parameter === 'app')?.bytes ?? 0;
}

const waiting = ({ made }: Office) => made.agent.status().waiting.observations.app ?? 0;

const accepted = ({ said }: RealAgent) => said.filter((line) => line.includes('from a backup')).length;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daylight-lost-'));
  it = await startServer();
  acme = await office('acme');
  bolt = await office('bolt');
  await pass(10 * SECOND, 'connected');
  for (const { made } of [acme, bolt]) await made.agent.handle({ command: 'start', project: null, task: null });
  await pass(90 * SECOND, 'connected');

  const host = { ...surroundings, clock: it.clock, data: it.data };
  const { identity } = await beginRecovery({ file: join(folder, 'set.age'), again: false }, host);
  await writeFile(join(folder, 'identity'), identity, { mode: 0o600 });
  await backupOnHost({ ...host, backups: join(folder, 'backups') }, 30);

  // All of this is lost: looks and events, what was stored and acknowledged, and a policy of Bolt.
  await pass(90 * SECOND, 'connected');
  lastOfBolt = await publish(bolt.client, { app: { level: 'category' } });
  await eventually('Bolt has it', async () => {
    await pass(SECOND, 'connected');
    return bolt.made.agent.status().policy?.version === lastOfBolt;
  });
  await it.server.close();
  await pass(90 * SECOND, 'alone');
  await rm(it.data, { recursive: true });

  const data = join(folder, 'new');
  const lost = { recoverySet: join(folder, 'set.age'), identity: join(folder, 'identity') };
  await rebuildOnHost({ ...host, ...lost, data, backups: join(folder, 'backups') }, 'newest');
  rebuilt = await openServer({ data, port: Number(new URL(it.url).port), logLevel: 'silent' }, { clock: it.clock });
}, 120_000);

afterAll(async () => {
  for (const one of [acme, bolt]) await one.made[Symbol.asyncDispose]();
  await rebuilt.close();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

test('they accept the signed epoch once, say so, and go on', async () => {
  expect([waiting(acme) > 0, waiting(bolt) > 0], 'something waits on both').toEqual([true, true]);
  for (const { made } of [acme, bolt]) {
    const { agent } = made;
    await eventually('it is connected and has been shown the epoch', async () => {
      await pass(20 * SECOND, 'connected');
      return agent.status().connection.kind === 'online' && accepted(made) > 0;
    });
    await pass(40 * SECOND, 'connected');
    expect([agent.status().audit?.isDoubted, accepted(made)]).toEqual([false, 1]);
  }
});

test('where no policy was lost what waited is stored, nothing is dropped, and what is collected goes on', async () => {
  const { agent } = acme.made;
  const before = await heldBytes(acme);
  await eventually('what waited is stored', async () => {
    await pass(20 * SECOND, 'connected');
    return (await heldBytes(acme)) > before;
  });
  const { dropped, sent, parameters } = agent.status();
  expect([dropped, sent.discarded, parameters.app?.level]).toEqual([[], {}, 'name']);
});

test('where a policy was lost everything is off, until one above the last that any computer has is published', async () => {
  const { agent } = bolt.made;
  const version = agent.status().policy?.version ?? 0;
  expect([version, new Set(Object.values(agent.status().parameters).map((one) => one.level))]).toEqual([
    lastOfBolt + 1,
    new Set(['off']),
  ]);
  const then = agent.status().calls.app ?? 0;
  await pass(40 * SECOND, 'connected');
  expect([agent.status().calls.app ?? 0, waiting(bolt)]).toEqual([then, 0]);

  expect((await bolt.client.send('GET', '/policy')).status, 'who was signed in is not any more').toBe(401);
  const owner = createClient(it.url);
  const { token } = await makeSignInLink(join(folder, 'new'), bolt.email, { clock: it.clock });
  await owner.ok('POST', '/session/link', { token });
  await publish(owner, { app: { level: 'category' } });
  await eventually('Bolt has it', async () => {
    await pass(SECOND, 'connected');
    return agent.status().policy?.version === version + 1;
  });
});
