import type { ObservationOf } from '../../shared/events/observation.ts';
import type { SessionId } from '../../shared/ids.ts';
import { DAY, type UnixMs } from '../../shared/time.ts';
import { isSameRecord } from './corrected.ts';
import { type Interval, intersect, measure } from './intervals.ts';

/** A start, stop or whatever else a session is made of, as it is shown. */
export interface SessionEvent {
  readonly session: SessionId;
  readonly observation: ObservationOf<'session'>;
}

/**
 * Why a session cannot have been started or stopped then: a sentence, or null. `all`: what is known of the sessions of the days around it,
 * with the one that is moved as it was. The order of what happened in the session stays, and nobody works twice at once.
 */
export function timeProblem(
  all: readonly SessionEvent[],
  moved: SessionEvent,
  to: { readonly at: UnixMs; readonly recordedAt: UnixMs; readonly now: UnixMs },
): string | null {
  const { session, observation } = moved;
  if (to.at > to.now) return 'at: this time has not come yet';
  if (Math.abs(to.at - to.recordedAt) > DAY) return 'at: expected a time within a day of the one that was recorded';
  const beside = all.filter((one) => one.session === session && !isSameRecord(one.observation, observation));
  const isStart = observation.event === 'start';
  const isOutOfOrder = beside.some(({ observation: { at, span } }) => (isStart ? at < to.at : at + span > to.at));
  if (isOutOfOrder)
    return isStart
      ? 'at: something else in this session was before that'
      : 'at: something else in this session was after that';
  const others = spansOf(all.filter((one) => one.session !== session));
  const own = { session, observation: { ...observation, at: to.at } };
  const overlap = (events: readonly SessionEvent[]): number => measure(intersect(spansOf(events), others));
  if (overlap([...beside, own]) > overlap([...beside, moved])) return 'at: another session of yours was running then';
  return null;
}

/** From the first to the last that is known of each session. */
function spansOf(events: readonly SessionEvent[]): Interval[] {
  const spans = new Map<SessionId, Interval>();
  for (const { session, observation } of events) {
    const { at, span } = observation;
    const known = spans.get(session) ?? { from: at, to: at };
    spans.set(session, { from: Math.min(known.from, at), to: Math.max(known.to, at + span) });
  }
  return [...spans.values()];
}
