import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { systemClock } from '../../server/clock.ts';
import { openFoundation } from '../../server/foundation.ts';
import { createDensity } from '../../server/ingest/density.ts';
import { readFrame } from '../../server/ingest/frame.ts';
import type { Images } from '../../server/ingest/images.ts';
import { type PipelineDeps, type Sender, takeBatch } from '../../server/ingest/pipeline.ts';
import { segmentScope } from '../../server/ingest/scopes.ts';
import { decodeSegment } from '../../server/ingest/segment.ts';
import { noSessions } from '../../server/ingest/sessions.ts';
import { systemRandom } from '../../server/random.ts';
import { parameterIds } from '../../shared/catalog.ts';
import type { Observation } from '../../shared/events/observation.ts';
import { BootId, OrgId, PersonId, SessionId } from '../../shared/ids.ts';
import type { Ack, Batch } from '../../shared/protocol/messages.ts';
import { scratch } from '../support/agentKit.ts';
import { addMember } from '../support/api.ts';
import { enrolOwnDevice, initialiseData, publishLevels, signInOwner, startServerProcess } from '../support/daylight.ts';
import { highest } from '../support/everyObservation.ts';
import { createLedger, fuzzedFrame, type Ledger, sequence } from '../support/fuzzedFrames.ts';
import {
  batch,
  dial,
  monoAt,
  type RawAgent,
  type ServerKit,
  sessionEvent,
  startServer,
  type TestDevice,
} from '../support/ingestKit.ts';
import { openStoreIn } from '../support/openedSqliteStore.ts';

// FAULTS 14. A connection ends with its first bad frame, so that a million of them would be a million handshakes: the
// million go through the reader, the gate and the pipeline into the real store, and a share of them through real sockets.

const FRAMES = 1_000_000;
const DEVICES = 16;
/** So many of what began as a batch are valid batches still that more would make this a fuzz of the disk. */
const CLOSE = { strange: 0.006, damaged: 0.07 };
const CONNECTIONS = 600;
const CLOSER = { strange: 0.6, damaged: 0.5 };

/** All that there is, but one parameter: what is valid of it too has no place in the store. */
const LEVELS = Object.fromEntries(parameterIds.map((id) => [id, id === 'notes' ? 'off' : highest(id)]));

test(`of ${FRAMES} damaged frames, through reader, gate and pipeline into the real store, each is a frame or one sentence, and exactly what was acknowledged is stored, each of it sent and strictly valid`, async () => {
  await using place = await scratch();
  const store = await openStoreIn(place.folder);
  try {
    await using kit = await startServer({ store });
    await kit.publish(Object.fromEntries(Object.entries(LEVELS).map(([id, level]) => [id, { level }])));
    const lanes = await Promise.all(Array.from({ length: DEVICES }, () => openLane(kit)));
    const counts = await Promise.all(lanes.map((lane, index) => lane.take(FRAMES / DEVICES, sequence(index))));
    const refused = counts.reduce((sum, one) => sum + one, 0);
    expect(refused).toBeGreaterThan(FRAMES * 0.9);

    let stored = 0;
    for (const { ledger, person } of lanes) {
      const found = await everythingOf(kit, kit.org, person);
      expect(ledger.differences(found).slice(0, 5)).toEqual([]);
      expect(found.filter(({ parameter }) => parameter === 'notes')).toEqual([]);
      stored += found.length;
    }
    // They came close: so many were damaged in a way that is a valid batch too.
    expect(stored).toBeGreaterThan(10_000);
    expect('polluted' in {}).toBe(false);
  } finally {
    await store.close();
  }
}, 900_000);

interface Lane {
  readonly person: PersonId;
  readonly ledger: Ledger;
  /** Takes so many frames; returns how many were refused by the reader. */
  take(frames: number, next: () => number): Promise<number>;
}

/** No image was sent: a screenshot of these frames names one that is not there. */
const noImages: Images = {
  announce: () => null,
  chunk: () => null,
  gaveWay: () => false,
  take: () => ({ images: new Map(), release: () => undefined }),
  expire: () => undefined,
  clear: () => undefined,
};

