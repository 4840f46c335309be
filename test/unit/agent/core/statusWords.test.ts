import { expect, it } from 'vitest';
import { whenSent } from '../../../../agent/core/statusWords.ts';

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
