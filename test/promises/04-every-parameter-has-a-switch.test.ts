import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ParameterId, parameterIds } from '../../shared/catalog.ts';
import { scratch } from '../support/agentKit.ts';
import { agentCli, command, startAgent } from '../support/agentProcess.ts';
import type { Client, Json } from '../support/api.ts';
import {
  enrolAgent,
  enrolOwnDevice,
  eventually,
  initialiseData,
  publishLevels,
  type ServerProcess,
  signInOwner,
  startServerProcess,
} from '../support/daylight.ts';
import { everyExample, highest } from '../support/everyObservation.ts';
import { type HostileDevice, startHostileDevice } from '../support/hostileDevice.ts';

// Promise 4, for each parameter: one switch, in force at the source and at ingest. Built programs; the clients that misbehave
// are one that sends whatever it likes, and a built agent whose gate was taken out.

const ALL = Object.fromEntries(parameterIds.map((id) => [id, highest(id)]));
const day = {
  name: 'an afternoon of two programs',
  machine: { platform: 'linux', arch: 'x64', osVersion: 'Debian 12', model: null, memoryGiB: 8 },
  timezone: 'Europe/Berlin',
  events: [
    { at: 0, do: 'picture', name: 'the desk' },
    { at: 0, do: 'front', app: 'Code', program: 'code', title: 'afternoon.ts - Code' },
    { at: 0, do: 'tab', browser: 'chromium', url: null, title: null, private: false, focused: false },
    { at: 10, do: 'input', kind: 'key', count: 2_000, everyMs: 70 },
  ],
};

const closers: (() => unknown)[] = [];
let place: Awaited<ReturnType<typeof scratch>>;
let server: ServerProcess;
let owner: Client & { readonly person: string };

beforeAll(async () => {
  place = await scratch();
  closers.push(() => place[Symbol.asyncDispose]());
  const data = join(place.folder, 'server');
  const token = await initialiseData(data);
  server = await startServerProcess({ data, port: 0 });
  closers.push(server.stop);
  owner = await signInOwner(server.url, token);
  await writeFile(join(place.folder, 'day'), JSON.stringify(day));
});

afterAll(async () => {
  for (const close of closers.reverse()) await close();
});

test('a client that sends a switched-off parameter anyway has it discarded, with the reason, and nothing of it is stored', async () => {
  const version = await publishLevels(owner, ALL, 'everything');
  const device = await enrolOwnDevice(server.url, owner, owner.person, version);
  const hostile = await startHostileDevice(Number(new URL(server.url).port), device);
  try {
    // While everything is on, every parameter and level is stored: what follows is the doing of the switch.
    expect(await hostile.begin(version)).toMatchObject({ stored: 1, discarded: {} });
    const captured = Object.fromEntries(parameterIds.map((id) => [id, observationsOf(hostile, id)]));
    expect(await sendAll(hostile, version, captured)).toEqual(
      Object.fromEntries(parameterIds.map((id) => [id, id === 'screenshot' ? ['image_missing'] : ['stored']])),
    );
    const before = await storedCounts(owner);
    const off = { ...Object.fromEntries(parameterIds.map((id) => [id, 'off'])), session: 'on' };
    await setTimeout(20); // so that "before" and "after" differ in the clock that both are judged by
    const offVersion = await publishLevels(owner, off, 'nothing but sessions');
    const late = await sendAll(hostile, version, withoutSession(captured));
    expect(late).toEqual(outcome('off_at_receipt'));
    const forged = Object.fromEntries(parameterIds.map((id) => [id, observationsOf(hostile, id)]));
    expect(await sendAll(hostile, version, withoutSession(forged))).toEqual(outcome('off_at_capture'));
    expect(await sendAll(hostile, offVersion, withoutSession(forged))).toEqual(outcome('off_at_capture'));
    expect(await storedCounts(owner)).toEqual(before);
    // The switch of the session itself comes last: without it nothing else has a place.
    const none = await publishLevels(owner, { session: 'off' }, 'no sessions either');
    expect(await sendAll(hostile, none, { session: observationsOf(hostile, 'session') })).toEqual({
      session: ['off_at_capture'],
    });
    expect(await storedCounts(owner)).toEqual(before);
    const kept = await owner.ok('GET', `/people/${owner.person}/devices/${device.record.device}/receipt`);
    const counted = new Set(kept.discarded.map((one: Json) => one.parameter));
    expect([...counted].sort()).toEqual([...parameterIds].sort());
    await owner.ok('DELETE', `/people/${owner.person}/devices/${device.record.device}`);
  } finally {
    hostile.close();
  }
});

