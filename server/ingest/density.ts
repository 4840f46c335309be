import { type ParameterId, parameterIds } from '../../shared/catalog.ts';
import { limits } from '../../shared/protocol/limits.ts';
import { MINUTE, type UnixMs } from '../../shared/time.ts';

/** How many observations were taken of each parameter in each minute of capture time, of one device. */
export interface Density {
  /** A copy to count a batch in; nothing is kept of it until `keep`. */
  begin(): Counting;
  keep(counting: Counting): void;
}

export interface Counting {
  /** False when that minute of capture time is full of this parameter. */
  take(parameter: ParameterId, at: UnixMs): boolean;
  readonly added: ReadonlyMap<number, number>;
}

/**
 * Minutes of single parameters that are remembered of a device. An honest one captures one minute after the other; whoever
 * comes back to a minute must have filled so many others in between.
 */
const KEPT = 256;

export function createDensity(): Density {
  const counts = new Map<number, number>(); // in order of the last time that each was counted

  return {
    begin() {
      const added = new Map<number, number>();
      return {
        added,
        take(parameter, at) {
          const key = Math.floor(at / MINUTE) * parameterIds.length + parameterIds.indexOf(parameter);
          const more = added.get(key) ?? 0;
          if ((counts.get(key) ?? 0) + more >= limits.perMinute) return false;
          added.set(key, more + 1);
          return true;
        },
      };
    },
    keep({ added }) {
      for (const [key, more] of added) {
        const count = (counts.get(key) ?? 0) + more;
        counts.delete(key);
        counts.set(key, count);
      }
      for (const oldest of counts.keys()) {
        if (counts.size <= KEPT) return;
        counts.delete(oldest);
      }
    },
  };
}
