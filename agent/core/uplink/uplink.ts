import type { z } from 'zod';
import { canonical } from '../../../shared/canonical.ts';
import type { ParameterId } from '../../../shared/catalog.ts';
import { assertNever, DaylightError } from '../../../shared/errors.ts';
import type { DiscardReason } from '../../../shared/outcome.ts';
import { limits } from '../../../shared/protocol/limits.ts';
import {
  type Ack,
  AcknowledgementPayload,
  type Batch,
  type Bye,
  ConsentPayload,
  type HelloPayload,
  type OrganisationEnded,
  type PolicyPush,
  ReceiptPayload,
  RequestAnswerPayload,
  type ServerFrame,
  type WaitingRequest,
  type Welcome,
  type WelcomePayload,
  type Wipe,
} from '../../../shared/protocol/messages.ts';
import { SelfTestReport } from '../../../shared/protocol/selfTest.ts';
import { statementText } from '../../../shared/rightsRequest.ts';
import type { Digest, Signed } from '../../../shared/signed.ts';
import { MINUTE, type MonoMs, SECOND, type UnixMs } from '../../../shared/time.ts';
import { AUDIT_WAIT_MS, type AuditTrust } from '../auditTrust.ts';
import type { WipeOrder } from '../ended.ts';
import type { PolicyCache } from '../gate/policyCache.ts';
import type { Heard } from '../heard.ts';
import type { Identity } from '../identity.ts';
import type { NoticeBox } from '../noticeBox.ts';
import type { Recorder } from '../recorder.ts';
import { sha256, signPayload } from '../signing.ts';
import type { Spool, SpooledBatch } from '../spool/spool.ts';
import { isToldOf } from '../status.ts';
import type { AcknowledgementBox } from './acknowledgementBox.ts';
import { backoff } from './backoff.ts';
import {
  checkOrganisationEnded,
  checkSelfTest,
  checkWelcome,
  checkWipe,
  type Greeting,
  greet,
  type HandshakeDeps,
  type Proven,
} from './handshake.ts';
import { type Link, openLink } from './link.ts';
import { serverAddress } from './serverAddress.ts';

/** Where the connection to the server stands. */
export type UplinkState =
  | { readonly kind: 'not_started' }
  | { readonly kind: 'connecting' }
  | { readonly kind: 'handshake' }
  | { readonly kind: 'online'; readonly since: UnixMs }
  /** Will try again at `until`. */
  | { readonly kind: 'waiting'; readonly until: UnixMs; readonly why: string }
  /** Will not try again by itself. */
  | { readonly kind: 'refused'; readonly why: string; readonly remedy: string }
  | { readonly kind: 'closed' };

export interface UplinkDeps extends Omit<HandshakeDeps, 'policyVersion' | 'policyKey'> {
  readonly policies: PolicyCache;
  readonly spool: Spool;
  readonly recorder: Pick<
    Recorder,
    'policyChanged' | 'receipt' | 'onReceiptChange' | 'stoppedElsewhere' | 'selfTest' | 'refusedByServer'
  >;
  readonly acknowledgements: AcknowledgementBox;
  readonly notices: Pick<NoticeBox, 'hash' | 'arrived' | 'dropped' | 'translated'>;
  readonly heard: Pick<Heard, 'heardComing' | 'heardLastNotice' | 'heardConcerns' | 'heardLeaving'>;
  readonly audit: AuditTrust;
  /** The server orders this device to forget everything. Called at most once; the connection is closed afterwards. */
  readonly onWipe: (order: WipeOrder) => Promise<void>;
  readonly onChange?: (state: UplinkState) => void;
  /** The server has said something that is only read. */
  readonly onTold?: () => void;
  /** A request in the person's name waits for their word, that this connection has not named before. */
  readonly onAsked?: (request: AskedRequest) => void;
}

