import type { RawData } from 'ws';
import type { z } from 'zod';
import { canonical } from '../../shared/canonical.ts';
import { assertNever, DaylightError } from '../../shared/errors.ts';
import type { DeviceId, OrgId, PersonId } from '../../shared/ids.ts';
import type { SignedKeyStatement } from '../../shared/policy/keys.ts';
import { Lease } from '../../shared/policy/lease.ts';
import type { NoticeTranslation } from '../../shared/policy/translation.ts';
import type { NoticeContent } from '../../shared/protocol/http/notice.ts';
import { limits } from '../../shared/protocol/limits.ts';
import {
  type AgentFrame,
  type Batch,
  type Bye,
  type HelloPayload,
  IMAGE_CHUNK_HEADER,
  type LeavingFrame,
  type ServerFrame,
  type WelcomePayload,
  type WipedFrame,
  type WipePayload,
} from '../../shared/protocol/messages.ts';
import type { Digest, Nonce, Signature, Signed } from '../../shared/signed.ts';
import type { MonoMs, UnixMs } from '../../shared/time.ts';
import { type Announced, comingFrame } from '../control/announced.ts';
import type { Bounded } from '../control/bounded.ts';
import type { Connection, PublishedPolicy } from '../control/control.ts';
import { payloadHash } from '../control/signer.ts';
import type { LeavingSet } from '../control/standing.ts';
import type { Lanes } from '../lanes.ts';
import type { Ending } from '../lifecycle/ended.ts';
import type { DeviceRecord } from '../store/store.ts';
import type { AgentWebSocket, Violation } from './agentWebSocket.ts';
import { type ClockReading, clockOffset, readServer } from './captureTime.ts';
import { concernsOf } from './concerns.ts';
import { createDensity, type Density } from './density.ts';
import { readFrame } from './frame.ts';
import { checkHello, checkWiped, type ProvedDevice } from './handshake.ts';
import type { ImageRoom } from './imageRoom.ts';
import { createImages, type ImageProblem, type Images, sendImagesAgain } from './images.ts';
import type { AgentSocketDeps, AgentTiming } from './ingest.ts';
import { newKeys } from './newKeys.ts';
import { openSessions, takeBatch } from './pipeline.ts';
import { createRate } from './rate.ts';
import { createSelfTestDesk } from './selfTestDesk.ts';
import { broughtBackTo, type DeviceSessions, openSession } from './sessions.ts';
import { settleSessions } from './settle.ts';

/** One WebSocket, from the challenge to the close. */
export interface AgentConnection {
  /** Does what is due: handshake deadline, ping, renewal of the lease. Called about once a second. */
  tick(now: MonoMs): void;
  bye(reason: Bye['reason'], message: string): void;
  /** The server's wall clock was set: what was read of the device's clocks at the handshake holds no longer. */
  clockWasSet(): void;
  /** Ends it without waiting for the other side. */
  terminate(): void;
  /** Its place is needed for somebody else; it has not proved who it is. */
  turnOut(): void;
  /** Resolves when the socket is closed and nothing of this connection is under way. */
  readonly finished: Promise<void>;
}

/** What the agent said that it understands beyond what every agent does. */
export interface AgentKnows {
  readonly copies: boolean;
  readonly coming: boolean;
  /** Notices that name processors. Another would refuse the frame and give the connection up. */
  readonly recipients: boolean;
  /** Checkpoints of the audit tree. */
  readonly audit: boolean;
  /** Orders to wipe that name an ending, which are answered. */
  readonly endings: boolean;
  /** The order to wipe of an organisation that has ended. */
  readonly organisationEnded: boolean;
  /** What happened to data of the person. */
  readonly concerns: boolean;
  /** With which day the account ends. */
  readonly leaving: boolean;
}

