import { generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openFolder } from '../../../../agent/core/files.ts';
import { createPolicyCache, type PolicyCache } from '../../../../agent/core/gate/policyCache.ts';
import { createNoticeBox } from '../../../../agent/core/noticeBox.ts';
import type { Clock } from '../../../../agent/core/ports.ts';
import type { Recorder } from '../../../../agent/core/recorder.ts';
import type { Spool } from '../../../../agent/core/spool/spool.ts';
import { type AcknowledgementBox, createAcknowledgementBox } from '../../../../agent/core/uplink/acknowledgementBox.ts';
import { createUplink, type Uplink } from '../../../../agent/core/uplink/uplink.ts';
import { parameterIds } from '../../../../shared/catalog.ts';
import { type ReceiptPayload, type ServerFrame, WipePayload } from '../../../../shared/protocol/messages.ts';
import { boot, clockFromThen, context, scratch, screenshot, systemRandom, title } from '../../../support/agentKit.ts';
import { openSpoolIn } from '../../../support/openedSpool.ts';
import { type ScriptedServer, startScriptedServer, until } from '../../../support/scriptedServer.ts';
import { trustingAudit } from '../../../support/trustingAudit.ts';

const system = clockFromThen();
/** How far the wall clock of this computer was set, in one leap. */
let leap = 0;
const clock: Clock = { ...system, now: () => system.now() + leap };
let place: Awaited<ReturnType<typeof scratch>>;
let server: ScriptedServer;
let spool: Spool;
let policies: PolicyCache;
let uplink: Uplink;
let acknowledgements: AcknowledgementBox;
let wiped: string[];
let duringWipe: () => Promise<void>;
/** What the small recorder of these tests does when the policy has changed. */
let onPolicy: () => Promise<void>;
/** How long the agent said that it would wait each time, in seconds, when it said so. */
let waits: number[];

const receipt = (): Omit<ReceiptPayload, 'device'> | null => {
  const policy = policies.policy();
  if (policy === null) return null;
  const waiting = spool.waiting().observations;
  const parameters = Object.fromEntries(
    parameterIds.map((id) => [id, { state: 'off', level: 'off', reason: 'session', waiting: waiting[id] ?? 0 }]),
  ) as ReceiptPayload['parameters'];
  const terms = policies.lease()?.terms.revision ?? 0;
  return {
    policyHash: policy.hash,
    policyVersion: policy.version,
    terms,
    at: clock.now(),
    tracking: false,
    parameters,
  };
};

const recorder: Pick<
  Recorder,
  'policyChanged' | 'receipt' | 'onReceiptChange' | 'stoppedElsewhere' | 'selfTest' | 'refusedByServer'
> = {
  policyChanged: () => onPolicy(),
  receipt,
  onReceiptChange: () => () => undefined,
  stoppedElsewhere: async () => undefined,
  refusedByServer: () => undefined,
  selfTest: () => Promise.reject(new Error('nobody asks')),
};

beforeEach(async () => {
  leap = 0;
  place = await scratch();
  server = await startScriptedServer(() => clock.now());
  const files = await openFolder(place.folder);
  const { identity } = server;
  policies = await createPolicyCache({ files, keys: identity, clock });
  spool = await openSpoolIn(place.folder, clock);
  wiped = [];
  duringWipe = async () => undefined;
  onPolicy = async () => undefined;
  waits = [];
  acknowledgements = createAcknowledgementBox(files);
  uplink = anew();
});

/** How often the agent looks for a closed batch by itself. */
const LOOK_MS = 2_000;

