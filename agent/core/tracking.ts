import type { Observation } from '../../shared/events/observation.ts';
import type { BootId, SessionId } from '../../shared/ids.ts';
import { MINUTE, type MonoMs, SECOND } from '../../shared/time.ts';
import type { WorkedStretch } from '../../shared/worked.ts';
import type { Presence } from './gate/gate.ts';
import type { PolicyCache } from './gate/policyCache.ts';
import type { Entry } from './outbox.ts';
import type { Clock } from './ports.ts';
import type { JournalEntry, Unfinished } from './recorderJournal.ts';
import type { Moment } from './sampler.ts';
import {
  ANSWER_MS,
  type Instant,
  isSettled,
  lastEvidence,
  minutesBetween,
  presenceOf,
  type Running,
  type Session,
  type SessionEvent,
  type SessionRecord,
  STOPPED,
  seenAgain,
  stamp,
  step,
} from './session.ts';
import { isStop } from './spool/endings.ts';
import type { BatchContext, BootStretch, Spool } from './spool/spool.ts';
import { begun, cutOut, heldBack, inJournal, isGone, leftUndecided, notKept, ofBoot, settle } from './timeAway.ts';
import { knownWorked, notBegun, worked, workedOnDisk } from './worked.ts';

/**
 * The session of this process as it is now, with what goes with it: its project, what is held back of it, and under which policy
 * it is written of. Every event is one step of `session.ts`, taken at once; what the step gives to be written is returned,
 * and nothing here waits for a disk or a sensor.
 */
export interface Tracking {
  session(): Session;
  presence(): Presence;
  /** None without a session. */
  work(): Work;
  /** The employee's working time of the last two days, in order. */
  worked(): readonly WorkedStretch[];
  /** Null when no session is running. */
  moment(mono: MonoMs): Moment | null;
  /** The one place where the session changes. What was read before is handed on first, under the old rules. */
  apply(event: SessionEvent): Entry[];
  tick(): Entry[];
  /** An event of the employee's own doing, which shows that they are here. */
  command(event: SessionEvent): Entry[];
  start(session: SessionId): Entry[];
  /** A session whose start is on no disk would end on one: there is none. */
  undoStart(): void;
  /** Input comes by the thousand: a step is taken once a second, or at once when a return is waited for. Null: nothing came of it. */
  input(mono: MonoMs): Entry[] | null;
  /** Evidence of the person other than input: a command, or another application in front. Null: nothing came of it. */
  seen(): Entry[] | null;
  choose(work: Work): void;
  /** What was begun before this is dropped: the rules have changed. */
  renew(): void;
  /** Decides about what a session that ended without the person has left, as far as time alone can. */
  settleTheLast(): void;
  /** Nothing that may turn out to be idle time nobody wants kept is given out to be sent. */
  holdBack(): void;
  /** Idle time that was not kept and is still in the spool. */
  toCutOut(): readonly BootStretch[];
  /** The spool is rid of it. */
  wasCutOut(stretch: BootStretch): void;
  /** Whether it is of idle time that has been cut out already. */
  isGone(entry: Entry): boolean;
  /** It is being written: a session whose start is among it has begun. */
  given(entries: readonly Entry[]): void;
  /** Whether there can be a start of the session; of one of an earlier process that is not known. */
  mayHaveBegun(context: BatchContext): boolean;
  /** A session that has ended and has no stop yet. */
  unfinished(): Unfinished | null;
  /** Written down; of them all only the stop of what is unfinished is of account. */
  written(entries: readonly Entry[]): void;
  /** Under what is written now; the same object while neither session nor policy changes. */
  context(): BatchContext | null;
  /** What a start must know if this is the last word of this process. `mayWatchInput`: the policy lets it. */
  inJournal(mayWatchInput: boolean): Pick<JournalEntry, 'unfinished' | 'notKept' | 'undecided' | 'worked'>;
}

export interface Work {
  readonly project: string | null;
  readonly task: string | null;
}

export const NO_WORK: Work = { project: null, task: null };

export interface TrackingDeps {
  readonly boot: BootId;
  readonly clock: Clock;
  readonly spool: Pick<Spool, 'holdAfter'>;
  readonly policies: PolicyCache;
  /** What the process before this one has left. */
  readonly left: JournalEntry;
  /** Asks the gate; none when it says no. */
  readonly permit: (observation: Observation) => Entry[];
  /** Ends what the sampler has open, at `mono`. */
  readonly cut: (mono: MonoMs) => Entry[];
  /** A lock or input is watched: nobody has to be guessed to be away. */
  readonly isWatched: () => boolean;
  readonly tell: (line: string) => void;
}

