/** Unwrapped keys by name, so many at the most; the least recently used one goes first. */
export interface KeyCache {
  get(name: string): Uint8Array | undefined;
  set(name: string, key: Uint8Array): void;
  delete(name: string): void;
  /** Every key whose name begins with it. */
  deleteAll(prefix: string): void;
  readonly size: number;
}

export function createKeyCache(most: number): KeyCache {
  const keys = new Map<string, Uint8Array>();
  return {
    get(name) {
      const key = keys.get(name);
      if (key === undefined) return undefined;
      keys.delete(name);
      keys.set(name, key);
      return key;
    },
    set(name, key) {
      keys.delete(name);
      keys.set(name, key);
      const [oldest] = keys.keys();
      if (keys.size > most && oldest !== undefined) keys.delete(oldest);
    },
    delete(name) {
      keys.delete(name);
    },
    deleteAll(prefix) {
      for (const name of [...keys.keys()]) if (name.startsWith(prefix)) keys.delete(name);
    },
    get size() {
      return keys.size;
    },
  };
}
