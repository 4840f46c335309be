import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { Answer, Measured, Order } from './loadMessages.ts';
import type { Enrolled } from './organisation.ts';
import { type Answered, connectAgent, type SimulatedAgent } from './simulatedAgent.ts';
import { createWork, EVENTS_PER_BATCH, MINUTE_MS, PARAMETERS } from './workload.ts';

// The second process: many simulated devices, steered by the bench over the channel that `fork` gives.

const work = createWork();
const troubles: string[] = [];
const genuine = new Set<string>();
const receipts = new Map<number, number[]>();
const latencies: number[] = [];
const devices: Device[] = [];
let counting = false;
let events = 0;
let bytes: Answered = { heard: 0, said: 0 };

interface Device {
  readonly agent: SimulatedAgent;
  /** Where the next minute of work begins. */
  at: number;
}

process.on('message', (order: Order) => {
  void follow(order).then(answer, (error: unknown) => answer({ ok: false, problem: String(error) }));
});
process.once('disconnect', () => process.exit());

function answer(given: Answer): void {
  process.send?.(troubles.length === 0 ? given : { ok: false, problem: troubles.slice(0, 3).join('; ') });
}

async function follow(order: Order): Promise<Answer> {
  const began = process.cpuUsage();
  const since = performance.now();
  const seconds = await carryOut(order);
  const { user, system } = process.cpuUsage(began);
  const cpuMs = (user + system) / 1_000;
  const cpu = cpuMs / (performance.now() - since);
  const sent = sentOutFor(order);
  const measured: Measured = { events, seconds, latencies: latencies.splice(0), receipts: sent, bytes, cpu, cpuMs };
  return { ok: true, measured };
}

function sentOutFor(order: Order): readonly number[] {
  if (order.kind === 'answered') return bareAnswers.splice(0);
  return order.kind === 'receipts' ? (receipts.get(order.policyVersion) ?? []) : [];
}

/** Returns the seconds that counted. */
async function carryOut(order: Order): Promise<number> {
  events = 0;
  switch (order.kind) {
    case 'connect':
      for (const enrolled of order.devices) waiting.push(connect(order, enrolled));
      devices.push(...(await Promise.all(waiting.splice(0))));
      return 0;
    case 'flood':
      return flood(order);
    case 'pace':
      return pace(order);
    case 'day':
      return day(order);
    case 'receipts':
      return allReceipts(order.policyVersion);
    case 'listen':
      bare = await listenAt(order.port, order.clients);
      return 0;
    case 'answered':
      return 0;
    case 'hang_up':
      for (const socket of bare.splice(0)) socket.terminate();
      return 0;
    case 'close':
      for (const { agent } of devices.splice(0)) agent.close();
      return 0;
  }
}

let bare: WebSocket[] = [];
const bareAnswers: number[] = [];

function listenAt(port: number, clients: number): Promise<WebSocket[]> {
  return Promise.all(
    Array.from({ length: clients }, async () => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}`, { perMessageDeflate: false });
      socket.on('message', (data: Buffer) => {
        socket.send('.'.repeat(Number.parseInt(data.toString('latin1', 0, 8), 10)));
        bareAnswers.push(Date.now());
      });
      await once(socket, 'open');
      return socket;
    }),
  );
}

const waiting: Promise<Device>[] = [];
const late = new Map<Device, number[]>();
let window = 0;

async function connect(order: Order & { kind: 'connect' }, enrolled: Enrolled): Promise<Device> {
  const device: Device = {
    at: order.workFrom,
    agent: await connectAgent({
      port: order.port,
      enrolled,
      policyVersion: order.policyVersion,
      onAck: ({ ms, stored }) => {
        const due = late.get(device)?.shift() ?? 0;
        if (counting) {
          events += stored;
          latencies.push(ms + due);
        }
        if (device.agent.waiting() < window) sendMinute(device);
      },
      onReceipt: (version, at, answered) => {
        bytes = answered;
        const known = receipts.get(version);
        if (known === undefined) receipts.set(version, [at]);
        else known.push(at);
      },
      onTrouble: (what) => void troubles.push(what),
      genuine,
    }),
  };
  return device;
}

function sendMinute(device: Device): void {
  device.agent.send(work.minute(device.at, device.agent.mono(device.at)));
  device.at += MINUTE_MS;
}

async function flood({ window: most, warmUp, seconds }: Order & { kind: 'flood' }): Promise<number> {
  window = most;
  for (const device of devices) for (let sent = 0; sent < most; sent += 1) sendMinute(device);
  const counted = await count(warmUp, seconds);
  window = 0;
  await quiet();
  return counted;
}

async function pace({ eventsPerSecond, warmUp, seconds }: Order & { kind: 'pace' }): Promise<number> {
  const everyMs = (1_000 * EVENTS_PER_BATCH) / eventsPerSecond;
  const began = performance.now();
  const end = began + (warmUp + seconds) * 1_000;
  const counted = count(warmUp, seconds);
  for (let sent = 0; began + sent * everyMs < end; sent += 1) {
    const due = began + sent * everyMs;
    const early = due - performance.now();
    if (early > 0) await setTimeout(early);
    const device = devices[sent % devices.length];
    if (device === undefined) throw new Error('no device is connected');
    const queue = late.get(device) ?? [];
    queue.push(Math.max(0, performance.now() - due));
    late.set(device, queue);
    sendMinute(device);
  }
  const result = await counted;
  await quiet();
  late.clear();
  return result;
}

async function day({ minutes, events: many }: Order & { kind: 'day' }): Promise<number> {
  const [device] = devices;
  if (device === undefined) throw new Error('no device is connected');
  counting = true;
  for (let minute = 0; minute < minutes; minute += 1) {
    while (device.agent.waiting() >= 8) await setTimeout(1);
    device.agent.send(work.calmMinute(device.at, device.agent.mono(device.at), many - PARAMETERS.length));
    device.at += MINUTE_MS;
  }
  await quiet();
  counting = false;
  return 0;
}

async function allReceipts(version: number): Promise<number> {
  while ((receipts.get(version)?.length ?? 0) < devices.length && troubles.length === 0) await setTimeout(2);
  return 0;
}

async function count(warmUp: number, seconds: number): Promise<number> {
  await setTimeout(warmUp * 1_000);
  const since = performance.now();
  counting = true;
  await setTimeout(seconds * 1_000);
  counting = false;
  return (performance.now() - since) / 1_000;
}

async function quiet(): Promise<void> {
  while (devices.some(({ agent }) => agent.waiting() > 0) && troubles.length === 0) await setTimeout(5);
}
