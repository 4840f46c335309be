/** At most so many tasks at once; the others begin in the order of the calls, as soon as there is room. */
export interface Limited {
  run<T>(task: () => Promise<T>): Promise<T>;
  /** The same, before all that wait by `run`. */
  runFirst<T>(task: () => Promise<T>): Promise<T>;
}

export function createLimited(most: number): Limited {
  const first: (() => void)[] = [];
  const others: (() => void)[] = [];
  let running = 0;

  async function within<T>(task: () => Promise<T>, waiting: (() => void)[]): Promise<T> {
    if (running >= most) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await task();
    } finally {
      leave();
    }
  }

  /** The place goes straight to the next in line: nobody who asks meanwhile comes before. */
  function leave(): void {
    const next = first.shift() ?? others.shift();
    if (next === undefined) running -= 1;
    else next();
  }

  return {
    run: (task) => within(task, others),
    runFirst: (task) => within(task, first),
  };
}