export interface Uplink {
  start(): void;
  state(): UplinkState;
  sent(): Sent;
  /** Looks at once whether there is something to send, and connects now if it was waiting, unless the server asked for a pause. */
  nudge(): void;
  /** Signs and keeps the acknowledgement, and sends it as soon as there is a connection. */
  acknowledge(notice: ShownText): Promise<void>;
  /**
   * Signs that the person consents to what they were shown (`shown`: its hash), or, where that is null, that they take it back: that holds
   * here at once, and the server is told as soon as there is a connection. False: a consent cannot be given without one.
   */
  consent(parameter: ParameterId, shown: Digest | null): Promise<boolean>;
  /** What the server asks the person about, for as long as it is connected. */
  asked(): readonly AskedRequest[];
  /**
   * Signs what the person says of a request that was shown to them with this digest, and sends it. False when it is not asked
   * about (any more), or there is no connection.
   */
  answerRequest(shown: Pick<AskedRequest, 'request' | 'digest'>, answer: 'yes' | 'no'): Promise<boolean>;
  /** Sends what is closed and waits for it to be acknowledged, at most so long. */
  drain(timeoutMs: number): Promise<void>;
  close(): Promise<void>;
}

/** A request in the person's name, as they are shown it. */
export interface AskedRequest extends WaitingRequest {
  /** Of all that is shown of it: what an answer is an answer to. */
  readonly digest: Digest;
}

/** What was shown. `noticeHash`: left out where the text is not one of the server's. */
export interface ShownText {
  readonly version: number;
  readonly policyHash: string;
  readonly noticeHash?: string;
  /** Where it was not shown in the language that counts. */
  readonly language?: string | undefined;
  readonly translationHash?: string | undefined;
  /** They agree to what it takes from them, too. */
  readonly agreed?: true;
}

export interface Sent {
  /** Last acknowledgement by the server. */
  readonly at: UnixMs | null;
  readonly stored: number;
  readonly discarded: Readonly<Partial<Record<DiscardReason, number>>>;
  /** The last batch that was acknowledged, literally. Forgotten when a policy is applied. */
  readonly batch: Batch | null;
}

/** How often to look for a closed batch. */
const LOOK_MS = 2 * SECOND;

export function createUplink(deps: UplinkDeps): Uplink {
  return new WebSocketUplink(deps);
}

/** A connection that lasted so long was a good one, whatever ended it. */
const GOOD_MS = MINUTE;

/** What one connection remembers. */
interface Conversation {
  readonly link: Link;
  /** Both clocks of this computer at the handshake, when the server compared its own with them. */
  readonly hello: Pick<HelloPayload, 'at' | 'mono'>;
  /** Highest seq sent, and highest acknowledged, on this connection. */
  lastSent: number;
  lastAcked: number;
  /** The last batch sent, to show it to the employee once it is acknowledged. */
  lastBatch: Batch | null;
  readonly pace: Pace;
  lastReceipt: string;
  /** The signature of the policy that came ahead of its lease and was answered. */
  lowered: string | null;
  acknowledgementSent: boolean;
  /** The last policy or lease that arrived was applied to its end. Without that neither batch nor receipt goes out. */
  applied: boolean;
  /** A batch was acknowledged, and is forgotten here. */
  delivered: boolean;
  ended: boolean;
}

/** What the agent is to obey, as either frame brings it. */
type Given = Pick<z.infer<typeof PolicyPush>, 'policy' | 'keys'> & { readonly lease: Signed | null };

/** Whether anything may be sent now. */
interface Pace {
  /** Policies that arrived and are not yet applied. Nothing is sent while there are any. */
  applying: number;
  /** Changes whenever what was read from the spool may no longer be sent as read. */
  epoch: number;
  /** Why the connection is being closed, once it is. */
  ending: Ending | null;
}

/** A connection that is being made. */
interface Meeting {
  greeting: Greeting | null;
  conversation: Conversation | null;
  readonly pace: Pace;
}

type Ending =
  | { readonly kind: 'again'; readonly why: string; readonly atLeastMs?: number }
  | { readonly kind: 'stop'; readonly why: string; readonly remedy: string };

class WebSocketUplink implements Uplink {
  readonly #deps: UplinkDeps;
  #state: UplinkState = { kind: 'not_started' };
  #link: Link | null = null;
  #conversation: Conversation | null = null;
  #running: Promise<void> | null = null;
  #sent: Sent = { at: null, stored: 0, discarded: {}, batch: null };
  #asked: readonly AskedRequest[] = [];
  #closed = false;
  #endPause: () => void = () => undefined;
  /** The server has asked to be left alone until then. */
  #notBefore: MonoMs = 0;
  #forgetReceipts: () => void = () => undefined;
  #testing: Promise<void> = Promise.resolve();
  readonly #wakers = new Set<() => void>();
  /** How often something has happened. */
  #happened = 0;

  constructor(deps: UplinkDeps) {
    this.#deps = deps;
  }

