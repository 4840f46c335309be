import type { ImageId } from '../../shared/ids.ts';
import { HOUR, type MonoMs, SECOND } from '../../shared/time.ts';
import type { Clock } from './ports.ts';
import type { Spool, WaitingScreenshot } from './spool/spool.ts';

/**
 * The time in which a screenshot can be looked at and dropped: time in which this computer was awake and this process
 * ran. After a sleep, a jump of the clock or a restart the whole time is given again, and it begins only when the picture
 * is not held back any more: in time away nobody looks.
 */
export interface Reviews {
  /** To be called every few seconds, before what is due is released. */
  keepTime(): void;
}

/** The clocks of two calls disagree by more, or the calls are further apart than that and than they are meant to be: nobody could look. */
const INTERRUPTED_MS = 30 * SECOND;
const LONGEST_MS = HOUR;

interface Review {
  readonly full: number;
  readonly due: MonoMs;
}

/** `lookMs`: how far apart calls are where a day is played faster than it happened. */
export function createReviews(spool: Spool, clock: Clock, reviewSeconds: () => number, lookMs = 0): Reviews {
  const reviews = new Map<ImageId, Review>();
  let last: { readonly wall: number; readonly mono: number } | null = null;

  function wasInterrupted(wall: number, mono: number): boolean {
    if (last === null) return false;
    const ran = mono - last.mono;
    return ran > Math.max(INTERRUPTED_MS, lookMs) || Math.abs(wall - last.wall - ran) > INTERRUPTED_MS;
  }

  return {
    keepTime() {
      const [wall, mono] = [clock.now(), clock.mono()];
      const again = wasInterrupted(wall, mono);
      last = { wall, mono };
      const waiting = spool.held();
      const held = new Set(waiting.map(({ observation }) => observation.image));
      for (const image of reviews.keys()) if (!held.has(image)) reviews.delete(image);
      for (const screenshot of waiting) {
        const { image } = screenshot.observation;
        const known = reviews.get(image);
        const full = known?.full ?? fullTime(screenshot, reviewSeconds());
        const due = known === undefined || again || screenshot.isHeldBack ? mono + full : known.due;
        reviews.set(image, { full, due });
        spool.postpone(image, wall + (due - mono));
      }
    },
  };
}

/** What was promised when it was taken, or what the policy promises now if that is more. */
function fullTime({ observation, releaseAt }: WaitingScreenshot, seconds: number): number {
  return Math.min(LONGEST_MS, Math.max(0, releaseAt - observation.at, seconds * SECOND));
}
