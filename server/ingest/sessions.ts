import { z } from 'zod';
import { catalog } from '../../shared/catalog.ts';
import type { Observation, ObservationOf } from '../../shared/events/observation.ts';
import { SessionId } from '../../shared/ids.ts';
import { SCREENSHOT_MIN_SECONDS } from '../../shared/policy/policy.ts';
import { limits } from '../../shared/protocol/limits.ts';
import { SECOND, type UnixMs } from '../../shared/time.ts';
import type { ErasedOf } from '../control/erased.ts';

/** Sessions of one device that ingest still knows; what comes for an older one is outside any session. */
const SESSIONS_KEPT = 64;
const PAUSES_KEPT = 32;
const SCREENSHOTS_KEPT = 16;
/** Two connections measure the device's clock a little differently; that must not cut a session's edges. */
const EDGE_MS = 5 * SECOND;
/** A timer may fire early by this much. */
const RATE_TOLERANCE_MS = 2 * SECOND;

const instant = z.int();

/** What ingest must remember of a device, sealed in its record and replaced in the transaction of the batch. */
export const DeviceSessions = z.strictObject({
  sessions: z
    .array(
      z.strictObject({
        session: SessionId,
        start: instant,
        /** Null while it runs. */
        stop: instant.nullable(),
        pauses: z.array(z.strictObject({ from: instant, to: instant.nullable() })).max(PAUSES_KEPT),
      }),
    )
    .max(SESSIONS_KEPT),
  /** When the last screenshots were taken, for their rate. */
  screenshots: z.array(instant).max(SCREENSHOTS_KEPT),
});
export type DeviceSessions = z.infer<typeof DeviceSessions>;

type Span = DeviceSessions['sessions'][number];

export const noSessions: DeviceSessions = { sessions: [], screenshots: [] };

/**
 * The state after a session observation of `session`; null when it does not fit: a start of a session that is known, or
 * anything of a session that is unknown or over. A start closes the session that was still open, at that moment.
 * Times are on the server's clock. Pure.
 */
export function reduceSession(
  state: DeviceSessions,
  session: SessionId,
  observation: ObservationOf<'session'>,
): DeviceSessions | null {
  const known = state.sessions.find((one) => one.session === session);
  if (observation.event === 'start') return known === undefined ? begin(state, session, observation.at) : null;
  if (known === undefined || known.stop !== null) return null;
  if (observation.at < known.start - EDGE_MS) return null;
  const at = Math.max(observation.at, known.start);
  switch (observation.event) {
    case 'stop':
      return endSession(state, session, at);
    case 'pause':
      return isPaused(known) ? state : replace(state, paused(known, at));
    case 'resume':
      return replace(state, resumed(known, at));
    case 'gap':
      return state;
  }
}

/** The state without the session running: whatever of it was captured by `latest` is still inside it. Pure. */
export function endSession(state: DeviceSessions, session: SessionId | null, latest: UnixMs): DeviceSessions {
  const known = state.sessions.find((one) => one.session === session);
  if (known === undefined || known.stop !== null) return state;
  const stop = Math.max(known.start, latest);
  return replace(state, { ...resumed(known, stop), stop });
}

/**
 * Whether an observation of another parameter lies within its session: from the start to the stop, or to now while it
 * runs, and, for what a sensor observes, not wholly within a pause.
 */
export function isInside(
  state: DeviceSessions,
  session: SessionId | null,
  observation: Observation,
  now: UnixMs,
): boolean {
  const known = state.sessions.find((one) => one.session === session);
  if (known === undefined) return false;
  const end = observation.at + observation.span;
  const last = known.stop === null ? now + limits.clockSkewMs : known.stop + EDGE_MS;
  if (observation.at < known.start - EDGE_MS || end > last) return false;
  if (catalog[observation.parameter].source === 'entered') return true;
  return !known.pauses.some(
    ({ from, to }) => observation.at >= from + EDGE_MS && end <= (to ?? Number.POSITIVE_INFINITY) - EDGE_MS,
  );
}

