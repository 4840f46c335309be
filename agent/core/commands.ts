import { catalog, type ParameterId } from '../../shared/catalog.ts';
import type { Observation } from '../../shared/events/observation.ts';
import { type DeviceId, type ImageId, SessionId } from '../../shared/ids.ts';
import type { LayerName } from '../../shared/policy/resolve.ts';
import type { Digest } from '../../shared/signed.ts';
import { withoutTurning } from '../../shared/text.ts';
import { MINUTE, type UnixMs } from '../../shared/time.ts';
import { type PlainKey, say } from '../strings/say.ts';
import type { FirstUse } from './firstUse.ts';
import type { Gate } from './gate/gate.ts';
import type { PolicyCache } from './gate/policyCache.ts';
import type { Outbox } from './outbox.ts';
import type { Clock, Random } from './ports.ts';
import type { RecordWriter } from './recordWriter.ts';
import type { Sampler } from './sampler.ts';
import type { Sensing } from './sensing.ts';
import { minutesBetween, type SessionEvent, stamp } from './session.ts';
import type { Spool } from './spool/spool.ts';
import type { Tracking, Work } from './tracking.ts';
import { reactsUntil, reasonFor, refusalOf } from './words.ts';

/** What the employee orders, and the answer in words. One at a time: whoever calls waits for the one before. */
export interface Commands {
  /** Begins a session. Refused with a sentence when the policy, the lease or a running session forbids it. */
  start(work: Work): Promise<CommandResult>;
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
  /** What is asked before its first use here was in front of the person, or they have seen it; `shown`: of all that was shown. */
  firstUse(parameter: ParameterId, shown: Digest, how: 'shown' | 'seen'): Promise<CommandResult>;
  /** The server says that this person started on the other device. */
  stoppedElsewhere(session: SessionId, device: DeviceId): Promise<void>;
}

export type CommandResult =
  | { readonly ok: true; readonly said: string }
  | { readonly ok: false; readonly problem: string; readonly remedy: string };

export interface CommandDeps {
  readonly policies: PolicyCache;
  readonly gate: Gate;
  readonly clock: Clock;
  readonly random: Random;
  readonly spool: Spool;
  readonly outbox: Outbox;
  readonly sampler: Sampler;
  readonly tracking: Tracking;
  readonly writer: RecordWriter;
  readonly sensing: Sensing;
  readonly firstUse: FirstUse;
  readonly tell: (line: string) => void;
  /** Screenshots whose time of review is over go into a batch. */
  readonly releaseReviewed: () => Promise<unknown>;
  /** What the device does may have changed. */
  readonly notify: () => void;
  /** The agent is ending. */
  readonly isClosed: () => boolean;
}

