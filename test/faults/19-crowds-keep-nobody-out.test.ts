import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { ImageId, PersonId } from '../../shared/ids.ts';
import { limits } from '../../shared/protocol/limits.ts';
import { MINUTE } from '../../shared/time.ts';
import {
  batch,
  chunksOf,
  connect,
  dial,
  newSession,
  type RawAgent,
  seen,
  sessionEvent,
  sha256,
  startServer,
  type TestDevice,
  webp,
} from '../support/ingestKit.ts';

// FAULTS 19: whoever takes more than a share of what the server has gives way to whoever has less, and nothing that was
// rightly captured is lost by it. Real sockets, from several addresses of this computer.

const [CROWD, OFFICE, HOME] = ['127.0.0.2', '127.0.0.3', '127.0.0.4'];

/** Opens so many connections that say nothing; those that were let in. */
async function crowd(port: number, from: string, count: number): Promise<RawAgent[]> {
  const dialled = await Promise.allSettled(Array.from({ length: count }, () => dial(port, { from })));
  return dialled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
}

/** As an agent does: again after a pause, until it is welcome. */
async function comeIn(kit: Kit, device: TestDevice, from: string): Promise<RawAgent> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const agent = await connect(kit, device, { from }).catch(() => null);
    if (agent !== null) return agent;
    await setTimeout(20 + Math.random() * 30);
  }
  throw new Error('it was never let in');
}

type Kit = Awaited<ReturnType<typeof startServer>>;

describe('handshakes', () => {
  it('of one address that never finishes them keep no agent of another waiting', async () => {
    await using kit = await startServer({ capacity: { handshakes: 20 } });
    const device = await kit.enrol();
    const silent = await crowd(kit.port, CROWD, 30);
    expect(silent).toHaveLength(20);
    expect(kit.events.filter((one) => one.kind === 'refused' && one.reason === 'busy')).toHaveLength(10);

    await using honest = await connect(kit, device, { from: HOME });
    expect(honest.frames.map(({ type }) => type)).toEqual(['challenge', 'welcome']);
    // One of the crowd made room, and heard that it may come again.
    const closed = await Promise.race(silent.map(async (one) => [one, await one.closed()] as const));
    expect(closed[0].frames.at(-1)).toMatchObject({ type: 'bye', reason: 'unavailable', retry: true });
    for (const one of silent) await one[Symbol.asyncDispose]();
  });

  it('of an office behind one address all come in, although others hold every place again and again', async () => {
    await using kit = await startServer({ capacity: { handshakes: 20 } });
    const devices: TestDevice[] = [];
    for (let n = 0; n < 60; n += 1) devices.push(await kit.enrol({ person: PersonId.parse(randomUUID()) }));
    const all: RawAgent[] = [];
    const flooding = new AbortController();
    const flood = (async () => {
      while (!flooding.signal.aborted) {
        all.push(...(await crowd(kit.port, CROWD, 40)));
        await setTimeout(10);
      }
    })();
    const office = await Promise.all(devices.map((device) => comeIn(kit, device, OFFICE)));
    flooding.abort();
    await flood;
    expect(office.map(({ ws }) => ws.readyState)).toEqual(office.map(({ ws }) => ws.OPEN));
    for (const one of [...all, ...office]) await one[Symbol.asyncDispose]();
  });

  it('that end, in whatever way, make room for others of the same address', async () => {
    await using kit = await startServer({ capacity: { handshakes: 2 } });
    const device = await kit.enrol();
    for (let round = 0; round < 5; round += 1) {
      const [gone, liar] = await crowd(kit.port, HOME, 2);
      await gone?.[Symbol.asyncDispose]();
      liar?.send({ type: 'receipt' });
      await liar?.closed();
      const notWebSocket = await fetch(`http://127.0.0.1:${kit.port}/agent/v1`);
      expect(notWebSocket.status).toBe(404);
      await using agent = await comeIn(kit, device, HOME);
      expect(agent.frames.some(({ type }) => type === 'welcome')).toBe(true);
    }
  });
});

