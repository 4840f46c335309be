import fc from 'fast-check';
import { expect, it } from 'vitest';
import { lastDayOf } from '../../../shared/deadline.ts';
import { addDays, dayOf } from '../../../shared/time.ts';

it.each([
  ['of the same number, a month later', '2026-03-05', 1, '2026-04-06'], // the 5th is a Sunday
  ['which the day of the event is not part of', '2026-03-10', 1, '2026-04-10'],
  ['the last of the month where it has no such day', '2026-08-31', 1, '2026-09-30'],
  ['the last of February', '2028-01-31', 1, '2028-02-29'],
  ['the last of February, which is a Saturday in 2026', '2026-01-30', 1, '2026-03-02'],
  ['the Monday after a Saturday', '2026-07-01', 1, '2026-08-03'],
  ['the Monday after a Sunday', '2026-09-11', 1, '2026-10-12'],
  ['in the next year', '2026-12-15', 1, '2027-01-15'],
  ['three months on, whatever lies between', '2026-11-30', 3, '2027-03-01'],
])('the last day of a period is %s', (_, event, months, last) => {
  expect(lastDayOf(event, months)).toBe(last);
});

it('is never a day of the weekend, never before the month is over, and never later than three days after it', () => {
  const day = fc.integer({ min: 0, max: 20_000 }).map((days) => addDays('2024-01-01', days));
  fc.assert(
    fc.property(day, fc.constantFrom(1, 3), (event, months) => {
      const last = lastDayOf(event, months);
      const weekday = new Date(`${last}T00:00:00Z`).getUTCDay();
      expect([0, 6]).not.toContain(weekday);
      const days = (Date.parse(last) - Date.parse(event)) / 86_400_000;
      expect(days).toBeGreaterThanOrEqual(months === 1 ? 28 : 89);
      expect(days).toBeLessThanOrEqual(months === 1 ? 33 : 94);
      expect(dayOf(Date.parse(last))).toBe(last);
    }),
  );
});
