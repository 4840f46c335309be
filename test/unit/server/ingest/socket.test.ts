import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { describe, expect, it } from 'vitest';
import { verifySigned } from '../../../../server/control/signer.ts';
import { imageScope } from '../../../../server/ingest/scopes.ts';
import { type Store, StoreError } from '../../../../server/store/store.ts';
import { PersonId } from '../../../../shared/ids.ts';
import { limits } from '../../../../shared/protocol/limits.ts';
import { AGENT_PATH, SUBPROTOCOL } from '../../../../shared/protocol/messages.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../../../shared/time.ts';
import {
  batch,
  chunksOf,
  connect,
  dial,
  monoAt,
  newSession,
  type RawAgent,
  receiptBy,
  type ServerKit,
  seen,
  sessionEvent,
  sha256,
  startServer,
  webp,
} from '../../../support/ingestKit.ts';
import { createReferenceStore } from '../../../support/referenceStore.ts';

/** The order to wipe that came over this connection, once its signature has been found to be the server's. */
async function orderFrom(kit: ServerKit, agent: RawAgent): Promise<unknown> {
  const { wipe } = await agent.take('wipe');
  const [identity] = await kit.organisations.all();
  expect(verifySigned('daylight/wipe/v1', wipe, identity?.serverKey ?? '')).toBe(true);
  return JSON.parse(wipe.payload);
}

describe('the handshake', () => {
  it('proves the server with its identity key and hands over policy, lease and where to go on', async () => {
    await using kit = await startServer();
    const device = await kit.enrol();
    await using agent = await dial(kit.port);
    await agent.hello(device);
    const { welcome, policy, lease } = await agent.take('welcome');
    const [identity] = await kit.organisations.all();
    expect(verifySigned('daylight/welcome/v1', welcome, identity?.serverKey ?? '')).toBe(true);
    expect(verifySigned('daylight/policy/v1', policy, identity?.policyKey ?? '')).toBe(true);
    expect(verifySigned('daylight/lease/v1', lease, identity?.policyKey ?? '')).toBe(true);
    expect(verifySigned('daylight/lease/v1', lease, identity?.serverKey ?? '')).toBe(false);
  });

  it('refuses a wrong signature, an unknown device, another organisation and anything else first', async () => {
    await using kit = await startServer();
    const [device, other] = [await kit.enrol(), await kit.enrol()];
    const cases: [string, (agent: Awaited<ReturnType<typeof dial>>) => unknown][] = [
      ['bad_handshake', (agent) => agent.hello({ record: device.record, key: other.key })],
      ['unknown_device', (agent) => agent.hello(device, { device: randomUUID() })],
      ['unknown_device', (agent) => agent.hello(device, { org: randomUUID() })],
      ['bad_handshake', (agent) => agent.send(batch(agent, 1, null, []))],
      ['bad_handshake', (agent) => agent.send('{')],
    ];
    for (const [reason, act] of cases) {
      await using agent = await dial(kit.port);
      await act(agent);
      expect(await agent.take('bye')).toMatchObject({ reason, retry: false });
      expect(await agent.closed()).toBe(1008);
    }
  });

  it('is open to others however many came with what is no WebSocket handshake', async () => {
    await using kit = await startServer({ capacity: { handshakes: 1 } });
    const device = await kit.enrol();
    for (let n = 0; n < 3; n += 1) expect(await upgradeWithoutKey(kit.port)).toBe(400);
    await using agent = await connect(kit, device);
    expect(agent.ws.readyState).toBe(agent.ws.OPEN);
  });

  it('ends a connection that says nothing for ten seconds', async () => {
    await using kit = await startServer();
    await using agent = await dial(kit.port);
    await agent.take('challenge');
    kit.clock.advance(limits.handshakeMs + 1);
    expect(await agent.take('bye')).toMatchObject({ reason: 'unavailable', retry: true });
  });

  it('ends a connection that the store leaves without a welcome for ten seconds', async () => {
    await using kit = await startServer();
    const device = await kit.enrol();
    const { changeDevice } = kit.store;
    const answers: ((answer: null) => void)[] = [];
    kit.store.changeDevice = () => new Promise((answer) => answers.push(answer));
    await using agent = await dial(kit.port);
    await agent.hello(device);
    await expect.poll(() => answers.length).toBe(1);
    kit.clock.advance(limits.handshakeMs + 1);
    expect(await agent.take('bye')).toMatchObject({
      reason: 'unavailable',
      retry: true,
      message: expect.stringContaining('no welcome'),
    });
    kit.store.changeDevice = changeDevice;
    answers[0]?.(null);
  });

  it('tells a retired device to wipe, and only after it has proved itself', async () => {
    await using kit = await startServer();
    const device = await kit.enrol();
    await using agent = await connect(kit, device);
    agent.send({ type: 'retire' });
    expect(await agent.take('bye')).toMatchObject({ reason: 'retired' });
    await using again = await dial(kit.port);
    const { challenge, nonce } = JSON.parse((await again.hello(device)).payload);
    expect(await orderFrom(kit, again)).toEqual({
      ...{ device: device.record.device, org: kit.org, reason: 'retired', at: kit.clock.now() },
      ...{ challenge, nonce },
    });
    expect(await again.take('bye')).toMatchObject({ reason: 'retired', retry: false });
    await using impostor = await dial(kit.port);
    await impostor.hello({ record: device.record, key: (await kit.enrol()).key });
    await impostor.closed();
    expect(impostor.frames.some((frame) => frame.type === 'wipe')).toBe(false);
  });

  it('orders a connected device to wipe with the same proof, and then lets go of it', async () => {
    await using kit = await startServer();
    const device = await kit.enrol();
    await using agent = await dial(kit.port);
    const { challenge, nonce } = JSON.parse((await agent.hello(device)).payload);
    await agent.take('welcome');
    kit.connections.of(device.record.device)?.wipe('person_removed');
    expect(await orderFrom(kit, agent)).toMatchObject({ reason: 'person_removed', challenge, nonce });
    expect(await agent.take('bye')).toMatchObject({ reason: 'retired', retry: false });
  });

  it('ends a connection that does not answer a ping', async () => {
    await using kit = await startServer({ timing: { pingMs: 1_000 } });
    await using agent = await connect(kit, await kit.enrol());
    agent.ws.pause(); // as if the cable were cut
    kit.clock.advance(1_001);
    await new Promise((resolve) => setTimeout(resolve, 100));
    kit.clock.advance(1_001);
    await expect.poll(() => kit.connections.in(kit.org)).toHaveLength(0);
  });
});

