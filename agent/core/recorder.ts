import { type ParameterId, parameterIds, rank } from '../../shared/catalog.ts';
import type { Observation } from '../../shared/events/observation.ts';
import { type BootId, type DeviceId, type ImageId, SessionId } from '../../shared/ids.ts';
import type { Levels } from '../../shared/policy/policy.ts';
import type { LayerName } from '../../shared/policy/resolve.ts';
import type { ReceiptPayload } from '../../shared/protocol/messages.ts';
import { MINUTE, SECOND, type UnixMs } from '../../shared/time.ts';
import { LOCK_UNSEEN, probe } from './availability.ts';
import { ALL_OFF, isLowered, levelsAllowed } from './gate/applied.ts';
import { createGate, type Gate, type GateDeps, type Presence } from './gate/gate.ts';
import type { PolicyCache } from './gate/policyCache.ts';
import { createOutbox, type Entry } from './outbox.ts';
import type { Clock, Indicator, Platform, Random } from './ports.ts';
import { gistOf, receiptOf } from './receipt.ts';
import type { JournalEntry, RecorderJournal, Unfinished, Unsettled } from './recorderJournal.ts';
import { createReviews } from './reviews.ts';
import { createSampler, INTERVAL_MS, type Moment } from './sampler.ts';
import { defaultReductions } from './sensors/reduce.ts';
import type { Reductions } from './sensors/reductions.ts';
import { createRegistry } from './sensors/registry.ts';
import { createSubscription, openWhileWanted } from './sensors/subscription.ts';
import {
  ANSWER_MS,
  askedAbout,
  heldAfter,
  type Instant,
  isSettled,
  isTooLate,
  lastEvidence,
  presenceOf,
  type Running,
  type Session,
  type SessionEvent,
  type SessionRecord,
  STOPPED,
  type Stretch,
  seenAgain,
  stamp,
  step,
  stopAfterCrash,
  undecidedOf,
} from './session.ts';
import { isStop } from './spool/endings.ts';
import type { BatchContext, BootStretch, Spool } from './spool/spool.ts';
import { without } from './spool/stretch.ts';
import {
  EXTENSION_MISSING,
  EXTENSION_UNHEARD,
  type OffReason,
  refusalOf,
  whyActive,
  whyOff,
  whyQuiet,
} from './words.ts';

/**
 * The recording half of the agent: session, gate, sensors, sampler and receipts, from the employee's commands and the
 * policy cache into the spool. Knows nothing of networks, keys or files.
 */
