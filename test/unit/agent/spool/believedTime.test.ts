import { expect, test } from 'vitest';
import { BelievedTime } from '../../../../agent/core/spool/believedTime.ts';
import { DAY, HOUR } from '../../../../shared/time.ts';

test('a clock that leaps ahead by more than a day is not believed, and time that passes counts on from before', () => {
  const clock = { wall: 1_795_212_000_000, elapsed: 0 };
  const time = timeBy(clock);
  const began = time.now();
  clock.wall += 2 * DAY;
  expect(time.now()).toBe(began);
  clock.wall += HOUR;
  clock.elapsed += HOUR;
  expect(time.now()).toBe(began + HOUR);
});

test('a clock that is put back is followed, and the last time that was seen does not go back with it', () => {
  const clock = { wall: 1_795_212_000_000, elapsed: 0 };
  const time = timeBy(clock);
  const began = time.now();
  clock.wall -= HOUR;
  expect([time.now(), time.seenAt()]).toEqual([began - HOUR, began]);
});

test('whoever knows the time is believed, and then the clock that says the same is too', () => {
  const clock = { wall: 1_795_212_000_000, elapsed: 0 };
  const time = timeBy(clock);
  const later = time.now() + 2 * DAY;
  clock.wall = later;
  time.correct(later);
  expect([time.now(), time.seenAt()]).toEqual([later, later]);
});

function timeBy(clock: { readonly wall: number; readonly elapsed: number }): BelievedTime {
  return new BelievedTime({ now: () => clock.wall, mono: () => clock.elapsed, after: () => () => undefined });
}