describe('images', () => {
  const ROOM = 2 * limits.imageBytes;

  async function shooting() {
    const kit = await startServer({ capacity: { imageBytes: ROOM } });
    await kit.publish({ screenshot: { level: 'full' } });
    const honest = await kit.enrol();
    kit.clock.advance(MINUTE);
    const [session, image, bytes] = [newSession(), ImageId.parse(randomUUID()), webp(150_000)];
    const start = [sessionEvent(kit, 'start')];
    const shot = seen(kit, {
      ...{ parameter: 'screenshot', level: 'full', image, digest: sha256(bytes), bytes: bytes.length },
      ...{ width: 640, height: 480 },
    });
    return {
      kit,
      /** A device of somebody else, connected. */
      stranger: async () => connect(kit, await kit.enrol({ person: PersonId.parse(randomUUID()) })),
      connectHonest: () => connect(kit, honest),
      discarded: () => kit.store.discards(kit.org, honest.record.device),
      start: (agent: RawAgent) => agent.send(batch(agent, 1, session, start, 2)),
      upload: (agent: RawAgent) => upload(agent, image, bytes),
      /** The same batch each time, as an agent sends it. */
      name: (agent: RawAgent) => agent.send(batch(agent, 2, session, [shot], 2)),
      isStored: async () => (await kit.store.blob(kit.org, kit.person, image)) !== null,
    };
  }

  function upload(agent: RawAgent, image: string, bytes: Uint8Array, chunks = chunksOf(image, bytes)): void {
    agent.send({ type: 'image', image, bytes: bytes.length, digest: sha256(bytes) });
    for (const chunk of chunks) agent.send(chunk);
  }

  /** Resolves when the server has taken all that was sent before. */
  async function settled(agent: RawAgent): Promise<void> {
    agent.send(batch(agent, 9, null, []));
    await agent.take('resend');
  }

  it('of an honest device are stored while many announce all that they may and send nothing', async () => {
    const { kit, stranger, connectHonest, start, upload: send, name, isStored } = await shooting();
    await using _kit = kit;
    for (let n = 0; n < 20; n += 1) {
      const hostile = await stranger();
      for (let i = 0; i < limits.imagesInFlight; i += 1)
        hostile.send({ type: 'image', image: randomUUID(), bytes: limits.imageBytes, digest: sha256(webp()) });
      await settled(hostile);
    }
    await using honest = await connectHonest();
    start(honest);
    send(honest);
    name(honest);
    expect(await honest.take('ack')).toMatchObject({ seq: 1 });
    expect(await honest.take('ack')).toMatchObject({ seq: 2, stored: 1, discarded: {} });
    expect(await isStored()).toBe(true);
  });

  it('of an honest device are stored while one person holds all the room with what is never named', async () => {
    const { kit, stranger, connectHonest, start, upload: send, name, isStored } = await shooting();
    await using _kit = kit;
    const hostile = await stranger();
    for (let i = 0; i < 2; i += 1) upload(hostile, randomUUID(), webp(limits.imageBytes));
    await settled(hostile);
    await using honest = await connectHonest();
    start(honest);
    send(honest);
    name(honest);
    expect(await honest.take('ack')).toMatchObject({ seq: 1 });
    expect(await honest.take('ack')).toMatchObject({ seq: 2, stored: 1, discarded: {} });
    expect(await isStored()).toBe(true);
  });

  it('for which there is no room at all are neither lost nor acknowledged, and are stored when they come again', async () => {
    const { kit, stranger, connectHonest, start, upload: send, name, isStored, discarded } = await shooting();
    await using _kit = kit;
    for (let n = 0; n < 2; n += 1) {
      const other = await stranger();
      upload(other, randomUUID(), webp(limits.imageBytes));
      await settled(other);
    }
    const first = await connectHonest();
    start(first);
    await first.take('ack');
    send(first);
    name(first);
    expect(await first.take('bye')).toMatchObject({ reason: 'unavailable', retry: true });
    expect(await first.closed()).toBe(1013);
    expect([first.frames.filter(({ type }) => type === 'ack').length, await isStored()]).toEqual([1, false]);
    expect(await discarded()).toEqual([]);

    // Nothing comes of the others any more: after a minute they hold nothing.
    kit.clock.advance(limits.imageIdleMs);
    await setTimeout(100);
    await using again = await connectHonest();
    send(again);
    name(again);
    expect(await again.take('ack')).toMatchObject({ seq: 2, stored: 1, discarded: {} });
    expect(await isStored()).toBe(true);
  });

  it('that waited too long for their batch are asked for again and not counted as missing', async () => {
    const { kit, connectHonest, start, upload: send, name, isStored } = await shooting();
    await using _kit = kit;
    const slow = await connectHonest();
    start(slow);
    await slow.take('ack');
    send(slow);
    await settled(slow);
    kit.clock.advance(limits.imageIdleMs);
    await setTimeout(100);
    name(slow);
    expect(await slow.take('bye')).toMatchObject({ reason: 'unavailable', retry: true });
    expect([slow.frames.filter(({ type }) => type === 'ack').length, await isStored()]).toEqual([1, false]);
    await using again = await connectHonest();
    send(again);
    name(again);
    expect(await again.take('ack')).toMatchObject({ seq: 2, stored: 1, discarded: {} });
  });
});