export function createTracking(deps: TrackingDeps): Tracking {
  const { boot, clock, spool, policies, left, tell } = deps;
  let session: Session = STOPPED;
  /** The session that is being written of; outlives `session` until its stop is recorded. */
  let writing: { readonly context: BatchContext; readonly version: number } | null = null;
  let unfinished = left.unfinished;
  /** The last session whose start was given to the disk. */
  let begunSession: SessionId | null = null;
  let away = leftUndecided(left.undecided);
  let work = NO_WORK;
  let workedOfLate = left.worked;
  let evidence = instant();
  let epoch = 0;
  let lastInputTold = -SECOND;

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
    const cut = goesOn || before.kind === 'stopped' ? [] : deps.cut(slept ? before.seen.mono : now.mono);
    if (before.kind === 'stopped' && state.kind !== 'stopped') openContext(state);
    const entries = [...cut, ...records.flatMap((record) => deps.permit(observationOf(record)))];
    workedOfLate = records.reduce(worked, workedOfLate);
    session = state;
    epoch += 1;
    away = notKept(away, ofBoot(boot, idle));
    if (outlives !== null) {
      away = { ...away, unsettled: { ...outlives, stretches: ofBoot(boot, outlives.stretches) } };
      settleTheLast();
    }
    if (state.kind === 'stopped') sessionEnded(before, records);
    holdBack();
    askOnReturn(before);
    return entries;
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

  function command(event: SessionEvent): Entry[] {
    evidence = instant();
    return apply(event);
  }

  function start(id: SessionId): Entry[] {
    evidence = instant();
    away = settle(begun(away), 'sign', here());
    holdBack();
    return apply({ kind: 'start', session: id, idleAfterMs: idleMs() });
  }

  function undoStart(): void {
    session = STOPPED;
    workedOfLate = notBegun(workedOfLate);
    writing = null;
    epoch += 1;
  }

  function input(mono: MonoMs): Entry[] | null {
    evidence = instant();
    const isAwaited = presenceOf(session) === 'quiet' || !isSettled(session, evidence);
    if (!isAwaited && mono - lastInputTold < SECOND) {
      session = seenAgain(session, evidence);
      return null;
    }
    lastInputTold = mono;
    return stepped({ kind: 'input' });
  }

  function seen(): Entry[] | null {
    evidence = instant();
    return stepped({ kind: 'input' });
  }

  function stepped(event: SessionEvent): Entry[] | null {
    const before = epoch;
    const entries = apply(event);
    return epoch === before ? null : entries;
  }

  function settleTheLast(): void {
    away = settle(away, null, here());
    holdBack();
  }

  function holdBack(): void {
    spool.holdAfter(heldBack(away, session, boot));
  }

  function presence(): Presence {
    const known = presenceOf(session);
    return known === 'tracking' && isQuiet() ? 'quiet' : known;
  }

  /** Where a lock cannot be seen and input is not watched, a long time without any sign counts as one. */
  function isQuiet(): boolean {
    return !deps.isWatched() && clock.mono() - evidence.mono > idleMs();
  }

  function idleMs(): number {
    return (policies.binding()?.idleSeconds ?? 300) * SECOND;
  }

  function here() {
    return { boot, instant: instant(), lastRan: left.unfinished?.lastEvidence.mono ?? null };
  }

  function instant(): Instant {
    return { at: clock.now(), mono: clock.mono() };
  }

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
    session: () => session,
    presence,
    work: () => work,
    worked: () => knownWorked(workedOfLate, session),
    moment(mono) {
      if (session.kind === 'stopped') return null;
      return { ...stamp(session, { mono }), sessionStart: session.started.mono, epoch };
    },
    apply,
    tick: () => apply({ kind: 'tick', idleAfterMs: idleMs() }),
    command,
    start,
    undoStart,
    input,
    seen,
    choose: (chosen) => void (work = chosen),
    renew: () => void (epoch += 1),
    settleTheLast,
    holdBack,
    toCutOut: () => away.toCutOut,
    wasCutOut: (stretch) => void (away = cutOut(away, stretch)),
    isGone: ({ context: { boot: of }, observation }) => of === boot && isGone(away, boot, observation),
    given(entries) {
      const start = entries.find(
        ({ observation }) => observation.parameter === 'session' && observation.event === 'start',
      );
      if (start !== undefined) begunSession = start.context.session;
    },
    mayHaveBegun: ({ boot: of, session: id }) => of !== boot || id === begunSession,
    unfinished: () => unfinished,
    written(entries) {
      const isItsStop = ({ context: { session: of }, observation }: Entry): boolean =>
        of === unfinished?.session && isStop(observation);
      if (entries.some(isItsStop)) unfinished = null;
    },
    context,
    inJournal: (mayWatchInput) => ({
      unfinished: session.kind === 'stopped' ? unfinished : unfinishedOf(session),
      ...inJournal(away, session, boot, mayWatchInput),
      worked: workedOnDisk(workedOfLate, session, clock.now()),
    }),
  };
}

/** What a step changes only with a reading, a receipt or the journal. */
function describe(one: Session): string {
  return `${one.kind} ${presenceOf(one)} ${one.kind === 'idle_question' && one.returned !== null}`;
}

export function observationOf(record: SessionRecord): Observation {
  return { parameter: 'session', level: 'on', ...record };
}
