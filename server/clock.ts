import { performance } from 'node:perf_hooks';
import type { MonoMs, UnixMs } from '../shared/time.ts';

/** The server's two clocks, injected; nothing below the composition reads another. */
export interface Clock {
  /** The wall clock: what is written down and signed. Somebody may set it forward or back at any moment. */
  now(): UnixMs;
  /** Milliseconds since some moment of this process, which nobody can set: every length of time is measured by it. */
  mono(): MonoMs;
}

export const systemClock: Clock = { now: () => Date.now(), mono: () => Math.floor(performance.now()) };

/** What the wall clock would say if nobody had set it since now: what comes by both of them comes early by neither. */
export function unset(clock: Clock): () => UnixMs {
  const began = { wall: clock.now(), mono: clock.mono() };
  return () => began.wall + clock.mono() - began.mono;
}
