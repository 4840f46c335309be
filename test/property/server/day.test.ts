import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dayReport } from '../../../server/reports/day.ts';
import { type Interval, intersect, measure, subtract, union } from '../../../server/reports/intervals.ts';
import { inOrder, ofParameter, type Recorded } from '../../../server/reports/recorded.ts';
import { zonedDay } from '../../../server/reports/zonedDay.ts';
import type { Observation } from '../../../shared/events/observation.ts';
import { DeviceId, SessionId } from '../../../shared/ids.ts';
import { DayReport } from '../../../shared/protocol/http/day.ts';
import { addDays, DAY, HOUR, MINUTE } from '../../../shared/time.ts';
import { dayFacts } from '../../support/dayFacts.ts';

const START = Date.UTC(2026, 10, 12);
const BOUNDS = { from: START, to: START + DAY };
const uuid = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

// Time in minutes around the day: a slow and obvious model that the intervals are held against.
const minute = fc.integer({ min: -180, max: 24 * 60 + 180 });
const interval = fc
  .tuple(minute, fc.integer({ min: 0, max: 300 }))
  .map(([from, length]) => ({ from, to: from + length }));
const intervals = fc.array(interval, { maxLength: 12 });
const minutesOf = (all: readonly Interval[]) =>
  new Set(all.flatMap(({ from, to }) => Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i)));

describe('intervals', () => {
  test('union, subtract, intersect and measure are those of sets of minutes', () => {
    fc.assert(
      fc.property(intervals, intervals, (a, b) => {
        const [left, right] = [minutesOf(a), minutesOf(b)];
        expect(minutesOf(union(a))).toEqual(new Set([...left].toSorted((x, y) => x - y)));
        expect(minutesOf(subtract(a, b))).toEqual(new Set([...left].filter((one) => !right.has(one))));
        expect(minutesOf(intersect(a, b))).toEqual(new Set([...left].filter((one) => right.has(one))));
        expect(measure(a)).toBe(left.size);
      }),
    );
  });

  test('answers are sorted, disjoint and not empty', () => {
    fc.assert(
      fc.property(intervals, intervals, (a, b) => {
        for (const answer of [union(a), subtract(a, b), intersect(a, b)]) {
          answer.forEach(({ from, to }, index) => {
            expect(from).toBeLessThan(to);
            expect(from).toBeGreaterThan(answer[index - 1]?.to ?? Number.NEGATIVE_INFINITY);
          });
        }
      }),
    );
  });
});

describe('a calendar day in a zone', () => {
  const zones = [
    'UTC',
    'Europe/Berlin',
    'America/New_York',
    'Asia/Kathmandu',
    'Pacific/Auckland',
    'America/Santiago',
    'Asia/Beirut',
    'Pacific/Kiritimati',
  ];
  test('begins at the first instant of its date, and the days of a year follow each other without a hole', () => {
    for (const zone of zones) {
      const date = (at: number) => new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short' }).format(at);
      let day = '2026-01-01';
      let end = zonedDay(day, zone)?.from;
      for (let n = 0; n < 366; n += 1) {
        const bounds = zonedDay(day, zone);
        if (bounds === null) throw new Error(`${zone} is not known`);
        expect([zone, bounds.from, date(bounds.from), date(bounds.from - 1)]).toEqual([
          zone,
          end,
          day,
          addDays(day, -1),
        ]);
        expect([23 * HOUR, DAY, 25 * HOUR]).toContain(bounds.to - bounds.from);
        end = bounds.to;
        day = addDays(day, 1);
      }
    }
  });

  test('of a zone that does not exist is none', () => {
    expect(zonedDay('2026-01-01', 'Mars/Base')).toBe(null);
  });
});

interface Plan {
  readonly device: number;
  readonly from: number;
  readonly length: number;
  readonly gaps: readonly { from: number; length: number; pause: boolean }[];
  readonly apps: readonly { from: number; length: number; name: string }[];
}