/**
 * The state after a screenshot at `at`; null when another was taken too shortly before or after it, or when nothing is
 * remembered any more of what was taken then.
 */
export function countScreenshot(state: DeviceSessions, at: UnixMs): DeviceSessions | null {
  const apart = SCREENSHOT_MIN_SECONDS * SECOND - RATE_TOLERANCE_MS;
  if (state.screenshots.some((other) => Math.abs(other - at) < apart)) return null;
  const [oldest] = state.screenshots;
  if (state.screenshots.length >= SCREENSHOTS_KEPT && oldest !== undefined && at < oldest) return null;
  const screenshots = [...state.screenshots, at].sort((a, b) => a - b).slice(-SCREENSHOTS_KEPT);
  return { ...state, screenshots };
}

/**
 * The same at the instant `now` of a handshake. What would lie ahead of it was written down before the server's clock was
 * set back: the session that runs then began a little before `now`, so that what comes next of it is inside it. Pure.
 */
export function broughtBackTo(state: DeviceSessions, now: UnixMs): DeviceSessions {
  const latest = now - limits.clockSkewMs;
  const isAhead = ({ start, stop, pauses }: Span) =>
    stop === null && (start > now || pauses.some(({ from, to }) => Math.max(from, to ?? from) > now));
  if (!state.sessions.some(isAhead) && state.screenshots.every((at) => at <= now)) return state;
  const back = (at: UnixMs) => (at > now ? latest : at);
  return {
    sessions: state.sessions.map((one) => {
      if (!isAhead(one)) return one;
      const start = back(one.start);
      const pauses = one.pauses.map(({ from, to }) => ({ from: back(from), to: to === null ? null : back(to) }));
      return { ...one, start, pauses };
    }),
    screenshots: state.screenshots.filter((at) => at <= now),
  };
}

/**
 * The same without the sessions that are over and the screenshots that were erased since; the same object when there are none. What still
 * comes of such a session is outside of any. Pure.
 */
export function withoutErased(state: DeviceSessions, erased: Pick<ErasedOf, 'coversAll'>): DeviceSessions {
  const sessions = state.sessions.filter(({ start, stop }) => stop === null || !erased.coversAll('session', start));
  const screenshots = state.screenshots.filter((at) => !erased.coversAll('screenshot', at));
  const isSame = sessions.length === state.sessions.length && screenshots.length === state.screenshots.length;
  return isSame ? state : { sessions, screenshots };
}

/** The session that runs on the device, if any. */
export function openSession(state: DeviceSessions): { readonly session: SessionId; readonly startedAt: UnixMs } | null {
  const open = state.sessions.findLast((one) => one.stop === null);
  return open === undefined ? null : { session: open.session, startedAt: open.start };
}

function begin(state: DeviceSessions, session: SessionId, at: UnixMs): DeviceSessions {
  const closed = state.sessions.map((one) => {
    if (one.stop !== null) return one;
    const stop = Math.max(one.start, at);
    return { ...resumed(one, stop), stop };
  });
  const sessions = [...closed, { session, start: at, stop: null, pauses: [] }].slice(-SESSIONS_KEPT);
  return { ...state, sessions };
}

function isPaused(span: Span): boolean {
  return span.pauses.at(-1)?.to === null;
}

function paused(span: Span, from: UnixMs): Span {
  return { ...span, pauses: [...span.pauses, { from, to: null }].slice(-PAUSES_KEPT) };
}

function resumed(span: Span, at: UnixMs): Span {
  return {
    ...span,
    pauses: span.pauses.map((one) => (one.to === null ? { ...one, to: Math.max(one.from, at) } : one)),
  };
}

function replace(state: DeviceSessions, span: Span): DeviceSessions {
  return { ...state, sessions: state.sessions.map((one) => (one.session === span.session ? span : one)) };
}
