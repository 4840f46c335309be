import { assertNever } from '../../shared/errors.ts';
import type { ObservationOf } from '../../shared/events/observation.ts';
import type { SessionId } from '../../shared/ids.ts';
import { DAY, MINUTE, type MonoMs, SECOND, type UnixMs } from '../../shared/time.ts';
import type { Presence } from './gate/gate.ts';

/**
 * A working session as a pure state machine. Time inside a session runs by the monotonic clock from an anchor (the
 * wall clock at the start, or at the end of the last sleep), so that nothing can be stamped before what came earlier.
 *
 * - Suspend (the wall clock ran on without the monotonic one, or no tick came for long) is a gap from the last evidence.
 * - A wall clock set back, or forward by more than a week, ends the session at the last evidence: `clock_jump`.
 * - Idle time is asked about and never decided: it counts unless the employee discards it. A question that is not answered
 *   before the next pause, lock, stop or question leaves it counted. Kept idle time shows as minutes without input.
 * - What was captured in idle time is another matter: it is held back from the last evidence on, and only "keep" lets it
 *   go. Discarded, not answered within ANSWER_MS of the return, or left open by whatever comes next: it is not kept.
 * - Whoever wakes a computer is not yet seen: after a sleep the person counts as away (quiet) until there is evidence.
 * - Evidence is input, an unlock or a command, and where no input is watched another application in front. Never a title
 *   or an address: those change by themselves.
 * - A lock or sleep that begins while the question is open and nobody has returned begins at the last evidence.
 * - What ends a session other than the employee (shutdown, a start elsewhere) ends it at the last evidence.
 */
export type Session = { readonly kind: 'stopped' } | Running;

export type Running =
  | (Common & { readonly kind: 'tracking' })
  | (Common & { readonly kind: 'paused'; readonly since: Instant })
  | (Common & { readonly kind: 'locked'; readonly since: Instant })
  /** `until`: when input came back; null while it has not. `isHeld`: what was captured meanwhile is still held back. */
  | (Common & {
      readonly kind: 'idle_question';
      readonly since: Instant;
      readonly until: Instant | null;
      readonly isHeld: boolean;
    });

/** One moment by both clocks. */
export interface Instant {
  readonly at: UnixMs;
  readonly mono: MonoMs;
}

interface Common {
  readonly session: SessionId;
  readonly started: Instant;
  /** Where wall time and monotonic time were last made to agree. */
  readonly anchor: Instant;
  /** The last moment at which the agent saw itself running. */
  readonly seen: Instant;
  /** The last input, or what stands for it (a start, a resume, an unlock); null while no input is watched. */
  readonly input: Instant | null;
  readonly screenLocked: boolean;
  /** The machine woke, and nothing has been seen of the person since. */
  readonly absent: boolean;
}

export type SessionEvent =
  | { readonly kind: 'start'; readonly session: SessionId }
  | { readonly kind: 'stop'; readonly cause: 'employee' | 'elsewhere' | 'shutdown' }
  | { readonly kind: 'pause' }
  | { readonly kind: 'resume' }
  | { readonly kind: 'locked' }
  | { readonly kind: 'unlocked' }
  /** Whether input is watched from now on; without it nobody can be found idle. */
  | { readonly kind: 'watch'; readonly input: boolean }
  /** Input, or other evidence of the person. */
  | { readonly kind: 'input' }
  | { readonly kind: 'answer'; readonly answer: 'keep' | 'discard' }
  /** Idle time is kept up to `at`, and discarded from there on. */
  | { readonly kind: 'split'; readonly at: UnixMs }
  | { readonly kind: 'tick'; readonly idleAfterMs: number };

export type SessionRecord = Pick<ObservationOf<'session'>, 'event' | 'cause' | 'at' | 'mono' | 'span'>;