const plan: fc.Arbitrary<Plan> = fc.record({
  device: fc.integer({ min: 1, max: 2 }),
  from: minute,
  length: fc.integer({ min: 1, max: 400 }),
  gaps: fc.array(
    fc.record({ from: fc.integer({ min: 0, max: 300 }), length: fc.integer({ min: 1, max: 60 }), pause: fc.boolean() }),
    { maxLength: 4 },
  ),
  apps: fc.array(
    fc.record({
      from: fc.integer({ min: 0, max: 300 }),
      // 0: seen once, and not known for how long
      length: fc.integer({ min: 0, max: 60 }),
      name: fc.constantFrom('A', 'B', 'C'),
    }),
    { maxLength: 6 },
  ),
});
const plans = fc.array(plan, { maxLength: 5 });

/** Gaps follow each other, as an agent records them: within the session, one after the other. */
function gapsOf({ length, gaps }: Plan): { from: number; to: number; pause: boolean }[] {
  let free = 1;
  return gaps
    .toSorted((a, b) => a.from - b.from)
    .flatMap(({ from, length: long, pause }) => {
      const start = Math.max(free, from);
      const end = Math.min(start + long, length);
      if (start >= end) return [];
      free = end + 1;
      return [{ from: start, to: end, pause }];
    });
}

function recordsOf(one: Plan, index: number): Recorded[] {
  const device = DeviceId.parse(uuid(one.device));
  const session = SessionId.parse(uuid(100 + index));
  const when = (offset: number, length = 0) => ({
    at: START + (one.from + offset) * MINUTE,
    mono: DAY + (one.from + offset) * MINUTE,
    span: length * MINUTE,
  });
  const event = (name: 'start' | 'stop' | 'pause' | 'resume', at: number): Observation => ({
    parameter: 'session',
    level: 'on',
    ...when(at),
    event: name,
    cause: 'employee',
  });
  const observations: Observation[] = [
    event('start', 0),
    ...gapsOf(one).flatMap(({ from, to, pause }): Observation[] =>
      pause
        ? [event('pause', from), event('resume', to)]
        : [{ parameter: 'session', level: 'on', ...when(from, to - from), event: 'gap', cause: 'locked' }],
    ),
    ...one.apps.map(
      ({ from, length, name }): Observation => ({ parameter: 'app', level: 'name', ...when(from, length), name }),
    ),
    event('stop', one.length),
  ];
  return observations.map((observation) => ({ device, session, observation }));
}

