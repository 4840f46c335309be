import { type ParameterId, parameterIds } from '../../shared/catalog.ts';
import type { BootId } from '../../shared/ids.ts';
import type { DiscardReason } from '../../shared/outcome.ts';
import type { ReceiptPayload } from '../../shared/protocol/messages.ts';
import { probe } from './availability.ts';
import { type Commands, createCommands } from './commands.ts';
import { createDayCounts } from './dayCounts.ts';
import { createFirstUse } from './firstUse.ts';
import { ALL_OFF } from './gate/applied.ts';
import { createGate, type Gate, type GateDeps } from './gate/gate.ts';
import type { PolicyCache } from './gate/policyCache.ts';
import { createOutbox, type Entry } from './outbox.ts';
import { createPolicyChange } from './policyChange.ts';
import type { ActiveWindow, BrowserTab, Clock, Indicator, Platform, Random } from './ports.ts';
import { gistOf, receiptOf } from './receipt.ts';
import type { RecorderJournal } from './recorderJournal.ts';
import { type RecorderStatus, recorderStatusOf } from './recorderStatus.ts';
import { createRecordWriter } from './recordWriter.ts';
import { createReviews } from './reviews.ts';
import { createSampler } from './sampler.ts';
import { type SelfTestFindings, selfTest } from './selfTest/selfTest.ts';
import { createSensing } from './sensing.ts';
import { excluding } from './sensors/excluding.ts';
import { hiddenBy } from './sensors/hiding.ts';
import { defaultReductions } from './sensors/reduce.ts';
import type { Reductions } from './sensors/reductions.ts';
import { createRegistry } from './sensors/registry.ts';
import { timely } from './sensors/timely.ts';
import { INTERVAL_MS } from './session.ts';
import { isStop } from './spool/endings.ts';
import type { Spool } from './spool/spool.ts';
import { createTracking, NO_WORK, type Work } from './tracking.ts';
import { reactsUntil } from './words.ts';

/**
 * The recording half of the agent: session, gate, sensors, sampler and receipts, from the employee's commands and the
 * policy cache into the spool. Knows nothing of networks, keys or files. What happens is brought into order here: one command
 * or policy after the other, and a look at everything every few seconds.
 */
export interface Recorder extends Omit<Commands, 'start'> {
  /** Begins a session. Refused with a sentence when the policy, the lease or a running session forbids it. */
  start(work?: Work): ReturnType<Commands['start']>;
  /**
   * The policy cache has changed: stops the sensors of what is now off, purges its spool, and only then resolves. A
   * sensor that does not let go is waited for a second at the most; what it still gives reaches nobody, and the receipt
   * that follows names it: that is computed from the sensors that run and from the spool.
   */
  policyChanged(): Promise<void>;
  /**
   * The indicator can be seen now, or no longer; or the computer is about to sleep, or has woken: session and sensors follow
   * at once instead of within INTERVAL_MS.
   */
  lookNow(): Promise<void>;
  /** What this device is in fact doing now. */
  receipt(): Omit<ReceiptPayload, 'device'> | null;
  /**
   * Tries whether anything of the parameter can come into being here, and looks for what there is. Calls no sensor, writes nothing,
   * and holds up no policy that arrives meanwhile.
   */
  selfTest(parameter: ParameterId): Promise<SelfTestFindings>;
  /** The server has discarded that much of what was sent: counted by day, for the person. */
  refusedByServer(discarded: Readonly<Partial<Record<DiscardReason, number>>>): void;
  /** Called whenever `receipt()` would say something else than before (times aside). */
  onReceiptChange(callback: () => void): () => void;
  status(): RecorderStatus;
  /** Closes the session at the last evidence with the cause given and stops every sensor. */
  close(cause: 'shutdown'): Promise<void>;
}

export interface RecorderDeps {
  readonly platform: Platform;
  readonly policies: PolicyCache;
  /** Opened, and not yet read by anything that sends: `createRecorder` first purges what the policy forbids. */
  readonly spool: Spool;
  readonly journal: RecorderJournal;
  readonly indicator: Indicator;
  readonly clock: Clock;
  readonly random: Random;
  /** A new id for every run of the process. */
  readonly boot: BootId;
  readonly agentVersion: string;
  /** Only for proving what an agent with another gate would have to admit. */
  readonly gate?: (deps: GateDeps) => Gate;
  /** Only for proving that a redactor which fails costs its value and nothing else. */
  readonly reductions?: Reductions;
}

/**
 * Resolves when nothing is left in the spool that the verified policy forbids, and a session that a crash left open is
 * closed at its last evidence. Only then may anything be sent. Without a verified policy nothing is purged, and nothing
 * may be sent, until one arrives and `policyChanged` has resolved.
 */
