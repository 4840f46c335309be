import { expect, it } from 'vitest';
import { dayReport } from '../../../../server/reports/day.ts';
import type { Recorded } from '../../../../server/reports/recorded.ts';
import type { Observation } from '../../../../shared/events/observation.ts';
import { DeviceId, SessionId } from '../../../../shared/ids.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../../../shared/time.ts';
import { dayFacts } from '../../../support/dayFacts.ts';

const START = Date.UTC(2026, 10, 12);
const NOON = START + 12 * HOUR;
const MANY = 6_000;
const uuid = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const device = DeviceId.parse(uuid(1));
const numbers = Array.from({ length: MANY }, (_, n) => n);

const record = (observation: Observation, session = 1): Recorded => ({
  ...{ device, session: SessionId.parse(uuid(session)), observation },
});
const when = (at: number, span = 0) => ({ at, mono: at - START, span });
const event = (at: number, name: 'start' | 'stop'): Observation => ({
  ...{ parameter: 'session', level: 'on', ...when(at), event: name, cause: 'employee' },
});

/** Milliseconds of processor time, so that a busy machine does not fail the test. */
function processorTimeOf(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

it('thousands of applications and titles at the same time give as many rows as there are changes, soon', () => {
  const records = numbers.flatMap((n) => [
    record({ parameter: 'app', level: 'name', ...when(NOON + (n % 900), MINUTE), name: `a${n}` }),
    record({ parameter: 'title', level: 'full', ...when(NOON + (n % 900), MINUTE), title: `t${n}` }),
  ]);
  let rows = 0;
  const ms = processorTimeOf(() => {
    rows = dayReport(dayFacts(START, [record(event(NOON - SECOND, 'start')), ...records])).apps.length;
  });
  expect(rows).toBeGreaterThan(800);
  expect(rows).toBeLessThanOrEqual(1_800);
  expect(ms).toBeLessThan(4_000);
});

it('thousands of sessions that run at the same time are reported soon, each as overlapping', () => {
  const records = numbers.flatMap((n) => [
    record(event(NOON + n, 'start'), n + 1),
    record({ parameter: 'project', level: 'on', ...when(NOON + n), project: `p${n}`, task: null }, n + 1),
    record(event(NOON + HOUR + n, 'stop'), n + 1),
  ]);
  let overlapping = 0;
  const ms = processorTimeOf(() => {
    const { sessions } = dayReport(dayFacts(START, records));
    overlapping = sessions.filter((one) => one.overlapping).length;
  });
  expect(overlapping).toBe(MANY);
  expect(ms).toBeLessThan(4_000);
});

it('thousands of projects and gaps in one session are reported soon', () => {
  const records = numbers.flatMap((n) => [
    record({ parameter: 'project', level: 'on', ...when(NOON + 4 * n), project: `p${n}`, task: null }),
    record({ parameter: 'session', level: 'on', ...when(NOON + 4 * n + 2, 1), event: 'gap', cause: 'locked' }),
  ]);
  let work = 0;
  const ms = processorTimeOf(() => {
    const all = [record(event(NOON, 'start')), ...records, record(event(NOON + HOUR, 'stop'))];
    work = dayReport(dayFacts(START, all)).work.length;
  });
  expect(work).toBe(2 * MANY);
  expect(ms).toBeLessThan(4_000);
});

it('one application at a time is in front of a device: what overlaps ends where the next one begins', () => {
  const apps = [
    record({ parameter: 'app', level: 'name', ...when(NOON, HOUR), name: 'A' }),
    record({ parameter: 'app', level: 'name', ...when(NOON + 10 * MINUTE, 5 * MINUTE), name: 'B' }),
  ];
  const all = [record(event(NOON, 'start')), ...apps, record(event(NOON + HOUR, 'stop'))];
  const report = dayReport(dayFacts(START, all));
  expect(report.apps.map(({ from, to, label }) => [(from - NOON) / MINUTE, (to - NOON) / MINUTE, label])).toEqual([
    [0, 10, 'A'],
    [10, 15, 'B'],
  ]);
});

it('what was seen once and took no time is shown with its moment, alone or within another, and counts no time', () => {
  const report = dayReport(
    dayFacts(START, [
      record(event(NOON, 'start')),
      record({ parameter: 'app', level: 'name', ...when(NOON + MINUTE), name: 'Once' }),
      record({ parameter: 'title', level: 'full', ...when(NOON + MINUTE), title: 'seen once' }),
      record({ parameter: 'app', level: 'name', ...when(NOON + 10 * MINUTE, 5 * MINUTE), name: 'Editor' }),
      record({ parameter: 'title', level: 'full', ...when(NOON + 12 * MINUTE), title: 'within' }),
      record({ parameter: 'title', level: 'full', ...when(NOON + 15 * MINUTE), title: 'after' }),
      record({ parameter: 'url', level: 'domain', ...when(NOON + MINUTE), domain: 'example.com' }),
      record({ parameter: 'activity', level: 'active', ...when(NOON + MINUTE), active: true }),
      record({ parameter: 'app', level: 'name', ...when(START - 1), name: 'yesterday' }),
      record({ parameter: 'app', level: 'name', ...when(START + DAY), name: 'tomorrow' }),
      record(event(NOON + HOUR, 'stop')),
    ]),
  );
  const at = (minutes: number) => NOON + minutes * MINUTE;
  const moment = (minutes: number) => ({ from: at(minutes), to: at(minutes) });
  expect(report.apps).toEqual([
    { ...moment(1), label: 'Once', title: 'seen once' },
    { from: at(10), to: at(15), label: 'Editor', title: null },
    { ...moment(12), label: 'Editor', title: 'within' },
    { ...moment(15), label: 'not collected', title: 'after' },
  ]);
  expect(report.sites).toEqual([{ ...moment(1), label: 'example.com' }]);
  expect(report.activity).toEqual([{ ...moment(1), active: true, counts: null }]);
  expect([report.totals.byApp, report.totals.bySite]).toEqual([[{ label: 'Editor', ms: 5 * MINUTE }], []]);
  const absent = report.absent.map(({ parameter }) => parameter);
  for (const id of ['app', 'title', 'url', 'activity'] as const) expect(absent).not.toContain(id);
});
