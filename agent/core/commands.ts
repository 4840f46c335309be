import type { ParameterId } from '../../shared/catalog.ts';
import type { Observation } from '../../shared/events/observation.ts';
import { type DeviceId, type ImageId, SessionId } from '../../shared/ids.ts';
import type { LayerName } from '../../shared/policy/resolve.ts';
import { withoutTurning } from '../../shared/text.ts';
import { MINUTE, type UnixMs } from '../../shared/time.ts';
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
import { reasonFor, refusalOf } from './words.ts';

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
    if (isTracking()) return problem('You are already tracking.', 'Stop first to begin a new session.');
    if (deps.isClosed()) return problem('The agent is ending.', 'Start it again.');
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
    await sensing.watchLock();
    await sensing.follow();
    sensing.startRound();
    const chosen = wanted.project === null && wanted.task === null ? null : await setWork(wanted);
    if (chosen?.ok === false) return said(`Tracking has started. The project was not recorded: ${chosen.problem}`);
    return said('Tracking has started.');
  }

  async function undoStart(): Promise<CommandResult> {
    tracking.undoStart();
    await sensing.follow();
    return problem('The start could not be written down.', 'Make room on the disk, then start again.');
  }

  async function stop(): Promise<CommandResult> {
    if (!isTracking()) return NOT_TRACKING;
    await deps.releaseReviewed();
    if (await sensing.changed(tracking.apply({ kind: 'stop', cause: 'employee' })))
      return said('Tracking has stopped.');
    return said('Tracking has stopped. The disk does not take that down; it is recorded as soon as there is room.');
  }

  async function pause(): Promise<CommandResult> {
    const { kind } = tracking.session();
    if (kind === 'stopped') return NOT_TRACKING;
    if (kind === 'paused') return problem('You have paused already.', 'Resume when you go on.');
    if (kind === 'locked') return problem('The screen is locked.', 'Nothing is recorded until it is unlocked.');
    if (policies.policy()?.rules.session?.employeeMayPause === false) {
      return problem('Your organisation does not offer pausing.', 'Stop tracking instead, and start again later.');
    }
    await sensing.changed(tracking.apply({ kind: 'pause' }));
    return said('Paused. Nothing is observed until you resume.');
  }

  async function resume(): Promise<CommandResult> {
    if (!isTracking()) return problem('You are not tracking.', 'Start tracking first.');
    await sensing.changed(tracking.command({ kind: 'resume' }));
    sensing.startRound();
    if (tracking.session().kind !== 'locked') return said('Tracking goes on.');
    return said('Resumed. The screen is locked: time counts from the unlock.');
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
    return said(isNone ? 'No project from now on.' : 'Project and task are noted.');
  }

  async function note(text: string): Promise<CommandResult> {
    await sensing.seen();
    const now = momentNow();
    const told = now === null ? null : ({ parameter: 'notes', level: 'on', ...now, note: text.trim() } as const);
    const result = await enter('notes', told);
    return result.ok ? said('The note is kept.') : result;
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
    if (entry === null) return problem(`The ${parameter} is not usable as it is.`, LIMITS[parameter]);
    if (!(await outbox.write([entry]))) return problem('It could not be written down.', 'Make room on the disk.');
    deps.notify();
    return said('Kept.');
  }

  function deniedBy(parameter: ParameterId, by: LayerName): CommandResult {
    return { ok: false, ...refusalOf(parameter, reasonFor(policies, parameter, by), policies.disagreement()) };
  }

  async function answerIdle(answer: 'keep' | 'discard'): Promise<CommandResult> {
    const session = tracking.session();
    if (session.kind !== 'idle_question') return NO_QUESTION;
    const { since, until, isHeld } = session;
    const minutes = minutesBetween(since, until ?? instant());
    const failed = await settleIdle({ kind: 'answer', answer });
    if (failed !== null) return failed;
    if (answer === 'discard') return said(`${minutes} min are cut out as a gap, and what was seen in them is deleted.`);
    return said(`${minutes} min are kept.${isHeld ? '' : ' What was seen in them has been deleted already.'}`);
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
    const rest = `${minutesBetween(since, end) - kept} min are cut out as a gap, and what was seen in them is deleted.`;
    return said(
      `${kept} min are kept${isHeld ? '' : ', without what was seen in them: that is deleted already'}; ${rest}`,
    );
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
        return said('The screenshot is gone and was not sent. That one was dropped is counted, nothing else.');
      case 'perhaps_sent':
        return said('The screenshot is gone here, but it was already being sent: the server may have it.');
      case 'not_here':
        return problem('There is no such screenshot on this computer.', 'It was sent, or it was dropped already.');
    }
  }

  async function stoppedElsewhere(id: SessionId, device: DeviceId): Promise<void> {
    const session = tracking.session();
    if (session.kind === 'stopped' || session.session !== id) return;
    await sensing.changed(tracking.apply({ kind: 'stop', cause: 'elsewhere' }));
    tell(
      `Tracking has stopped here, because it was started on your device ${device.slice(0, 8)}. If that was not you, retire that` +
        ' device in your account on the server, and tell your privacy officer.',
    );
  }

  function isTracking(): boolean {
    return tracking.session().kind !== 'stopped';
  }

  function instant() {
    return { at: clock.now(), mono: clock.mono() };
  }

  return { start, stop, pause, resume, setWork, note, answerIdle, splitIdle, dropScreenshot, stoppedElsewhere };
}

const NOT_TRACKING = problem('You are not tracking.', 'Nothing is being recorded.');
const END_NOT_WRITTEN = problem(
  'The end of the session before could not be written down.',
  'Make room on the disk, then start again.',
);
const ENDED_MEANWHILE = problem(
  'Tracking ended while it began.',
  'See "daylight-agent status" for why, then start again.',
);
const NO_QUESTION = problem('There is no idle time to decide about.', 'Nothing to do.');
const NOT_WITHIN = problem(
  'That moment is not within the time you were away.',
  'Choose one after its start, before its end.',
);
const NOT_DELETED = problem(
  'What was seen in that time could not be deleted yet.',
  'It is held back and tried again every few seconds. Make room on the disk.',
);
const NOT_WRITTEN = problem(
  'The answer counts, but could not be written down.',
  'Make room on the disk: if the agent is killed before that, what was seen in the time away is deleted.',
);
const LIMITS = {
  project: 'Use up to 200 characters each for project and task, without control characters.',
  notes: 'Use 1 to 2,000 characters, without control characters.',
} as const;

/** An empty project is none; one that was pasted may bring characters that would turn the words beside it. */
function tidy(text: string | null): string | null {
  const trimmed = withoutTurning(text ?? '').trim();
  return trimmed === '' ? null : trimmed;
}

function said(text: string): CommandResult {
  return { ok: true, said: text };
}

function problem(what: string, remedy: string): CommandResult {
  return { ok: false, problem: what, remedy };
}
