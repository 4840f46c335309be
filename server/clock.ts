import type { UnixMs } from '../shared/time.ts';

/** The server's wall clock, injected; nothing below the composition reads another. */
export interface Clock {
  now(): UnixMs;
}

export const systemClock: Clock = { now: () => Date.now() };
