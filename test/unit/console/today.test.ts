import { expect, test } from 'vitest';
import { sinceReport, trackedBy } from '../../../server/console/today/states.ts';
import type { Watching } from '../../../server/console/today/useToday.ts';
import type { TodayRow } from '../../../shared/protocol/http/today.ts';
import { HOUR, MINUTE } from '../../../shared/time.ts';

const at = 1_000_000;
const row = (state: TodayRow['state']): TodayRow => ({ state, trackedMs: HOUR }) as TodayRow;
const shown = (state: TodayRow['state'], watching: Watching): number | null =>
  trackedBy(row(state), sinceReport({ watching, receivedAt: at }, at + 10 * MINUTE));

test('while the page is live the time of whoever tracks goes on, and of nobody else', () => {
  expect(shown('tracking', { state: 'live' })).toBe(HOUR + 10 * MINUTE);
  expect(shown('paused', { state: 'live' })).toBe(HOUR);
  expect(shown('not_connected', { state: 'live' })).toBe(HOUR);
});

test('once it is not live nothing is counted beyond what was heard', () => {
  for (const state of ['lost', 'resting', 'waiting'] as const)
    expect([state, shown('tracking', { state })]).toEqual([state, HOUR]);
});

test('a clock that is behind the moment of the report takes nothing away', () => {
  expect(sinceReport({ watching: { state: 'live' }, receivedAt: at }, at - MINUTE)).toBe(0);
});