export interface AgentConnectionDeps extends AgentSocketDeps {
  readonly timing: AgentTiming;
  readonly knows: AgentKnows;
  readonly room: ImageRoom;
  /** Called when the device has proved who it is and is welcome. */
  readonly proved: () => void;
  /** Everything that reads or writes a device's seq and sessions, over all of its connections. */
  readonly lanes: Lanes<DeviceId>;
  /** Of every device, over all of its connections. */
  readonly densities: Bounded<DeviceId, Density>;
}

/** Frames that wait here before reading stops, and before the agent is taken for one that ignores the window. */
const QUEUE_PAUSE = limits.batchesInFlight;
const QUEUE_MOST = 512;
/** An agent that sends and never reads. */
const UNREAD_BYTES = 1024 * 1024;
const CLOSE_GRACE_MS = 5_000;
const CLOCK_WAS_SET = "the server's clock was set; connect again, nothing that was not acknowledged is stored";
/** What somebody hears for whom there is no place. */
export const BUSY = 'too many connections are being opened; try again later';

/** A device that has proved itself, and the nonce with which it did. */
interface Proved {
  readonly device: DeviceRecord;
  readonly nonce: Nonce;
}

/** All that an order to wipe needs. */
interface ToWipe {
  readonly device: ProvedDevice;
  readonly nonce: Nonce;
}

/** What is known once the device is welcome. */
interface Known extends Proved {
  readonly clocks: ClockReading;
  sessions: DeviceSessions;
  committedSeq: number;
  readonly images: Images;
  /** A receipt of this connection was taken. */
  hasReceipt: boolean;
}