export interface Step {
  readonly state: Session;
  /** In the order of their being known; an idle gap that is discarded late lies before what was recorded since. */
  readonly records: readonly SessionRecord[];
  /** Idle time that has ended without "keep": what was captured in it must never be sent. */
  readonly notKept: Stretch | null;
}

/** Monotonic time after `from`, up to and with `to`; null: to the end of the boot. */
export interface Stretch {
  readonly from: MonoMs;
  readonly to: MonoMs | null;
}

/** So long after the return what was captured in idle time is held back for an answer, and deleted then. */
export const ANSWER_MS = 15 * MINUTE;
/** Disagreement of the two clocks that counts as more than a clock being set right by a little. */
export const SKEW_MS = 30 * SECOND;
/** Ticks come every few seconds; one that comes this late means that the process did not run. */
export const FROZEN_MS = 60 * SECOND;
/** A wall clock further ahead than this was set, not slept through. */
const LONGEST_SLEEP_MS = 7 * DAY;

export const STOPPED: Session = { kind: 'stopped' };

/** What the session becomes. An event that means nothing in a state (a resume while tracking) changes nothing. */
export function step(before: Session, event: SessionEvent, now: Instant): Step {
  if (before.kind === 'stopped') {
    return { ...(event.kind === 'start' ? begin(event.session, now) : same(before)), notKept: null };
  }
  const settled = settle(before, now);
  const left = notKept(before, settled.state, now);
  if (settled.state.kind === 'stopped') return { ...settled, notKept: left };
  const next = act(settled.state, event, stamp(settled.state, now));
  const records = [...settled.records, ...next.records];
  return { state: next.state, records, notKept: left ?? notKeptBy(event, settled.state, next.state, now) };
}

/** Only what is captured after this moment can still turn out to be idle time, or is idle time that waits for an answer. */
export function heldAfter(session: Session): MonoMs | null {
  if (session.kind === 'idle_question' && session.isHeld) return session.since.mono;
  // A pause or a lock is not asked about, and what follows one begins with evidence.
  return session.kind === 'tracking' || session.kind === 'idle_question' ? (session.input?.mono ?? null) : null;
}

/** The idle time that is held back for an answer. */
export function askedAbout(session: Session): Stretch | null {
  if (session.kind !== 'idle_question' || !session.isHeld) return null;
  return { from: session.since.mono, to: session.until?.mono ?? null };
}

/** What an answer leaves out: all of the time, what follows the moment of a split, or nothing. */
function notKeptBy(event: SessionEvent, before: Running, after: Session, now: Instant): Stretch | null {
  if (event.kind === 'answer' && event.answer === 'keep') return null;
  const asked = notKept(before, after, now);
  if (event.kind !== 'split' || asked === null || before.kind !== 'idle_question') return asked;
  return { ...asked, from: splitOf(before, event.at, stamp(before, now)).mono };
}

/** The question that was open before and is not any more. */
function notKept(before: Running, after: Session, now: Instant): Stretch | null {
  const asked = askedAbout(before);
  if (asked === null || askedAbout(after)?.from === asked.from) return null;
  return { from: asked.from, to: asked.to ?? Math.max(now.mono, before.seen.mono) };
}

/** Whether the clocks went on as they do while the process runs. If not, the next step finds out what it was. */
export function isSettled(session: Session, now: Instant): boolean {
  if (session.kind === 'stopped') return true;
  const { elapsed, skew } = clocks(session, now);
  return elapsed >= 0 && elapsed <= FROZEN_MS && Math.abs(skew) <= SKEW_MS;
}

/** The moment `now` in the session's own time. */
export function stamp(session: Running, now: Pick<Instant, 'mono'>): Instant {
  return { at: session.anchor.at + (now.mono - session.anchor.mono), mono: now.mono };
}

/** The last moment at which the person is known to have been at work: where the session ends if nothing follows. */
export function lastEvidence(session: Running): Instant {
  switch (session.kind) {
    case 'tracking':
      return session.seen;
    case 'paused':
    case 'locked':
      return session.since;
    case 'idle_question':
      return session.until === null ? session.since : session.seen;
    default:
      return assertNever(session);
  }
}

