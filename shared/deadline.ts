import { addDays, type Day } from './time.ts';

/**
 * The last day of a period of whole months that begins with an event on `event`, as Regulation (EEC, Euratom) 1182/71 counts it: the day
 * of the event is not part of it (Art. 3(1)), it ends with the day of the same number in the last month, or with the last day of
 * that month where there is no such day (Art. 3(2)(c)), and on the next Monday where that is a Saturday or a Sunday (Art. 3(4)).
 * Public holidays are not known here and move nothing: the day is never later than the law's.
 */
export function lastDayOf(event: Day, months: number): Day {
  const last = sameDayLater(event, months);
  const weekday = new Date(`${last}T00:00:00Z`).getUTCDay();
  if (weekday === 6) return addDays(last, 2);
  return weekday === 0 ? addDays(last, 1) : last;
}

function sameDayLater(day: Day, months: number): Day {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  const target = month - 1 + months;
  // Day 0 of the month after it is the last of the month.
  const length = new Date(Date.UTC(year, target + 1, 0)).getUTCDate();
  return new Date(Date.UTC(year, target, Math.min(date, length))).toISOString().slice(0, 10);
}