function anew(goesBy: Clock = clock): Uplink {
  const { identity, deviceKey } = server;
  return createUplink({
    ...{ identity, deviceKey, clock: goesBy, random: systemRandom, boot, agentVersion: 'test' },
    ...{ policies, spool, recorder },
    acknowledgements,
    audit: trustingAudit,
    heard: {
      heardComing: async () => undefined,
      heardLastNotice: async () => undefined,
      heardConcerns: async () => undefined,
      heardLeaving: async () => undefined,
    },
    notices: createNoticeBox('Example', () => policies.policy()),
    onWipe: async ({ reason }) => {
      wiped.push(reason);
      await duringWipe();
    },
    onChange: (state) => {
      if (state.kind === 'waiting') waits.push(Math.round((state.until - clock.now()) / 1_000));
    },
  });
}

afterEach(async () => {
  await uplink.close();
  await server.close();
  await spool.close();
  await place[Symbol.asyncDispose]();
});

const online = (): Promise<void> => until(() => uplink.state().kind === 'online');

async function record(...texts: string[]): Promise<void> {
  for (const text of texts) {
    await spool.append(context, [title(text)]);
    await spool.flush();
  }
}

const titlesSent = (): unknown[] =>
  server.batches.flatMap(({ observations }) => observations.map((o) => (o as { title: string }).title));

test('batches arrive once and in order, and are forgotten when they are acknowledged', async () => {
  await record('one', 'two', 'three');
  uplink.start();
  await until(() => spool.waiting().batches === 0 && uplink.sent().at !== null && uplink.sent().stored >= 3);
  expect(server.batches.map(({ seq }) => seq)).toEqual([1, 2, 3]);
  expect(titlesSent()).toEqual(['one', 'two', 'three']);
  expect(uplink.sent().stored).toBe(3);
});

test('what is recorded while the spool is looked at is sent at once, and not at the next look', async () => {
  const next = spool.next.bind(spool);
  let isFirst = true;
  spool.next = async (after) => {
    const found = await next(after);
    if (isFirst) {
      isFirst = false;
      await record('meanwhile');
      uplink.nudge();
    }
    return found;
  };
  uplink = anew({ ...clock, after: (ms, callback) => (ms === LOOK_MS ? () => undefined : clock.after(ms, callback)) });
  uplink.start();
  await until(() => server.batches.length > 0);
  expect(titlesSent()).toEqual(['meanwhile']);
});

test('what was not acknowledged is sent again after the connection broke, and goes on where the server stands', async () => {
  const acknowledge = server.onBatch;
  server.onBatch = (batch) => {
    if (batch.seq > 2) return; // on its way when the connection broke
    // Committed, but the acknowledgement never arrives.
    server.committedSeq = batch.seq;
    if (batch.seq === 2) server.drop();
  };
  await record('one', 'two', 'three');
  uplink.start();
  await until(() => server.committedSeq === 2);
  server.onBatch = acknowledge;
  await until(() => spool.waiting().batches === 0);
  expect(server.connections).toBe(2);
  expect(server.batches.filter(({ seq }) => seq === 3).length).toBeGreaterThan(0);
  expect(new Set(titlesSent())).toEqual(new Set(['one', 'two', 'three']));
  expect(server.batches.filter(({ seq }) => seq === 1)).toHaveLength(1);
});

test('a seq that the server did not take is sent again from the one that it expects', async () => {
  const acknowledge = server.onBatch;
  let refused = false;
  server.onBatch = (batch, answer) => {
    if (batch.seq === 2 && !refused) {
      refused = true;
      answer({ type: 'resend', expected: 2 });
    } else if (batch.seq <= server.committedSeq + 1) acknowledge(batch, answer); // what was on its way behind it is out of order
  };
  await record('one', 'two', 'three');
  uplink.start();
  await until(() => spool.waiting().batches === 0 && server.committedSeq === 3);
  expect(server.batches.filter(({ seq }) => seq === 2).length).toBeGreaterThan(1);
});

