import type { UnixMs } from './time.ts';

/** A copy of the data, sealed, without any key that opens it. */
export interface SealedCopy {
  /** When it was made. */
  readonly at: UnixMs;
  /** By when its file is deleted. */
  readonly expires: UnixMs;
  readonly state: 'begun' | 'complete' | 'failed' | 'expired';
}

/**
 * Until when sealed bytes of what was erased at `erasedAt` may lie in some backup; `erasedAt` itself where there is none from before it. Nothing opens
 * them: no backup has a key, and those were destroyed. What the organisation keeps of older recovery sets is not known here.
 */
export function erasureHorizon(erasedAt: UnixMs, copies: readonly SealedCopy[]): UnixMs {
  const left = copies.filter(({ at, state }) => at <= erasedAt && state !== 'expired');
  return Math.max(erasedAt, ...left.map(({ expires }) => expires));
}
