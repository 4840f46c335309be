import type { MonoMs } from '../../shared/time.ts';

/** What happened within the last while. */
export interface Recent<K> {
  note(key: K, now: MonoMs): void;
  /** Whether it was noted less than the while ago. */
  has(key: K, now: MonoMs): boolean;
  forget(key: K): void;
}

/** Holds nothing that is older than `forMs` by the time that anything is noted. */
export function createRecent<K>(forMs: number): Recent<K> {
  const noted = new Map<K, MonoMs>();
  return {
    note(key, now) {
      noted.delete(key);
      noted.set(key, now); // a Map keeps the order of insertion: the first was noted longest ago
      for (const [oldest, at] of noted) {
        if (now - at < forMs) return;
        noted.delete(oldest);
      }
    },
    has: (key, now) => now - (noted.get(key) ?? Number.NEGATIVE_INFINITY) < forMs,
    forget: (key) => void noted.delete(key),
  };
}
