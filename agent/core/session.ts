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
 * - Evidence is input, an unlock or a command, and where no input is watched another application in front. Never a title
 *   or an address: those change by themselves; and never that input is watched again, or that a computer has woken.
 * - A lock, a sleep or the end of watching ends a stretch without evidence and decides nothing about it: it stays held
 *   back. Evidence within the idle time lets it go. Later evidence asks about it; less than WORTH_ASKING_MS is not asked
 *   about, and not kept.
 * - Time in which input is not watched is nobody's idle time: there is no sign to go by. While it has ended for no longer
 *   than the idle time, watching goes on as if it had not.
 * - Whoever wakes a computer is not yet seen: after a sleep the person counts as away (quiet) until there is evidence.
 * - A lock or sleep that begins while the question is open and nobody has returned begins at the last evidence.
 * - What ends a session other than the employee (shutdown, a start elsewhere, a switch) ends it at the last evidence, and what was
 *   captured since the last sign of the person outlives it undecided.
 */
export type Session = { readonly kind: 'stopped' } | Running;

export type Running =
  | (Common & { readonly kind: 'tracking' })
  | (Common & { readonly kind: 'paused'; readonly since: Instant })
  | (Common & { readonly kind: 'locked'; readonly since: Instant })
  | (Common & Question & { readonly kind: 'idle_question' });

interface Question {
  readonly since: Instant;
  /** The end of the time that is asked about: the return, or what came before it (a lock, a sleep); null while it goes on. */
  readonly until: Instant | null;
  /** The first evidence after it; null while there is none. */
  readonly returned: Instant | null;
  /** What was captured in it is still held back. */
  readonly isHeld: boolean;
}

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
  /** The last evidence of the person. */
  readonly sign: Instant;
  /** Input is watched now; without it nobody can be found idle. */
  readonly watched: boolean;
  /** Since when input has been watched without evidence: the last sign, or when watching began; null while it is not. */
  readonly quietSince: Instant | null;
  /** An earlier stretch without evidence that something else than evidence has ended. */
  readonly undecided: EndedStretch | null;
  /** Without evidence for longer than this the person is idle. */
  readonly idleAfterMs: number;
  readonly screenLocked: boolean;
  /** The machine woke, and nothing has been seen of the person since. */
  readonly absent: boolean;
}

interface EndedStretch {
  readonly from: Instant;
  readonly to: Instant;
}

export type SessionEvent =
  | { readonly kind: 'start'; readonly session: SessionId; readonly idleAfterMs: number }
  | { readonly kind: 'stop'; readonly cause: 'employee' | 'elsewhere' | 'shutdown' | 'not_allowed' }
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
  readonly notKept: readonly Stretch[];
  /** The session has ended without the person: what was captured without a sign of them is still to be decided. */
  readonly outlives: Undecided | null;
}

/** Evidence within `idleAfterMs` of the last sign lets go what was captured in the stretches; later it is not kept. */
export interface Undecided {
  readonly sign: Instant;
  readonly idleAfterMs: number;
  readonly stretches: readonly Stretch[];
}

/** Monotonic time after `from`, up to and with `to`; null: to the end of the boot. */
export interface Stretch {
  readonly from: MonoMs;
  readonly to: MonoMs | null;
}

/** How often session and windows are looked at, whatever the policy: a kill -9 loses no more of what is counted than this. */
export const INTERVAL_MS = 5 * SECOND;
/** So long after the return what was captured in idle time is held back for an answer, and deleted then. */
export const ANSWER_MS = 15 * MINUTE;
/** Less without evidence than this, before a lock, a sleep or the end of watching, is deleted instead of asked about. */
export const WORTH_ASKING_MS = MINUTE;
/** Disagreement of the two clocks that counts as more than a clock being set right by a little. */
export const SKEW_MS = 30 * SECOND;
/** Ticks come every few seconds; one that comes this late means that the process did not run. */
export const FROZEN_MS = 60 * SECOND;
/** A wall clock further ahead than this was set, not slept through. */
const LONGEST_SLEEP_MS = 7 * DAY;

export const STOPPED: Session = { kind: 'stopped' };

