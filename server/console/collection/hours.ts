import type { WorkingHours } from '../../../shared/policy/workingHours.ts';
import { weekday } from '../strings/format.ts';
import { listed, say } from '../strings/say.ts';

/** `Mon, Tue 09:00–17:00, by the clock of Europe/Berlin`; without a zone, by the person's own. */
export function hoursText({ spans }: WorkingHours, zone: string | null): string {
  const hours = listed(
    spans.map(({ days, from, to }) => say('hours.span', { days: listed(days.map(dayName)), from, to })),
  );
  if (zone === null) return say('why.schedule.own', { hours });
  return say('why.schedule.zone', { hours, zone });
}

/** `Mon` for 1, the Monday of ISO 8601. */
export function dayName(day: number): string {
  return weekday(`2026-01-${String(4 + day).padStart(2, '0')}`); // the 5th was a Monday
}
