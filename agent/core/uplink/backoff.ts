import { MINUTE, SECOND } from '../../../shared/time.ts';

const FIRST_MS = SECOND;
const LONGEST_MS = 5 * MINUTE;

/**
 * How long to wait before attempt number `failures` + 1: doubling from 1 s to 5 min, of which a random half, so that a
 * thousand agents do not come back in the same second. `fraction` is in [0, 1).
 */
export function backoff(failures: number, fraction: number): number {
  const whole = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures, 20));
  return Math.max(FIRST_MS, Math.round(whole * (0.5 + fraction / 2)));
}