test('an image goes before the batch that names it, in chunks that fit', async () => {
  const bytes = randomBytes(120_000);
  const taken = screenshot(bytes);
  await spool.hold(context, { observation: taken, releaseAt: clock.now() }, bytes);
  await spool.release(clock.now());
  await spool.flush();
  uplink.start();
  await until(() => spool.waiting().batches === 0);
  const kinds = server.received.map(({ type }) => type).filter((type) => !['receipt', 'read_notice'].includes(type));
  expect(kinds).toEqual(['hello', 'image', 'batch']);
  expect(server.chunks.map((chunk) => [chunk.subarray(0, 16).toString('hex'), chunk.readUInt32BE(16)])).toEqual(
    [0, 1, 2].map((index) => [taken.image.replaceAll('-', ''), index]),
  );
  expect(Buffer.concat(server.chunks.map((chunk) => chunk.subarray(20)))).toEqual(bytes);
});

test('nothing is sent from the arrival of a policy until it is applied, and the receipt comes first', async () => {
  uplink.start();
  await online();
  let isApplying = false;
  let finish: () => void = () => undefined;
  onPolicy = async () => {
    await new Promise<void>((resolve) => {
      finish = resolve;
      isApplying = true;
    });
    await spool.purge('title', 'purged_by_policy');
  };
  server.push({ type: 'policy', ...server.publish((policy) => void (policy.parameters.notes.level = 'off')) });
  await until(() => isApplying);
  await record('MARKER');
  uplink.nudge();
  await sleep(300);
  expect(server.batches).toEqual([]);
  const before = server.received.length;
  finish();
  await until(() => server.batches.length > 0);
  expect(server.received[before]?.type).toBe('receipt');
  expect(server.receipts.at(-1)).toMatchObject({ policyVersion: 2, parameters: { title: { waiting: 0 } } });
  expect(server.batches[0]).toMatchObject({
    observations: [],
    dropped: [{ parameter: 'title', cause: 'purged_by_policy', count: 1 }],
  });
});

test('a server with another key than the pinned one is sent nothing, and the agent stops and says so', async () => {
  const other = await startScriptedServer(() => clock.now());
  server.welcome = (honest) => {
    const { welcome } = honest as Extract<ServerFrame, { type: 'welcome' }>;
    const forged = { ...welcome, keyId: '0'.repeat(64) };
    return { ...honest, welcome: forged } as ServerFrame;
  };
  await record('MARKER');
  uplink.start();
  await until(() => uplink.state().kind === 'refused');
  expect(uplink.state()).toMatchObject({ why: expect.stringContaining('not the one that this device enrolled with') });
  expect(server.received.map(({ type }) => type)).toEqual(['hello']);
  await other.close();
});

test('a welcome that was recorded on another connection is refused', async () => {
  let recorded: ServerFrame | null = null;
  server.welcome = (honest) => (recorded ??= honest);
  uplink.start();
  await online();
  server.drop();
  await until(() => uplink.state().kind === 'refused');
  expect(uplink.state()).toMatchObject({ why: expect.stringContaining('belongs to another connection') });
});

test('an order to wipe from the pinned server is obeyed at once, and nothing is sent afterwards', async () => {
  uplink.start();
  await online();
  server.push(server.order('person_removed'));
  await until(() => wiped.length === 1);
  await until(() => uplink.state().kind === 'refused');
  expect(wiped).toEqual(['person_removed']);
  expect(uplink.state()).toMatchObject({ why: 'your account was removed by your organisation' });
});

test('the first word about the end counts: what cannot be sent any more after an order to wipe does not make it come back', async () => {
  uplink.start();
  await online();
  duringWipe = async () => {
    // Wakes the sender, whose frame is refused by the connection that is closing.
    await record('too late');
    uplink.nudge();
    await sleep(300);
  };
  server.push(server.order('retired'));
  await until(() => uplink.state().kind !== 'online');
  expect([uplink.state().kind, wiped, server.connections]).toEqual(['refused', ['retired'], 1]);
});

test('a device that was retired while it was away wipes itself in place of the welcome', async () => {
  await record('waits');
  server.welcome = () => server.order('retired');
  uplink.start();
  await until(() => uplink.state().kind === 'refused');
  expect(wiped).toEqual(['retired']);
  expect(uplink.state()).toMatchObject({ why: 'this device was retired by your organisation' });
  expect(server.batches).toEqual([]);
});

