import { expect, test } from 'vitest';
import { erasureHorizon, type SealedCopy } from '../../../shared/erasureHorizon.ts';

const copy = (at: number, expires: number, state: SealedCopy['state'] = 'complete'): SealedCopy => ({
  at,
  expires,
  state,
});

test('what was erased is in backups until the last one from before it ends, and in none that was made later', () => {
  expect(erasureHorizon(100, [copy(10, 400), copy(20, 300), copy(101, 900)])).toBe(400);
});

test('a backup that was begun or has failed may have some of it, one that has ended has nothing', () => {
  expect(erasureHorizon(100, [copy(10, 400, 'expired'), copy(20, 300, 'failed'), copy(30, 310, 'begun')])).toBe(310);
});

test('without a backup from before it nothing is left anywhere from then on', () => {
  expect([erasureHorizon(100, []), erasureHorizon(100, [copy(10, 90)]), erasureHorizon(100, [copy(200, 900)])]).toEqual(
    [100, 100, 100],
  );
});
