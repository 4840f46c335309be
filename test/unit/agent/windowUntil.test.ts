import { expect, test } from 'vitest';
import { untilWords } from '../../../agent/window/until.ts';

const now = new Date(2026, 10, 12, 12, 0).getTime();
const hours = (n: number): number => now + n * 3_600_000;

test('the window says of observing and entering what stops when, and of neither that it will when it has', () => {
  expect(untilWords({ observed: hours(2), entered: hours(3) }, now)).toBe(
    'Without word from the server, observing stops 14:00, and what you enter yourself stops 15:00.',
  );
  expect(untilWords({ observed: hours(-1), entered: hours(3) }, now)).toBe(
    'Without word from the server, observing has stopped, and what you enter yourself stops 15:00.',
  );
  expect(untilWords({ observed: hours(-2), entered: hours(-1) }, now)).toBe(
    'Without word from the server, nothing is recorded any more.',
  );
});