const elsewhere = '99999999-9999-4999-8999-999999999999';
const anotherNonce = Buffer.alloc(32, 9).toString('base64url');

const falseOrders: [string, (welcome: ServerFrame) => ServerFrame, string][] = [
  ['of a foreign server', () => server.order('retired', {}, foreignKey()), 'another key'],
  ['made of a genuine welcome', (welcome) => asOrder(welcome), 'signature is not genuine'],
  ['that was changed', () => changed(server.order('retired')), 'signature is not genuine'],
  ['over another challenge', () => server.order('retired', { challenge: anotherNonce }), 'another connection'],
  ["over another nonce than the agent's", () => server.order('retired', { nonce: anotherNonce }), 'another connection'],
  ['for another device', () => server.order('retired', { device: elsewhere as never }), 'for another device'],
  ['of another organisation', () => server.order('retired', { org: elsewhere as never }), 'for another device'],
  ['for no known reason', () => server.order('bored' as never), 'not as described'],
];

test.each(falseOrders)('an order to wipe %s deletes nothing, in place of the welcome', async (_name, order, why) => {
  server.welcome = order;
  uplink.start();
  await until(() => uplink.state().kind === 'refused');
  expect(wiped).toEqual([]);
  expect(uplink.state()).toMatchObject({ why: expect.stringContaining(why) });
});

test.each(falseOrders)('an order to wipe %s deletes nothing while connected', async (_name, order, why) => {
  let honest: ServerFrame | null = null;
  server.welcome = (welcome) => (honest = welcome);
  uplink.start();
  await online();
  if (honest === null) throw new Error('no welcome');
  server.push(order(honest));
  await until(() => uplink.state().kind === 'refused');
  expect(wiped).toEqual([]);
  expect(uplink.state()).toMatchObject({ why: expect.stringContaining(why) });
});

test('an order to wipe that was recorded on another connection deletes nothing', async () => {
  uplink.start();
  await online();
  const recorded = server.order('retired');
  server.drop();
  await until(() => server.connections === 2 && uplink.state().kind === 'online');
  server.push(recorded);
  await until(() => uplink.state().kind === 'refused');
  expect(wiped).toEqual([]);
  expect(uplink.state()).toMatchObject({ why: expect.stringContaining('belongs to another connection') });
});

test('that its organisation has ended is an order to wipe by itself: in place of the welcome, while connected, and on any connection', async () => {
  const signed = server.organisationEnded();
  server.welcome = () => signed;
  uplink.start();
  await until(() => uplink.state().kind === 'refused');
  expect(uplink.state()).toMatchObject({ why: 'your organisation has ended' });
  await uplink.close();

  server.welcome = (honest) => honest;
  uplink = anew();
  uplink.start();
  await online();
  server.push({ ...signed, certificate: '/certificate/of/it' });
  await until(() => uplink.state().kind === 'refused');
  expect(wiped).toEqual(['organisation_ended', 'organisation_ended']);
});

const falseEnds: [string, () => ServerFrame, string][] = [
  ['of a foreign server', () => server.organisationEnded({}, foreignKey()), 'another key'],
  ['of another organisation', () => server.organisationEnded({ org: elsewhere as never }), 'another organisation'],
  ['made of another order', () => asEnd(server.order('retired')), 'signature is not genuine'],
  ['that names no ending', () => server.organisationEnded({ ending: 'none' as never }), 'not as described'],
  ['that was changed', () => changedEnd(server.organisationEnded()), 'signature is not genuine'],
];

test.each(falseEnds)('that its organisation has ended deletes nothing where it is %s', async (_name, order, why) => {
  server.welcome = order;
  uplink.start();
  await until(() => uplink.state().kind === 'refused');
  expect(wiped).toEqual([]);
  expect(uplink.state()).toMatchObject({ why: expect.stringContaining(why) });
});