describe('a day', () => {
  test('tracks exactly the minutes of the day that are in a session and in none of its gaps; twice at once counts once', () => {
    fc.assert(
      fc.property(plans, (all) => {
        const minutes = all.flatMap((one) => {
          const gaps = minutesOf(gapsOf(one));
          return [...minutesOf([{ from: 0, to: one.length }])].filter((m) => !gaps.has(m)).map((m) => m + one.from);
        });
        const inDay = new Set(minutes.filter((m) => m >= 0 && m < 24 * 60));
        const report = dayReport(dayFacts(START, all.flatMap(recordsOf)));
        expect(report.totals.trackedMs).toBe(inDay.size * MINUTE);
      }),
    );
  });

  test('neither counts nor shows anything that lasts beyond the moment at which it is made', () => {
    fc.assert(
      fc.property(plans, minute, (all, made) => {
        const now = START + made * MINUTE;
        const report = dayReport({ ...dayFacts(START, all.flatMap(recordsOf)), now });
        const minutes = all.flatMap((one) => {
          const gaps = minutesOf(gapsOf(one));
          return [...minutesOf([{ from: 0, to: one.length }])].filter((m) => !gaps.has(m)).map((m) => m + one.from);
        });
        const until = new Set(minutes.filter((m) => m >= 0 && m < Math.min(made, 24 * 60)));
        expect(report.totals.trackedMs).toBe(until.size * MINUTE);
        for (const { from, to } of [...report.sessions, ...report.gaps, ...report.work]) {
          expect(from < to && to <= now).toBe(true);
        }
        for (const { from, to } of [...report.apps, ...report.sites, ...report.activity]) {
          expect(to <= now || from === to).toBe(true);
        }
      }),
    );
  });

  test('counts of each application exactly the tracked minutes in which it was in front, one at a time on a device', () => {
    fc.assert(
      fc.property(plans, (all) => {
        const tracked = new Set(
          all.flatMap((one) => {
            const gaps = minutesOf(gapsOf(one));
            return [...minutesOf([{ from: 0, to: one.length }])].filter((m) => !gaps.has(m)).map((m) => m + one.from);
          }),
        );
        const report = dayReport(dayFacts(START, all.flatMap(recordsOf)));
        const apps = ofParameter(inOrder(all.flatMap(recordsOf)), 'app');
        const inFront = (device: number, at: number): string | null => {
          const last = apps.findLast((one) => one.device === uuid(device) && one.observation.at <= at)?.observation;
          return last?.level === 'name' && at < last.at + last.span ? last.name : null;
        };
        for (const name of ['A', 'B', 'C']) {
          const seen = [...tracked].filter((m) => [1, 2].some((d) => inFront(d, START + m * MINUTE) === name));
          const expected = seen.filter((m) => m >= 0 && m < 24 * 60).length;
          expect(report.totals.byApp.find(({ label }) => label === name)?.ms ?? 0).toBe(expected * MINUTE);
        }
      }),
    );
  });

  test('shows nothing as in front that something else ended before the day began', () => {
    const apps = [
      { from: 0, length: 20, name: 'A' },
      { from: 5, length: 1, name: 'B' },
    ];
    const report = dayReport(dayFacts(START, recordsOf({ device: 1, from: -10, length: 30, gaps: [], apps }, 0)));
    expect([report.totals.trackedMs, report.apps, report.totals.byApp]).toEqual([20 * MINUTE, [], []]);
  });

  test('is the same in whatever order the records came, fits its schema, and stays within its day', () => {
    fc.assert(
      fc.property(plans, fc.infiniteStream(fc.nat()), (all, random) => {
        const records = all.flatMap(recordsOf);
        const shuffled = records
          .map((record) => ({ record, key: random.next().value }))
          .toSorted((a, b) => a.key - b.key);
        const report = dayReport(dayFacts(START, records));
        expect(
          dayReport(
            dayFacts(
              START,
              shuffled.map(({ record }) => record),
            ),
          ),
        ).toEqual(report);
        expect(DayReport.parse(report)).toEqual(report);
        for (const { from, to } of [...report.sessions, ...report.gaps, ...report.work]) {
          expect(from >= BOUNDS.from && from < to && to <= BOUNDS.to).toBe(true);
        }
        for (const { from, to } of report.apps) {
          expect(from >= BOUNDS.from && from <= to && from < BOUNDS.to && to <= BOUNDS.to).toBe(true);
        }
      }),
    );
  });

  test('says for every parameter either something or why not', () => {
    fc.assert(
      fc.property(plans, (all) => {
        const report = dayReport(dayFacts(START, all.flatMap(recordsOf)));
        const absent = report.absent.map(({ parameter }) => parameter);
        expect(absent.includes('session')).toBe(report.sessions.length === 0);
        expect(absent.includes('app')).toBe(report.apps.length === 0);
        expect(absent.includes('project')).toBe(report.work.length === 0);
        expect(new Set(absent).size).toBe(absent.length);
      }),
      {
        examples: [
          // A session that ends with the day before: its stop is the first moment of this one.
          [[{ device: 1, from: -6, length: 6, gaps: [], apps: [] }]],
          // What was in front then, too, and at that moment.
          [
            [
              {
                device: 1,
                from: -1,
                length: 1,
                gaps: [],
                apps: [
                  { from: 1, length: 0, name: 'A' },
                  { from: 0, length: 2, name: 'A' },
                ],
              },
            ],
          ],
        ],
      },
    );
  });
});
