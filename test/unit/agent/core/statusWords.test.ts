import { expect, it } from 'vitest';
import { connectionLine, trackingLine, untilLines, waitingLine, whenSent } from '../../../../agent/core/statusWords.ts';

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

it.each(['paused', 'locked'] as const)('what is %s says since when that is, not since when the session is', (state) => {
  const work = { project: 'Website', task: null };
  const time = (at: number): string => `+${(at - now) / 60_000}`;
  const line = trackingLine({ state, since: now, haltedSince: now + 120_000, work }, time);
  expect(line).toMatch(/^(Paused|Locked) since \+2 · Website$/);
  expect(trackingLine({ state: 'tracking', since: now, haltedSince: null, work }, time)).toBe(
    'Tracking since +0 · Website',
  );
});

it.each([
  [1, 1, 1, '1 record in 1 batch (500 B, encrypted). 1 of them is held back until'],
  [6, 1, 2, '6 records in 1 batch (500 B, encrypted). 2 of them are held back until'],
])('%i records in %i batches, %i held back, are counted as people count', (records, batches, heldBack, words) => {
  const waiting = { batches, bytes: 500, observations: { title: records }, heldBack, damagedFiles: 0 };
  expect(waitingLine({ waiting })).toContain(`Waiting to be sent: ${words}`);
});

it('a connection that was refused says in sentences why, and what to do', () => {
  const words = 'Not connected, and not trying again: this device was retired by your organisation.';
  const refused = { kind: 'refused', words, remedy: 'enrol again with a new code', heardAt: null } as const;
  expect(connectionLine({ connection: refused })).toBe(`${words} What to do: enrol again with a new code.`);
});