test.each(['//evil/certificate', 'https://evil.example/', '/certificate/../..', '/a?b', 'certificate'])(
  'an order whose certificate would be elsewhere is none: %s',
  async (certificate) => {
    server.welcome = () => ({ ...server.organisationEnded(), certificate });
    uplink.start();
    await until(() => ['waiting', 'refused'].includes(uplink.state().kind));
    expect(wiped).toEqual([]);
    const ended = { ending: '77777777-7777-4777-8777-777777777777', certificate };
    expect(WipePayload.shape.ended.safeParse(ended).success).toBe(false);
  },
);

function asEnd(frame: ServerFrame): ServerFrame {
  if (frame.type !== 'wipe') throw new Error('not an order');
  return { type: 'organisation_ended', order: frame.wipe };
}

function changedEnd(frame: ReturnType<ScriptedServer['organisationEnded']>): ServerFrame {
  const payload = frame.order.payload.replace('"at":1', '"at":2');
  return { ...frame, order: { ...frame.order, payload } };
}

function foreignKey(): KeyObject {
  return generateKeyPairSync('ed25519').privateKey;
}

function asOrder(frame: ServerFrame): ServerFrame {
  if (frame.type !== 'welcome') throw new Error('not a welcome');
  return { type: 'wipe', wipe: frame.welcome };
}

function changed(order: ServerFrame): ServerFrame {
  if (order.type !== 'wipe') throw new Error('not an order');
  const payload = order.wipe.payload.replace('retired', 'person_removed');
  return { ...order, wipe: { ...order.wipe, payload } };
}

test.each([
  ['no JSON at all', (send: (frame: unknown) => void) => send('%%%')],
  ['an unknown frame', (send: (frame: unknown) => void) => send({ type: 'dance' })],
  [
    'an unknown field',
    (send: (frame: unknown) => void) => send({ type: 'challenge', protocol: 1, nonce: 'x', extra: 1 }),
  ],
  [
    'a policy before the handshake',
    (send: (frame: unknown) => void) => send({ type: 'policy', policy: null, lease: server.signed().lease }),
  ],
])('%s ends the connection and nothing is sent', async (_, greeting) => {
  server.greeting = greeting;
  await record('MARKER');
  uplink.start();
  await until(() => uplink.state().kind === 'waiting');
  expect(server.received).toEqual([]);
});

test('a goodbye without retry stops the agent with a remedy', async () => {
  uplink.start();
  await online();
  server.push({ type: 'bye', reason: 'replaced', message: 'connected elsewhere', retry: false });
  await until(() => uplink.state().kind === 'refused');
  expect(uplink.state()).toMatchObject({ remedy: expect.stringContaining('only one agent') });
});

test('before a server has proved itself none of its words are shown, only ours by its reason', async () => {
  const reasons = ['bad_handshake', 'unknown_device', 'retired', 'too_large', 'unavailable'] as const;
  const message = 'Your computer is infected, call 555';
  for (const reason of reasons) {
    server.greeting = (send) => send({ type: 'bye', reason, message, retry: reason === 'unavailable' });
    const other = anew();
    other.start();
    await until(() => ['refused', 'waiting'].includes(other.state().kind));
    const state = JSON.stringify(other.state());
    await other.close();
    expect([state.includes('infected'), state.includes('has not proved to be your server')]).toEqual([false, true]);
  }
});

test('an acknowledgement waits on disk until a connection, and goes away with the new lease', async () => {
  await policies.accept(server.signed().policy, server.signed().lease);
  await uplink.acknowledge({ version: 1, policyHash: policies.policy()?.hash ?? '' });
  uplink.start();
  await until(() => server.received.some(({ type }) => type === 'acknowledge'));
  server.push({ type: 'policy', policy: null, lease: server.signed().lease });
  const box = createAcknowledgementBox(await openFolder(place.folder));
  await until(() => server.receipts.length > 1);
  await expect.poll(() => box.waiting()).toBeNull();
});