export function createCommands(deps: CommandDeps): Commands {
  const { policies, gate, clock, random, spool, outbox, sampler, tracking, writer, sensing, tell } = deps;

  async function start(wanted: Work): Promise<CommandResult> {
    if (isTracking()) return problem('answer.alreadyTracking', 'answer.alreadyTrackingRemedy');
    if (deps.isClosed()) return problem('answer.ending', 'answer.endingRemedy');
    await sensing.probe();
    await writer.closeUnfinished();
    const decision = gate.decide('session');
    if (decision.kind === 'denied') return deniedBy('session', decision.by);
    if (tracking.unfinished() !== null) return END_NOT_WRITTEN;
    sampler.begin();
    const entries = tracking.start(SessionId.parse(random.uuid()));
    const isNoted = await writer.writeJournal();
    if (!isTracking()) return ENDED_MEANWHILE;
    if (!isNoted || entries.length === 0 || !(await outbox.write(entries))) return undoStart();
    if (!isTracking()) return ENDED_MEANWHILE;
    // First, or what is wider than it was shown would be recorded as it was shown for a moment.
    await sensing.introduce();
    await sensing.watchLock();
    await sensing.follow();
    sensing.startRound();
    const chosen = wanted.project === null && wanted.task === null ? null : await setWork(wanted);
    if (chosen?.ok === false) return said(say('answer.startedWithout', { problem: chosen.problem }));
    return said(say('answer.started'));
  }

  async function undoStart(): Promise<CommandResult> {
    tracking.undoStart();
    await sensing.follow();
    return problem('answer.startNotWritten', 'answer.roomThenStart');
  }

  async function stop(): Promise<CommandResult> {
    if (!isTracking()) return NOT_TRACKING;
    await deps.releaseReviewed();
    const isWritten = await sensing.changed(tracking.apply({ kind: 'stop', cause: 'employee' }));
    return said(say(isWritten ? 'answer.stopped' : 'answer.stoppedLater'));
  }

  async function pause(): Promise<CommandResult> {
    const { kind } = tracking.session();
    if (kind === 'stopped') return NOT_TRACKING;
    if (kind === 'paused') return problem('answer.pausedAlready', 'answer.pausedAlreadyRemedy');
    if (kind === 'locked') return problem('answer.locked', 'answer.lockedRemedy');
    if (policies.binding()?.rules.session?.employeeMayPause === false) {
      return problem('answer.noPausing', 'answer.noPausingRemedy');
    }
    await sensing.changed(tracking.apply({ kind: 'pause' }));
    return said(say('answer.paused'));
  }

  async function resume(): Promise<CommandResult> {
    if (!isTracking()) return problem('answer.notTracking', 'answer.startFirst');
    await sensing.changed(tracking.command({ kind: 'resume' }));
    sensing.startRound();
    return said(say(tracking.session().kind === 'locked' ? 'answer.resumedLocked' : 'answer.goesOn'));
  }

  async function setWork(wanted: Work): Promise<CommandResult> {
    await sensing.seen();
    const chosen = { project: tidy(wanted.project), task: tidy(wanted.task) };
    const now = momentNow();
    const result = await enter(
      'project',
      now === null ? null : { parameter: 'project', level: 'on', ...now, ...chosen },
    );
    if (!result.ok) return result;
    tracking.choose(chosen);
    const isNone = chosen.project === null && chosen.task === null;
    return said(say(isNone ? 'answer.noProject' : 'answer.projectNoted'));
  }

  async function note(text: string): Promise<CommandResult> {
    await sensing.seen();
    const now = momentNow();
    const told = now === null ? null : ({ parameter: 'notes', level: 'on', ...now, note: text.trim() } as const);
    const result = await enter('notes', told);
    return result.ok ? said(say('answer.noteKept')) : result;
  }

  function momentNow(): { at: UnixMs; mono: number; span: number } | null {
    const now = tracking.moment(clock.mono());
    return now === null ? null : { at: now.at, mono: now.mono, span: 0 };
  }

  /** What the employee enters needs a session and the policy, and no indicator: they know what they are doing. */
  async function enter(parameter: 'project' | 'notes', observation: Observation | null): Promise<CommandResult> {
    if (observation === null) return deniedBy(parameter, 'session');
    const decision = gate.decide(parameter);
    if (decision.kind === 'denied') return deniedBy(parameter, decision.by);
    const entry = outbox.permit(observation);
    if (entry === null) return UNUSABLE[parameter];
    if (!(await outbox.write([entry]))) return problem('answer.notWritten', 'answer.room');
    deps.notify();
    return said(say('answer.kept'));
  }

  function deniedBy(parameter: ParameterId, by: LayerName): CommandResult {
    const why = reactsUntil(policies, parameter, by) === null ? reasonFor(policies, parameter, by) : 'reacting';
    return { ok: false, ...refusalOf(parameter, why, policies.disagreement()) };
  }

  async function answerIdle(answer: 'keep' | 'discard'): Promise<CommandResult> {
    const session = tracking.session();
    if (session.kind !== 'idle_question') return NO_QUESTION;
    const { since, until, isHeld } = session;
    const minutes = minutesBetween(since, until ?? instant());
    const failed = await settleIdle({ kind: 'answer', answer });
    if (failed !== null) return failed;
    if (answer === 'discard') return said(say('answer.awayDiscarded', { n: minutes }));
    return said(say(isHeld ? 'answer.awayKept' : 'answer.awayKeptWithout', { n: minutes }));
  }

  async function splitIdle(at: UnixMs): Promise<CommandResult> {
    const session = tracking.session();
    if (session.kind !== 'idle_question') return NO_QUESTION;
    const { since, until, isHeld } = session;
    const end = until ?? stamp(session, instant());
    if (at <= since.at || at >= end.at) return NOT_WITHIN;
    const kept = Math.round((at - since.at) / MINUTE);
    const failed = await settleIdle({ kind: 'split', at });
    if (failed !== null) return failed;
    // Rounded once, so that the two are what was asked about.
    const rest = minutesBetween(since, end) - kept;
    return said(say(isHeld ? 'answer.awaySplit' : 'answer.awaySplitWithout', { n: kept, rest }));
  }

  /** Null when the answer is in force, on disk. */
  async function settleIdle(event: SessionEvent): Promise<CommandResult | null> {
    await writer.record(tracking.command(event));
    const isOnDisk = await writer.writeJournal();
    await sensing.follow();
    if (tracking.toCutOut().length > 0) return NOT_DELETED;
    return isOnDisk ? null : NOT_WRITTEN;
  }

  async function dropScreenshot(image: ImageId): Promise<CommandResult> {
    switch (await spool.drop(image)) {
      case 'here':
        return said(say('answer.dropped'));
      case 'perhaps_sent':
        return said(say('answer.droppedPerhapsSent'));
      case 'not_here':
        return problem('answer.noScreenshot', 'answer.noScreenshotRemedy');
    }
  }

  async function firstUse(parameter: ParameterId, shown: Digest, how: 'shown' | 'seen'): Promise<CommandResult> {
    if (!deps.firstUse.was(parameter, shown, how)) return NOT_FIRST;
    const isOnDisk = await writer.writeJournal();
    await sensing.follow();
    sensing.startRound();
    return isOnDisk ? said(say('answer.seen', { what: catalog[parameter].label })) : NOT_WRITTEN;
  }

  async function stoppedElsewhere(id: SessionId, device: DeviceId): Promise<void> {
    const session = tracking.session();
    if (session.kind === 'stopped' || session.session !== id) return;
    await sensing.changed(tracking.apply({ kind: 'stop', cause: 'elsewhere' }));
    tell(say('answer.elsewhere', { device: device.slice(0, 8) }));
  }

  function isTracking(): boolean {
    return tracking.session().kind !== 'stopped';
  }

  function instant() {
    return { at: clock.now(), mono: clock.mono() };
  }

  return {
    start,
    stop,
    pause,
    resume,
    setWork,
    note,
    answerIdle,
    splitIdle,
    dropScreenshot,
    firstUse,
    stoppedElsewhere,
  };
}

