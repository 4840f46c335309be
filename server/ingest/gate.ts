import type { ParameterId } from '../../shared/catalog.ts';
import { type Observation, parseObservation } from '../../shared/events/observation.ts';
import type { BootId, SessionId } from '../../shared/ids.ts';
import type { DiscardReason, Outcome } from '../../shared/outcome.ts';
import { inTimeLimit } from '../../shared/policy/timeLimit.ts';
import { limits } from '../../shared/protocol/limits.ts';
import { DAY, type Day, dayOf, type MonoMs, type UnixMs } from '../../shared/time.ts';
import type { Judge } from '../control/control.ts';
import type { ErasedOf } from '../control/erased.ts';
import type { DiscardCount } from '../store/store.ts';
import { type ClockReading, captureTime } from './captureTime.ts';
import type { Counting } from './density.ts';
import { countScreenshot, type DeviceSessions, endSession, isInside, reduceSession } from './sessions.ts';
import { isExcluded, untruth } from './truth.ts';

/** An observation that the server's gate has admitted, at capture and at receipt. Minted here only. */
export type Admitted<T extends Observation = Observation> = T & { readonly __admitted: unique symbol };

export interface GateInput {
  readonly observations: readonly unknown[];
  readonly session: SessionId | null;
  readonly boot: BootId;
  readonly policyVersion: number;
  readonly judge: Judge;
  readonly erased: Pick<ErasedOf, 'covers'>;
  readonly clocks: ClockReading;
  readonly sessions: DeviceSessions;
  readonly now: UnixMs;
  /** For how long the content of one observation is judged. */
  readonly mono: () => MonoMs;
  /** How much of each minute is taken already. */
  readonly counting: Counting;
  /** Whether the image that a screenshot names is here, whole. Asked at most once per observation, and last. */
  readonly hasImage: (observation: Observation & { parameter: 'screenshot' }) => boolean;
}

export interface AdmittedItem {
  /** `at` is on the server's clock. */
  readonly observation: Admitted;
  readonly session: SessionId;
  readonly day: Day;
  /** The last day on which it may be kept. */
  readonly expires: Day;
  /** The policy version in force when it was captured. */
  readonly termsVersion: number;
}

export interface GateOutput {
  readonly admitted: readonly AdmittedItem[];
  readonly discarded: readonly DiscardCount[];
  /** One per observation, in their order. */
  readonly outcomes: readonly Outcome[];
  readonly sessions: DeviceSessions;
}

/**
 * The server's gate. Every observation ends in exactly one outcome; nothing of a discarded one remains but a count, and, of
 * the stop of a session that ran, that it does not run any more. Session observations of a batch are judged before the others, so that a start may arrive together with what follows.
 */
export function admit(input: GateInput): GateOutput {
  const parsed = input.observations.map(parseObservation);
  const verdicts: (Judgement | null)[] = parsed.map((item) =>
    item.ok ? null : { parameter: item.parameter ?? 'unknown', reason: 'malformed' },
  );
  const calendar = createCalendar(input.now);
  let sessions = input.sessions;
  for (const first of ['session', 'others']) {
    for (const [index, item] of parsed.entries()) {
      if (!item.ok || (item.observation.parameter === 'session') !== (first === 'session')) continue;
      const judged = admitOne(input, calendar, sessions, item.observation);
      verdicts[index] = judged;
      sessions = 'sessions' in judged ? judged.sessions : withoutEnded(input, sessions, item.observation);
    }
  }
  const settled = verdicts.filter((verdict) => verdict !== null);
  return {
    admitted: settled.flatMap((verdict) => ('item' in verdict ? [verdict.item] : [])),
    discarded: countDiscards(settled),
    outcomes: settled.map((verdict) =>
      'item' in verdict ? { kind: 'stored' } : { kind: 'discarded', reason: verdict.reason },
    ),
    sessions,
  };
}

type Judgement =
  | { readonly item: AdmittedItem; readonly sessions: DeviceSessions }
  | { readonly parameter: ParameterId | 'unknown'; readonly reason: DiscardReason };