test('a lease that was on its way before an acknowledgement is no answer to it: it is sent again after the line broke', async () => {
  server.told = {};
  uplink.start();
  await online();
  await uplink.acknowledge({ version: 1, policyHash: policies.policy()?.hash ?? '' });
  const sent = (): number => server.received.filter(({ type }) => type === 'acknowledge').length;
  await until(() => sent() === 1);
  const receipts = server.receipts.length;
  server.push({ type: 'policy', policy: null, lease: server.signed().lease });
  await until(() => server.receipts.length > receipts);
  server.drop();
  await until(() => sent() === 2);
  server.told = null;
  server.push({ type: 'policy', policy: null, lease: server.signed().lease });
  const box = createAcknowledgementBox(await openFolder(place.folder));
  await expect.poll(() => box.waiting()).toBeNull();
});

test('a server that asks to be left alone is left alone, whatever the person does meanwhile', async () => {
  uplink.start();
  await online();
  server.push({ type: 'bye', reason: 'too_fast', message: 'asked too often', retry: true });
  await until(() => uplink.state().kind === 'waiting');
  uplink.nudge();
  await sleep(500);
  expect([uplink.state().kind, server.connections]).toEqual(['waiting', 1]);
});

const GOODBYE: ServerFrame = { type: 'bye', reason: 'shutting_down', message: 'the server is stopping', retry: true };

/** How long the agent waits each time that the server has said this, in order, when it comes back at once. */
async function pausesAfter(
  said: ServerFrame,
  count: number,
  between: (round: number) => Promise<void> = async () => undefined,
): Promise<number[]> {
  uplink.start();
  for (let round = 0; round < count; round += 1) {
    await online();
    await between(round);
    server.push(said);
    await until(() => uplink.state().kind === 'waiting');
    uplink.nudge();
  }
  return waits.splice(0);
}

/** The same where the agent itself ends each connection. */
async function pausesOfItsOwn(count: number): Promise<number[]> {
  uplink.start();
  for (let round = 0; round < count; round += 1) {
    if (round > 0) uplink.nudge();
    await until(() => waits.length > round);
  }
  return waits;
}

test('a server that is restarted every night is back within a second each time, because what it acknowledged counts', async () => {
  const pauses = await pausesAfter(GOODBYE, 8, async (night) => {
    await record(`work of day ${night}`);
    await until(() => spool.waiting().batches === 0);
  });
  expect(pauses).toEqual(Array.from({ length: 8 }, () => 1));
});

test('a minute online counts as a good connection too, and goodbyes in a row without either grow the pause', async () => {
  let minutes = 0;
  const { mono } = clock;
  clock.mono = () => mono() + minutes * 60_000;
  const good = await pausesAfter(GOODBYE, 6, async () => void (minutes += 1));
  clock.mono = mono;
  await uplink.close();
  uplink = anew();
  const bad = await pausesAfter(GOODBYE, 6);

  expect(good).toEqual([1, 1, 1, 1, 1, 1]);
  expect(bad.at(-1)).toBeGreaterThanOrEqual(16);
});

test('a server that says again and again what nobody understands is asked less and less often', async () => {
  const pauses = await pausesAfter({ type: 'from another version' } as never, 6);
  expect(pauses[0]).toBe(1);
  expect(pauses.at(-1)).toBeGreaterThanOrEqual(16);
});

test.each([
  ['forward', 3],
  ['back', -3],
])(
  'when the clock of this computer is set %s, it shakes hands again, so that the server compares the clocks anew',
  async (_where, minutes) => {
    uplink.start();
    await online();
    leap = minutes * 60_000;
    await until(() => server.connections === 2);
    await online();
    await sleep(3_000);
    expect([uplink.state().kind, server.connections]).toEqual(['online', 2]);
  },
);

