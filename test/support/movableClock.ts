import type { Clock } from '../../server/clock.ts';
import { DAY, HOUR } from '../../shared/time.ts';

/** The clocks of a server, which a test moves. */
export interface MovableClock extends Clock {
  /** So much time passes. */
  advance(ms: number): void;
  /** Sets the wall clock forward or back; no time passes. */
  set(ms: number): void;
}

/** The time of `base`, and what the test adds to it. */
export function movable(base: Clock): MovableClock {
  let [passed, moved] = [0, 0];
  return {
    now: () => base.now() + passed + moved,
    mono: () => base.mono() + passed,
    advance: (ms) => void (passed += ms),
    set: (ms) => void (moved += ms),
  };
}

/** Goes on to eight in the morning of the next day (UTC): no day must end within a test. */
export function goOnToMorning(clock: MovableClock): void {
  clock.advance(DAY - (clock.now() % DAY) + 8 * HOUR);
}