export function serveAgent(deps: AgentConnectionDeps, ws: AgentWebSocket): AgentConnection {
  const { store, vault, control, connections, organisations, notices, clock, random, timing, lanes } = deps;
  const openedAt = clock.mono();
  const nonce = Buffer.from(random.bytes(32)).toString('base64url');
  const batchRate = createRate(timing.batchesPerSecond, timing.batchBurst, openedAt);
  const controlRate = createRate(timing.controlPerSecond, timing.controlBurst, openedAt);
  const queue: { data: Buffer; isBinary: boolean }[] = [];

  const selfTests = createSelfTestDesk((request) => send({ type: 'self_test', request }));

  let phase: 'greeting' | 'welcoming' | 'ready' | 'ended' = 'greeting';
  let known: Known | null = null;
  let leave: (() => void) | null = null;
  let ended: { readonly at: UnixMs; readonly mono: MonoMs } | null = null;
  let endReason: Bye['reason'] | 'gone' = 'gone';
  let draining: Promise<void> | null = null;
  let renewing: Promise<void> = Promise.resolve();
  let telling: Promise<void> = Promise.resolve();
  /** A list of requests was sent here, so that the person is told when there are none any more. */
  let hasRequests = false;
  /** What the device was told is coming; null: nothing yet. */
  let comingTold: Announced | null = null;
  /** The hash of what it was told that its person acknowledged last. */
  let lastNoticeTold: Digest | null = null;
  /** The hash of what it was told of its person's data. */
  let concernsTold: Digest | null = null;
  /** Null: nothing yet. */
  let leavingTold: Digest | null = null;
  /** The hash of the text that it has; null: none. */
  let noticeTold: Digest | null = null;
  /** The signature of the policy that was last sent here: a policy that a new key has signed is sent anew. */
  let sentPolicy: Signature | null = null;
  /** The id of the policy key that the device trusts; null: the first of the organisation. */
  let trustedKey: Digest | null = null;
  let renewalIsDue = false;
  let answered = true;
  let nextPing = openedAt + timing.pingMs;
  let nextLease = Number.POSITIVE_INFINITY;

  // ── Saying and ending ──

  function send(frame: ServerFrame): void {
    if (ws.readyState !== ws.OPEN) return;
    ws.send(JSON.stringify(frame));
    if (ws.bufferedAmount > UNREAD_BYTES) ws.terminate();
  }

  function bye(reason: Bye['reason'], message: string, code = CLOSE_CODES[reason]): void {
    if (phase === 'ended') return;
    send({ type: 'bye', reason, message: message.slice(0, 300), retry: RETRY.has(reason) });
    end(reason);
    ws.close(code, reason);
  }

  function end(reason: Bye['reason'] | 'gone'): void {
    if (phase === 'ended') return;
    phase = 'ended';
    endReason = reason;
    ended = { at: clock.now(), mono: clock.mono() };
    queue.length = 0;
    known?.images.clear();
    selfTests.end();
    leave?.();
    if (ws.isPaused) ws.resume(); // so that the closing handshake can be read
  }

  function violated(code: Violation): void {
    if (phase === 'ended') return;
    const [reason, message] = VIOLATIONS[code];
    send({ type: 'bye', reason, message, retry: false });
    end(reason);
  }

  function logFailed(error: unknown): void {
    deps.log?.({ kind: 'failed', device: known?.device.device ?? null, cause: error });
  }

  /** A failure of the world: nothing was acknowledged, so the agent keeps it and comes again. */
  function failed(error: unknown): void {
    logFailed(error);
    bye('unavailable', 'the server cannot store anything just now; what was not acknowledged was not stored');
  }

  // ── Reading, in order ──

  function enqueue(raw: RawData, isBinary: boolean): void {
    if (phase === 'ended') return;
    const data = Buffer.isBuffer(raw) ? raw : Buffer.concat(Array.isArray(raw) ? raw : [Buffer.from(raw)]);
    if (queue.length >= QUEUE_MOST) {
      bye(
        'too_fast',
        `more than ${limits.batchesInFlight} batches were sent without waiting for their acknowledgement`,
      );
      return;
    }
    queue.push({ data, isBinary });
    if (queue.length >= QUEUE_PAUSE && !ws.isPaused) ws.pause();
    draining ??= drain().finally(() => {
      draining = null;
    });
  }

  async function drain(): Promise<void> {
    try {
      for (let next = queue.shift(); next !== undefined && phase !== 'ended'; next = queue.shift()) {
        await (next.isBinary ? onChunk(next.data) : onText(next.data));
        if (ws.isPaused && queue.length < QUEUE_PAUSE / 2) ws.resume();
      }
    } catch (error) {
      if (error instanceof DaylightError && error.code === 'bad_request') bye('bad_frame', error.message);
      else failed(error);
    }
  }

  async function onText(data: Buffer): Promise<void> {
    const read = readFrame(data.toString('utf8'));
    if (!read.ok) {
      bye(phase === 'greeting' ? 'bad_handshake' : 'bad_frame', read.problem);
      return;
    }
    if (phase === 'greeting') return greet(read.frame);
    if (known !== null) await onFrame(known, read.frame);
  }

  async function onChunk(data: Buffer): Promise<void> {
    if (known === null) {
      bye('bad_handshake', 'the first frame must be a hello');
      return;
    }
    if (data.length > IMAGE_CHUNK_HEADER + limits.imageChunkBytes) {
      bye('too_large', `a binary frame is at most ${IMAGE_CHUNK_HEADER + limits.imageChunkBytes} bytes`);
      return;
    }
    if (!batchRate.take(clock.mono())) {
      tooFast();
      return;
    }
    byeFor(known.images.chunk(data, clock.mono()));
  }

  async function onFrame(me: Known, frame: AgentFrame): Promise<void> {
    if (!(frame.type === 'batch' ? batchRate : controlRate).take(clock.mono())) {
      tooFast();
      return;
    }
    switch (frame.type) {
      case 'hello':
      case 'wiped': {
        bye('bad_frame', `${frame.type}: this connection has had its hello`);
        return;
      }
      case 'batch':
        return onBatch(me, frame);
      case 'image': {
        byeFor(me.images.announce(frame.image, frame.bytes, frame.digest, clock.mono()));
        return;
      }
      case 'receipt': {
        const taken = await control.receive(me.device, frame.receipt, me.hasReceipt ? null : me.clocks.at);
        me.hasReceipt ||= taken;
        return;
      }
      case 'acknowledge':
        return control.acknowledge(me.device, frame.acknowledgement);
      case 'consent':
        return control.consent(me.device, frame.consent);
      case 'answer_request':
        return deps.requests.hear(me.device, frame.answer);
      case 'self_test_report': {
        selfTests.answered(frame.report);
        return;
      }
      case 'read_notice':
        tell(() => sendNotice(me, frame.have));
        return telling;
      case 'read_consistency': {
        const { from, to } = frame;
        const path = await deps.auditLog.consistency(me.device.org, from, to);
        send({ type: 'consistency', from, to, path: [...path] });
        return;
      }
      case 'retire':
        return retire(me);
      default:
        return assertNever(frame);
    }
  }

  async function sendNotice({ device }: Known, have: Digest | null): Promise<void> {
    const current = await control.current(device.org);
    const notice = await notices.of(current, 'in_force');
    const isNews = notice.hash !== have && canRead(notice);
    const hasRoom = fits({ type: 'notice', notice });
    const frame: NoticeFrame = {
      type: 'notice',
      notice: isNews && hasRoom ? notice : null,
      ...(isNews && !hasRoom && deps.knows.recipients ? { tooLarge: true } : {}),
    };
    const fitting: NoticeTranslation[] = [];
    for (const one of await notices.forDevice(current, notice)) {
      if (canRead(one.content) && fits({ ...frame, translations: [...fitting, one] })) fitting.push(one);
    }
    noticeTold = hasRoom ? notice.hash : null;
    send(fitting.length === 0 ? frame : { ...frame, translations: fitting });
  }

  /** Nothing of a text is ever left out of it: its hash is over all of it. Who cannot read one shows the policy in words of their own. */
  function canRead({ recipients }: NoticeContent): boolean {
    return recipients === undefined || deps.knows.recipients;
  }

  function byeFor(problem: ImageProblem | null): void {
    if (problem !== null) bye(problem.reason, problem.message);
  }

  function tooFast(): void {
    bye('too_fast', 'more frames than the server takes from one device; wait a minute');
  }

  async function onBatch(me: Known, batch: Batch): Promise<void> {
    const { device, clocks } = me;
    const taken = await lanes.run(device.device, async () => {
      if (phase === 'ended') return null; // a newer connection of the device has begun where this one stood
      const { sessions, committedSeq, images } = me;
      const density = await deps.densities.get(device.device, async () => createDensity());
      const result = await takeBatch(deps, { device, clocks, sessions, committedSeq, images, density }, batch);
      if (result.kind === 'acknowledged') {
        me.sessions = result.sessions;
        me.committedSeq = result.committedSeq;
      }
      return { result, before: sessions };
    });
    if (taken === null) return;
    const { result, before } = taken;
    if (result.kind === 'resend') {
      send({ type: 'resend', expected: result.expected });
      return;
    }
    if (result.kind === 'images_gave_way') {
      byeFor(sendImagesAgain);
      return;
    }
    if (result.kind === 'clock_was_set') {
      bye('unavailable', CLOCK_WAS_SET);
      return;
    }
    if (result.kind === 'refused') {
      await wipeAndEnd(me, 'retired');
      return;
    }
    send(result.ack);
    const started = openSession(me.sessions)?.session;
    if (started !== undefined && started !== openSession(before)?.session) {
      settleSessions(connections, device.org, device.person);
    }
  }

  async function retire({ device }: Known): Promise<void> {
    const { org, person } = device;
    await store.changeDevice(org, device.device, { status: 'retired' });
    const detail = 'The agent was uninstalled and retired its device.';
    await store.recordSecurityEvent({ org, at: clock.now(), kind: 'device_retired', person, detail });
    await deps.requests.retired(device);
    bye('retired', 'this device is retired; its id and key are refused from now on');
  }

  // ── The handshake ──

  async function greet(frame: AgentFrame): Promise<void> {
    phase = 'welcoming';
    if (frame.type === 'wiped') return hearWiped(frame);
    const read = readServer(clock);
    const handshake = await checkHello(store, deps.endings, nonce, frame);
    if (isEnded()) return;
    if (handshake.kind === 'refused') {
      bye(handshake.reason, handshake.message);
      return;
    }
    if (handshake.kind === 'ended') {
      await wipeAndEnd({ device: handshake.device, nonce: handshake.hello.nonce }, 'person_removed');
      return;
    }
    const { hello, device } = handshake;
    const proved: Proved = { device, nonce: hello.nonce };
    if (handshake.kind === 'retired') {
      await wipeAndEnd(proved, 'retired');
      return;
    }
    const clocks: ClockReading = { boot: hello.boot, at: hello.at, mono: hello.mono, ...read };
    // From here on every publication reaches this connection; those before `welcome` are made up for after it.
    leave = connections.add(connection(proved));
    const me = await lanes.run(device.device, () => loadKnown(device, hello, clocks));
    if (me === null) {
      await wipeAndEnd(proved, 'retired');
      return;
    }
    const { policy, lease } = await policyAndLease(me.device);
    if (isEnded()) return;
    known = me;
    trustedKey = hello.policyKey ?? null;
    const welcome = (await organisations.signer(device.org)).signAsServer('daylight/welcome/v1', {
      device: device.device,
      org: device.org,
      person: device.person,
      challenge: nonce,
      nonce: hello.nonce,
      serverTime: clock.now(),
      committedSeq: me.committedSeq,
    } satisfies WelcomePayload);
    send({ type: 'welcome', welcome, ...keysFor(policy), policy: policy.signed, lease });
    sentPolicy = policy.signed.signature;
    becomeReady(me);
    renewWhenMoreCounts(lease);
  }

  /** What it says is in the ledger before it is told that it was heard: it forgets it then. */
  async function hearWiped({ wiped }: z.infer<typeof WipedFrame>): Promise<void> {
    const heard = checkWiped(deps.endings, wiped);
    if (heard.kind === 'refused') {
      bye(heard.reason, heard.message);
      return;
    }
    await deps.endings?.wiped(heard.computer);
    bye('retired', 'it is on record that everything is deleted there');
  }

  async function loadKnown(device: DeviceRecord, hello: HelloPayload, clocks: ClockReading): Promise<Known | null> {
    const fresh = await store.changeDevice(device.org, device.device, {
      lastSeenAt: clocks.serverAt,
      agentVersion: hello.agentVersion,
      clockOffsetMs: clockOffset(clocks),
    });
    if (fresh === null || fresh.status === 'retired') return null;
    const sessions = broughtBackTo(await openSessions(vault, fresh), clocks.serverAt);
    const images = createImages(deps.room, fresh.person);
    return {
      device: fresh,
      nonce: hello.nonce,
      clocks,
      sessions,
      committedSeq: fresh.committedSeq,
      images,
      hasReceipt: false,
    };
  }

  async function policyAndLease(device: DeviceRecord): Promise<{ policy: PublishedPolicy; lease: Signed }> {
    for (;;) {
      const policy = await control.current(device.org);
      const lease = await control.lease(device);
      const { signed } = await control.current(device.org);
      if (signed.signature === policy.signed.signature) return { policy, lease };
    }
  }

  /** What leads from the key that the device trusts to the one that signs now, or as much of it as a frame takes. */
  function keysFor({ keys }: PublishedPolicy): { keys?: SignedKeyStatement[] } {
    const { statements, trusted, more } = newKeys(keys, trustedKey);
    trustedKey = trusted;
    renewalIsDue ||= more;
    return statements.length === 0 ? {} : { keys: [...statements] };
  }

  function becomeReady(me: Known): void {
    if (isEnded()) return;
    phase = 'ready';
    deps.proved();
    nextLease = clock.mono() + timing.leaseRenewMs;
    deps.log?.({ kind: 'connected', device: me.device.device });
    if (renewalIsDue) renew(me);
    settleSessions(connections, me.device.org, me.device.person);
    tellRequests(me);
    tellComing(me);
    tellLastNotice(me);
    tellConcerns(me);
    tellLeaving(me);
    tellCheckpoint(me);
  }

  // ── What others may ask of it ──

  function connection(proved: Proved): Connection {
    const { device } = proved;
    const { org, person } = device as { org: OrgId; person: PersonId };
    return {
      org,
      person,
      device: device.device,
      sendPolicy(policy, lease) {
        if (phase === 'ready') {
          sendLease(policy, lease);
          tellLeaving(proved);
        } else renewalIsDue = true;
      },
      sendLowering(policy) {
        // Another key than the device trusts comes with the lease.
        if (phase === 'ready' && newKeys(policy.keys, trustedKey).statements.length === 0)
          send({ type: 'lowering', policy: policy.signed });
      },
      renewSoon() {
        renewalIsDue = true;
      },
      tellRequests() {
        if (known !== null && phase === 'ready') tellRequests(known);
      },
      tellComing() {
        if (known !== null && phase === 'ready') tellComing(known);
      },
      tellLastNotice() {
        if (known !== null && phase === 'ready') tellLastNotice(known);
      },
      tellNotice() {
        if (known !== null && phase === 'ready') tellNotice(known);
      },
      stopSession: (session, at, by) => send({ type: 'stop_session', session, at, device: by }),
      wipe: (reason) => void wipeAndEnd(proved, reason).catch(failed),
      selfTest: (request) => selfTests.ask(request, clock.mono()),
      replaced: () => bye('replaced', 'the same device connected again'),
      committedSeq: () => known?.committedSeq ?? null,
      openSession: () => (known === null ? null : openSession(known.sessions)),
    };
  }

  async function wipeAndEnd({ device, nonce: answer }: ToWipe, reason: WipePayload['reason']): Promise<void> {
    const organisation = deps.endings?.endedOrganisation(device.org) ?? null;
    const [ofEnding] = deps.endings?.endedDevice(device.org, device.device)?.endings ?? [];
    const certificate = await certificateOf(ofEnding ?? organisation);
    if (organisation !== null) {
      tellOrganisationEnded(organisation, certificate);
      return;
    }
    const signer = await organisations.signer(device.org);
    if (isEnded()) return;
    const isNamed = ofEnding !== undefined && deps.knows.endings;
    const ended = isNamed ? { ended: { ending: ofEnding.ending, ...certificate } } : {};
    const whose = { device: device.device, org: device.org, challenge: nonce, nonce: answer };
    const order = { ...whose, reason, ...ended, at: clock.now() };
    send({ type: 'wipe', wipe: signer.signAsServer('daylight/wipe/v1', order satisfies WipePayload) });
    bye('retired', 'this device is retired; its id and key are refused from now on');
  }

  /** The key of the organisation is gone: what it signed before is all that there is. */
  function tellOrganisationEnded({ order }: Ending, certificate: { readonly certificate?: string }): void {
    if (order === null || !deps.knows.organisationEnded) {
      bye('unknown_device', 'the organisation of this device has ended; delete what is kept there');
      return;
    }
    send({ type: 'organisation_ended', order, ...certificate });
    bye('retired', 'the organisation of this device has ended; its id and key are refused from now on');
  }

  /** An order is not kept back because the address of the certificate cannot be made. */
  async function certificateOf(ending: Ending | null): Promise<{ readonly certificate?: string }> {
    if (ending === null || deps.certificateAt === undefined) return {};
    try {
      return { certificate: await deps.certificateAt(ending.ending) };
    } catch (error) {
      logFailed(error);
      return {};
    }
  }

  /** With the policy unless it is the one that was sent here last: a lease is worth nothing with another. */
  function sendLease(policy: PublishedPolicy, lease: Signed): void {
    renewWhenMoreCounts(lease);
    const learns = keysFor(policy);
    const isSent = sentPolicy === policy.signed.signature && learns.keys === undefined;
    send({ type: 'policy', ...learns, policy: isSent ? null : policy.signed, lease });
    sentPolicy = policy.signed.signature;
  }

  /** At the moment from which more of what was acknowledged or agreed to counts the agent needs a lease that says so. */
  function renewWhenMoreCounts({ payload }: Signed): void {
    const { coming = {}, terms } = Lease.parse(JSON.parse(payload));
    const agreed = terms.agreed?.pending?.from ?? Number.POSITIVE_INFINITY;
    const first = Math.min(agreed, ...Object.values(coming).map(({ from }) => from));
    nextLease = Math.min(nextLease, clock.mono() + Math.max(0, first - clock.now()));
  }

  /** A new lease for the policy in force. One renewal at a time. */
  function renew(me: Known): void {
    renewalIsDue = false;
    nextLease = clock.mono() + timing.leaseRenewMs;
    renewing = renewing.then(async () => {
      if (phase !== 'ready') return;
      try {
        const { policy, lease } = await policyAndLease(me.device);
        if (isEnded()) return;
        sendLease(policy, lease);
        tellComing(me);
        tellLastNotice(me);
        tellConcerns(me);
        tellLeaving(me);
        tellCheckpoint(me);
        await store.changeDevice(me.device.org, me.device.device, { lastSeenAt: clock.now() });
      } catch (error) {
        failed(error);
      }
    });
  }

  /** As they are when it is this one's turn. */
  function tellRequests(me: Known): void {
    tell(async () => {
      const waiting = await deps.requests.waiting(me.device, deps.knows);
      if (isEnded() || (waiting.length === 0 && !hasRequests)) return;
      hasRequests = true;
      send({ type: 'requests', waiting: [...waiting] });
    });
  }

  /** Also when nothing is new: the agent waits for one with each connection. */
  function tellCheckpoint({ device }: Known): void {
    if (!deps.knows.audit) return;
    tell(async () => {
      const { signed: checkpoint } = await deps.auditLog.checkpoint(device.org, 'recent');
      const restored = await deps.auditLog.restored(device.org);
      if (!isEnded()) send({ type: 'checkpoint', checkpoint, ...(restored === null ? {} : { restored }) });
    }, logFailed);
  }

  function tellComing({ device }: Known): void {
    if (!deps.knows.coming) return;
    tell(async () => {
      const announced = await control.proposals.announced(device.org);
      if (isEnded() || announced === comingTold) return;
      comingTold = announced;
      send(comingFrame(announced, clock.now()));
    }, logFailed);
  }

  function tellLastNotice({ device }: Known): void {
    if (!deps.knows.coming) return;
    tell(async () => {
      const notice = await control.lastNotice(device);
      const hash = payloadHash(canonical(notice));
      if (isEnded() || hash === lastNoticeTold) return;
      lastNoticeTold = hash;
      send({ type: 'last_notice', notice });
    }, logFailed);
  }

  function tellConcerns({ device }: Known): void {
    if (!deps.knows.concerns) return;
    tell(async () => {
      const frame = await concernsOf({ store, vault }, device, clock.now());
      const hash = payloadHash(canonical(frame));
      if (isEnded() || hash === concernsTold) return;
      concernsTold = hash;
      send(frame);
    }, logFailed);
  }

  function tellLeaving({ device }: Pick<Known, 'device'>): void {
    if (!deps.knows.leaving) return;
    tell(async () => {
      const { leavingDate } = await control.standing(device);
      const hash = payloadHash(canonical(leavingDate));
      if (isEnded() || hash === leavingTold) return;
      leavingTold = hash;
      send({ type: 'leaving', leaving: leavingDate === null ? null : toldOfLeaving(leavingDate) });
    }, logFailed);
  }

  function tellNotice(me: Known): void {
    if (deps.knows.recipients) tell(() => sendNotice(me, noticeTold));
  }

  /** One after the other, each as it is when its turn has come. What is only read ends nothing when it fails: it is told with the next lease. */
  function tell(one: () => Promise<void>, onFailure: (error: unknown) => void = failed): void {
    telling = telling.then(async () => {
      if (phase !== 'ready') return;
      await one().catch(onFailure);
    });
  }

  // `phase` changes while the handshake waits; asked through a function the compiler does not think it constant.
  function isEnded(): boolean {
    return phase === 'ended';
  }

  ws.onViolation = violated;
  ws.on('message', enqueue);
  ws.on('pong', () => {
    answered = true;
  });
  ws.on('error', () => undefined); // told by `onViolation` and `close`
  const finished = new Promise<void>((resolve) => {
    ws.on('close', () => {
      end('gone');
      void Promise.allSettled([draining, renewing, telling]).then(async () => {
        await noteLastSeen();
        deps.log?.({ kind: 'closed', device: known?.device.device ?? null, reason: endReason });
        resolve();
      });
    });
  });

  async function noteLastSeen(): Promise<void> {
    if (known === null) return;
    const { org, device } = known.device;
    try {
      await store.changeDevice(org, device, { lastSeenAt: ended?.at ?? clock.now() });
    } catch (error) {
      deps.log?.({ kind: 'failed', device, cause: error });
    }
  }

  send({ type: 'challenge', protocol: 1, nonce, serverTime: clock.now() });

  return {
    finished,
    bye,
    clockWasSet: () => bye('unavailable', CLOCK_WAS_SET),
    terminate: () => ws.terminate(),
    turnOut() {
      bye('unavailable', BUSY);
      ws.terminate(); // without waiting for the answer of somebody who may never give one
    },
    tick(now) {
      if (ended !== null) {
        if (now - ended.mono > CLOSE_GRACE_MS) ws.terminate();
        return;
      }
      if (phase !== 'ready' && now - openedAt > timing.handshakeMs) {
        // Either side may be quicker the next time: nothing that was said was wrong.
        const missing = phase === 'greeting' ? 'no hello' : 'no welcome';
        bye('unavailable', `${missing} within ${timing.handshakeMs / 1_000} seconds; connect again`);
        return;
      }
      known?.images.expire(now);
      selfTests.expire(now);
      if ((renewalIsDue || now >= nextLease) && phase === 'ready' && known !== null) renew(known);
      if (now < nextPing) return;
      // While reading is paused a pong could not be seen; that is our own slowness, not the agent's.
      if (!answered && !ws.isPaused) {
        end('gone');
        ws.terminate();
        return;
      }
      answered = ws.isPaused;
      nextPing = now + timing.pingMs;
      ws.ping();
    },
  };
}

