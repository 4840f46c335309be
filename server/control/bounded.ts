/**
 * Remembers what was loaded for the most recently used keys, and forgets the rest. The promise is kept and not its value,
 * so that a load that was already under way when its key was forgotten can never come back as the truth.
 */
export interface Bounded<K, V> {
  /** The remembered value, or the one that `load` gives. A load that fails is not remembered. */
  get(key: K, load: () => Promise<V>): Promise<V>;
  forget(key: K): void;
  size(): number;
}

export function createBounded<K, V>(most: number): Bounded<K, V> {
  const entries = new Map<K, Promise<V>>();

  function remember(key: K, value: Promise<V>): void {
    entries.delete(key);
    entries.set(key, value); // a Map keeps the order of insertion: the first is the least recently used
    if (entries.size <= most) return;
    for (const oldest of entries.keys()) {
      entries.delete(oldest);
      return;
    }
  }

  return {
    get(key, load) {
      const value = entries.get(key) ?? load();
      remember(key, value);
      value.catch(() => {
        if (entries.get(key) === value) entries.delete(key);
      });
      return value;
    },
    forget: (key) => void entries.delete(key),
    size: () => entries.size,
  };
}
