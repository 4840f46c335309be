import { describe, expect, test } from 'vitest';
import { activityBars, hourTicks, place, runsOf, visibleSpan } from '../../../server/console/day/timeline.ts';
import { PersonId } from '../../../shared/ids.ts';
import type { DayReport } from '../../../shared/protocol/http/day.ts';
import { HOUR, MINUTE, UnixMs } from '../../../shared/time.ts';

const start = Date.parse('2026-11-12T00:00:00Z');
const at = (hours: number, minutes = 0) => UnixMs.parse(start + hours * HOUR + minutes * MINUTE);

const report = (change: Partial<DayReport>): DayReport => ({
  person: { id: PersonId.parse('6f1c9a52-33f0-4a60-9a2a-3c6a70a1b001'), name: 'Mia' },
  day: '2026-11-12',
  zone: 'UTC',
  from: at(0),
  to: at(24),
  generatedAt: at(24),
  policyVersion: 1,
  recordedAccess: null,
  sessions: [],
  gaps: [],
  work: [],
  activity: [],
  apps: [],
  sites: [],
  screenshots: [],
  notes: [],
  device: [],
  timezones: [],
  totals: { trackedMs: 0, byProject: [], byApp: [], bySite: [] },
  absent: [],
  ...change,
});

const session = (from: number, to: number) => ({
  from: at(from),
  to: at(to),
  open: false,
  stopCause: null,
  overlapping: false,
});

describe('the axis of a day', () => {
  test('spans the whole hours in which there is something', () => {
    const app = { from: at(8, 17), to: at(16, 52), label: 'Editor', title: null };
    expect(visibleSpan(report({ apps: [app] }))).toEqual({ from: at(8), to: at(17) });
  });

  test('is never shorter than six hours, and stays inside the day', () => {
    expect(visibleSpan(report({ sessions: [session(9, 10)] }))).toEqual({ from: at(9), to: at(15) });
    expect(visibleSpan(report({ sessions: [session(22, 23)] }))).toEqual({ from: at(18), to: at(24) });
  });

  test('shows office hours when there is nothing, and a short day whole', () => {
    expect(visibleSpan(report({}))).toEqual({ from: at(8), to: at(18) });
    expect(visibleSpan(report({ to: at(23), sessions: [session(0, 23)] }))).toEqual({ from: at(0), to: at(23) });
  });

  test('labels at most as many hours as fit', () => {
    expect(hourTicks({ from: at(8), to: at(11) }, 10)).toEqual([at(8), at(9), at(10), at(11)]);
    expect(hourTicks({ from: at(0), to: at(24) }, 10)).toEqual(
      [0, 3, 6, 9, 12, 15, 18, 21, 24].map((hour) => at(hour)),
    );
  });

  test('places a span in percent, cuts what sticks out and leaves out what is elsewhere', () => {
    const visible = { from: at(8), to: at(18) };
    expect(place({ from: at(9), to: at(10) }, visible)).toEqual({ left: 10, width: 10 });
    expect(place({ from: at(6), to: at(9) }, visible)).toEqual({ left: 0, width: 10 });
    expect(place({ from: at(1), to: at(2) }, visible)).toBeNull();
  });
});

describe('the lanes of a day', () => {
  test('neighbours with one label are one block; another label or a longer pause begins a new one', () => {
    const runs = runsOf([
      { from: at(9, 10), to: at(9, 20), label: 'Editor' },
      { from: at(9), to: at(9, 9), label: 'Editor' },
      { from: at(9, 20), to: at(9, 30), label: 'Mail' },
      { from: at(9, 40), to: at(9, 50), label: 'Mail' },
    ]);
    expect(runs).toEqual([
      { from: at(9), to: at(9, 20), label: 'Editor' },
      { from: at(9, 20), to: at(9, 30), label: 'Mail' },
      { from: at(9, 40), to: at(9, 50), label: 'Mail' },
    ]);
  });

  test('counts are summed per ten minutes and measured against the busiest; moving the pointer makes no bar higher', () => {
    const minute = (minutes: number, keys: number, moves: number) => ({
      from: at(9, minutes),
      to: at(9, minutes + 1),
      active: true,
      counts: { keys, clicks: 0, scrolls: 0, moves },
    });
    const bars = activityBars([minute(0, 30, 1), minute(9, 10, 2), minute(10, 20, 900)], start);
    expect(
      bars.map(({ from, height, counts }) => ({ from, height, keys: counts?.keys, moves: counts?.moves })),
    ).toEqual([
      { from: at(9), height: 1, keys: 40, moves: 3 },
      { from: at(9, 10), height: 0.5, keys: 20, moves: 900 },
    ]);
  });

  test('where only yes and no are recorded, a bar is full or none', () => {
    const slot = (minutes: number, active: boolean) => ({
      from: at(9, minutes),
      to: at(9, minutes + 10),
      active,
      counts: null,
    });
    expect(activityBars([slot(0, true), slot(10, false)], start).map(({ height }) => height)).toEqual([1, 0]);
  });
});