describe('bad input has a named outcome and loses nothing that was accepted', () => {
  it('answers a frame over the limit with too_large and 1009, and keeps what was acknowledged', async () => {
    await using kit = await startServer();
    await using agent = await connect(kit, await kit.enrol());
    agent.send(batch(agent, 1, newSession(), [sessionEvent(kit, 'start')]));
    await agent.take('ack');
    agent.send(`"${'x'.repeat(limits.frameBytes)}"`);
    expect(await agent.take('bye')).toMatchObject({ reason: 'too_large', retry: false });
    expect(await agent.closed()).toBe(1009);
    expect(await kit.segments('session')).toHaveLength(1);
  });

  it('works off what came before a bad frame, then names its field and closes with 1008', async () => {
    await using kit = await startServer();
    await using agent = await connect(kit, await kit.enrol());
    agent.send(batch(agent, 1, newSession(), [sessionEvent(kit, 'start')]));
    agent.send({ ...batch(agent, 2, null, []), seq: 0 });
    expect(await agent.take('ack')).toMatchObject({ seq: 1, stored: 1 });
    const bye = await agent.take('bye');
    expect(bye).toMatchObject({ reason: 'bad_frame', retry: false });
    expect(bye.message).toContain('seq');
    expect(await agent.closed()).toBe(1008);
  });

  it('answers invalid UTF-8 with bad_frame', async () => {
    await using kit = await startServer();
    await using agent = await connect(kit, await kit.enrol());
    agent.ws.send(Buffer.from([0x22, 0xff, 0xfe, 0x22]), { binary: false });
    expect(await agent.take('bye')).toMatchObject({ reason: 'bad_frame', message: 'the frame is not valid UTF-8' });
  });

  it('refuses a receipt and an acknowledgement that another device signed', async () => {
    await using kit = await startServer();
    const [device, other] = [await kit.enrol(), await kit.enrol()];
    const policy = await kit.control.current(kit.org);
    await using agent = await connect(kit, device);
    agent.send({ type: 'receipt', receipt: receiptBy(other, policy) });
    expect(await agent.take('bye')).toMatchObject({
      ...{ reason: 'bad_frame', message: 'receipt: the signature does not verify with the key on record' },
    });
    expect(await kit.store.receipts(kit.org, device.record.device)).toEqual([]);
  });

  it('discards what a bad clock stamped, by name, and stores what an offset explains', async () => {
    await using kit = await startServer();
    const device = await kit.enrol();
    await using agent = await dial(kit.port);
    const fast = kit.clock.now() + HOUR; // this device's clock is an hour ahead
    await agent.hello(device, { at: fast });
    await agent.take('welcome');
    const session = newSession();
    const start = { ...sessionEvent(kit, 'start'), at: fast };
    const future = { ...seen(kit, { parameter: 'project', level: 'on', project: 'A', task: null }), at: fast + HOUR };
    const unclocked = { ...future, at: fast, mono: monoAt(kit.clock.now()) + HOUR };
    agent.send(batch(agent, 1, session, [start, future, unclocked]));
    expect(await agent.take('ack')).toMatchObject({ stored: 1, discarded: { clock_implausible: 2 } });
    expect(await kit.store.device(device.record.device)).toMatchObject({ clockOffsetMs: HOUR });
  });

  it('discards what would last beyond now, of a session as of everything else, and the session goes on', async () => {
    await using kit = await startServer();
    await kit.publish({ activity: { level: 'active' } });
    const device = await kit.enrol();
    await using agent = await connect(kit, device);
    kit.clock.advance(SECOND);
    const session = newSession();
    agent.send(batch(agent, 1, session, [sessionEvent(kit, 'start')], 2));
    expect(await agent.take('ack')).toMatchObject({ stored: 1 });
    kit.clock.advance(10 * MINUTE);
    const [lasting, since] = [kit.clock.now() - 5 * MINUTE, monoAt(kit.clock.now() - 5 * MINUTE)];
    const gap = { ...sessionEvent(kit, 'gap'), cause: 'clock_jump', at: lasting, mono: since };
    const active = seen(kit, { parameter: 'activity', level: 'active', active: true, at: lasting, mono: since });
    const beyond = [gap, active].map((one) => ({ ...one, span: 5 * MINUTE + limits.clockSkewMs + 1 }));
    agent.send(batch(agent, 2, session, beyond, 2));
    expect(await agent.take('ack')).toMatchObject({ stored: 0, discarded: { outside_session: 2 } });
    agent.send(batch(agent, 3, session, [{ ...gap, span: 5 * MINUTE }, sessionEvent(kit, 'stop')], 2));
    expect(await agent.take('ack')).toMatchObject({ stored: 2, discarded: {} });
  });

  it('discards what is older than it may be kept, and what came without a lease', async () => {
    await using kit = await startServer();
    await kit.publish({ project: { retentionDays: 1 } });
    const device = await kit.enrol();
    const session = newSession();
    const early = [
      sessionEvent(kit, 'start'),
      seen(kit, { parameter: 'project', level: 'on', project: 'A', task: null }),
    ];
    kit.clock.advance(3 * DAY);
    await using agent = await connect(kit, device);
    agent.send(batch(agent, 1, session, early, 2));
    expect(await agent.take('ack')).toMatchObject({ stored: 1, discarded: { past_retention: 1 } });
    agent.ws.close();
    await agent.closed();
    await expect.poll(() => kit.connections.in(kit.org)).toHaveLength(0); // nothing renews the lease from here on
    kit.clock.advance(40 * DAY);
    const late = seen(kit, { parameter: 'project', level: 'on', project: 'B', task: null });
    kit.clock.advance(HOUR);
    await using back = await connect(kit, device);
    back.send(batch(back, 2, session, [late], 2));
    expect(await back.take('ack')).toMatchObject({ stored: 0, discarded: { lease_ended: 1 } });
  });

  it.each([
    ['clock_implausible', HOUR],
    ['outside_session', -15 * MINUTE],
  ])('ends the session of a stop that it discards as %s, and takes what lay before it', async (reason, aheadMs) => {
    await using kit = await startServer();
    const device = await kit.enrol();
    kit.clock.advance(20 * MINUTE);
    await using agent = await connect(kit, device);
    const session = newSession();
    agent.send(batch(agent, 1, session, [sessionEvent(kit, 'start')]));
    await agent.take('ack');
    const openNow = () => kit.connections.of(device.record.device)?.openSession();
    expect(openNow()).toMatchObject({ session });
    kit.clock.advance(10 * MINUTE);
    const stop = sessionEvent(kit, 'stop');
    const wrong = { ...stop, at: Number(stop['at']) + aheadMs, mono: Number(stop['mono']) + aheadMs };
    const chosen = seen(kit, { parameter: 'project', level: 'on', project: 'A', task: null });
    agent.send(batch(agent, 2, session, [wrong, chosen]));
    expect(await agent.take('ack')).toMatchObject({ stored: 1, discarded: { [reason]: 1 } });
    expect(openNow()).toBeNull();
    kit.clock.advance(MINUTE);
    agent.send(
      batch(agent, 3, session, [
        sessionEvent(kit, 'stop'),
        { ...chosen, at: kit.clock.now(), mono: monoAt(kit.clock.now()) },
      ]),
    );
    expect(await agent.take('ack')).toMatchObject({ stored: 0, discarded: { outside_session: 2 } });
    const next = newSession();
    agent.send(batch(agent, 4, next, [sessionEvent(kit, 'start')]));
    expect(await agent.take('ack')).toMatchObject({ stored: 1 });
    expect(openNow()).toMatchObject({ session: next });
  });

  it('ends the session of a stop from after the lease, also for whoever connects next', async () => {
    await using kit = await startServer();
    const device = await kit.enrol();
    const session = newSession();
    const agent = await connect(kit, device);
    agent.send(batch(agent, 1, session, [sessionEvent(kit, 'start')]));
    await agent.take('ack');
    agent.ws.close();
    await agent.closed();
    await expect.poll(() => kit.connections.in(kit.org)).toHaveLength(0); // nothing renews the lease from here on
    kit.clock.advance(40 * DAY);
    const stop = sessionEvent(kit, 'stop');
    kit.clock.advance(HOUR);
    const openNow = () => kit.connections.of(device.record.device)?.openSession();
    const back = await connect(kit, device);
    expect(openNow()).toMatchObject({ session });
    back.send(batch(back, 2, session, [stop]));
    expect(await back.take('ack')).toMatchObject({ stored: 0, discarded: { lease_ended: 1 } });
    expect(openNow()).toBeNull();
    await using again = await connect(kit, device);
    expect(again.frames.map(({ type }) => type)).toContain('welcome');
    expect(openNow()).toBeNull();
  });

  it('says unavailable, acknowledges nothing and logs no content when the store fails', async () => {
    let broken = false;
    const real = createReferenceStore();
    const store: Store = {
      ...real,
      appendBatch: (unit) => (broken ? Promise.reject(new StoreError('full', 'disk full')) : real.appendBatch(unit)),
    };
    await using kit = await startServer({ store });
    const device = await kit.enrol();
    const agent = await connect(kit, device);
    broken = true;
    const start = batch(agent, 1, newSession(), [sessionEvent(kit, 'start')]);
    agent.send(start);
    expect(await agent.take('bye')).toMatchObject({ reason: 'unavailable', retry: true });
    await agent.closed();
    expect(agent.frames.some((frame) => frame.type === 'ack')).toBe(false);
    expect(kit.events).toContainEqual({
      ...{ kind: 'failed', device: device.record.device },
      cause: expect.objectContaining({ name: 'StoreError', code: 'full' }),
    });
    broken = false;
    await using again = await connect(kit, device);
    again.send(start);
    expect(await again.take('ack')).toMatchObject({ seq: 1, stored: 1, duplicate: false });
  });

  it('says too_fast to a device that floods it with receipts', async () => {
    await using kit = await startServer({ timing: { controlBurst: 3, controlPerSecond: 1 } });
    const device = await kit.enrol();
    const policy = await kit.control.current(kit.org);
    await using agent = await connect(kit, device);
    for (let n = 0; n < 5; n += 1) agent.send({ type: 'receipt', receipt: receiptBy(device, policy) });
    expect(await agent.take('bye')).toMatchObject({ reason: 'too_fast', retry: true });
  });

  it('says too_fast to a device that sends without end, and the others are served', async () => {
    await using kit = await startServer({ timing: { batchBurst: 100, batchesPerSecond: 1 } });
    const [flood, calm] = [await kit.enrol(), await kit.enrol({ person: PersonId.parse(randomUUID()) })];
    await using flooding = await connect(kit, flood);
    await using other = await connect(kit, calm);
    for (let seq = 1; seq < 5_000; seq += 1) flooding.send(batch(flooding, seq, null, []));
    other.send(batch(other, 1, newSession(), [sessionEvent(kit, 'start')]));
    expect(await other.take('ack')).toMatchObject({ stored: 1 });
    expect(await flooding.take('bye')).toMatchObject({ reason: 'too_fast' });
  });
});

