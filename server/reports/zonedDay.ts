import { addDays, DAY, type Day, dayOf, type UnixMs } from '../../shared/time.ts';
import type { Interval } from './intervals.ts';

/**
 * When a calendar day begins and ends in a time zone: 23, 24 or 25 hours, by the zone's own rules. Null when the zone is
 * not one that this runtime knows.
 */
export function zonedDay(day: Day, zone: string): Interval | null {
  const format = formatOf(zone);
  if (format === null) return null;
  return { from: midnight(day, format), to: midnight(addDays(day, 1), format) };
}

/** The calendar day of an instant in a time zone; null when the zone is not known. */
export function localDay(at: UnixMs, zone: string): Day | null {
  const format = formatOf(zone);
  return format === null ? null : dayOf(localDate(at, format));
}

function formatOf(zone: string): Intl.DateTimeFormat | null {
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch {
    return null;
  }
}

/** The first instant whose local date is `day`: zones are at most 14 hours ahead and 12 behind, and dates never go back for long. */
function midnight(day: Day, format: Intl.DateTimeFormat): UnixMs {
  const wanted = Date.parse(`${day}T00:00:00Z`);
  let low = wanted - DAY;
  let high = wanted + DAY;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (localDate(middle, format) < wanted) low = middle;
    else high = middle;
  }
  return high;
}

/** The local date as midnight UTC of the same date, so that dates compare as numbers. */
function localDate(at: UnixMs, format: Intl.DateTimeFormat): number {
  const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  return Date.UTC(parts.get('year') ?? 0, (parts.get('month') ?? 1) - 1, parts.get('day') ?? 1);
}
