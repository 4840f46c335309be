import { expect, test } from 'vitest';
import { type AbsencesOfDay, absenceOf, untitledText } from '../../../server/console/day/absence.ts';
import { addressedDay } from '../../../server/console/day/addressedDay.ts';
import { en } from '../../../server/console/strings/en.ts';
import { runsOf } from '../../../server/console/week/matrix.ts';
import type { DayReport } from '../../../shared/protocol/http/day.ts';
import { DAY, HOUR } from '../../../shared/time.ts';
import { personId } from '../../support/storeRecords.ts';

const midnight = Date.parse('2026-11-16T00:00:00Z');
type Why = DayReport['absent'][number]['why'];

/** The first day is over; the second one lasts. */
function day(index: number, why: Why, since: number | null = null, zone = 'UTC'): AbsencesOfDay {
  return {
    absent: [{ parameter: 'app', why, since }],
    person: { id: personId('ada'), name: 'Ada' },
    to: midnight + (index + 1) * DAY,
    generatedAt: midnight + DAY + HOUR,
    zone,
  };
}
const words = (one: AbsencesOfDay, own = false) => absenceOf(one, 'app', own);

test('of a day that is over the reasons are past, and of one that lasts they are present', () => {
  const what = 'Active application';
  const both = (why: Why, own: boolean) => [words(day(0, why), own), words(day(1, why), own)];
  expect(both('off_by_policy', true)).toEqual([
    `Nothing was collected, because the policy had it off: ${what}.`,
    `Nothing is collected, because the policy has it off: ${what}.`,
  ]);
  expect(both('no_device', false)).toEqual([
    'Nothing was collected, because Ada had no enrolled device then.',
    'Nothing is collected, because Ada has no enrolled device.',
  ]);
  expect(both('not_acknowledged', true)).toEqual([
    'Nothing was collected, because you had not acknowledged the notice then.',
    'Nothing is collected, because you have not acknowledged the notice yet.',
  ]);
  expect(both('nothing_recorded', false)).toEqual([
    `It was on, and nothing was recorded on this day: ${what}.`,
    `It is on, and nothing was recorded on this day: ${what}.`,
  ]);
});

test('whoever has acknowledged what does not count yet is not said not to have', () => {
  const told = (index: number, own: boolean) =>
    words(
      {
        ...day(index, 'counts_later'),
        absent: [{ parameter: 'app', why: 'counts_later', since: null, from: midnight + 3 * DAY }],
      },
      own,
    );
  expect(told(1, true)).toMatch(/^Nothing is collected yet: you have acknowledged .* from Thu 19 Nov;/);
  expect(told(1, false)).toMatch(/^Nothing is collected yet: Ada has acknowledged .* from Thu 19 Nov:/);
  expect(told(0, false)).toMatch(/^Nothing was collected: Ada had acknowledged .* from Thu 19 Nov:/);
});

test('since when it is off is a day of the zone that the report is in', () => {
  const since = midnight - 2 * HOUR;
  expect(words(day(0, 'off_by_policy', since))).toContain('off since Sun 15 Nov:');
  expect(words(day(0, 'off_by_policy', since, 'Asia/Tokyo'))).toContain('off since Mon 16 Nov:');
});

test('days of a week with one reason are told together, and the day that lasts is told apart', () => {
  const week = [day(-2, 'no_device'), day(-1, 'no_device'), day(0, 'no_device'), day(1, 'no_device')];
  const runs = runsOf(week, (one) => words(one));
  expect(runs.map(({ from, to }) => [week.indexOf(from), week.indexOf(to)])).toEqual([
    [0, 2],
    [3, 3],
  ]);
});

test('a title that is not there is explained below the table, and one that is there needs no words', () => {
  const withTitle = (title: string | null) => ({
    ...{ ...day(0, 'nothing_recorded'), absent: [] },
    apps: [{ from: midnight, to: midnight + HOUR, label: 'XTerm', title }],
  });
  const off = { ...withTitle(null), absent: [{ parameter: 'title', why: 'off_by_policy', since: null }] as const };
  expect(untitledText(withTitle(null), true)).toBe(en['col.titleNone']);
  expect(untitledText({ ...off, absent: [...off.absent] }, true)).toMatch(/the policy had it off: Window title\.$/);
  expect(untitledText(withTitle('draft.md'), true)).toBeNull();
});

test('an address that names no day of the calendar names none, and today is not read in its place', () => {
  const today = '2026-11-22';
  expect([undefined, '2026-11-16'].map((text) => addressedDay(text, today))).toEqual([today, '2026-11-16']);
  for (const text of ['2026-13-45', '2026-02-30', 'today', ''])
    expect([text, addressedDay(text, today)]).toEqual([text, null]);
});
