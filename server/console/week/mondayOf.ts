import { addDays, DAY } from '../../../shared/time.ts';

/** The Monday of the week (ISO 8601) that a day is in. */
export function mondayOf(day: string): string {
  const sinceEpoch = Math.floor(Date.parse(`${day}T00:00:00Z`) / DAY); // 1970-01-01 was a Thursday
  return addDays(day, -((sinceEpoch + 3) % 7));
}