describe('images', () => {
  async function shooting() {
    const kit = await startServer();
    await kit.publish({ screenshot: { level: 'full' } });
    const device = await kit.enrol();
    kit.clock.advance(MINUTE);
    const agent = await connect(kit, device);
    const session = newSession();
    agent.send(batch(agent, 1, session, [sessionEvent(kit, 'start')], 2));
    await agent.take('ack');
    const shot = (image: string, bytes: Uint8Array) =>
      seen(kit, {
        ...{ parameter: 'screenshot', level: 'full', image, digest: sha256(bytes), bytes: bytes.length },
        ...{ width: 640, height: 480 },
      });
    const upload = (image: string, bytes: Uint8Array, said: object = {}, chunks = chunksOf(image, bytes)) => {
      agent.send({ type: 'image', image, bytes: bytes.length, digest: sha256(bytes), ...said });
      for (const chunk of chunks) agent.send(chunk);
    };
    return { kit, agent, session, shot, upload };
  }

  it('are sealed with the batch that names them', async () => {
    const { kit, agent, session, shot, upload } = await shooting();
    await using _kit = kit;
    const [image, bytes] = [randomUUID(), webp(150_000)];
    upload(image, bytes);
    agent.send(batch(agent, 2, session, [shot(image, bytes)], 2));
    expect(await agent.take('ack')).toMatchObject({ stored: 1, discarded: {} });
    const blob = await kit.store.blob(kit.org, kit.person, image as never);
    if (blob === null) throw new Error('the image was not stored');
    expect(Buffer.from(blob.sealed).includes(bytes.subarray(0, 64))).toBe(false);
    expect(Buffer.from(await kit.vault.open(imageScope(blob), blob.sealed)).equals(bytes)).toBe(true);
  });

  it('are missing when absent, incomplete, out of order, altered or not WebP, and nothing else is affected', async () => {
    const { kit, agent, session, shot, upload } = await shooting();
    await using _kit = kit;
    const good = webp(150_000);
    const jpeg = Buffer.from(good).fill(0xff, 0, 4);
    const larger = webp(150_000, 7, { width: 641, height: 480 });
    const unfit = Buffer.from(good).fill(0xff, 16, 20);
    const cases: [string, Uint8Array, (image: string) => void][] = [
      ['absent', good, () => undefined],
      ['incomplete', good, (image) => upload(image, good, {}, chunksOf(image, good).slice(0, -1))],
      ['out of order', good, (image) => upload(image, good, {}, chunksOf(image, good).reverse())],
      ['altered', good, (image) => upload(image, good, {}, chunksOf(image, webp(150_000, 8)))],
      ['not WebP', jpeg, (image) => upload(image, jpeg)],
      ['of another size', larger, (image) => upload(image, larger)],
      ['with a chunk that does not fit', unfit, (image) => upload(image, unfit)],
    ];
    let seq = 1;
    for (const [, bytes, send] of cases) {
      kit.clock.advance(6 * MINUTE);
      const image = randomUUID();
      send(image);
      seq += 1;
      agent.send(batch(agent, seq, session, [shot(image, bytes)], 2));
      expect(await agent.take('ack')).toMatchObject({ stored: 0, discarded: { image_missing: 1 } });
      expect(await kit.store.blob(kit.org, kit.person, image as never)).toBeNull();
    }
  });

  it('come at most once in five minutes', async () => {
    const { kit, agent, session, shot, upload } = await shooting();
    await using _kit = kit;
    for (const [seq, wait, expected] of [
      [2, 0, { stored: 1, discarded: {} }],
      [3, 4 * MINUTE, { stored: 0, discarded: { rate_exceeded: 1 } }],
      [4, MINUTE, { stored: 1, discarded: {} }],
    ] as const) {
      kit.clock.advance(wait);
      const [image, bytes] = [randomUUID(), webp()];
      upload(image, bytes);
      agent.send(batch(agent, seq, session, [shot(image, bytes)], 2));
      expect(await agent.take('ack')).toMatchObject(expected);
    }
  });

  it('wait at most four at a time', async () => {
    const { kit, agent, upload } = await shooting();
    await using _kit = kit;
    for (let n = 0; n < 5; n += 1) upload(randomUUID(), webp());
    expect(await agent.take('bye')).toMatchObject({ reason: 'bad_frame' });
  });
});