/** One device, as the server's own connection would serve it after the handshake. */
async function openLane(kit: ServerKit): Promise<Lane> {
  const person = PersonId.parse(randomUUID());
  const { record } = await kit.enrol({ person });
  const deps: PipelineDeps = { ...kit, random: systemRandom };
  const at = kit.clock.now();
  const ledger = createLedger();
  const boot = BootId.parse(randomUUID());
  let sender: Sender = {
    ...{ device: record, sessions: noSessions, committedSeq: 0, density: createDensity() },
    clocks: { boot, at, mono: monoAt(at), serverAt: at, serverMono: kit.clock.mono() },
    images: noImages,
  };
  let session = SessionId.parse(randomUUID());

  async function taken(frame: Batch): Promise<Ack | null> {
    const result = await takeBatch(deps, sender, frame);
    if (result.kind !== 'acknowledged') return null;
    sender = { ...sender, sessions: result.sessions, committedSeq: result.committedSeq };
    const { stored, discarded, duplicate } = result.ack;
    const lost = Object.values(discarded).reduce((sum, count) => sum + count, 0);
    if (!duplicate && stored + lost !== frame.observations.length) throw new Error('an observation without an outcome');
    ledger.sent(frame.observations);
    ledger.acknowledged(stored);
    return result.ack;
  }

  async function begin(): Promise<void> {
    session = SessionId.parse(randomUUID());
    await taken(batch({ boot }, sender.committedSeq + 1, session, [sessionEvent(kit, 'start')], 2));
  }

  return {
    person,
    ledger,
    async take(frames, next) {
      let refused = 0;
      await begin();
      for (let n = 0; n < frames; n += 1) {
        const seq = sender.committedSeq + 1;
        const sending = { seq, boot, session, policyVersion: 2, at, mono: monoAt(at) };
        const read = readFrame(fuzzedFrame(next, sending, CLOSE).toString('utf8'));
        if (!read.ok) {
          refused += 1;
          if (!/^[^\n]{1,300}$/.test(read.problem)) throw new Error(`not one sentence: ${read.problem}`);
        } else if (read.frame.type === 'batch') {
          const ack = await taken(read.frame);
          // A damaged start has begun another session, and ended this one.
          if (ack?.discarded.outside_session !== undefined) await begin();
        }
      }
      return refused;
    },
  };
}

test(`on ${CONNECTIONS} connections to the built server, each until its first bad frame: it goes on serving in bounded memory, and exactly what it acknowledged is stored`, async () => {
  await using place = await scratch();
  const data = join(place.folder, 'server');
  const token = await initialiseData(data);
  const server = await startServerProcess({ data, port: 0 });
  const port = Number(new URL(server.url).port);
  const attackers: { device: TestDevice; ledger: Ledger }[] = [];
  try {
    const owner = await signInOwner(server.url, token);
    const notice = await publishLevels(owner, LEVELS);
    const clock = { now: () => Date.now(), advance: () => undefined };
    for (const name of ['Ada', 'Bob', 'Cem', 'Dia']) {
      const at = { url: server.url, clock };
      const { person } = await addMember(at, owner, 'employee', { name, email: `${name.toLowerCase()}@example.com` });
      attackers.push({ device: await enrolOwnDevice(server.url, owner, person, notice), ledger: createLedger() });
    }
    const honest = await enrolOwnDevice(server.url, owner, owner.person, notice);
    await using spared = await dial(port);
    await spared.hello(honest);
    await spared.take('welcome');

    const before = residentMiB(server.child.pid);
    let most = before;
    const each = CONNECTIONS / attackers.length;
    await Promise.all(
      attackers.map(async ({ device, ledger }, index) => {
        const next = sequence(1_000 + index);
        for (let n = 0; n < each; n += 1) {
          if (n % 4 === 0) await fuzzHandshake(port, next);
          else await fuzzConnection(port, device, ledger, notice, next);
          if (n % 50 === 0) most = Math.max(most, residentMiB(server.child.pid));
        }
      }),
    );
    expect(Math.max(most, residentMiB(server.child.pid)) - before).toBeLessThan(150);

    const start = { parameter: 'session', level: 'on', event: 'start', cause: 'employee', span: 0 };
    const now = Date.now();
    spared.send(batch(spared, 1, SessionId.parse(randomUUID()), [{ ...start, at: now, mono: monoAt(now) }], notice));
    expect(await spared.take('ack')).toMatchObject({ stored: 1 });
    expect([server.child.exitCode, server.err()]).toEqual([null, expect.not.stringContaining('agent_failed')]);
  } finally {
    await server.stop();
  }
  const opened = await openFoundation({ data, clock: systemClock, random: systemRandom, create: false });
  try {
    let stored = 0;
    for (const { device, ledger } of attackers) {
      const found = await everythingOf(opened, device.record.org, device.record.person);
      expect(ledger.differences(found).slice(0, 5)).toEqual([]);
      stored += found.length;
    }
    expect(stored).toBeGreaterThan(CONNECTIONS);
  } finally {
    await opened.close();
  }
}, 900_000);