const NOT_FIRST = problem('answer.notFirst', 'answer.notFirstRemedy');
const NOT_TRACKING = problem('answer.notTracking', 'answer.notTrackingRemedy');
const END_NOT_WRITTEN = problem('answer.endNotWritten', 'answer.roomThenStart');
const ENDED_MEANWHILE = problem('answer.endedMeanwhile', 'answer.endedMeanwhileRemedy');
const NO_QUESTION = problem('answer.noQuestion', 'answer.noQuestionRemedy');
const NOT_WITHIN = problem('answer.notWithin', 'answer.notWithinRemedy');
const NOT_DELETED = problem('answer.notDeleted', 'answer.notDeletedRemedy');
const NOT_WRITTEN = problem('answer.answerNotWritten', 'answer.answerNotWrittenRemedy');
const UNUSABLE = {
  project: problem('answer.badProject', 'answer.badProjectRemedy'),
  notes: problem('answer.badNotes', 'answer.badNotesRemedy'),
};

/** An empty project is none; one that was pasted may bring characters that would turn the words beside it. */
function tidy(text: string | null): string | null {
  const trimmed = withoutTurning(text ?? '').trim();
  return trimmed === '' ? null : trimmed;
}

function said(text: string): CommandResult {
  return { ok: true, said: text };
}

function problem(what: PlainKey, remedy: PlainKey): CommandResult {
  return { ok: false, problem: say(what), remedy: say(remedy) };
}
