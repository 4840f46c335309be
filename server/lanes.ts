/** One task at a time for each key, in the order of the calls; different keys do not wait for each other. */
export interface Lanes<K> {
  run<T>(key: K, task: () => Promise<T>): Promise<T>;
  /** Resolves when nothing runs or waits in any lane. */
  idle(): Promise<void>;
}

export function createLanes<K>(): Lanes<K> {
  const tails = new Map<K, Promise<unknown>>();
  return {
    run(key, task) {
      const mine = (tails.get(key) ?? Promise.resolve()).then(task, task);
      tails.set(key, mine);
      const done = () => {
        if (tails.get(key) === mine) tails.delete(key);
      };
      mine.then(done, done);
      return mine;
    },
    async idle() {
      while (tails.size > 0) await Promise.allSettled(tails.values());
    },
  };
}
