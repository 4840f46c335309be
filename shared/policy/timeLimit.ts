import { type MonoMs, SECOND } from '../time.ts';

/** A reduction takes less than one. A process that was not run for a while loses a value, which is the safe side. */
export const REDUCTION_LIMIT_MS = SECOND / 2;

/**
 * What the reduction gives; throws when that took longer than the limit. Nobody can interrupt a function in its own thread: that it ends is
 * kept by the bounds on what it reads, and this keeps what comes too late from being used.
 */
export function inTimeLimit<T>(mono: () => MonoMs, reduction: () => T): T {
  const began = mono();
  const value = reduction();
  if (mono() - began > REDUCTION_LIMIT_MS) throw new Error('a reduction took longer than its limit');
  return value;
}
