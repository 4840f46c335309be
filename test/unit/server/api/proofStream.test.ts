import { setTimeout as wait } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { ParameterId } from '../../../../shared/catalog.ts';
import { DAY, MINUTE, MonoMs, SECOND } from '../../../../shared/time.ts';
import {
  addMember,
  type Json,
  type Member,
  publish,
  startServer,
  type TestOwner,
  type TestServer,
} from '../../../support/api.ts';
import { eventually } from '../../../support/daylight.ts';
import { enrol } from '../../../support/enrolled.ts';
import { type OpenEvents, openEvents } from '../../../support/eventReader.ts';
import { dial, monoAt, type RawAgent, receiptBy, type TestDevice } from '../../../support/ingestKit.ts';

// What the stream of the proof tells by its events, and by the moments at which they come. The clock stands still but for the
// tests: what is to be told at a fixed time only is not told by waiting, and what is told is told at once.

const BEAT = 5 * SECOND;
/** A test waits so long for what must not come. */
const LONG_ENOUGH = 1_000;

let passed = 1_000 * BEAT;
const BEGAN = Date.now() - passed;
const now = () => BEGAN + passed;
let it: TestServer;
let owner: TestOwner;
let member: Member;
let device: TestDevice;
let agent: RawAgent;
let stream: OpenEvents;

beforeAll(async () => {
  const clock = { now, mono: () => MonoMs.parse(passed) };
  it = await startServer({ clock, agentTiming: { pingMs: DAY } });
  owner = await it.addOrganisation('Proof');
  member = await addMember(it, owner.client, 'employee', { name: 'Mia', email: 'mia@proof.example.com' });
  device = await enrol(it.url, member.client, member.person, now());
  agent = await arrive(device);
});
beforeEach(async () => {
  stream = await openEvents(`${it.url}/api/v1/policy/proof/stream`, owner.client.cookie);
  await eventually('the first event', () => stream.events.length === 1);
});
afterEach(() => stream.close());
afterAll(async () => {
  agent.ws.terminate();
  await it.close();
});

/** Connects, and says of the policy in force that nothing is on. */
async function arrive(of: TestDevice): Promise<RawAgent> {
  const arriving = await dial(Number(new URL(it.url).port));
  await arriving.hello(of, { at: now(), mono: monoAt(now()) });
  await arriving.take('welcome');
  await say(of, arriving);
  return arriving;
}

/** Sends a receipt, and waits until the server has it. */
async function say(of: TestDevice, from: RawAgent, active: Partial<Record<ParameterId, string>> = {}): Promise<void> {
  const { policy, hash } = await owner.client.ok('GET', '/policy');
  const receipt = receiptBy(of, { document: policy, hash }, { at: now() }, active);
  from.send({ type: 'receipt', receipt });
  const kept = async () =>
    (await member.client.ok('GET', `/people/${member.person}/devices/${of.record.device}/receipt`)).receipt;
  await eventually('the server has it', async () => isDeepStrictEqual(await kept(), receipt));
}

const latest = (parameter: ParameterId): Json =>
  stream.events.at(-1).parameters.find((one: Json) => one.parameter === parameter);

/** What is said when there is time for it. */
function atNextBeat(parameter: ParameterId): Json {
  passed += BEAT;
  return latest(parameter);
}

test('nothing is sent when a computer comes or goes and the proof says the same', async () => {
  agent.ws.terminate();
  await agent.closed();
  passed += BEAT;
  agent = await arrive(device);
  passed += BEAT;
  await wait(LONG_ENOUGH);
  await say(device, agent, { session: 'on' });
  await expect.poll(() => atNextBeat('session').active).toBe(1);
  expect(stream.events.length).toBe(2);
});

test('who starts or stops is told at a fixed time, and not when they do', async () => {
  await say(device, agent);
  await say(device, agent, { session: 'on', project: 'on' });
  await say(device, agent, { session: 'on' });
  await say(device, agent);
  await wait(LONG_ENOUGH);
  expect(stream.events.length).toBe(1);
  await expect.poll(() => atNextBeat('session').active).toBe(0);
  expect(stream.events.length).toBe(2);
});

test('a publication is told at once, and what connected devices answer to it, and nothing that comes after', async () => {
  const before = latest('app').requestedAt;
  await publish(owner.client, { app: { level: 'name' } });
  await expect.poll(() => latest('app').requestedAt).toBeGreaterThan(before);
  await expect.poll(() => latest('app').waiting.connected).toBe(1);
  await say(device, agent);
  await expect.poll(() => latest('app').confirmed).toBe(1);
  const { length } = stream.events;
  await say(device, agent, { session: 'on' });
  await wait(LONG_ENOUGH);
  expect(stream.events.length).toBe(length);
  await expect.poll(() => atNextBeat('session').active).toBe(1);
});

test('a computer that never answers hurries the stream for a minute, and no longer', async () => {
  const other = await enrol(it.url, member.client, member.person, now());
  await using silent = await arrive(other);
  const before = latest('app').requestedAt;
  await publish(owner.client, { app: { level: 'off' } });
  // A minute counts from when the stream has told it: the clock must not go on before.
  await expect.poll(() => latest('app').requestedAt).toBeGreaterThan(before);
  await say(device, agent);
  await expect.poll(() => latest('app').confirmed).toBe(1);
  await say(device, agent, { session: 'on' });
  await expect.poll(() => latest('session').active).toBe(1);
  passed += MINUTE;
  await wait(LONG_ENOUGH); // what was not told yet is
  const { length } = stream.events;
  await say(device, agent);
  await wait(LONG_ENOUGH);
  expect(stream.events.length).toBe(length);
  expect(silent.ws.readyState).toBe(silent.ws.OPEN);
});
