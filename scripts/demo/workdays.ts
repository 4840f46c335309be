import { HOUR, type UnixMs } from '../../shared/time.ts';

/** Of today it must be past this hour, or there is nothing to see yet. */
const WORTH_SHOWING_MS = 12 * HOUR;

/**
 * The midnights of the last `count` working days (Monday to Friday) until `now`, oldest first, in the time of this computer. Today
 * is one of them from noon on.
 */
export function workdaysUntil(now: UnixMs, count: number): UnixMs[] {
  const today = new Date(now);
  const days: UnixMs[] = [];
  for (let back = 0; days.length < count; back += 1) {
    const day = new Date(today.getFullYear(), today.getMonth(), today.getDate() - back);
    const isWorkday = day.getDay() >= 1 && day.getDay() <= 5;
    if (isWorkday && now - day.getTime() >= WORTH_SHOWING_MS) days.unshift(day.getTime());
  }
  return days;
}