test('a clock that is corrected by a minute ends no connection', async () => {
  uplink.start();
  await online();
  leap = 60_000;
  await sleep(3_000);
  expect([uplink.state().kind, server.connections]).toEqual(['online', 1]);
});

test('an agent that holds a lease of a server that was a year ahead is in order again with the next welcome', async () => {
  const year = 365 * 86_400_000;
  leap = year;
  await policies.accept(server.signed().policy, server.signed().lease, clock.now());
  leap = 0;
  uplink.start();
  await online();
  expect([policies.refusal(), policies.lease()?.issuedAt]).toEqual([null, expect.closeTo(clock.now(), -4)]);
});

test('an agent that cannot keep the policy that it is given comes back less and less often', async () => {
  onPolicy = async () => {
    throw new Error('the disk is full');
  };
  expect((await pausesOfItsOwn(6)).at(-1)).toBeGreaterThanOrEqual(16);
});

test('an agent whose disk takes no acknowledgement comes back less and less often, and sends it when there is room', async () => {
  await record('one');
  const { acknowledged, rebase } = spool;
  spool.acknowledged = spool.rebase = () => Promise.reject(new Error('the disk is full'));
  expect((await pausesOfItsOwn(6)).at(-1)).toBeGreaterThanOrEqual(16);
  Object.assign(spool, { acknowledged, rebase });
  uplink.nudge();
  await until(() => spool.waiting().batches === 0);
  expect(titlesSent()).toEqual(['one']);
});

test('while no policy is verified nothing of what waits is sent, however long the connection lasts', async () => {
  const foreign = await startScriptedServer(() => clock.now());
  server.welcome = (honest) => ({ ...honest, ...foreign.signed() });
  await record('said under a policy that is gone');
  uplink.start();
  await online();
  await sleep(2_500);
  expect([policies.policy(), server.batches, uplink.state().kind]).toEqual([null, [], 'online']);
  server.push({ type: 'policy', ...server.signed() });
  await until(() => server.batches.length > 0);
  await foreign.close();
});

test('while the last policy could not be applied nothing of what waits is sent', async () => {
  let isFull = true;
  onPolicy = async () => {
    if (isFull) throw new Error('the spool cannot be purged');
  };
  await record('waits');
  uplink.start();
  await until(() => uplink.state().kind === 'waiting');
  uplink.nudge();
  await until(() => server.connections > 1 && uplink.state().kind === 'waiting');
  expect([policies.policy()?.version, server.batches, server.receipts]).toEqual([1, [], []]);
  isFull = false;
  uplink.nudge();
  await until(() => server.batches.length > 0);
});

test('a policy that comes ahead of its lease is answered at once, and not again when the lease says nothing else', async () => {
  uplink.start();
  await online();
  const first = server.receipts.length;
  const { policy, lease } = server.publish((next) => void (next.parameters.notes.level = 'off'));
  server.push({ type: 'lowering', policy });
  await until(() => server.receipts.length > first);
  expect(server.receipts.at(-1)).toMatchObject({ policyVersion: 2 });
  server.push({ type: 'policy', policy, lease });
  server.push({ type: 'policy', ...server.publish((next) => void (next.parameters.app.level = 'off')) });
  await until(() => server.receipts.at(-1)?.policyVersion === 3);
  expect(server.receipts.slice(first).map(({ policyVersion }) => policyVersion)).toEqual([2, 3]);
});

test('a policy that arrives while connected and cannot be applied is answered by no receipt', async () => {
  uplink.start();
  await until(() => server.receipts.length > 0);
  onPolicy = async () => {
    throw new Error('the disk is full');
  };
  server.push({ type: 'policy', ...server.publish((policy) => void (policy.parameters.notes.level = 'off')) });
  await until(() => uplink.state().kind === 'waiting');
  expect([policies.policy()?.version, server.receipts.map(({ policyVersion }) => policyVersion)]).toEqual([2, [1]]);
});
