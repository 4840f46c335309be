import { setTimeout } from 'node:timers/promises';

export interface PeriodicTiming {
  /** From the start to the first round; 0: at once. */
  readonly quietMs: number;
  /** From the end of one round to the next. */
  readonly everyMs: number;
}

/** What is done again and again until it is closed. `round` fails for nobody else: it says itself what went wrong. */
export function startPeriodic(
  round: () => Promise<void>,
  { quietMs, everyMs }: PeriodicTiming,
): { close(): Promise<void> } {
  const closing = new AbortController();
  const rested = (ms: number): Promise<boolean> =>
    setTimeout(ms, true, { signal: closing.signal, ref: false }).catch(() => false);
  const running = (async () => {
    for (let wait = quietMs; wait === 0 || (await rested(wait)); wait = everyMs) await round();
  })();
  return {
    /** Resolves when the round that is under way is over. */
    async close() {
      closing.abort();
      await running;
    },
  };
}
