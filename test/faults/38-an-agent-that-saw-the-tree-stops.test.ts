import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openServer, type Server } from '../../server/server.ts';
import { connect } from '../../server/store/sqlite/connection.ts';
import { PersonId } from '../../shared/ids.ts';
import { eventually, freePort, initialiseData, publishLevels, signInOwner } from '../support/daylight.ts';
import { enrolRealAgent, type RealAgent } from '../support/realAgent.ts';

// The whole agent, and a server whose audit tree somebody with its folder and all of its keys has built anew without one look.

let folder: string;
let [data, port] = ['', 0];
let serving: Server | null = null;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daylight-rewritten-'));
  [data, port] = [join(folder, 'data'), await freePort()];
});
afterEach(async () => {
  await serving?.close();
  await rm(folder, { recursive: true, force: true });
});

async function serve(): Promise<Server> {
  serving = await openServer({ data, port, logLevel: 'silent' });
  return serving;
}

async function stopServing(): Promise<void> {
  await serving?.close();
  serving = null;
}

const refused = ({ agent }: RealAgent): string | null => agent.status().refused?.why ?? null;

it('an agent that was shown the tree of before collects nothing under one that was built anew, says why, and goes on when the first is back', async () => {
  const token = await initialiseData(data);
  const { url } = await serve();
  const owner = await signInOwner(url, token);
  await publishLevels(owner, { app: 'name' });
  await owner.ok('GET', `/people/${owner.person}/day?day=2026-01-05&purpose=own_data`);
  await using computer = await enrolRealAgent(url, { client: owner, person: PersonId.parse(owner.person) }, true);
  await eventually('it keeps a checkpoint', () => (computer.agent.status().audit?.size ?? 0) > 0);
  expect(refused(computer)).toBeNull();

  await stopServing();
  await cp(data, join(folder, 'before'), { recursive: true });
  await builtAnew();
  await serve();
  await eventually('it refuses the tree', () => /^audit_(smaller|inconsistent)$/.test(refused(computer) ?? ''));
  expect(computer.agent.status().audit).toMatchObject({ isDoubted: true });
  await computer.agent.handle({ command: 'start', project: null, task: null });
  const active = Object.values(computer.agent.status().parameters).filter((one) => one.active);
  expect(active).toEqual([]);

  await stopServing();
  await rm(data, { recursive: true });
  await cp(join(folder, 'before'), data, { recursive: true });
  await serve();
  await eventually('it trusts again', () => refused(computer) === null);
  expect(computer.agent.status().audit).toMatchObject({ isDoubted: false });
}, 120_000);

/** The next start takes all entries into a new tree, as those of before there was one. */
async function builtAnew(): Promise<void> {
  const connection = await connect(join(data, 'daylight.db'));
  try {
    expect(await connection.run("DELETE FROM access WHERE action = 'day'")).toBeGreaterThan(0);
    for (const table of ['access', 'security_event'])
      await connection.run(`UPDATE ${table} SET seq = NULL, salt = NULL`);
    for (const table of ['leaf', 'node', 'head', 'checkpoint']) await connection.run(`DELETE FROM audit_${table}`);
  } finally {
    await connection.close();
  }
  const keys = await connect(join(data, 'keys.db'));
  await keys.run("DELETE FROM mark WHERE name = 'audit_begun'");
  await keys.close();
}