  start(): void {
    if (this.#running !== null || this.#closed) return;
    this.#forgetReceipts = this.#deps.recorder.onReceiptChange(() => this.#wake());
    this.#running = this.#run();
  }

  state(): UplinkState {
    return this.#state;
  }

  sent(): Sent {
    return this.#sent;
  }

  nudge(): void {
    if (this.#deps.clock.mono() >= this.#notBefore) this.#endPause();
    this.#wake();
  }

  async acknowledge({ version, ...shown }: ShownText): Promise<void> {
    const { identity, clock, deviceKey, acknowledgements, policies } = this.#deps;
    const { org, person, device } = identity;
    const terms = policies.lease()?.terms.revision ?? 0;
    // An agreement that has not been sent yet is not taken back by having read the same once more.
    const before = await acknowledgements.waiting();
    const waiting = before === null ? null : AcknowledgementPayload.parse(JSON.parse(before.payload));
    const agreed = waiting?.noticeVersion === version ? { agreed: waiting.agreed } : {};
    const payload = { org, person, device, noticeVersion: version, ...agreed, ...shown, terms, at: clock.now() };
    const text = canonical(AcknowledgementPayload.parse(payload));
    await acknowledgements.keep(signPayload('daylight/acknowledgement/v1', deviceKey, text));
    if (this.#conversation !== null) await this.#sendAcknowledgement(this.#conversation).catch(() => undefined);
  }

  async consent(parameter: ParameterId, shown: Digest | null): Promise<boolean> {
    const { identity, clock, deviceKey, policies, recorder } = this.#deps;
    const { org, person, device } = identity;
    const payload = ConsentPayload.parse({ org, person, device, parameter, shown, at: clock.now() });
    const consent = signPayload('daylight/consent/v1', deviceKey, canonical(payload));
    const link = this.#conversation?.link;
    if (shown === null) {
      const kept = policies.withdraw(parameter, consent);
      const sent = link?.send({ type: 'consent', consent }).catch(() => undefined);
      await Promise.all([recorder.policyChanged(), kept, sent]);
      return true;
    }
    if (link === undefined) return false;
    await policies.consentedAgain(parameter);
    await link.send({ type: 'consent', consent });
    return true;
  }

  asked(): readonly AskedRequest[] {
    return this.#asked;
  }

  async answerRequest({ request, digest }: Pick<AskedRequest, 'request' | 'digest'>, answer: 'yes' | 'no') {
    const { identity, clock, deviceKey } = this.#deps;
    const isAsked = this.#asked.some((one) => one.request === request && one.digest === digest);
    if (!isAsked || this.#conversation === null) return false;
    const { org, person, device } = identity;
    const payload = { org, person, device, request, content: digest, answer, at: clock.now() };
    const text = canonical(RequestAnswerPayload.parse(payload));
    const signed = signPayload('daylight/request/v1', deviceKey, text);
    await this.#conversation.link.send({ type: 'answer_request', answer: signed });
    return true;
  }

  async drain(timeoutMs: number): Promise<void> {
    const done = (): boolean => this.#state.kind !== 'online' || this.#deps.spool.waiting().batches === 0;
    this.#wake();
    await this.#until(done, timeoutMs);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#forgetReceipts();
    this.#link?.close();
    this.#endPause();
    this.#wake();
    await this.#running;
    this.#enter({ kind: 'closed' });
  }

  // ── Connecting ───────────────────────────────────────────────────────────────────────────────────────────────────

  async #run(): Promise<void> {
    let failures = 0;
    while (!this.#closed) {
      const { ending, wasGood } = await this.#converse();
      if (ending.kind === 'stop') {
        this.#enter({ kind: 'refused', why: ending.why, remedy: ending.remedy });
        return;
      }
      failures = wasGood ? 0 : failures + 1;
      this.#notBefore = this.#deps.clock.mono() + (ending.atLeastMs ?? 0);
      const pause = Math.max(ending.atLeastMs ?? 0, backoff(Math.max(0, failures - 1), this.#deps.random.fraction()));
      this.#enter({ kind: 'waiting', until: this.#deps.clock.now() + pause, why: ending.why });
      await this.#pause(pause);
    }
  }

  /** One connection from beginning to end. */
  async #converse(): Promise<{ readonly ending: Ending; readonly wasGood: boolean }> {
    const { identity, clock } = this.#deps;
    const address = readAddress(identity.server);
    if (typeof address !== 'string') return { ending: address, wasGood: false };
    this.#enter({ kind: 'connecting' });
    const meeting: Meeting = { greeting: null, conversation: null, pace: newPace() };
    let queue: Promise<void> = Promise.resolve();
    const opened = openLink({
      url: address,
      ca: identity.ca,
      clock,
      onFrame: (frame) => {
        // Counted on arrival, not when its turn comes: from this moment nothing more is sent.
        if (['policy', 'welcome', 'lowering'].includes(frame.type)) meeting.pace.applying += 1;
        queue = queue.then(async () => this.#receive(meeting, await opened, frame));
        // What could not be carried out once, on a full disk for instance, will not be in a second either.
        return queue.catch((error: unknown) => {
          meeting.pace.ending ??= failedHere(error);
          throw error;
        });
      },
    });
    try {
      const link = await opened;
      this.#link = link;
      if (this.#closed) link.close();
      this.#enter({ kind: 'handshake' });
      const cancel = clock.after(limits.handshakeMs, () => {
        if (meeting.conversation === null) link.close();
      });
      const why = await link.ended;
      cancel();
      await queue.catch(() => undefined);
      const ending = meeting.pace.ending ?? { kind: 'again', why };
      return { ending, wasGood: this.#wasGood(meeting) };
    } catch (error) {
      const why = error instanceof Error ? error.message : 'the connection failed';
      return { ending: { kind: 'again', why }, wasGood: false };
    } finally {
      this.#leave(meeting.conversation);
    }
  }

  /** Then the next attempt comes soon. Whatever ended it, one that was short and delivered nothing grows the pause. */
  #wasGood({ conversation }: Meeting): boolean {
    if (conversation === null) return false;
    const lasted = this.#deps.clock.mono() - conversation.hello.mono;
    return conversation.delivered || (conversation.applied && lasted >= GOOD_MS);
  }

  /** The handshake, and after it whatever else arrives. */
  async #receive(meeting: Meeting, link: Link, frame: ServerFrame): Promise<void> {
    const { identity } = this.#deps;
    const { greeting, conversation, pace } = meeting;
    if (pace.ending !== null) return;
    if (frame.type === 'bye') {
      end(link, pace, endingOf(frame, conversation !== null));
    } else if (frame.type === 'wipe' || frame.type === 'organisation_ended') {
      await this.#wiped(link, pace, greeting, frame);
    } else if (conversation !== null) {
      await this.#handle(conversation, frame);
    } else if (greeting === null && frame.type === 'challenge') {
      meeting.greeting = greet(
        {
          ...this.#deps,
          policyVersion: () => this.#deps.policies.policy()?.version ?? 0,
          policyKey: () => this.#deps.policies.policyKey(),
        },
        frame,
      );
      await link.send({ type: 'hello', hello: meeting.greeting.hello });
    } else if (greeting !== null && frame.type === 'welcome') {
      const checked = checkWelcome(identity, greeting, frame);
      if (!checked.ok) {
        end(link, pace, foreignServer(checked.why));
        return;
      }
      meeting.conversation = newConversation(link, pace, greeting.payload, checked.said.committedSeq);
      await this.#begin(meeting.conversation, frame, checked.said);
    } else {
      throw new Error('the server did not keep to the order of the handshake');
    }
  }

  /** Before or after the welcome: the order carries its own proof. Without it nothing is deleted. */
  async #wiped(link: Link, pace: Pace, greeting: Greeting | null, frame: z.infer<WipeFrame>): Promise<void> {
    if (greeting === null) throw new Error('the server did not keep to the order of the handshake');
    const order = orderOf(this.#deps.identity, greeting, frame);
    if (!order.ok) {
      end(link, pace, foreignServer(order.why));
      return;
    }
    end(link, pace, { kind: 'stop', why: WIPED[order.said.reason], remedy: 'enrol again with a new code' });
    await this.#deps.onWipe(order.said);
  }

  async #begin(conversation: Conversation, frame: z.infer<typeof Welcome>, said: WelcomePayload): Promise<void> {
    await this.#apply(conversation, frame, said.serverTime);
    await this.#deps.spool.rebase(said.committedSeq, said.serverTime);
    this.#conversation = conversation;
    this.#enter({ kind: 'online', since: this.#deps.clock.now() });
    await this.#sendAcknowledgement(conversation);
    await this.#sendWithdrawals(conversation);
    await this.#askNotice(conversation);
    this.#awaitCheckpoint(conversation);
    void this.#sendAll(conversation).catch((error: unknown) => {
      end(conversation.link, conversation.pace, failedHere(error));
    });
  }

  #awaitCheckpoint(conversation: Conversation): void {
    this.#deps.audit.connected();
    this.#deps.clock.after(AUDIT_WAIT_MS, () => {
      if (conversation.ended) return;
      this.#deps.audit.silent().catch((error: unknown) => end(conversation.link, conversation.pace, failedHere(error)));
    });
  }

  #leave(conversation: Conversation | null): void {
    if (conversation !== null) conversation.ended = true;
    this.#conversation = null;
    this.#asked = [];
    this.#link = null;
    this.#wake();
  }

  // ── Frames from the server ───────────────────────────────────────────────────────────────────────────────────────

  async #handle(
    conversation: Conversation,
    frame: Exclude<ServerFrame, { type: 'bye' | 'wipe' | 'organisation_ended' }>,
  ): Promise<void> {
    switch (frame.type) {
      case 'lowering':
        await this.#apply(conversation, { policy: frame.policy, lease: null });
        conversation.lowered = frame.policy.signature;
        return;
      case 'policy':
        await this.#apply(conversation, frame);
        if (conversation.acknowledgementSent) await this.#forgetAnswered();
        await this.#sendWithdrawals(conversation);
        if (frame.policy !== null) await this.#askNotice(conversation);
        return;
      case 'notice':
        if (frame.notice !== null) this.#deps.notices.arrived(frame.notice);
        if (frame.tooLarge === true) this.#deps.notices.dropped();
        this.#deps.notices.translated(frame.translations ?? []);
        return;
      case 'ack':
        return this.#acknowledged(conversation, frame);
      case 'resend':
        if (frame.expected > conversation.lastSent + 1) throw new Error('the server expects what was never sent');
        conversation.lastSent = frame.expected - 1;
        conversation.pace.epoch += 1;
        this.#wake();
        return;
      case 'stop_session':
        return this.#deps.recorder.stoppedElsewhere(frame.session, frame.device);
      case 'requests':
        this.#ask(frame.waiting);
        return;
      case 'coming':
        await this.#deps.heard.heardComing(frame);
        this.#deps.onTold?.();
        return;
      case 'last_notice':
        return this.#deps.heard.heardLastNotice(frame);
      case 'concerns':
        await this.#deps.heard.heardConcerns(frame);
        this.#deps.onTold?.();
        return;
      case 'leaving':
        await this.#deps.heard.heardLeaving(frame);
        this.#deps.onTold?.();
        return;
      case 'checkpoint': {
        const asked = await this.#deps.audit.shown(frame);
        if (asked !== null) await conversation.link.send({ type: 'read_consistency', ...asked });
        return;
      }
      case 'consistency':
        return this.#deps.audit.proved(frame);
      case 'self_test':
        this.#beginSelfTest(conversation, frame.request);
        return;
      case 'challenge':
      case 'welcome':
        throw new Error('the server began the handshake a second time');
      default:
        return assertNever(frame);
    }
  }

  /** Verifies, stops and purges what is now off, and only then answers and lets sending go on. */
  async #apply(conversation: Conversation, { policy, lease, keys }: Given, serverTime?: UnixMs): Promise<void> {
    conversation.applied = false;
    try {
      // Also when the disk takes nothing: what the policy lowers holds already, and must be stopped and purged.
      const { policies, recorder } = this.#deps;
      await policies.accept(policy, lease, serverTime, keys).finally(() => recorder.policyChanged());
      conversation.applied = true;
      this.#sent = { ...this.#sent, batch: null };
      conversation.lastBatch = null;
      const isAnswered = policy !== null && policy.signature === conversation.lowered;
      await this.#sendReceipt(conversation, isAnswered ? 'when changed' : 'always');
    } finally {
      conversation.pace.epoch += 1;
      conversation.pace.applying -= 1;
      this.#wake();
    }
  }

  /** The digest is made of what is shown, and not taken from the server: it is that which the person answers. */
  #ask(waiting: readonly WaitingRequest[]): void {
    const { org, person } = this.#deps.identity;
    const before = new Set(this.#asked.map(({ digest }) => digest));
    this.#asked = waiting.map((one) => ({ ...one, digest: sha256(statementText({ org, person, ...one })) }));
    for (const one of this.#asked) if (!before.has(one.digest)) this.#deps.onAsked?.(one);
  }

  /** One after the other, and beside everything else: a policy that arrives meanwhile waits for none of them. */
  #beginSelfTest(conversation: Conversation, request: Signed): void {
    const { identity, recorder, deviceKey } = this.#deps;
    const checked = checkSelfTest(identity, request);
    if (!checked.ok) throw new Error(`a self-test was asked for by somebody else: ${checked.why}`);
    const { parameter, nonce } = checked.said;
    this.#testing = this.#testing.then(async () => {
      if (conversation.ended) return;
      const { device, org } = identity;
      const report = SelfTestReport.parse({ device, org, nonce, ...(await recorder.selfTest(parameter)) });
      const signed = signPayload('daylight/self-test/v1', deviceKey, canonical(report));
      await conversation.link.send({ type: 'self_test_report', report: signed });
    });
    this.#testing = this.#testing.catch((error: unknown) => {
      end(conversation.link, conversation.pace, failedHere(error));
    });
  }

  async #acknowledged(conversation: Conversation, ack: z.infer<typeof Ack>): Promise<void> {
    if (ack.seq > conversation.lastSent) throw new Error('the server acknowledged what was never sent');
    await this.#deps.spool.acknowledged(ack.seq);
    this.#deps.recorder.refusedByServer(ack.discarded);
    conversation.lastAcked = Math.max(conversation.lastAcked, ack.seq);
    conversation.delivered = true;
    const { lastBatch } = conversation;
    const batch = lastBatch?.seq === ack.seq ? lastBatch : this.#sent.batch;
    const discarded = { ...this.#sent.discarded };
    for (const [reason, count] of Object.entries(ack.discarded)) {
      discarded[reason as DiscardReason] = (discarded[reason as DiscardReason] ?? 0) + count;
    }
    this.#sent = { at: this.#deps.clock.now(), stored: this.#sent.stored + ack.stored, discarded, batch };
    this.#wake();
  }

  // ── Frames to the server ─────────────────────────────────────────────────────────────────────────────────────────

  async #sendAll(conversation: Conversation): Promise<void> {
    while (!conversation.ended && !this.#closed) {
      const happened = this.#happened;
      if (this.#clockWasSet(conversation)) end(conversation.link, conversation.pace, CLOCK_WAS_SET);
      // One that could not be applied ends the connection: of it there is nothing to confirm.
      if (conversation.pace.applying > 0 || !conversation.applied) {
        await this.#wakened();
        continue;
      }
      await this.#sendReceipt(conversation, 'when changed');
      const full = conversation.lastSent - conversation.lastAcked >= limits.batchesInFlight;
      const { epoch } = conversation.pace;
      const batch = full || !this.#mayGo() ? null : await this.#deps.spool.next(conversation.lastSent);
      if (batch === null) await this.#sleep(LOOK_MS, happened);
      else await this.#sendBatch(conversation, batch, epoch);
    }
  }

  /** Or the computer slept. What the server found out of its clock at the handshake is no longer so. */
  #clockWasSet({ hello }: Conversation): boolean {
    const { clock } = this.#deps;
    return Math.abs(clock.now() - hello.at - (clock.mono() - hello.mono)) > limits.clockSkewMs;
  }

  /** Nothing leaves this device on the word of nobody: a policy is verified, and the server does not rewrite what it recorded. */
  #mayGo(): boolean {
    return this.#deps.policies.policy() !== null && this.#deps.audit.fault() === null;
  }

  /** Images first, then the batch that names them; abandoned where it stands when a policy arrives. */
  async #sendBatch(conversation: Conversation, { frame, images }: SpooledBatch, epoch: number): Promise<void> {
    const { link } = conversation;
    const stale = (): boolean =>
      conversation.pace.applying > 0 || conversation.pace.epoch !== epoch || conversation.ended;
    for (const { image, digest, bytes } of images) {
      if (stale()) return;
      await link.send({ type: 'image', image, bytes: bytes.length, digest });
      for (let index = 0; index * limits.imageChunkBytes < bytes.length; index += 1) {
        if (stale()) return;
        const from = index * limits.imageChunkBytes;
        await link.sendChunk(image, index, bytes.subarray(from, from + limits.imageChunkBytes));
      }
    }
    if (stale()) return;
    conversation.lastSent = frame.seq;
    conversation.lastBatch = frame;
    await link.send(frame);
  }

  async #sendReceipt(conversation: Conversation, when: 'always' | 'when changed'): Promise<void> {
    const receipt = this.#deps.recorder.receipt();
    if (receipt === null) return;
    const text = canonical(contentOf(receipt));
    if (when === 'when changed' && text === conversation.lastReceipt) return;
    const payload = ReceiptPayload.parse({ ...receipt, device: this.#deps.identity.device });
    conversation.lastReceipt = text;
    const signed = signPayload('daylight/receipt/v1', this.#deps.deviceKey, canonical(payload));
    await conversation.link.send({ type: 'receipt', receipt: signed });
  }

  /** The words of the notice in force, after the receipt for its policy: a switch waits for no text. */
  async #askNotice(conversation: Conversation): Promise<void> {
    await conversation.link.send({ type: 'read_notice', have: this.#deps.notices.hash() });
  }

  async #sendAcknowledgement(conversation: Conversation): Promise<void> {
    const acknowledgement = await this.#deps.acknowledgements.waiting();
    if (acknowledgement === null) return;
    await conversation.link.send({ type: 'acknowledge', acknowledgement });
    conversation.acknowledgementSent = true;
  }

  async #sendWithdrawals({ link }: Conversation): Promise<void> {
    for (const consent of this.#deps.policies.withdrawals()) await link.send({ type: 'consent', consent });
  }

  /** Only a lease that shows what was acknowledged is an answer: another one may have been on its way before. */
  async #forgetAnswered(): Promise<void> {
    const { acknowledgements, policies } = this.#deps;
    const waiting = await acknowledgements.waiting();
    const [policy, lease] = [policies.policy(), policies.lease()];
    if (waiting === null || policy === null || lease?.policyHash !== policy.hash) return;
    const { noticeVersion, agreed } = AcknowledgementPayload.parse(JSON.parse(waiting.payload));
    const kept = lease.terms.agreed;
    const isAgreed = agreed === undefined || kept === undefined || (kept.pending?.version ?? 0) >= noticeVersion;
    if (policy.version >= noticeVersion && isAgreed && isToldOf(policy, lease)) await acknowledgements.answered();
  }

  // ── Waiting ──────────────────────────────────────────────────────────────────────────────────────────────────────

  #enter(state: UplinkState): void {
    this.#state = state;
    this.#deps.onChange?.(state);
    this.#wake();
  }

  #wake(): void {
    this.#happened += 1;
    for (const waker of [...this.#wakers]) waker();
  }

  #wakened(): Promise<void> {
    return new Promise((resolve) => {
      const waker = (): void => {
        this.#wakers.delete(waker);
        resolve();
      };
      this.#wakers.add(waker);
    });
  }

  /** Between two attempts: only time, a nudge or the end can shorten it. */
  #pause(ms: number): Promise<void> {
    if (this.#closed) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = this.#deps.clock.after(ms, resolve);
      this.#endPause = () => {
        cancel();
        resolve();
      };
    });
  }

  /** Until the time has passed or more has happened than this. */
  async #sleep(ms: number, happened: number): Promise<void> {
    if (this.#happened !== happened) return;
    let cancel = (): void => undefined;
    const timer = new Promise<void>((resolve) => {
      cancel = this.#deps.clock.after(ms, resolve);
    });
    await Promise.race([timer, this.#wakened()]);
    cancel();
  }

  async #until(condition: () => boolean, timeoutMs: number): Promise<void> {
    const deadline = { passed: false };
    const cancel = this.#deps.clock.after(timeoutMs, () => {
      deadline.passed = true;
      this.#wake();
    });
    while (!condition() && !deadline.passed) await this.#wakened();
    cancel();
  }
}

