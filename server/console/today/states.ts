import type { Tone } from '../../../look/Mark.tsx';
import type { TodayRow } from '../../../shared/protocol/http/today.ts';
import { clockTime, dayIn, shortDate } from '../strings/format.ts';
import { say } from '../strings/say.ts';
import type { TodayWatch } from './useToday.ts';

/** In the order of the page: who is at work first. */
export const states = [
  'tracking',
  'paused',
  'not_connected',
  'stopped',
  'not_today',
  'not_collected',
  'not_for_you',
  'other_purpose',
] as const satisfies readonly TodayRow['state'][];

export const tones: Readonly<Record<TodayRow['state'], Tone>> = {
  tracking: 'on',
  paused: 'off',
  not_connected: 'wait',
  stopped: 'off',
  not_today: 'off',
  not_collected: 'off',
  not_for_you: 'private',
  other_purpose: 'private',
};

/** `since 09:02`, with the date when that was not on the day of the report; empty for a state that began at no time. */
export function sinceText({ state, since }: TodayRow, day: string): string {
  if (since === null) return '';
  const time = dayIn(since) === day ? clockTime(since) : `${shortDate(since)}, ${clockTime(since)}`;
  if (state === 'not_connected') return say('today.lastHeard', { time });
  return state === 'stopped' ? say('today.at', { time }) : say('today.since', { time });
}

/** How much later than the report it is known to hold: not at all any more once it is not live. */
export function sinceReport(
  { watching, receivedAt }: Pick<TodayWatch, 'watching' | 'receivedAt'>,
  now: number,
): number {
  return watching.state === 'live' ? Math.max(0, now - receivedAt) : 0;
}

/** What was tracked by now: while someone tracks it goes on. */
export function trackedBy({ state, trackedMs }: TodayRow, sinceReportMs: number): number | null {
  if (trackedMs === null) return null;
  return state === 'tracking' ? trackedMs + sinceReportMs : trackedMs;
}