function toldOfLeaving({ day, zone, endsAt, since, role }: LeavingSet): LeavingFrame['leaving'] {
  return { day, zone, endsAt, setAt: since, setBy: role };
}

const CLOSE_CODES = {
  bad_frame: 1008,
  bad_handshake: 1008,
  unknown_device: 1008,
  retired: 1000,
  too_large: 1009,
  too_fast: 1008,
  replaced: 1000,
  shutting_down: 1001,
  unavailable: 1013,
} as const satisfies Record<Bye['reason'], number>;

/** Where connecting again later can help. */
const RETRY: ReadonlySet<Bye['reason']> = new Set(['too_fast', 'shutting_down', 'unavailable']);

const VIOLATIONS = {
  1002: ['bad_frame', 'the frame breaks the WebSocket protocol (RFC 6455)'],
  1007: ['bad_frame', 'the frame is not valid UTF-8'],
  1009: ['too_large', `a frame is at most ${limits.frameBytes} bytes`],
} as const satisfies Record<Violation, readonly [Bye['reason'], string]>;

type NoticeFrame = Extract<ServerFrame, { type: 'notice' }>;

function fits(frame: NoticeFrame): boolean {
  return Buffer.byteLength(JSON.stringify(frame), 'utf8') <= limits.frameBytes;
}