const RETIRED = 'this device was retired by your organisation';
const WIPED = {
  retired: RETIRED,
  person_removed: 'your account was removed by your organisation',
  organisation_ended: 'your organisation has ended',
} as const satisfies Record<WipeOrder['reason'], string>;

type WipeFrame = typeof Wipe | typeof OrganisationEnded;

function orderOf(identity: Identity, greeting: Greeting, frame: z.infer<WipeFrame>): Proven<WipeOrder> {
  if (frame.type === 'wipe') return checkWipe(identity, greeting, frame);
  const { certificate } = frame;
  const checked = checkOrganisationEnded(identity, frame);
  if (!checked.ok) return checked;
  const { ending, at } = checked.said;
  return { ok: true, said: { reason: 'organisation_ended', at, ended: { ending, certificate } } };
}

/** What makes a receipt a new one. How much waits counts only where nothing should. */
function contentOf(receipt: Omit<ReceiptPayload, 'device'>): unknown {
  const { at: _at, parameters, ...rest } = receipt;
  const states = Object.entries(parameters).map(([id, { state, level, reason, waiting }]) => {
    return [id, state, level, reason, state === 'off' && waiting > 0];
  });
  return { ...rest, states };
}

/** The address of the socket; the end of all attempts when the identity leads where it must not. */
function readAddress(server: string): string | Ending {
  try {
    return serverAddress(server).socket;
  } catch (error) {
    const known = error instanceof DaylightError ? error : null;
    return {
      kind: 'stop',
      why: known?.message ?? 'the address of the server cannot be read',
      remedy: 'the address was set at enrolment: run "daylight-agent wipe" and enrol again',
    };
  }
}

