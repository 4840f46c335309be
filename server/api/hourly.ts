import { HOUR, type MonoMs } from '../../shared/time.ts';
import type { Clock } from '../clock.ts';

/** What somebody did within the last hour, oldest first. In memory: who restarts the server begins anew. */
export interface Hourly<K> {
  of(key: K): readonly MonoMs[];
  note(key: K): void;
}

export function createHourly<K>({ mono }: Pick<Clock, 'mono'>): Hourly<K> {
  const noted = new Map<K, readonly MonoMs[]>();
  const of = (key: K): readonly MonoMs[] => (noted.get(key) ?? []).filter((at) => mono() - at < HOUR);
  return {
    of,
    note(key) {
      for (const other of noted.keys()) if (of(other).length === 0) noted.delete(other);
      noted.set(key, [...of(key), mono()]);
    },
  };
}