describe('control', () => {
  it('sends a publication to every connected device, each with its own lease', async () => {
    await using kit = await startServer();
    const [one, two] = [await kit.enrol(), await kit.enrol()];
    await using first = await connect(kit, one);
    await using second = await connect(kit, two);
    const published = await kit.publish({ title: { level: 'full' } });
    for (const [agent, device] of [
      [first, one],
      [second, two],
    ] as const) {
      const push = await agent.take('policy');
      expect(push.policy).toEqual(published.signed);
      expect(JSON.parse(push.lease.payload)).toMatchObject({
        ...{ device: device.record.device, policyHash: published.hash, policyVersion: 2 },
      });
    }
  });

  it('renews the lease every ten minutes while connected', async () => {
    await using kit = await startServer();
    await using agent = await connect(kit, await kit.enrol());
    kit.clock.advance(10 * MINUTE + 1);
    const push = await agent.take('policy');
    expect(push.policy).toBeNull();
    expect(JSON.parse(push.lease.payload)).toMatchObject({ observedUntil: kit.clock.now() + DAY });
  });

  it('stops the session of the same person on another device, and of nobody else', async () => {
    await using kit = await startServer();
    const stranger = await kit.enrol({ person: PersonId.parse(randomUUID()) });
    await using first = await connect(kit, await kit.enrol());
    const newer = await kit.enrol();
    await using second = await connect(kit, newer);
    await using third = await connect(kit, stranger);
    const sessions = [newSession(), newSession(), newSession()] as const;
    for (const [index, agent] of [third, first, second].entries()) {
      kit.clock.advance(1_000);
      agent.send(batch(agent, 1, sessions[index] ?? null, [sessionEvent(kit, 'start')]));
      await agent.take('ack');
    }
    expect(await first.take('stop_session')).toEqual({
      type: 'stop_session',
      session: sessions[1],
      at: kit.clock.now(),
      device: newer.record.device,
    });
    for (const agent of [second, third]) {
      expect(agent.frames.some((frame) => frame.type === 'stop_session')).toBe(false);
    }
  });

  it('discards sites that are nobody’s business and values above their level', async () => {
    await using kit = await startServer();
    await kit.publish({ url: { level: 'domain' }, title: { level: 'redacted' } });
    const device = await kit.enrol();
    kit.clock.advance(1_000);
    await using agent = await connect(kit, device);
    const url = (domain: string) => seen(kit, { parameter: 'url', level: 'domain', domain });
    const title = (text: string) => seen(kit, { parameter: 'title', level: 'redacted', title: text });
    const observations = [
      sessionEvent(kit, 'start'),
      ...[
        url('example.com'),
        url('mail.example.com'),
        url('tinder.com'),
        title('Quarterly plan'),
        title('To ann@example.com'),
      ],
    ];
    agent.send(batch(agent, 1, newSession(), observations, 2));
    expect(await agent.take('ack')).toMatchObject({ stored: 3, discarded: { malformed: 2, special_category: 1 } });
  });

  it('says bye to everyone when it stops', async () => {
    const kit = await startServer();
    const agent = await connect(kit, await kit.enrol());
    await kit[Symbol.asyncDispose]();
    expect(await agent.take('bye')).toMatchObject({ reason: 'shutting_down', retry: true });
  });
});

/** The status with which the server answers an upgrade that lacks the key of RFC 6455. */
function upgradeWithoutKey(port: number): Promise<number | undefined> {
  const headers = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-protocol': SUBPROTOCOL };
  return new Promise((resolve, reject) => {
    const asked = request({ port, host: '127.0.0.1', path: AGENT_PATH, headers, agent: false });
    asked.on('response', (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    asked.on('error', reject).end();
  });
}