const RETIRED_UNORDERED: Ending = {
  kind: 'stop',
  why: `${RETIRED}, and refuses what it sends`,
  remedy: 'run "daylight-agent wipe" to delete what is still kept here',
};

const ASK_FIRST = 'ask your administrator whether that is so before you run "daylight-agent wipe"';

const UNPROVEN: Readonly<Record<Bye['reason'], string>> = {
  bad_frame: 'it did not understand this agent',
  too_large: 'it did not understand this agent',
  bad_handshake: 'the signature of this device does not fit',
  unknown_device: 'it does not know this device',
  retired: 'this device was retired',
  replaced: 'this device has connected a second time',
  too_fast: 'it is asked too often',
  shutting_down: 'it is shutting down',
  unavailable: 'it is not available now',
};

function newPace(): Pace {
  return { applying: 0, epoch: 0, ending: null };
}

function end(link: Link, pace: Pace, ending: Ending): void {
  // The first word counts: a send that fails because of it must not turn "stop" into "again".
  pace.ending ??= ending;
  link.close();
}

function newConversation(
  link: Link,
  pace: Pace,
  { at, mono }: Conversation['hello'],
  committedSeq: number,
): Conversation {
  return {
    link,
    pace,
    hello: { at, mono },
    lastSent: committedSeq,
    lastAcked: committedSeq,
    lastBatch: null,
    lastReceipt: '',
    lowered: null,
    acknowledgementSent: false,
    applied: false,
    delivered: false,
    ended: false,
  };
}