/** What the gate needs to know. While nobody has come back from being idle, it is as quiet as behind a lock. */
export function presenceOf(session: Session): Presence {
  const isAway = session.kind === 'idle_question' && session.until === null;
  if (session.kind === 'idle_question' || session.kind === 'tracking') {
    return isAway || session.absent ? 'quiet' : 'tracking';
  }
  return session.kind;
}

/** The stop that a killed process did not record. */
export function stopAfterCrash(evidence: Instant): SessionRecord {
  return { event: 'stop', cause: 'crash', ...evidence, span: 0 };
}

/** What a step does to the session, before it is seen what became of a question. */
type Change = Omit<Step, 'notKept'>;

function begin(session: SessionId, now: Instant): Change {
  const common = { session, started: now, anchor: now, seen: now, input: null, screenLocked: false, absent: false };
  return { state: { kind: 'tracking', ...common }, records: [moment('start', 'employee', now)] };
}

/** Makes the session agree with the clocks before anything else is asked of it. */
function settle(session: Running, now: Instant): Change {
  const { elapsed, skew } = clocks(session, now);
  if (elapsed < 0 || skew < -SKEW_MS || skew > LONGEST_SLEEP_MS) return end(session, 'clock_jump');
  if (skew > SKEW_MS || elapsed > FROZEN_MS) return awake(session, now);
  return { state: { ...session, seen: stamp(session, now) }, records: [] };
}

function clocks({ seen, anchor }: Running, now: Instant): { elapsed: number; skew: number } {
  return { elapsed: now.mono - seen.mono, skew: now.at - anchor.at - (now.mono - anchor.mono) };
}

function end(session: Running, cause: SessionRecord['cause']): Change {
  return { state: STOPPED, records: [moment('stop', cause, lastEvidence(session))] };
}

function awake(session: Running, now: Instant): Change {
  const common = { anchor: now, seen: now };
  // A pause or a lock covers the sleep already.
  if (session.kind === 'paused' || session.kind === 'locked') return { state: { ...session, ...common }, records: [] };
  const records = gaps('asleep', lastEvidence(session), now);
  const stillAsked = session.kind === 'idle_question' && session.until !== null;
  const input = session.input === null ? null : now;
  if (stillAsked) return { state: { ...session, ...common, input, absent: true }, records };
  return { state: { ...tracking(session), ...common, input, absent: true }, records };
}

function act(session: Running, event: SessionEvent, now: Instant): Change {
  switch (event.kind) {
    case 'start':
      return same(session);
    case 'stop':
      return event.cause === 'employee' ? stopNow(session, now) : end(session, event.cause);
    case 'pause':
      return pause(session, now);
    case 'resume':
      return resume(session, now);
    case 'locked':
      return lock(session, now);
    case 'unlocked':
      return unlock({ ...session, screenLocked: false }, now);
    case 'watch':
      return same({ ...session, input: event.input ? now : null });
    case 'input':
      return input(session, now);
    case 'answer':
      return answer(session, event.answer, now);
    case 'split':
      return split(session, event.at, now);
    case 'tick':
      return same(lapseWhenLate(askWhenIdle(session, event.idleAfterMs, now), now));
    default:
      return assertNever(event);
  }
}

function same(state: Session): Change {
  return { state, records: [] };
}

function stopNow(session: Running, now: Instant): Change {
  const gap = session.kind === 'locked' ? gaps('locked', session.since, now) : [];
  return { state: STOPPED, records: [...gap, moment('stop', 'employee', now)] };
}

function pause(session: Running, now: Instant): Change {
  if (session.kind === 'paused' || session.kind === 'locked') return same(session);
  const state: Running = { ...common(session), kind: 'paused', since: now };
  return { state, records: [moment('pause', 'employee', now)] };
}