function admitOne(input: GateInput, calendar: Calendar, sessions: DeviceSessions, stamped: Observation): Judgement {
  const { session, now } = input;
  const { parameter, level } = stamped;
  const no = (reason: DiscardReason): Judgement => ({ parameter, reason });

  const capturedAt = captureTime(input.clocks, { at: stamped.at, mono: stamped.mono, boot: input.boot }, now);
  if (capturedAt === null) return no('clock_implausible');
  const begun = begunOf(sessions, session);
  const until = capturedAt + stamped.span;
  const question = { parameter, level, capturedAt, until, claimedVersion: input.policyVersion };
  const isEnd = stamped.parameter === 'session' && stamped.event === 'stop' && begun !== null;
  const ended = isEnd ? input.judge.ended({ ...question, since: begun }) : null;
  const verdict = ended ?? input.judge.captured(question);
  if (!verdict.allowed) return no(verdict.reason);
  const at = ended?.allowed === true ? ended.endedAt : capturedAt;
  const observation: Observation = { ...stamped, at };
  if (input.erased.covers(observation)) return no('erased');
  if (session === null) return no('outside_session');
  const inSession = enterSession(sessions, session, observation, latestOf(input, begun));
  if (inSession === null) return no('outside_session');
  const day = calendar.dayAfter(at, 0);
  const expires = calendar.dayAfter(at, verdict.retentionDays);
  if (expires < calendar.today) return no('past_retention');
  const problem = judged(input, observation);
  if (problem !== null) return no(problem);
  if (isExcluded(observation, () => input.judge.exclusions(question))) return no('excluded');
  const counted = observation.parameter === 'screenshot' ? countScreenshot(inSession, at) : inSession;
  if (counted === null) return no('rate_exceeded');
  if (!input.counting.take(parameter, at)) return no('rate_exceeded');
  if (observation.parameter === 'screenshot' && !input.hasImage(observation)) return no('image_missing');
  const { termsVersion } = verdict;
  return { item: { observation: observation as Admitted, session, day, expires, termsVersion }, sessions: counted };
}

/**
 * What cannot be judged, or not within the limit, is not stored; the rest of its batch is judged as ever. Only where there is something
 * to redact: a host that stood still for a moment must not lose the start of a session, and all of it with that.
 */
function judged({ mono }: GateInput, observation: Observation): DiscardReason | null {
  if (!REDACTED.has(observation.parameter)) return null;
  try {
    return inTimeLimit(mono, () => untruth(observation));
  } catch {
    return 'malformed';
  }
}

const REDACTED: ReadonlySet<ParameterId> = new Set(['app', 'title', 'url']);

/** A stop that is not stored says all the same that its session is over: when, only what else is stored of it can tell. */
function withoutEnded(input: GateInput, sessions: DeviceSessions, observation: Observation): DeviceSessions {
  if (observation.parameter !== 'session' || observation.event !== 'stop') return sessions;
  const begun = begunOf(sessions, input.session);
  return begun === null ? sessions : endSession(sessions, input.session, latestOf(input, begun));
}

/** When the session began, if it runs. */
function begunOf({ sessions }: DeviceSessions, session: SessionId | null): UnixMs | null {
  return sessions.find((one) => one.session === session && one.stop === null)?.start ?? null;
}

/**
 * Until when a session that began then has gone on if nothing says that it has stopped. Not after it was taken away, even where
 * its end has not arrived and it may be collected again.
 */
function latestOf({ judge, now }: GateInput, begun: UnixMs | null): UnixMs {
  const takenAway = begun === null ? null : judge.takenAway('session', begun);
  return takenAway === null ? now : Math.min(now, takenAway);
}

/** `latest`: until when the session has gone on if nothing says that it has stopped. */
function enterSession(
  sessions: DeviceSessions,
  session: SessionId,
  observation: Observation,
  latest: UnixMs,
): DeviceSessions | null {
  if (observation.parameter !== 'session') return isInside(sessions, session, observation, latest) ? sessions : null;
  const end = observation.at + observation.span;
  return end > latest + limits.clockSkewMs ? null : reduceSession(sessions, session, observation);
}

function countDiscards(judgements: readonly Judgement[]): DiscardCount[] {
  const counts = new Map<string, DiscardCount>();
  for (const judgement of judgements) {
    if ('item' in judgement) continue;
    const { parameter, reason } = judgement;
    const key = `${parameter} ${reason}`;
    counts.set(key, { parameter, reason, count: (counts.get(key)?.count ?? 0) + 1 });
  }
  return [...counts.values()];
}

/** Writes each day once: a batch has hundreds of observations and they are nearly all of one day. */
interface Calendar {
  readonly today: Day;
  /** The UTC day that many days after the one on which `at` falls. */
  dayAfter(at: UnixMs, days: number): Day;
}

function createCalendar(now: UnixMs): Calendar {
  const written = new Map<number, Day>();
  return {
    today: dayOf(now),
    dayAfter(at, days) {
      const number = Math.floor(at / DAY) + days;
      const day = written.get(number) ?? dayOf(number * DAY);
      written.set(number, day);
      return day;
    },
  };
}