function failedHere(error: unknown): Ending {
  const why = error instanceof Error ? error.message : 'what the server sent could not be carried out';
  return { kind: 'again', why };
}

const CLOCK_WAS_SET: Ending = { kind: 'again', why: 'the clock of this computer was set, or it slept' };

function foreignServer(why: string): Ending {
  return {
    kind: 'stop',
    why: `the server is not the one that this device enrolled with: ${why}; nothing more is sent to it`,
    remedy: 'ask your administrator; if the server was set up anew, run "daylight-agent wipe" and enrol again',
  };
}

/** Before its welcome nobody knows who speaks: then the words are ours, by the reason alone. */
function endingOf({ reason, message, retry }: Bye, isProven: boolean): Ending {
  const atLeastMs = reason === 'too_fast' ? MINUTE : 0;
  const why = isProven
    ? `the server says: ${message}`
    : `what answers there has not proved to be your server, and says that ${UNPROVEN[reason]}`;
  if (retry) return { kind: 'again', why, atLeastMs };
  if (reason === 'retired') return isProven ? RETIRED_UNORDERED : { kind: 'stop', why, remedy: ASK_FIRST };
  const remedy = {
    bad_frame: 'update Daylight on this computer, then start it again; recording goes on until the lease ends',
    too_large: 'update Daylight on this computer, then start it again; recording goes on until the lease ends',
    bad_handshake: 'set the clock of this computer, then start Daylight again; if that does not help, enrol again',
    unknown_device: 'run "daylight-agent wipe" and enrol again with a new code',
    replaced: 'only one agent per device can run: stop the other one, then start Daylight again',
    too_fast: 'start Daylight again in a minute',
    shutting_down: 'start Daylight again later',
    unavailable: 'start Daylight again later',
  }[reason];
  return { kind: 'stop', why, remedy };
}