function resume(session: Running, now: Instant): Change {
  if (session.kind !== 'paused') return input(session, now);
  const records = [moment('resume', 'employee', now)];
  // Resumed from elsewhere while this screen is locked: the time counts from the unlock.
  if (session.screenLocked) return { state: { ...common(session), kind: 'locked', since: now }, records };
  return { state: present(tracking(session), now), records };
}

function lock(session: Running, now: Instant): Change {
  const locked = { ...session, screenLocked: true };
  if (session.kind === 'paused' || session.kind === 'locked') return same(locked);
  const since = session.kind === 'idle_question' && session.until === null ? session.since : now;
  return same({ ...common(locked), kind: 'locked', since });
}

function unlock(session: Running, now: Instant): Change {
  if (session.kind !== 'locked') return same(session);
  return { state: present(tracking(session), now), records: gaps('locked', session.since, now) };
}

function input(session: Running, now: Instant): Change {
  if (session.kind === 'paused' || session.kind === 'locked') return same(session);
  if (session.kind === 'tracking') return same(present(session, now));
  return same({ ...session, input: now, until: session.until ?? now, absent: false });
}

function answer(session: Running, given: 'keep' | 'discard', now: Instant): Change {
  if (session.kind !== 'idle_question') return same(session);
  const records = given === 'keep' ? [] : gaps('idle', session.since, session.until ?? now);
  return { state: present(tracking(session), now), records };
}

function split(session: Running, at: UnixMs, now: Instant): Change {
  if (session.kind !== 'idle_question') return same(session);
  const records = gaps('idle', splitOf(session, at, now), session.until ?? now);
  return { state: present(tracking(session), now), records };
}

/** The moment of a split within the time away, by both clocks. */
function splitOf({ since, until }: Running & { kind: 'idle_question' }, at: UnixMs, now: Instant): Instant {
  const after = Math.min(Math.max(0, at - since.at), (until ?? now).mono - since.mono);
  return { at: since.at + after, mono: since.mono + after };
}

function askWhenIdle(session: Running, idleAfterMs: number, now: Instant): Running {
  if (session.input === null || session.kind === 'paused' || session.kind === 'locked') return session;
  if (now.mono - session.input.mono <= idleAfterMs) return session;
  if (session.kind === 'idle_question' && session.until === null) return session;
  return { ...common(session), kind: 'idle_question', since: session.input, until: null, isHeld: true };
}

/** The question about the time stays open; what was captured in it is not held any longer. */
function lapseWhenLate(session: Running, now: Instant): Running {
  if (session.kind !== 'idle_question' || !session.isHeld || session.until === null) return session;
  return now.mono - session.until.mono < ANSWER_MS ? session : { ...session, isHeld: false };
}

function present(session: Running & { kind: 'tracking' }, now: Instant): Running {
  return { ...session, input: session.input === null ? null : now, absent: false };
}

function tracking(session: Running): Running & { kind: 'tracking' } {
  return { ...common(session), kind: 'tracking' };
}

function common({ session, started, anchor, seen, input, screenLocked, absent }: Running): Common {
  return { session, started, anchor, seen, input, screenLocked, absent };
}

function moment(event: SessionRecord['event'], cause: SessionRecord['cause'], { at, mono }: Instant): SessionRecord {
  return { event, cause, at, mono, span: 0 };
}

/** One gap, in pieces of at most a day, because a span is at most a day. */
function gaps(cause: SessionRecord['cause'], from: Instant, to: Instant): SessionRecord[] {
  const pieces: SessionRecord[] = [];
  for (let at = from.at; at < to.at; at += DAY) {
    const mono = Math.min(from.mono + (at - from.at), to.mono);
    pieces.push({ event: 'gap', cause, at, mono, span: Math.min(DAY, to.at - at) });
  }
  return pieces;
}