/** What the session becomes. An event that means nothing in a state (a resume while tracking) changes nothing. */
export function step(before: Session, event: SessionEvent, now: Instant): Step {
  if (before.kind === 'stopped') return stepOf(event.kind === 'start' ? begin(event, now) : same(before), []);
  const settled = settle(before, now);
  const left = notKept(before, settled.state, now);
  if (settled.state.kind === 'stopped') return stepOf(settled, left);
  const next = act(settled.state, event, stamp(settled.state, now));
  const change = {
    ...next,
    records: [...settled.records, ...next.records],
    dropped: [...(settled.dropped ?? []), ...(next.dropped ?? [])],
  };
  return stepOf(change, [...left, ...notKeptBy(event, settled.state, next.state, now)]);
}

function stepOf({ state, records, dropped = [], outlives = null }: Change, left: readonly Stretch[]): Step {
  return { state, records, notKept: [...left, ...dropped], outlives };
}

/** Only what is captured after this moment can still turn out to be idle time, or is idle time that waits for an answer. */
export function heldAfter(session: Session): MonoMs | null {
  if (session.kind === 'stopped') return null;
  const asked = askedAbout(session)?.from;
  const all = [asked, session.undecided?.from.mono, session.quietSince?.mono].filter((mono) => mono !== undefined);
  return all.length === 0 ? null : Math.min(...all);
}

/** The idle time that is held back for an answer. */
export function askedAbout(session: Session): Stretch | null {
  if (session.kind !== 'idle_question' || !session.isHeld) return null;
  return { from: session.since.mono, to: session.until?.mono ?? null };
}

/** What was captured without a sign of the person, and is neither idle time nor not. `until`: where it ends at the latest. */
export function undecidedOf(session: Running, until: MonoMs | null): Undecided {
  const { sign, idleAfterMs, quietSince, undecided } = session;
  const ended = undecided === null ? [] : [stretchOf(undecided)];
  const open = quietSince === null ? [] : [{ from: quietSince.mono, to: until }];
  return { sign, idleAfterMs, stretches: [...ended, ...open] };
}

/** Whether evidence at `now` comes too late for what is undecided. A clock that was set back is late. */
export function isTooLate({ sign, idleAfterMs }: Pick<Undecided, 'sign' | 'idleAfterMs'>, now: Instant): boolean {
  return now.at < sign.at || Math.max(now.at - sign.at, now.mono - sign.mono) > idleAfterMs;
}

/** Another sign of a person who is there, at any rate: what input by the thousand has to say, without a step for each. */
export function seenAgain(session: Session, now: Instant): Session {
  const isHere = session.kind === 'tracking' || (session.kind === 'idle_question' && session.returned !== null);
  if (!isHere || session.undecided !== null || session.absent) return session;
  const sign = stamp(session, now);
  return isTooLate(session, sign) ? session : { ...session, sign, quietSince: session.watched ? sign : null };
}

/** What an answer leaves out: all of the time, what follows the moment of a split, or nothing. */
function notKeptBy(event: SessionEvent, before: Running, after: Session, now: Instant): Stretch[] {
  if (event.kind === 'answer' && event.answer === 'keep') return [];
  const [asked] = notKept(before, after, now);
  if (asked === undefined) return [];
  if (event.kind !== 'split' || before.kind !== 'idle_question') return [asked];
  return [{ ...asked, from: splitOf(before, event.at, stamp(before, now)).mono }];
}

