import { expect, it } from 'vitest';
import { untilLines, whenSent } from '../../../../agent/core/statusWords.ts';

const now = 1_795_212_000_000;

it.each([
  ['while its time of review runs', { releaseAt: now + 61_400, isHeldBack: false }, 'is sent in 61 s'],
  ['when that is over', { releaseAt: now - 1_000, isHeldBack: false }, 'is sent in 0 s'],
  [
    'of time away, however long ago its time was over',
    { releaseAt: now - 600_000, isHeldBack: true },
    'is held back until the next sign of you, or your answer',
  ],
])('a screenshot says when it is sent: %s', (_when, screenshot, words) => {
  expect(whenSent(screenshot, now)).toBe(words);
});

it.each([
  [1, 2, 'Without word from the server, observing stops +1 and tracking +2.'],
  [-1, 2, 'Without word from the server, observing has stopped, and tracking stops +2.'],
  [-2, -1, 'Without word from the server, observing and tracking have stopped.'],
])('what has stopped already is not said to be going to stop: %s h and %s h from now', (observed, entered, line) => {
  const time = (at: number): string => `+${(at - now) / 3_600_000}`;
  const until = { observed: now + observed * 3_600_000, entered: now + entered * 3_600_000 };
  expect(untilLines({ until }, now, time)).toEqual(['', line]);
});
