import type { MonoMs } from '../../shared/time.ts';

/** A bucket of permits that fills at a steady pace (token bucket). Pure but for its own level. */
export interface Rate {
  /** Takes one permit; false when there is none. */
  take(now: MonoMs): boolean;
}

export function createRate(perSecond: number, burst: number, now: MonoMs): Rate {
  let permits = burst;
  let filledAt = now;
  return {
    take(at) {
      permits = Math.min(burst, permits + ((at - filledAt) * perSecond) / 1_000);
      filledAt = at;
      if (permits < 1) return false;
      permits -= 1;
      return true;
    },
  };
}