/** The question that was open before and is not any more. */
function notKept(before: Running, after: Session, now: Instant): Stretch[] {
  const asked = askedAbout(before);
  if (asked === null || askedAbout(after)?.from === asked.from) return [];
  return [{ from: asked.from, to: asked.to ?? Math.max(now.mono, before.seen.mono) }];
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

/** As a person is told: at least one. */
export function minutesBetween(from: Instant, to: Instant): number {
  return Math.max(1, Math.round((to.mono - from.mono) / MINUTE));
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
  const isAway = session.kind === 'idle_question' && session.returned === null;
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
interface Change {
  readonly state: Session;
  readonly records: readonly SessionRecord[];
  /** Besides a question that was left open. */
  readonly dropped?: readonly Stretch[];
  readonly outlives?: Undecided | null;
}

function begin({ session, idleAfterMs }: SessionEvent & { kind: 'start' }, now: Instant): Change {
  const clocks = { started: now, anchor: now, seen: now, sign: now };
  const unwatched = { watched: false, quietSince: null, undecided: null, idleAfterMs };
  const state: Running = { kind: 'tracking', session, ...clocks, ...unwatched, screenLocked: false, absent: false };
  return { state, records: [moment('start', 'employee', now)] };
}

/** Makes the session agree with the clocks before anything else is asked of it. */
function settle(session: Running, now: Instant): Change {
  const { elapsed, skew } = clocks(session, now);
  if (elapsed < 0 || skew < -SKEW_MS || skew > LONGEST_SLEEP_MS) return end(session, 'clock_jump', now.mono);
  if (skew > SKEW_MS || elapsed > FROZEN_MS) return awake(session, now);
  return { state: { ...session, seen: stamp(session, now) }, records: [] };
}

function clocks({ seen, anchor }: Running, now: Instant): { elapsed: number; skew: number } {
  return { elapsed: now.mono - seen.mono, skew: now.at - anchor.at - (now.mono - anchor.mono) };
}

function end(session: Running, cause: SessionRecord['cause'], mono: MonoMs): Change {
  const left = undecidedOf(session, Math.max(session.seen.mono, mono));
  const outlives = left.stretches.length === 0 ? null : left;
  return { state: STOPPED, records: [moment('stop', cause, lastEvidence(session))], outlives };
}

function awake(session: Running, now: Instant): Change {
  const common = { anchor: now, seen: now };
  // A pause or a lock covers the sleep already.
  if (session.kind === 'paused' || session.kind === 'locked') return { state: { ...session, ...common }, records: [] };
  const records = gaps('asleep', lastEvidence(session), now);
  const last = lastSeen(session);
  const { state, dropped } = endStretch(session, last);
  const quietSince = session.watched ? unseen(now) : null;
  const stillAsked = state.kind === 'idle_question' && state.until !== null;
  const woken = { ...common, quietSince, absent: true };
  const left = session.quietSince === null ? [] : [{ from: last.mono, to: unseen(now).mono }];
  return { state: { ...(stillAsked ? state : tracking(state)), ...woken }, records, dropped: [...dropped, ...left] };
}

/**
 * Until then it is known what this computer did. A reading that was on its way was captured later, within the gap: no
 * question names that time, so no answer can let it go.
 */
function lastSeen({ seen, sign }: Running): Instant {
  return seen.mono < sign.mono ? sign : seen;
}

function act(session: Running, event: SessionEvent, now: Instant): Change {
  switch (event.kind) {
    case 'start':
      return same(session);
    case 'stop':
      return event.cause === 'employee' ? stopNow(session, now) : end(session, event.cause, now.mono);
    case 'pause':
      return pause(session, now);
    case 'resume':
      return resume(session, now);
    case 'locked':
      return lock(session, now);
    case 'unlocked':
      return unlock({ ...session, screenLocked: false }, now);
    case 'watch':
      return event.input ? watch(session, now) : stopWatching(session, now);
    case 'input':
      return input(session, now);
    case 'answer':
      return answer(session, event.answer, now);
    case 'split':
      return split(session, event.at, now);
    case 'tick':
      return tick({ ...session, idleAfterMs: event.idleAfterMs }, now);
    default:
      return assertNever(event);
  }
}

function same(state: Session): Change {
  return { state, records: [] };
}

function stopNow(session: Running, now: Instant): Change {
  const gap = session.kind === 'locked' ? gaps('locked', session.since, now) : [];
  const { dropped } = closed(session, now);
  return { state: STOPPED, records: [...gap, moment('stop', 'employee', now)], dropped };
}

function pause(session: Running, now: Instant): Change {
  if (session.kind === 'paused' || session.kind === 'locked') return same(session);
  const { state, dropped } = closed(session, now);
  return {
    state: { ...common(state), kind: 'paused', since: now, quietSince: null },
    records: [moment('pause', 'employee', now)],
    dropped,
  };
}

function resume(session: Running, now: Instant): Change {
  if (session.kind !== 'paused') return input(session, now);
  const records = [moment('resume', 'employee', now)];
  const state = present(session, now);
  // Resumed from elsewhere while this screen is locked: the time counts from the unlock.
  if (session.screenLocked)
    return { state: { ...common(state), kind: 'locked', since: now, quietSince: null }, records };
  return { state: tracking(state), records };
}

function lock(session: Running, now: Instant): Change {
  const locked = { ...session, screenLocked: true };
  if (session.kind === 'paused' || session.kind === 'locked') return same(locked);
  const since = session.kind === 'idle_question' && session.until === null ? session.since : now;
  const { state, dropped } = endStretch(locked, now);
  return { state: { ...common(state), kind: 'locked', since, quietSince: null }, records: [], dropped };
}

function unlock(session: Running, now: Instant): Change {
  if (session.kind !== 'locked') return same(session);
  const { state, dropped = [] } = input(tracking(session), now);
  return { state, records: gaps('locked', session.since, now), dropped };
}

/** Evidence of the person. */
function input(session: Running, now: Instant): Change {
  if (session.kind === 'paused' || session.kind === 'locked') return same(session);
  const state = present(session, now);
  const back = state.kind === 'idle_question' ? returnedTo(state, now) : state;
  if (!isTooLate(session, now)) return same(back);
  const [asked, ...others] = toAskAbout(session, now);
  if (asked === undefined) return same(back);
  if (!isWorthAsking(asked)) return { state: back, records: [], dropped: [asked, ...others].map(stretchOf) };
  const question = { since: asked.from, until: asked.to, returned: now, isHeld: true };
  return {
    state: { ...common(state), kind: 'idle_question', ...question },
    records: [],
    dropped: others.map(stretchOf),
  };
}

/** Of two stretches without evidence the later one is asked about, unless only the earlier one is worth it. */
function toAskAbout(session: Running, now: Instant): EndedStretch[] {
  const { quietSince, undecided } = session;
  const open = quietSince === null || quietSince.mono === now.mono ? [] : [{ from: quietSince, to: now }];
  const all = [...open, ...(undecided === null ? [] : [undecided])];
  return all.sort((a, b) => Number(isWorthAsking(b)) - Number(isWorthAsking(a)));
}

function isWorthAsking({ from, to }: EndedStretch): boolean {
  return to.at - from.at >= WORTH_ASKING_MS;
}

function answer(session: Running, given: 'keep' | 'discard', now: Instant): Change {
  if (session.kind !== 'idle_question') return same(session);
  const records = given === 'keep' ? [] : gaps('idle', session.since, session.until ?? now);
  return answered(session, records, now);
}

function split(session: Running, at: UnixMs, now: Instant): Change {
  if (session.kind !== 'idle_question') return same(session);
  const records = gaps('idle', splitOf(session, at, now), session.until ?? now);
  return answered(session, records, now);
}

/** An answer is evidence too; what else is undecided by then is not asked about again. */
function answered(session: Running, records: readonly SessionRecord[], now: Instant): Change {
  const { state, dropped } = closed(session, now);
  return { state: tracking(state), records, dropped };
}

/** The moment of a split within the time away, by both clocks. */
function splitOf({ since, until }: Running & { kind: 'idle_question' }, at: UnixMs, now: Instant): Instant {
  const after = Math.min(Math.max(0, at - since.at), (until ?? now).mono - since.mono);
  return { at: since.at + after, mono: since.mono + after };
}

/** Input is watched from now on. That shows nobody. */
function watch(session: Running, now: Instant): Change {
  const watched = { ...session, watched: true };
  const isHere = session.kind === 'tracking' || session.kind === 'idle_question';
  if (!isHere || session.watched) return same(watched);
  const isSoonAfter = ({ mono }: Instant): boolean => now.mono - mono <= session.idleAfterMs;
  if (session.kind === 'idle_question' && session.returned === null) {
    if (session.until !== null && isSoonAfter(session.until)) return same({ ...watched, until: null } as Running);
    return same({ ...watched, quietSince: unseen(now) });
  }
  const { undecided, sign } = session;
  if (undecided === null) return same({ ...watched, quietSince: isSoonAfter(sign) ? sign : unseen(now) });
  if (isSoonAfter(undecided.to)) return same({ ...watched, quietSince: undecided.from, undecided: null });
  return same({ ...watched, quietSince: unseen(now) });
}

/** A stretch is what comes after a moment; where that moment is no sign, what is captured at it belongs to the stretch. */
function unseen({ at, mono }: Instant): Instant {
  return { at, mono: mono - 1 };
}

/** From now on there is no sign to go by; what was captured until now is as undecided as it was. */
function stopWatching(session: Running, now: Instant): Change {
  if (!session.watched) return same(session);
  const { state, dropped } = endStretch({ ...session, watched: false }, now);
  const isAsked = state.kind === 'idle_question' && state.until === null;
  return { state: isAsked ? { ...state, until: now } : state, records: [], dropped };
}

/** Something else than evidence ends what was captured without any. An earlier such stretch is then not kept. */
function endStretch(session: Running, at: Instant): { state: Running; dropped: readonly Stretch[] } {
  const { quietSince, undecided } = session;
  if (quietSince === null || quietSince.mono >= at.mono)
    return { state: { ...session, quietSince: null }, dropped: [] };
  const state = { ...session, quietSince: null, undecided: { from: quietSince, to: at } };
  return { state, dropped: undecided === null ? [] : [stretchOf(undecided)] };
}

/** The employee closes whatever is open: what a question would have been about is not kept. */
function closed(session: Running, now: Instant): { state: Running; dropped: readonly Stretch[] } {
  const dropped = isTooLate(session, now) ? undecidedOf(session, now.mono).stretches : [];
  return { state: present(session, now), dropped };
}

function tick(session: Running, now: Instant): Change {
  const { state, dropped } = forgetTheShort(session, now);
  const asked = askWhenIdle(state, now);
  const left = asked.undecided === null && state.undecided !== null ? [stretchOf(state.undecided)] : [];
  return { state: lapseWhenLate(asked, now), records: [], dropped: [...dropped, ...left] };
}

/** What will not be asked about need not wait for the return. */
function forgetTheShort(session: Running, now: Instant): { state: Running; dropped: readonly Stretch[] } {
  const { undecided } = session;
  if (undecided === null || isWorthAsking(undecided) || !isTooLate(session, now))
    return { state: session, dropped: [] };
  return { state: { ...session, undecided: null }, dropped: [stretchOf(undecided)] };
}

function askWhenIdle(session: Running, now: Instant): Running {
  const { quietSince, idleAfterMs } = session;
  if (quietSince === null || session.kind === 'paused' || session.kind === 'locked') return session;
  if (now.mono - quietSince.mono <= idleAfterMs) return session;
  const question = { since: quietSince, until: null, returned: null, isHeld: true };
  return { ...common(session), kind: 'idle_question', ...question, quietSince: null, undecided: null };
}

/** The question about the time stays open; what was captured in it is not held any longer. */
function lapseWhenLate(session: Running, now: Instant): Running {
  if (session.kind !== 'idle_question' || !session.isHeld || session.returned === null) return session;
  return now.mono - session.returned.mono < ANSWER_MS ? session : { ...session, isHeld: false };
}

function returnedTo(session: Running & { kind: 'idle_question' }, now: Instant): Running {
  return { ...session, until: session.until ?? now, returned: session.returned ?? now };
}

/** A sign of the person: nothing before it is undecided any more. */
function present<T extends Running>(session: T, now: Instant): T {
  return { ...session, sign: now, quietSince: session.watched ? now : null, undecided: null, absent: false };
}

function tracking(session: Running): Running & { kind: 'tracking' } {
  return { ...common(session), kind: 'tracking' };
}

function common(running: Running): Common {
  const { session, started, anchor, seen, sign, watched, quietSince, undecided, idleAfterMs } = running;
  const { screenLocked, absent } = running;
  return { session, started, anchor, seen, sign, watched, quietSince, undecided, idleAfterMs, screenLocked, absent };
}

function stretchOf({ from, to }: EndedStretch): Stretch {
  return { from: from.mono, to: to.mono };
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
