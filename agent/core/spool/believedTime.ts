import { DAY, type MonoMs, type UnixMs } from '../../../shared/time.ts';
import type { Clock } from '../ports.ts';

/** A clock that is further ahead than this of where time should be is not believed by itself. */
const LEAP_MS = DAY;

/**
 * The wall clock, unless it leapt ahead: then where time should be by the monotonic clock, so that a wrong clock ages
 * nothing. Time that passes, or the server's word, makes up for it.
 */
export class BelievedTime {
  readonly #clock: Clock;
  #seen: { readonly at: UnixMs; readonly mono: MonoMs };

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#seen = { at: clock.now(), mono: clock.mono() };
  }

  now(): UnixMs {
    const [now, mono] = [this.#clock.now(), this.#clock.mono()];
    const expected = this.#seen.at + Math.max(0, mono - this.#seen.mono);
    const leapt = now > expected + LEAP_MS;
    this.#seen = { at: leapt ? expected : Math.max(now, expected), mono };
    return leapt ? expected : now;
  }

  /** Where time was when it was last asked for; never goes back but by `correct`. */
  seenAt(): UnixMs {
    return this.#seen.at;
  }

  /** It is `at` now, by the word of somebody who knows. */
  correct(at: UnixMs): void {
    this.#seen = { at, mono: this.#clock.mono() };
  }
}
