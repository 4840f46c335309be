import { MINUTE } from '../../shared/time.ts';
import type { Clock } from '../clock.ts';

/** Wrong guesses of one kind, by key, and those that are under way. */
export interface GuessCounter {
  /**
   * Begins one attempt: 0 when it may be made, and then `end` must be called. Otherwise in how many milliseconds the next one
   * may. One that finds no room beside those under way waits until it is known whether they were wrong.
   */
  begin(key: string): Promise<number>;
  end(key: string, isWrong: boolean): void;
  /** How many keys something is kept of: of those that were only right, nothing. */
  size(): number;
}

/** From the first wrong guess on. */
const WINDOW_MS = 15 * MINUTE;
/**
 * A wrong password costs a hash, and those are made two at once: fewer than this in a window. Where a guess costs nothing
 * (links, codes) there is nothing to be guessed either, and it may push others out.
 */
export const KEYS_MOST = 50_000;

/** Lets `most` wrong guesses at one key pass in fifteen minutes. */
export function createGuessCounter(most: number, clock: Pick<Clock, 'mono'>): GuessCounter {
  const wrong = new Map<string, { count: number; readonly until: number }>();
  const underWay = new Map<string, { running: number; readonly waiting: (() => void)[] }>();

  function wrongOf(key: string): { readonly count: number; readonly leftMs: number } {
    const { count, until } = wrong.get(key) ?? { count: 0, until: 0 };
    const leftMs = until - clock.mono();
    return leftMs > 0 ? { count, leftMs } : { count: 0, leftMs: 0 };
  }

  function noteWrong(key: string): void {
    const known = wrong.get(key);
    if (known !== undefined && wrongOf(key).count > 0) {
      known.count += 1;
      return;
    }
    wrong.delete(key);
    wrong.set(key, { count: 1, until: clock.mono() + WINDOW_MS }); // a Map keeps the order of insertion: the first ends first
    for (const [oldest, { until }] of wrong) {
      if (until > clock.mono() && wrong.size <= KEYS_MOST) return;
      wrong.delete(oldest);
    }
  }

  return {
    async begin(key) {
      for (;;) {
        const { count, leftMs } = wrongOf(key);
        if (count >= most) return leftMs;
        const place = underWay.get(key) ?? { running: 0, waiting: [] };
        underWay.set(key, place);
        if (count + place.running < most) {
          place.running += 1;
          return 0;
        }
        await new Promise<void>((resolve) => place.waiting.push(resolve));
      }
    },
    end(key, isWrong) {
      const place = underWay.get(key);
      if (place === undefined) return;
      place.running -= 1;
      if (isWrong) noteWrong(key);
      const { count } = wrongOf(key);
      const room = count >= most ? place.waiting.length : most - count - place.running;
      for (const wake of place.waiting.splice(0, room)) wake();
      if (place.running === 0 && place.waiting.length === 0) underWay.delete(key);
    },
    size: () => new Set([...wrong.keys(), ...underWay.keys()]).size,
  };
}
