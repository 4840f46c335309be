import type { WeekReport } from '../../shared/protocol/http/week.ts';
import type { UnixMs } from '../../shared/time.ts';
import type { Circumstances } from './absent.ts';
import { joinedMarks, marked } from './corrected.ts';
import { type DaySetting, type History, historyOf, type Known, reportOn } from './day.ts';
import { type Interval, intersect, measure } from './intervals.ts';
import { trackedOf } from './sessions.ts';

/** What a week is made of: everything known of the person in it, and what held on each of its days. */
export interface WeekFacts extends Known {
  readonly header: Omit<WeekReport, 'days' | 'generatedAt'>;
  readonly now: UnixMs;
  readonly days: readonly (Circumstances & { readonly day: string; readonly bounds: Interval })[];
}

/** Seven days in totals: of each day the same as its own report says. Pure. */
export function weekReport({ header, now, days, ...known }: WeekFacts): WeekReport {
  const history = historyOf(known, now);
  return {
    ...header,
    generatedAt: now,
    days: days.map(({ day, ...setting }) => dayOfWeek(history, { ...setting, header: { ...header, day }, now })),
  };
}

function dayOfWeek(history: History, setting: DaySetting): WeekReport['days'][number] {
  const report = reportOn(history, setting);
  const { day, from, to, totals, activity, absent } = report;
  const { bySite: _sites, ...shown } = totals;
  const tracked = intersect(trackedOf(history.sessions), [setting.bounds]);
  const within = (spans: readonly Interval[]) => measure(intersect(spans, tracked));
  return {
    ...{ day, from, to, absent, totals: shown },
    unfinished: isUnfinished(history, setting),
    activity:
      activity.length === 0
        ? null
        : { recordedMs: within(activity), activeMs: within(activity.filter(({ active }) => active)) },
    ...marked(
      joinedMarks([...report.sessions, ...report.work, ...report.apps, ...activity].map((one) => one.mark ?? null)),
    ),
  };
}

/** A session that runs now has no end either, but is known to this moment. */
function isUnfinished({ sessions }: History, { viewable, bounds, now }: DaySetting): boolean {
  if (!viewable.has('session')) return false;
  return sessions.some(
    ({ from, to, stopCause, open }) =>
      stopCause === null && !(open && to >= now) && from < bounds.to && to >= bounds.from,
  );
}
