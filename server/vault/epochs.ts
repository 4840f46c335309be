import { DAY, type Day, dayOf, type UnixMs } from '../../shared/time.ts';

// The epoch of a data key: the week of what is sealed under it, and how often the keys of that week were replaced because a part of it was
// erased. A key that was replaced is destroyed; no epoch is ever used again.

/** Weeks are counted from 1970-01-01: more of them than any time that this program knows. */
const WEEKS = 1_000_000;
const WEEK_DAYS = 7;

/** Times the number of an erasure: below every epoch of after it, and above each of before. */
export const FIRST_OF_ERASURE = WEEKS;

/** The first epoch of the week in which `at` falls. */
export function epochOf(at: UnixMs): number {
  return Math.floor(at / DAY / WEEK_DAYS);
}

/** The epoch of the same week after the erasure of this number, from 1. */
export function epochAfter(epoch: number, erasure: number): number {
  return erasure * WEEKS + weekOf(epoch);
}

export function weekOf(epoch: number): number {
  return epoch % WEEKS;
}

/** After which erasure its key was made; 0 for the first of a week. */
export function erasureOf(epoch: number): number {
  return Math.floor(epoch / WEEKS);
}

/** The days of a week, both included. */
export function daysOfWeek(week: number): readonly [from: Day, to: Day] {
  const first = week * WEEK_DAYS * DAY;
  return [dayOf(first), dayOf(first + (WEEK_DAYS - 1) * DAY)];
}