test('an agent whose gate was taken out never signs that a parameter is off, and the proof shows that it contradicts', async () => {
  const version = await publishLevels(owner, ALL, 'everything again');
  const data = join(place.folder, 'agent');
  await enrolAgent(data, owner, { url: server.url, person: owner.person, notice: version });
  const cli = await agentWithoutGate(join(place.folder, 'patched'));
  const agent = startAgent(data, { cli, scripted: join(place.folder, 'day') });
  try {
    await eventually('it is connected', () => agent.out().includes('Connected.'));
    const { device } = JSON.parse((await command(agentCli, ['status', '--json', '--data', data])).out);
    expect(await command(agentCli, ['start', '--project', 'Website', '--data', data])).toMatchObject({ code: 0 });
    await eventually('it says that all are active', async () => {
      const { parameters } = await receiptOf(device);
      return parameterIds.every((id) => parameters[id]?.state === 'active');
    });
    const off = await publishLevels(owner, Object.fromEntries(parameterIds.map((id) => [id, 'off'])), 'all off');
    await eventually('it answers', async () => (await receiptOf(device)).version === off);
    for (let look = 0; look < 20; look += 1) {
      const { version: about, parameters } = await receiptOf(device);
      const states = parameterIds.map((id) => [id, parameters[id].state, parameters[id].reason]);
      expect([about, states]).toEqual([off, parameterIds.map((id) => [id, 'active', 'contradicts_policy'])]);
      await setTimeout(100);
    }
    const { parameters: proofs } = await owner.ok('GET', '/policy/proof');
    for (const proof of proofs) {
      const { parameter, requested, devices, confirmed, contradicting, timeToEffectMs } = proof;
      expect([parameter, requested, devices, confirmed, contradicting]).toEqual([parameter, 'off', 1, 0, [device]]);
      expect(timeToEffectMs).toBeNull();
    }
    expect(proofs).toHaveLength(parameterIds.length);
  } finally {
    agent.process.kill('SIGKILL');
    await agent.exit;
  }
}, 180_000);

function observationsOf(hostile: HostileDevice, parameter: ParameterId): Record<string, unknown>[] {
  // A session has begun already; its other events are as good.
  if (parameter === 'session') return [hostile.observed('session', 'on', { event: 'gap', cause: 'asleep' })];
  return everyExample
    .filter((example) => example.parameter === parameter)
    .map(({ level, fields }) => hostile.observed(parameter, level, fields));
}

function withoutSession(observations: Readonly<Record<string, Record<string, unknown>[]>>) {
  return Object.fromEntries(Object.entries(observations).filter(([id]) => id !== 'session'));
}

function outcome(reason: string) {
  return Object.fromEntries(parameterIds.filter((id) => id !== 'session').map((id) => [id, [reason]]));
}

/** One batch for each parameter; what became of its observations. */
async function sendAll(
  hostile: HostileDevice,
  version: number,
  observations: Readonly<Record<string, Record<string, unknown>[]>>,
): Promise<Record<string, string[]>> {
  const answers: Record<string, string[]> = {};
  for (const [parameter, sent] of Object.entries(observations)) {
    const { stored, discarded } = await hostile.send(version, sent);
    const lost = Object.entries(discarded);
    expect(stored + lost.reduce((sum, [, count]) => sum + count, 0)).toBe(sent.length);
    answers[parameter] = [...(stored > 0 ? ['stored'] : []), ...lost.map(([reason]) => reason)];
  }
  return answers;
}

async function storedCounts(reader: typeof owner): Promise<Record<string, number>> {
  const days = [...new Set([Date.now() - 600_000, Date.now()].map((at) => new Date(at).toISOString().slice(0, 10)))];
  const counts: Record<string, number> = {};
  for (const id of parameterIds) {
    let count = 0;
    for (const on of days) {
      const query = `day=${on}&parameter=${id}&purpose=own_data`;
      const { observations } = await reader.ok('GET', `/people/${reader.person}/observations?${query}`);
      count += Number(observations.length);
    }
    counts[id] = count;
  }
  return counts;
}

async function receiptOf(device: string): Promise<{ version: number; parameters: Json }> {
  const { receipt, parameters } = await owner.ok('GET', `/people/${owner.person}/devices/${device}/receipt`);
  return { version: receipt === null ? 0 : JSON.parse(receipt.payload).policyVersion, parameters };
}

/** The built agent with a gate that says yes to everything, at the highest level. Nothing else is changed. */
async function agentWithoutGate(folder: string): Promise<string> {
  const root = join(import.meta.dirname, '../..');
  await mkdir(folder);
  for (const part of ['agent', 'shared']) {
    await cp(join(root, 'dist', part), join(folder, 'dist', part), { recursive: true });
  }
  await cp(join(root, 'package.json'), join(folder, 'package.json'));
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  const file = join(folder, 'dist', 'agent', 'core', 'gate', 'gate.js');
  const honest = await readFile(file, 'utf8');
  const patched = honest.replace(
    /export function createGate\(deps\) \{\n\s*return \{/,
    `const yes = ${JSON.stringify(ALL)};
     export function createGate(deps) {
       if (deps !== null) return {
         decide: (parameter) => ({ kind: 'allowed', level: yes[parameter] }),
         permit: (observation) => ({ kind: 'permitted', observation }),
       };
       return {`,
  );
  if (patched === honest) throw new Error('the built gate is another one than this test can take out');
  await writeFile(file, patched);
  return join(folder, 'dist', 'agent', 'cli.js');
}