/** Sends damaged frames in place of a handshake. */
async function fuzzHandshake(port: number, next: () => number): Promise<void> {
  await using agent = await dial(port);
  const sending = { seq: 1, boot: agent.boot, session: agent.boot, policyVersion: 1, at: Date.now(), mono: 0 };
  for (let n = 0; n < 20; n += 1) agent.ws.send(fuzzedFrame(next, sending, CLOSER), { binary: next() < 0.1 });
  await agent.closed();
  expect(agent.frames.at(-1)).toMatchObject({ type: 'bye', retry: false });
}

/** Sends damaged frames, each when the one before was answered, until the server has had enough. */
async function fuzzConnection(
  port: number,
  device: TestDevice,
  ledger: Ledger,
  policyVersion: number,
  next: () => number,
): Promise<void> {
  await using agent = await dial(port);
  await agent.hello(device);
  let seq = JSON.parse((await agent.take('welcome')).welcome.payload).committedSeq + 1;
  const [session, at] = [SessionId.parse(randomUUID()), Date.now()];
  const stamp = { at, mono: monoAt(at) };
  const start = { parameter: 'session', level: 'on', ...stamp, span: 0, event: 'start', cause: 'employee' };
  let frame: Buffer = Buffer.from(JSON.stringify(batch(agent, seq, session, [start], policyVersion)));
  let isBinary = false;
  while (agent.ws.readyState === agent.ws.OPEN) {
    const read = readFrame(frame.toString('utf8'));
    const isBatch = read.ok && read.frame.type === 'batch';
    if (read.ok && read.frame.type === 'batch') ledger.sent(read.frame.observations);
    const answer = isBatch || !read.ok || isBinary ? answered(agent) : null;
    agent.ws.send(frame, { binary: isBinary });
    await answer;
    const last = agent.frames.at(-1);
    if (last?.type === 'ack' && !last.duplicate) seq = last.seq + 1;
    frame = fuzzedFrame(next, { seq, boot: agent.boot, session, policyVersion, ...stamp }, CLOSER);
    isBinary = next() < 0.05;
  }
  await agent.closed();
  expect(agent.frames.at(-1)).toMatchObject({ type: 'bye', retry: false });
  for (const said of agent.frames) if (said.type === 'ack') ledger.acknowledged(said.stored);
}

/** When the server has said something more, or has closed. */
function answered({ ws }: RawAgent): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      ws.off('message', done);
      ws.off('close', done);
      resolve();
    };
    ws.on('message', done);
    ws.on('close', done);
  });
}

/** Everything that is stored of a person, opened. */
async function everythingOf(
  { store, vault }: Pick<PipelineDeps, 'store' | 'vault'>,
  org: OrgId,
  person: PersonId,
): Promise<Observation[]> {
  const found: Observation[] = [];
  for (const parameter of parameterIds) {
    for (const segment of await store.segments(org, person, parameter, '2020-01-01', '2099-01-01')) {
      const { parts } = decodeSegment(await vault.open(segmentScope(segment), segment.sealed));
      found.push(...parts.flatMap(({ observations }) => observations));
    }
  }
  return found;
}

function residentMiB(pid: number | undefined): number {
  return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) / 1024;
}