export async function createRecorder(deps: RecorderDeps): Promise<Recorder> {
  const { policies, spool, indicator, clock, boot } = deps;
  const left = await deps.journal.read();
  for (const stretch of left.notKept) await spool.cutOut(stretch, 'idle_not_kept');
  const probed = await probe(deps.platform, clock);

  let turn: Promise<unknown> = Promise.resolve();
  let isClosed = false;
  let gist = '';
  const listeners = new Set<() => void>();

  // Session, gate and sampler ask one another; each asks only when something happens, and by then all are there.
  const registry = createRegistry(clock, () => notify());
  const tracking = createTracking({
    ...{ boot, clock, spool, policies, left, tell },
    permit: (observation) => {
      const entry = outbox.permit(observation);
      return entry === null ? [] : [entry];
    },
    cut: (mono) => sampler.cut(mono),
    isWatched: () => sensing.isWatched(),
  });
  const makeGate = deps.gate ?? createGate;
  const applied = () => writer.appliedOnDisk() ?? ALL_OFF;
  const looksAt = {
    ...{ policies, indicator, clock, applied },
    presence: tracking.presence,
    unavailable: () => sensing.sensors().unavailable,
  };
  const gate = makeGate({ ...looksAt, introduced: (parameter) => firstUse.most(parameter) });
  const firstUse = createFirstUse({
    ...{ policies, clock, indicator, known: left.introduced },
    running: (parameter) => registry.running(parameter) !== null,
    gateBesides: makeGate({ ...looksAt, introduced: () => undefined }),
  });
  const outbox = createOutbox({
    ...{ gate, spool },
    context: tracking.context,
    isStillAllowed,
    onGiven: tracking.given,
    onFailing: () => tell('Daylight cannot write to its folder: what it records now is lost. Is the disk full?'),
  });
  const untimed = deps.reductions ?? defaultReductions;
  const always = timely(untimed, clock);
  const reductions = timely(excluding(untimed, policies.exclusions), clock);
  const dayCounts = createDayCounts(clock, left.dayCounts);
  const sampler = createSampler({
    ...{ gate, registry, outbox, platform: deps.platform, indicator, clock, random: deps.random },
    reductions,
    moment: tracking.moment,
    wall: () => clock.now(),
    reviewSeconds,
    diagnostics,
    onReading: countHidden,
    onInput: (mono) => sensing.input(mono),
    // Where input is watched, a window that comes to the front by itself is not taken for a person.
    onChange: () => void (sampler.watchesInput() ? undefined : sensing.seen()),
  });
  const journal = deps.journal;
  const writer = createRecordWriter({
    tracking,
    outbox,
    gate,
    policies,
    journal,
    left,
    firstUse,
    dayCounts,
    onCutOut: sampler.begin,
  });
  const parts = { ...deps, gate, registry, outbox, sampler, tracking, writer, firstUse, notify, tell };
  const sensing = createSensing(parts, probed);
  const policyChange = createPolicyChange({ ...parts, sensing });
  const commands = createCommands({ ...parts, sensing, releaseReviewed, isClosed: () => isClosed });

  const reviews = createReviews(spool, clock, reviewSeconds, deps.platform.pace?.lookMs);
  reviews.keepTime();
  tracking.settleTheLast();

  await policyChange.apply();
  await writer.record([]);
  gist = gistOf(receipt());
  let cancelTick = clock.after(INTERVAL_MS, tick);
  policies.onLowered(lower);

  /** For what was permitted a moment before the policy was lowered, or before it was known to be idle time. */
  function isStillAllowed(entry: Entry): boolean {
    if (isStop(entry.observation)) return tracking.mayHaveBegun(entry.context);
    return !policyChange.forbids(entry) && !tracking.isGone(entry);
  }

  function countHidden(window: ActiveWindow | null, tab: BrowserTab | null): void {
    try {
      dayCounts.saw(window === null ? [] : hiddenBy(window, tab, policies.exclusions(), always));
    } catch {
      // What cannot be judged is not kept either, and is no count.
    }
  }

  /** What the organisation does not collect at all is no news of the day. */
  function countNotRecorded(): void {
    dayCounts.dropped(spool.waiting().dropped);
    const off = parameterIds.flatMap((parameter) => {
      const decision = gate.decide(parameter);
      if (decision.kind === 'allowed' || decision.by === 'organisation') return [];
      const isReacting = reactsUntil(policies, parameter, decision.by) !== null;
      return [{ parameter, by: isReacting ? ('reacting' as const) : decision.by }];
    });
    dayCounts.looked(isRunning() ? off : []);
  }

  function diagnostics() {
    const { bytes, batches } = spool.waiting();
    const { unavailable } = sensing.sensors();
    const works = parameterIds.map((parameter) => ({ parameter, works: !unavailable.includes(parameter) }));
    return { agentVersion: deps.agentVersion, spoolBytes: bytes, waitingBatches: batches, sensors: works };
  }

  // ── Every few seconds ────────────────────────────────────────────────────────────────────────────────────────────

  function tick(): void {
    if (isClosed) return;
    cancelTick = clock.after(INTERVAL_MS, tick);
    void look();
  }

  /** Makes session and sensors agree with the clocks, the policy and the indicator as they are now. */
  function look(): Promise<void> {
    const wasRunning = isRunning();
    tracking.settleTheLast();
    const entries = tracking.tick();
    // A lease that ran out, or a policy that went, ends the session; nobody may be tracked on the word of nobody.
    if (isRunning() && gate.decide('session').kind === 'denied') {
      entries.push(...tracking.apply({ kind: 'stop', cause: 'not_allowed' }));
      tell('Tracking has ended: nothing confirms any more that it is allowed.');
    }
    return afterLook(entries, wasRunning);
  }

  async function afterLook(entries: readonly Entry[], wasRunning: boolean): Promise<void> {
    countNotRecorded();
    await writer.record(entries);
    await writer.closeUnfinished();
    const released = await releaseReviewed();
    // Nothing else would close its batch for a minute.
    if (released > 0 && !isRunning()) await spool.flush().catch(() => undefined);
    if (wasRunning) await sensing.follow();
    else await writer.writeJournal();
    if (sensing.isLockUnseen()) void sensing.watchLock();
    sensing.startRound();
  }

  /** Screenshots whose time of review is over go into a batch; the review is reckoned first. */
  async function releaseReviewed(): Promise<number> {
    reviews.keepTime();
    return spool.release(clock.now()).catch(() => 0);
  }

  function reviewSeconds(): number {
    return policies.binding()?.screenshotReviewSeconds ?? 0;
  }

  function isRunning(): boolean {
    return tracking.session().kind !== 'stopped';
  }

  // ── One after the other ──────────────────────────────────────────────────────────────────────────────────────────

  /** One command, or one policy, after the other. */
  function inTurn<T>(command: () => Promise<T>): Promise<T> {
    const result = turn.then(command);
    turn = result.catch(() => undefined);
    return result;
  }

  /** Not in turn, and not after the policy is on disk: what waits for the disk keeps no sensor running. */
  function lower(): void {
    const wasRunning = isRunning();
    policyChange.lower();
    void (wasRunning && !isRunning() ? sensing.follow() : sensing.refresh());
  }

  function policyChanged(): Promise<void> {
    lower();
    return inTurn(async () => {
      await policyChange.apply();
      notify();
    });
  }

  async function close(): Promise<void> {
    isClosed = true;
    cancelTick();
    if (isRunning()) await sensing.changed(tracking.apply({ kind: 'stop', cause: 'shutdown' }));
    await sensing.close();
    await outbox.settled();
    countNotRecorded();
    await writer.writeJournal();
  }

  // ── What there is to tell ────────────────────────────────────────────────────────────────────────────────────────

  function receipt(): Omit<ReceiptPayload, 'device'> | null {
    return receiptOf({ policies, registry, spool, gate, sampler }, isRunning(), clock.now());
  }

  function notify(): void {
    const now = gistOf(receipt());
    if (now === gist) return;
    gist = now;
    for (const listener of listeners) listener();
  }

  /** An indicator that fails must not take the session with it. */
  function tell(line: string): void {
    try {
      indicator.say(line);
    } catch {
      // `visible()` decides whether anything is observed; a line that was lost changes nothing.
    }
  }

  return {
    start: (wanted = NO_WORK) => inTurn(() => commands.start(wanted)),
    stop: () => inTurn(commands.stop),
    pause: () => inTurn(commands.pause),
    resume: () => inTurn(commands.resume),
    setWork: (wanted) => inTurn(() => commands.setWork(wanted)),
    note: (text) => inTurn(() => commands.note(text)),
    answerIdle: (answer) => inTurn(() => commands.answerIdle(answer)),
    splitIdle: (at) => inTurn(() => commands.splitIdle(at)),
    dropScreenshot: (image) => inTurn(() => commands.dropScreenshot(image)),
    firstUse: (parameter, shown, how) => inTurn(() => commands.firstUse(parameter, shown, how)),
    stoppedElsewhere: (id, device) => inTurn(() => commands.stoppedElsewhere(id, device)),
    policyChanged,
    lookNow: () => inTurn(async () => (isClosed ? undefined : look())),
    receipt,
    refusedByServer: (discarded) => dayCounts.refused(discarded),
    onReceiptChange(callback) {
      listeners.add(callback);
      return () => void listeners.delete(callback);
    },
    selfTest: (parameter) => {
      const gateWhileTracking = makeGate({
        ...{ policies, clock, applied },
        indicator: { visible: () => true, say: () => undefined },
        presence: () => 'tracking',
        unavailable: () => [],
        introduced: () => undefined,
      });
      const { random } = deps;
      return selfTest(
        { policies, gate, gateWhileTracking, registry, reductions, spool, clock, random, boot },
        parameter,
      );
    },
    status: () =>
      recorderStatusOf({ tracking, sensing, registry, sampler, gate, policies, clock, firstUse, dayCounts }),
    close: () => inTurn(close),
  };
}
