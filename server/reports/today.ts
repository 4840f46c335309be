import type { ParameterId } from '../../shared/catalog.ts';
import type { ObservationOf } from '../../shared/events/observation.ts';
import type { SessionId, TeamId } from '../../shared/ids.ts';
import type { DayReport } from '../../shared/protocol/http/day.ts';
import type { TodayRow } from '../../shared/protocol/http/today.ts';
import { MINUTE, type UnixMs } from '../../shared/time.ts';
import { absences, type Circumstances } from './absent.ts';
import { joinedMarks, marked } from './corrected.ts';
import { historyOf, type Known } from './day.ts';
import { type Interval, intersect, measure } from './intervals.ts';
import { ofParameter, type Recorded, readable } from './recorded.ts';
import { type Session, trackedOf } from './sessions.ts';

/** All that is read for this. */
export const todayParameters = ['session', 'project', 'app'] as const satisfies readonly ParameterId[];

/** What one person's present day is made of: sessions and projects, and of the apps only the latest records. */
export interface TodayFacts extends Circumstances, Known {
  readonly person: DayReport['person'];
  readonly teams: readonly TeamId[];
  readonly bounds: Interval;
  readonly now: UnixMs;
}

/** The app in front is said to be in front for no longer than this without a new record of it. */
const APP_FRESH_MS = 5 * MINUTE;

/** What a person is doing, as far as it can honestly be said. Pure. */
export function todayRow(facts: TodayFacts): TodayRow {
  const { person, bounds, now } = facts;
  const { records, sessions } = historyOf(facts, now);
  const shown = facts.viewable.has('session');
  const today = shown
    ? sessions.filter(({ from, to }) => from < bounds.to && (to > bounds.from || from >= bounds.from))
    : [];
  const current = today.findLast(({ open }) => open) ?? null;
  const chosen = current === null ? null : chosenIn(records, current.session);
  const work = chosen === null ? null : workOf(chosen.observation);
  const state = stateOf(facts, today, current);
  const front = state.state === 'tracking' && current !== null ? frontOf(records, current.session, now) : null;
  const app = front === null ? null : appOf(front.observation);
  const shownMarks = [...today, chosen, front].map((one) => one?.mark ?? null);
  return {
    ...{ person, teams: [...facts.teams], ...state, work, app },
    trackedMs: shown && state.state !== 'not_collected' ? trackedMs(today, bounds) : null,
    atLeast: state.state === 'not_connected',
    ...marked(joinedMarks(shownMarks)),
    absent: absencesOf(facts, { session: today.length > 0, project: work !== null, app: app !== null }),
  };
}

function stateOf(
  facts: TodayFacts,
  today: readonly Session[],
  current: Session | null,
): Pick<TodayRow, 'state' | 'since'> {
  if (current === null) return withoutSession(facts, today);
  if (!facts.running.has(current.session)) {
    return { state: 'not_connected', since: Math.min(facts.away.get(current.device) ?? current.to, facts.now) };
  }
  if (current.pausedSince !== null) return { state: 'paused', since: current.pausedSince };
  return { state: 'tracking', since: current.from };
}

function withoutSession(facts: TodayFacts, today: readonly Session[]): Pick<TodayRow, 'state' | 'since'> {
  if (today.length > 0) return { state: 'stopped', since: Math.max(...today.map(({ to }) => to)) };
  const why = absences(facts, new Set(), false).find(({ parameter }) => parameter === 'session')?.why;
  if (why === 'not_for_you' || why === 'other_purpose') return { state: why, since: null };
  return { state: why === 'not_tracking' ? 'not_today' : 'not_collected', since: null };
}

function trackedMs(today: readonly Session[], bounds: Interval): number {
  return measure(intersect(trackedOf(today), [bounds]));
}

function chosenIn(records: readonly Recorded[], session: SessionId) {
  return ofParameter(records, 'project').findLast((one) => one.session === session) ?? null;
}

function workOf(chosen: ObservationOf<'project'>): TodayRow['work'] {
  return chosen.project === null && chosen.task === null ? null : readable(chosen);
}

function frontOf(records: readonly Recorded[], session: SessionId, now: UnixMs) {
  const latest = ofParameter(records, 'app').findLast((one) => one.session === session);
  if (latest === undefined) return null;
  const { at, span } = latest.observation;
  return now - (at + span) > APP_FRESH_MS ? null : latest;
}

function appOf(latest: ObservationOf<'app'>): string {
  return latest.level === 'name' ? latest.name : latest.category;
}

function absencesOf(
  facts: TodayFacts,
  has: Readonly<Record<(typeof todayParameters)[number], boolean>>,
): DayReport['absent'] {
  const recorded = new Set(todayParameters.filter((id) => has[id]));
  const absent = absences(facts, recorded, has.session || !facts.viewable.has('session'));
  return absent.filter(({ parameter }) => todayParameters.some((id) => id === parameter));
}