export interface Recorder {
  /** Begins a session. Refused with a sentence when the policy, the lease or a running session forbids it. */
  start(work?: Work): Promise<CommandResult>;
  stop(): Promise<CommandResult>;
  pause(): Promise<CommandResult>;
  resume(): Promise<CommandResult>;
  setWork(work: Work): Promise<CommandResult>;
  note(text: string): Promise<CommandResult>;
  /**
   * Idle prompt answered: keep the time and send what was captured in it, or cut it out as a gap and delete what was.
   * When it resolves, the answer survives a kill -9.
   */
  answerIdle(answer: 'keep' | 'discard'): Promise<CommandResult>;
  /** The same with both: keeps the time up to `at`, a moment within it, and discards the rest. */
  splitIdle(at: UnixMs): Promise<CommandResult>;
  dropScreenshot(image: ImageId): Promise<CommandResult>;
  /** The server says that this person started on the other device. */
  stoppedElsewhere(session: SessionId, device: DeviceId): Promise<void>;
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

export interface Work {
  readonly project: string | null;
  readonly task: string | null;
}

export type CommandResult =
  | { readonly ok: true; readonly said: string }
  | { readonly ok: false; readonly problem: string; readonly remedy: string };

export interface RecorderStatus {
  readonly state: 'stopped' | 'tracking' | 'paused' | 'locked' | 'idle_question';
  readonly session: SessionId | null;
  readonly since: UnixMs | null;
  readonly work: Work;
  /** Time away that is asked about; null when no question is open. */
  readonly idle: IdleTime | null;
  readonly parameters: Readonly<
    Record<
      ParameterId,
      {
        readonly level: string;
        readonly active: boolean;
        readonly off: LayerName | 'sensor_unavailable' | null;
        readonly why: string;
      }
    >
  >;
  /** In words: sensors that cannot work here, and what to do about it. */
  readonly sensors: readonly { readonly sensor: string; readonly works: boolean; readonly words: string }[];
  /** How often each sensor has been called since the process began. */
  readonly calls: Readonly<Partial<Record<ParameterId, number>>>;
  /** How often a sensor, a redactor or a write failed since the process began. Those values are gone. */
  readonly failures: Readonly<Partial<Record<ParameterId, number>>>;
}

export interface IdleTime {
  readonly since: UnixMs;
  /** When that time ended: with the return, or before it with a lock, a sleep or the indicator. Null while nobody is back. */
  readonly returned: UnixMs | null;
  /** What was captured meanwhile is still here, and held back. */
  readonly isHeld: boolean;
  /** When that is deleted unless it is kept; null when it is gone, or nobody has come back yet. */
  readonly deletedAt: UnixMs | null;
}

/** How long a policy that arrives waits for sensors that are just reading. */
const SENSOR_WAIT_MS = SECOND;

/**
 * Resolves when nothing is left in the spool that the verified policy forbids, and a session that a crash left open is
 * closed at its last evidence. Only then may anything be sent. Without a verified policy nothing is purged, and nothing
 * may be sent, until one arrives and `policyChanged` has resolved.
 */
export async function createRecorder(deps: RecorderDeps): Promise<Recorder> {
  const { platform, policies, spool, indicator, clock, random, boot } = deps;
  const reductions = deps.reductions ?? defaultReductions;
  const registry = createRegistry(clock, () => notify());
  const journal = await deps.journal.read();
  for (const stretch of journal.notKept) await spool.cutOut(stretch, 'idle_not_kept');

  let session: Session = STOPPED;
  /** The session that is being written of; outlives `session` until its stop is recorded. */
  let writing: { readonly context: BatchContext; readonly version: number } | null = null;
  let unfinished = journal.unfinished;
  let applied = journal.applied;
  /** What of `applied` is on disk: before that nothing counts that it raises. */
  let appliedOnDisk = journal.applied;
  /** Above these levels nothing is written any more; null: nothing says so. */
  let ceiling: Levels | null = null;
  /** Idle time of this session that was not kept, and of it what the spool is not yet rid of. */
  let notKept: readonly BootStretch[] = [];
  let toCutOut: readonly BootStretch[] = [];
  /** What a session that ended without the person has left undecided. */
  let unsettled = journal.undecided;
  let work: Work = NO_WORK;
  let evidence: Instant = { at: clock.now(), mono: clock.mono() };
  let epoch = 0;
  let sensors = await probe(platform, clock);
  let rounding: Promise<void> | null = null;
  let refreshing: Promise<unknown> = Promise.resolve();
  let turn: Promise<unknown> = Promise.resolve();
  let journalQueue: Promise<unknown> = Promise.resolve();
  let journaled = JSON.stringify(journal);
  let lastInputTold = -SECOND;
  let isClosed = false;
  let gist = '';
  const listeners = new Set<() => void>();

  const gate = (deps.gate ?? createGate)({
    policies,
    indicator,
    clock,
    presence,
    unavailable: () => sensors.unavailable,
    applied: () => appliedOnDisk ?? ALL_OFF,
  });
  const outbox = createOutbox({
    gate,
    spool,
    context,
    isStillAllowed,
    onDenied: () => undefined,
    onFailing: () => tell('Daylight cannot write to its folder: what it records now is lost. Is the disk full?'),
  });
  const sampler = createSampler({
    gate,
    registry,
    outbox,
    platform,
    reductions,
    indicator,
    clock,
    random,
    moment,
    wall: () => clock.now(),
    reviewSeconds: () => policies.policy()?.screenshotReviewSeconds ?? 0,
    diagnostics,
    onInput,
    // Where input is watched, a window that comes to the front by itself is not taken for a person.
    onChange: () => void (sampler.watchesInput() ? undefined : seen()),
  });
  const lock = createSubscription(clock, (isWanted) =>
    registry.call('lock', [], () =>
      openWhileWanted(
        () => platform.lock.start((isLocked) => isWanted() && happened({ kind: isLocked ? 'locked' : 'unlocked' })),
        isWanted,
      ),
    ),
  );

  const reviews = createReviews(spool, clock, () => policies.policy()?.screenshotReviewSeconds ?? 0);
  reviews.keepTime();
  settleTheLast(null);
  holdBack();

  await applyPolicy();
  await record([]);
  gist = gistOf(receipt());
  let cancelTick = clock.after(INTERVAL_MS, tick);

  // ── The session ──────────────────────────────────────────────────────────────────────────────────────────────────

  /** The one place where the session changes. What was read before is handed on first, under the old rules. */
  function apply(event: SessionEvent): Entry[] {
    const now = instant();
    const before = session;
    const { state, records, notKept: idle, outlives } = step(before, event, now);
    const isOther = records.length > 0 || idle.length > 0 || describe(before) !== describe(state);
    if (!isOther) {
      session = state;
      holdBack();
      return [];
    }
    const slept = records.some(({ cause }) => cause === 'asleep' || cause === 'clock_jump');
    const goesOn = records.length === 0 && idle.length === 0 && ['tracking', 'quiet'].includes(presenceOf(state));
    const cut = goesOn || before.kind === 'stopped' ? [] : sampler.cut(slept ? before.seen.mono : now.mono);
    if (before.kind === 'stopped' && state.kind !== 'stopped') openContext(state);
    const entries = [...cut, ...records.flatMap((record) => permit(observationOf(record)))];
    session = state;
    epoch += 1;
    dropLater(ofThisBoot(idle));
    if (outlives !== null) {
      unsettled = { ...outlives, stretches: ofThisBoot(outlives.stretches) };
      settleTheLast(null);
    }
    if (state.kind === 'stopped') sessionEnded(before, records);
    holdBack();
    askOnReturn(before);
    return entries;
  }

  /** What a step changes only with a reading, a receipt or the journal. */
  function describe(one: Session): string {
    return `${one.kind} ${presenceOf(one)} ${one.kind === 'idle_question' && one.returned !== null}`;
  }

  function ofThisBoot(stretches: readonly Stretch[]): BootStretch[] {
    return stretches.map((stretch) => ({ boot, ...stretch }));
  }

  function dropLater(stretches: readonly BootStretch[]): void {
    if (stretches.length === 0) return;
    notKept = [...notKept, ...stretches];
    toCutOut = [...toCutOut, ...stretches];
  }

  /** `sign`: now there is one of the person; null: only time has passed since the session ended without them. */
  function settleTheLast(sign: 'sign' | null): void {
    if (unsettled === null) return;
    const isOver = isTooLate(unsettled, instantOf(unsettled)) || (sign === null && isFleeting(unsettled));
    if (isOver) dropLater(unsettled.stretches);
    if (isOver || sign !== null) unsettled = null;
    holdBack();
  }

  /** No more than a kill -9 may lose: nothing else need wait for it. */
  function isFleeting({ stretches }: Unsettled): boolean {
    const last = journal.unfinished?.lastEvidence.mono ?? Number.POSITIVE_INFINITY;
    return stretches.every(({ from, to }) => (to ?? last) - from <= INTERVAL_MS);
  }

  /** The monotonic clock of another boot says nothing about that one. */
  function instantOf({ sign, stretches }: Unsettled): Instant {
    const isHere = stretches.every((stretch) => stretch.boot === boot);
    return { at: clock.now(), mono: isHere ? clock.mono() : sign.mono };
  }

  /** Nothing that may turn out to be idle time nobody wants kept is given out to be sent. */
  function holdBack(): void {
    const held = heldAfter(session);
    const left = [...toCutOut, ...(unsettled?.stretches ?? [])].map(({ boot: of, from }) => ({ boot: of, mono: from }));
    spool.holdAfter(held === null ? left : [...left, { boot, mono: held }]);
  }

  /** What was read before is written first, so that all of what was not kept is there to be removed. */
  async function record(entries: readonly Entry[]): Promise<boolean> {
    const isWritten = await outbox.write(entries);
    if (isWritten && entries.some(isStopOfUnfinished)) unfinished = null;
    if (toCutOut.length > 0) await cutOut();
    return isWritten;
  }

  /** On disk before it begins: a start finds what was not finished. One that fails is tried again at every tick. */
  async function cutOut(): Promise<void> {
    await writeJournal();
    const before = toCutOut;
    for (const stretch of before) {
      if (await outbox.cutOut(stretch)) toCutOut = toCutOut.filter((other) => other !== stretch);
    }
    holdBack();
    // What is said once in a session may have been among what is gone.
    if (toCutOut.length < before.length) sampler.begin();
    await writeJournal();
  }

  /** For what was permitted a moment before the policy was lowered, or before it was known to be idle time. */
  function isStillAllowed({ context: { boot: of }, observation }: Entry): boolean {
    const { parameter, level } = observation;
    if (isStop(observation)) return true;
    if (ceiling !== null && rank(parameter, level) > rank(parameter, ceiling[parameter])) return false;
    return of !== boot || !cutOutAlready().some((stretch) => without(observation, stretch) === null);
  }

  function cutOutAlready(): readonly BootStretch[] {
    return notKept.filter((stretch) => !toCutOut.includes(stretch));
  }

  function sessionEnded(before: Session, records: readonly SessionRecord[]): void {
    // Until its stop is written: one that may not be, or that the disk does not take, is caught up with.
    unfinished = before.kind === 'stopped' ? null : unfinishedOf(before);
    writing = null;
    work = NO_WORK;
    if (records.some(({ cause }) => cause === 'clock_jump')) {
      tell('The clock of this computer jumped: the session ended where it was last seen to be right.');
    }
  }

  function isStopOfUnfinished({ context: { session: of }, observation }: Entry): boolean {
    return of === unfinished?.session && isStop(observation);
  }

  /** For what happens to the session from outside a command. */
  function happened(event: SessionEvent): void {
    const wasRunning = session.kind !== 'stopped';
    const written = record(apply(event));
    void written.then(() => afterChange(wasRunning));
  }

  /** False when its stop could not be written down yet. */
  async function stopWith(cause: 'employee' | 'elsewhere' | 'shutdown'): Promise<boolean> {
    const isWritten = await record(apply({ kind: 'stop', cause }));
    await afterChange(true);
    return isWritten;
  }

  async function afterChange(wasRunning: boolean): Promise<void> {
    await refresh();
    if (wasRunning && session.kind === 'stopped') await lock.set(false);
    await writeJournal();
    notify();
  }

  /** Input comes by the thousand: a step is taken once a second, or at once when a return is waited for. */
  function onInput(mono: number): void {
    evidence = instant();
    const isAwaited = presenceOf(session) === 'quiet' || !isSettled(session, evidence);
    if (!isAwaited && mono - lastInputTold < SECOND) {
      session = seenAgain(session, evidence);
      return;
    }
    lastInputTold = mono;
    const before = epoch;
    const entries = apply({ kind: 'input' });
    if (epoch !== before) void record(entries).then(() => afterChange(true));
  }

  /** Evidence of the person other than input: a command, or another application in front. */
  async function seen(): Promise<void> {
    evidence = instant();
    const before = epoch;
    const entries = apply({ kind: 'input' });
    if (epoch === before) return;
    await record(entries);
    await afterChange(true);
  }

  function askOnReturn(before: Session): void {
    if (session.kind !== 'idle_question' || session.returned === null || session.until === null) return;
    const isAsked = before.kind === 'idle_question' && before.returned !== null && before.since === session.since;
    if (isAsked) return;
    const minutes = minutesBetween(session.since, session.until);
    tell(
      `Nothing was seen of you for ${minutes} min. Say "daylight-agent idle keep" or "daylight-agent idle discard". What was` +
        ` seen in that time is held back here, and deleted in ${ANSWER_MS / MINUTE} minutes unless you keep it.`,
    );
  }

  function presence(): Presence {
    const known = presenceOf(session);
    return known === 'tracking' && isQuiet() ? 'quiet' : known;
  }

  /** Where a lock cannot be seen and input is not watched, a long time without any sign counts as one. */
  function isQuiet(): boolean {
    if (lock.isOpen() || sampler.watchesInput()) return false;
    return clock.mono() - evidence.mono > idleMs();
  }

  function idleMs(): number {
    return (policies.policy()?.idleSeconds ?? 300) * SECOND;
  }

  function instant(): Instant {
    return { at: clock.now(), mono: clock.mono() };
  }

  function moment(mono: number): Moment | null {
    if (session.kind === 'stopped') return null;
    return { ...stamp(session, { mono }), sessionStart: session.started.mono, epoch };
  }

  // ── Into the spool ───────────────────────────────────────────────────────────────────────────────────────────────

  function openContext(running: Running): void {
    const version = policies.policy()?.version ?? 0;
    writing = { version, context: { boot, session: running.session, policyVersion: version } };
  }

  function context(): BatchContext | null {
    const version = policies.policy()?.version;
    // Of a policy that is not understood nothing is permitted but the stop of what an earlier one began.
    if (writing !== null && policies.notUnderstood() !== null) return writing.context;
    if (writing === null || version === undefined) return null;
    if (writing.version !== version) writing = { version, context: { ...writing.context, policyVersion: version } };
    return writing.context;
  }

  function permit(observation: Observation): Entry[] {
    const entry = outbox.permit(observation);
    return entry === null ? [] : [entry];
  }

  function diagnostics() {
    const { bytes, batches } = spool.waiting();
    const works = parameterIds.map((parameter) => ({ parameter, works: !sensors.unavailable.includes(parameter) }));
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
    const wasRunning = session.kind !== 'stopped';
    settleTheLast(null);
    const entries = apply({ kind: 'tick', idleAfterMs: idleMs() });
    // A lease that ran out, or a policy that went, ends the session; nobody may be tracked on the word of nobody.
    if (session.kind !== 'stopped' && gate.decide('session').kind === 'denied') {
      entries.push(...apply({ kind: 'stop', cause: 'shutdown' }));
      tell('Tracking has ended: nothing confirms any more that it is allowed.');
    }
    return afterLook(entries, wasRunning);
  }

  async function afterLook(entries: readonly Entry[], wasRunning: boolean): Promise<void> {
    await record(entries);
    await closeUnfinished();
    const released = await releaseReviewed();
    // Nothing else would close its batch for a minute.
    if (released > 0 && session.kind === 'stopped') await spool.flush().catch(() => undefined);
    if (wasRunning) await afterChange(wasRunning);
    else await writeJournal();
    if (isLockUnseen()) void lock.set(true);
    startRound();
  }

  /** Screenshots whose time of review is over go into a batch; the review is reckoned first. */
  async function releaseReviewed(): Promise<number> {
    reviews.keepTime();
    return spool.release(clock.now()).catch(() => 0);
  }

  /** One at a time: a sensor that hangs delays the next round and nothing else. */
  function startRound(): void {
    if (session.kind === 'stopped' || rounding !== null) return;
    rounding = round().finally(() => {
      rounding = null;
    });
  }

  async function round(): Promise<void> {
    await outbox.write(await sampler.round());
    // Not of a time in which the process did not run: the next look finds out when that began.
    if (isSettled(session, instant())) {
      await outbox.keep(sampler.open());
      await outbox.write(await sampler.occasional());
    }
    notify();
  }

  /** Sensors follow the gate, one change after the other. What that ends is written, and a write holds up no later change. */
  async function refresh(): Promise<void> {
    const followed = refreshing.then(async () => {
      const entries = woken();
      entries.push(...(await sampler.refresh()));
      const watches = sampler.watchesInput();
      if (session.kind !== 'stopped' && watches !== session.watched) {
        entries.push(...apply({ kind: 'watch', input: watches }));
      }
      return { written: record(entries) };
    });
    refreshing = followed.catch(() => undefined);
    await (await followed).written;
  }

  /** What a sensor has counted ends where the process was last seen to run, whatever ends it. */
  function woken(): Entry[] {
    return isSettled(session, instant()) ? [] : apply({ kind: 'tick', idleAfterMs: idleMs() });
  }

  // ── The policy ───────────────────────────────────────────────────────────────────────────────────────────────────

  /**
   * In this order, so that a crash at any point sends nothing that is now forbidden: the new policy is on disk before
   * this is called; sensors stop; what they were about to write is discarded or written; the spool is purged; and only
   * then is it noted, durably, that the spool holds nothing above the new levels. A start finds what was not finished.
   */
  async function applyPolicy(wasRunning = false, endedBefore: Promise<unknown> | null = null): Promise<void> {
    const { wait, end } = patience();
    const { allowed, lowered, ended } = lower();
    await wait(
      refresh()
        .then(registry.settled)
        .then(() => rounding),
    );
    lowered.forEach((id) => sampler.discard(id));
    await Promise.all([endedBefore, ended]);
    if (allowed !== null) {
      await outbox.settled();
      await closeUnfinished();
      for (const id of lowered) await spool.purge(id, 'purged_by_policy');
      applied = allowed;
    }
    if (wasRunning && session.kind === 'stopped') {
      const decision = gate.decide('session');
      // Otherwise something else ended it, a clock that was set for instance, and has said so.
      if (decision.kind === 'denied')
        tell(`Tracking has ended. ${whyOff(reasonFor('session', decision.by), policies.disagreement())}`);
      await wait(afterChange(true));
    }
    // Nothing else would close its batch for a minute.
    if (spool.waiting().stops > 0) await spool.flush().catch(() => undefined);
    await writeJournal();
    await wait(refresh());
    end();
    startRound();
  }

  /** From here on nothing is read or written of what is now off. A session ends before the purge, which leaves only its stop. */
  function lower() {
    const allowed = levelsAllowed(policies, clock.now(), applied);
    const lowered = allowed === null ? [] : parameterIds.filter((id) => isLowered(id, applied, allowed));
    if (allowed !== null) {
      epoch += 1;
      ceiling = allowed;
    }
    lowered.forEach((id) => sampler.discard(id));
    return { allowed, lowered, ended: mustEnd() ? record(apply({ kind: 'stop', cause: 'shutdown' })) : null };
  }

  /** Not in turn: a command that waits for the disk keeps no sensor running. */
  function policyChanged(): Promise<void> {
    const wasRunning = session.kind !== 'stopped';
    const { ended } = lower();
    void refresh();
    return inTurn(async () => {
      await applyPolicy(wasRunning, ended);
      notify();
    });
  }

  function mustEnd(): boolean {
    return session.kind !== 'stopped' && gate.decide('session').kind === 'denied';
  }

  /** Waits for what sensors hold up, all in all no longer than SENSOR_WAIT_MS; what comes later goes on by itself. */
  function patience() {
    let end = (): void => undefined;
    const over = new Promise<void>((resolve) => {
      end = clock.after(SENSOR_WAIT_MS, resolve);
    });
    return { wait: (work: Promise<unknown>) => Promise.race([work.then(() => undefined), over]), end };
  }

  /** The stop that a killed process, a policy that forbade it or a full disk left out. */
  async function closeUnfinished(): Promise<void> {
    if (unfinished === null || session.kind !== 'stopped' || policies.policy() === null) return;
    const { boot: before, session: id, policyVersion, lastEvidence: evidenceThen } = unfinished;
    const permitted = gate.permit(observationOf(stopAfterCrash(evidenceThen)));
    if (permitted.kind === 'denied') return;
    const then: BatchContext = { boot: before, session: id, policyVersion };
    if (await outbox.write([{ context: then, observation: permitted.observation }])) unfinished = null;
  }

  /** False when the disk does not take it: then what the journal said before still holds for the next start. */
  async function writeJournal(): Promise<boolean> {
    const asked = askedAbout(session);
    const entry: JournalEntry = {
      ...{ unfinished: session.kind === 'stopped' ? unfinished : unfinishedOf(session) },
      ...{ applied, policy: policies.memory() },
      notKept: [...toCutOut, ...ofThisBoot(asked === null ? [] : [asked])],
      undecided: undecidedNow(),
    };
    const text = JSON.stringify(entry);
    const written = journalQueue
      .then(() => (text === journaled ? undefined : deps.journal.write(entry)))
      .then(
        () => {
          journaled = text;
          appliedOnDisk = entry.applied;
          return true;
        },
        () => false,
      );
    journalQueue = written;
    return written;
  }

  /** Where a start must cut from if this is the last word of this process. */
  function undecidedNow(): Unsettled | null {
    if (session.kind === 'stopped') return unsettled;
    const { sign, idleAfterMs, stretches } = undecidedOf(session, null);
    // Watching may begin before the next word, after an unlock or a resume too, and the next word may fail.
    const mayBegin = session.quietSince === null && session.kind !== 'idle_question' && applied?.activity !== 'off';
    const open = mayBegin ? [{ from: session.seen.mono, to: null }] : [];
    return { sign, idleAfterMs, stretches: ofThisBoot([...stretches, ...open]) };
  }

  // ── Commands ─────────────────────────────────────────────────────────────────────────────────────────────────────

  /** One command, or one policy, after the other. */
  function inTurn<T>(command: () => Promise<T>): Promise<T> {
    const result = turn.then(command);
    turn = result.catch(() => undefined);
    return result;
  }

  async function start(wanted: Work): Promise<CommandResult> {
    if (session.kind !== 'stopped') return problem('You are already tracking.', 'Stop first to begin a new session.');
    if (isClosed) return problem('The agent is ending.', 'Start it again.');
    sensors = await probe(platform, clock);
    await closeUnfinished();
    const decision = gate.decide('session');
    if (decision.kind === 'denied') return deniedBy('session', decision.by);
    if (unfinished !== null) {
      return problem(
        'The end of the session before could not be written down.',
        'Make room on the disk, then start again.',
      );
    }
    evidence = instant();
    sampler.begin();
    notKept = toCutOut;
    settleTheLast('sign');
    const id = SessionId.parse(random.uuid());
    const entries = apply({ kind: 'start', session: id, idleAfterMs: idleMs() });
    const isNoted = await writeJournal();
    if (presenceOf(session) === 'stopped') return ENDED_MEANWHILE;
    if (!isNoted || entries.length === 0 || !(await outbox.write(entries))) return undoStart();
    if (sensors.seesLock) await lock.set(true);
    await afterChange(true);
    startRound();
    const chosen = wanted.project === null && wanted.task === null ? null : await chooseWork(wanted);
    if (chosen?.ok === false) return said(`Tracking has started. The project was not recorded: ${chosen.problem}`);
    return said('Tracking has started.');
  }

  /** A session whose start is on no disk would end on one: there is none. */
  async function undoStart(): Promise<CommandResult> {
    session = STOPPED;
    writing = null;
    epoch += 1;
    await afterChange(true);
    return problem('The start could not be written down.', 'Make room on the disk, then start again.');
  }

  async function stop(): Promise<CommandResult> {
    if (session.kind === 'stopped') return problem('You are not tracking.', 'Nothing is being recorded.');
    await releaseReviewed();
    if (await stopWith('employee')) return said('Tracking has stopped.');
    return said('Tracking has stopped. The disk does not take that down; it is recorded as soon as there is room.');
  }

  async function pause(): Promise<CommandResult> {
    if (session.kind === 'stopped') return problem('You are not tracking.', 'Nothing is being recorded.');
    if (session.kind === 'paused') return problem('You have paused already.', 'Resume when you go on.');
    if (session.kind === 'locked') return problem('The screen is locked.', 'Nothing is recorded until it is unlocked.');
    if (policies.policy()?.rules.session?.employeeMayPause === false) {
      return problem('Your organisation does not offer pausing.', 'Stop tracking instead, and start again later.');
    }
    await record(apply({ kind: 'pause' }));
    await afterChange(true);
    return said('Paused. Nothing is observed until you resume.');
  }

  async function resume(): Promise<CommandResult> {
    if (session.kind === 'stopped') return problem('You are not tracking.', 'Start tracking first.');
    evidence = instant();
    await record(apply({ kind: 'resume' }));
    await afterChange(true);
    startRound();
    if (session.kind === 'locked') return said('Resumed. The screen is locked: time counts from the unlock.');
    return said('Tracking goes on.');
  }

  async function chooseWork(wanted: Work): Promise<CommandResult> {
    await seen();
    const now = moment(clock.mono());
    const { project, task } = { project: tidy(wanted.project), task: tidy(wanted.task) };
    const told = now === null ? null : { at: now.at, mono: now.mono, span: 0, project, task };
    const result = await enter('project', told === null ? null : { parameter: 'project', level: 'on', ...told });
    if (!result.ok) return result;
    work = { project, task };
    return said(project === null && task === null ? 'No project from now on.' : 'Project and task are noted.');
  }

  async function note(text: string): Promise<CommandResult> {
    await seen();
    const now = moment(clock.mono());
    const told = now === null ? null : { at: now.at, mono: now.mono, span: 0, note: text.trim() };
    const result = await enter('notes', told === null ? null : { parameter: 'notes', level: 'on', ...told });
    return result.ok ? said('The note is kept.') : result;
  }

  /** What the employee enters needs a session and the policy, and no indicator: they know what they are doing. */
  async function enter(parameter: 'project' | 'notes', observation: Observation | null): Promise<CommandResult> {
    if (observation === null) return deniedBy(parameter, 'session');
    const decision = gate.decide(parameter);
    if (decision.kind === 'denied') return deniedBy(parameter, decision.by);
    const entries = permit(observation);
    if (entries.length === 0) return problem(`The ${parameter} is not usable as it is.`, LIMITS[parameter]);
    if (!(await outbox.write(entries))) return problem('It could not be written down.', 'Make room on the disk.');
    notify();
    return said('Kept.');
  }

  function deniedBy(parameter: ParameterId, by: LayerName): CommandResult {
    return { ok: false, ...refusalOf(parameter, reasonFor(parameter, by), policies.disagreement()) };
  }

  function reasonFor<R extends OffReason>(parameter: ParameterId, by: R): R | 'not_understood' {
    const isUnread = policies.notUnderstood() !== null || policies.policy()?.notUnderstood[parameter] !== undefined;
    return by === 'organisation' && isUnread ? 'not_understood' : by;
  }

  async function answerIdle(answer: 'keep' | 'discard'): Promise<CommandResult> {
    if (session.kind !== 'idle_question') return NO_QUESTION;
    const minutes = minutesBetween(session.since, session.until ?? instant());
    const { isHeld } = session;
    const failed = await settleIdle({ kind: 'answer', answer });
    if (failed !== null) return failed;
    if (answer === 'discard') return said(`${minutes} min are cut out as a gap, and what was seen in them is deleted.`);
    return said(`${minutes} min are kept.${isHeld ? '' : ' What was seen in them has been deleted already.'}`);
  }

  async function splitIdle(at: UnixMs): Promise<CommandResult> {
    if (session.kind !== 'idle_question') return NO_QUESTION;
    const { since, until, isHeld } = session;
    const end = until ?? stamp(session, instant());
    if (at <= since.at || at >= end.at) {
      return problem(
        'That moment is not within the time you were away.',
        'Choose one after its start, before its end.',
      );
    }
    const kept = Math.round((at - since.at) / MINUTE);
    const failed = await settleIdle({ kind: 'split', at });
    if (failed !== null) return failed;
    const rest = `${Math.round((end.at - at) / MINUTE)} min are cut out as a gap, and what was seen in them is deleted.`;
    return said(
      `${kept} min are kept${isHeld ? '' : ', without what was seen in them: that is deleted already'}; ${rest}`,
    );
  }

  /** Null when the answer is in force, on disk. */
  async function settleIdle(event: SessionEvent): Promise<CommandResult | null> {
    evidence = instant();
    await record(apply(event));
    const isOnDisk = await writeJournal();
    await afterChange(true);
    if (toCutOut.length === 0) return isOnDisk ? null : NOT_WRITTEN;
    return problem(
      'What was seen in that time could not be deleted yet.',
      'It is held back and tried again every few seconds. Make room on the disk.',
    );
  }

  async function dropScreenshot(image: ImageId): Promise<CommandResult> {
    switch (await spool.drop(image)) {
      case 'here':
        return said('The screenshot is gone and was not sent. That one was dropped is counted, nothing else.');
      case 'perhaps_sent':
        return said('The screenshot is gone here, but it was already being sent: the server may have it.');
      case 'not_here':
        return problem('There is no such screenshot on this computer.', 'It was sent, or it was dropped already.');
    }
  }

  async function stoppedElsewhere(id: SessionId, device: DeviceId): Promise<void> {
    if (session.kind === 'stopped' || session.session !== id) return;
    await stopWith('elsewhere');
    tell(
      `Tracking has stopped here, because it was started on your device ${device.slice(0, 8)}. If that was not you, retire that` +
        ' device in your account on the server, and tell your privacy officer.',
    );
  }

  async function close(): Promise<void> {
    isClosed = true;
    cancelTick();
    if (session.kind !== 'stopped') await stopWith('shutdown');
    await registry.settled();
    await rounding;
    await refresh();
    await lock.set(false);
    await outbox.settled();
    await writeJournal();
  }

  // ── What there is to tell ────────────────────────────────────────────────────────────────────────────────────────

  function receipt(): Omit<ReceiptPayload, 'device'> | null {
    return receiptOf({ policies, registry, spool, gate }, session.kind !== 'stopped', clock.now());
  }

  function notify(): void {
    const now = gistOf(receipt());
    if (now === gist) return;
    gist = now;
    for (const listener of listeners) listener();
  }

  function status(): RecorderStatus {
    const running = session.kind === 'stopped' ? null : session;
    return {
      state: session.kind,
      session: running?.session ?? null,
      since: running?.started.at ?? null,
      work,
      idle: idleTime(),
      parameters: Object.fromEntries(
        parameterIds.map((id) => [id, parameterStatus(id)]),
      ) as RecorderStatus['parameters'],
      sensors: sensors.words.map((one) => (one.sensor === 'lock' && isLockUnseen() ? LOCK_UNSEEN : one)),
      calls: registry.calls(),
      failures: registry.failures(),
    };
  }

  function idleTime(): IdleTime | null {
    if (session.kind !== 'idle_question') return null;
    const { since, until, returned, isHeld } = session;
    const left = returned === null || !isHeld ? null : Math.max(0, returned.mono + ANSWER_MS - clock.mono());
    const deletedAt = left === null ? null : clock.now() + left;
    return { since: since.at, returned: returned === null ? null : (until?.at ?? null), isHeld, deletedAt };
  }

  function parameterStatus(id: ParameterId): RecorderStatus['parameters'][ParameterId] {
    const level = registry.running(id);
    if (level !== null) {
      const isUnheard = id === 'url' && !sampler.hearsBrowser();
      return { level, active: true, off: null, why: isUnheard ? EXTENSION_UNHEARD : whyActive(id, level) };
    }
    const decision = gate.decide(id);
    const off =
      decision.kind === 'denied' ? decision.by : session.kind === 'stopped' ? 'session' : 'sensor_unavailable';
    return { level: 'off', active: false, off, why: whyNotActive(id, off) };
  }

  function whyNotActive(id: ParameterId, off: LayerName | 'sensor_unavailable'): string {
    if (off === 'lock' && presence() === 'quiet') return whyQuiet(signs());
    const isUnpaired = sensors.words.some(({ sensor, works }) => sensor === 'browser' && !works);
    if (id === 'url' && off === 'platform' && isUnpaired) return EXTENSION_MISSING;
    return whyOff(reasonFor(id, off), policies.disagreement());
  }

  /** What would show that the person is here. */
  function signs() {
    const input = sampler.watchesInput();
    return { woke: session.kind !== 'stopped' && session.absent, input, app: !input && isAllowed('app') };
  }

  /** It could be seen here, and the attempt to begin has failed so far. */
  function isLockUnseen(): boolean {
    return session.kind !== 'stopped' && sensors.seesLock && !lock.isOpen();
  }

  function isAllowed(id: ParameterId): boolean {
    return gate.decide(id).kind === 'allowed';
  }

  /** An indicator that fails must not take the session with it. */
  function tell(line: string): void {
    try {
      indicator.say(line);
    } catch {
      // `visible()` decides whether anything is observed; a line that was lost changes nothing.
    }
  }

  function unfinishedOf(running: Running): Unfinished {
    return {
      session: running.session,
      boot,
      policyVersion: Math.max(1, writing?.context.policyVersion ?? 1),
      startedAt: running.started.at,
      lastEvidence: lastEvidence(running),
    };
  }

  return {
    start: (wanted = NO_WORK) => inTurn(() => start(wanted)),
    stop: () => inTurn(stop),
    pause: () => inTurn(pause),
    resume: () => inTurn(resume),
    setWork: (wanted) => inTurn(() => chooseWork(wanted)),
    note: (text) => inTurn(() => note(text)),
    answerIdle: (answer) => inTurn(() => answerIdle(answer)),
    splitIdle: (at) => inTurn(() => splitIdle(at)),
    dropScreenshot: (image) => inTurn(() => dropScreenshot(image)),
    stoppedElsewhere: (id, device) => inTurn(() => stoppedElsewhere(id, device)),
    policyChanged,
    lookNow: () => inTurn(async () => (isClosed ? undefined : look())),
    receipt,
    onReceiptChange(callback) {
      listeners.add(callback);
      return () => void listeners.delete(callback);
    },
    status,
    close: () => inTurn(close),
  };
}

const NO_WORK: Work = { project: null, task: null };
const NOT_WRITTEN = problem(
  'The answer counts, but could not be written down.',
  'Make room on the disk: if the agent is killed before that, what was seen in the time away is deleted.',
);
const ENDED_MEANWHILE = problem(
  'Tracking ended while it began.',
  'See "daylight-agent status" for why, then start again.',
);
const NO_QUESTION = problem('There is no idle time to decide about.', 'Nothing to do.');
const LIMITS = {
  project: 'Use up to 200 characters each for project and task, without control characters.',
  notes: 'Use 1 to 2,000 characters, without control characters.',
} as const;

function observationOf(record: SessionRecord): Observation {
  return { parameter: 'session', level: 'on', ...record };
}

function minutesBetween(from: Instant, to: Instant): number {
  return Math.max(1, Math.round((to.mono - from.mono) / MINUTE));
}

/** An empty project is none. */
function tidy(text: string | null): string | null {
  const trimmed = text?.trim() ?? '';
  return trimmed === '' ? null : trimmed;
}

function said(text: string): CommandResult {
  return { ok: true, said: text };
}

function problem(what: string, remedy: string): CommandResult {
  return { ok: false, problem: what, remedy };
}
