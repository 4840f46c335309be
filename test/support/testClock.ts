import type { Clock } from '../../agent/core/ports.ts';

/** A clock that only a test moves. Between two timers everything that was promised gets to run. */
export interface TestClock extends Clock {
  /** Lets time pass by both clocks, calling what falls due in order. */
  advance(ms: number): Promise<void>;
  /** Sets the wall clock forward or back; no time passes. */
  jump(ms: number): void;
  /** The machine sleeps: the wall clock goes on, the monotonic clock and every timer stand still (Linux, macOS). */
  suspend(ms: number): void;
  /** The process does not run: both clocks go on, and no timer fires meanwhile (Windows asleep, SIGSTOP). */
  freeze(ms: number): void;
  /** Lets everything that needs no time happen. */
  settle(): Promise<void>;
}

/** Saturday, 21 November 2026, 09:00 UTC. */
export const NINE = Date.UTC(2026, 10, 21, 9, 0, 0);

export function createTestClock(at = NINE): TestClock {
  let wall = at;
  let mono = 1_000_000;
  let next = 0;
  const timers = new Map<number, { readonly due: number; readonly callback: () => void }>();

  async function settle(): Promise<void> {
    for (let turn = 0; turn < 2; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  }

  function earliest(): [number, { due: number; callback: () => void }] | undefined {
    let first: [number, { due: number; callback: () => void }] | undefined;
    // In the order of their making, so that of two that fall due together the earlier made is called first.
    for (const timer of timers) if (first === undefined || timer[1].due < first[1].due) first = timer;
    return first;
  }

  function pass(ms: number): void {
    wall += ms;
    mono += ms;
  }

  return {
    now: () => wall,
    mono: () => mono,
    after(ms, callback) {
      next += 1;
      const id = next;
      timers.set(id, { due: mono + Math.max(0, ms), callback });
      return () => void timers.delete(id);
    },
    async advance(ms) {
      const end = mono + ms;
      await settle();
      for (let first = earliest(); first !== undefined && first[1].due <= end; first = earliest()) {
        const [id, { due, callback }] = first;
        timers.delete(id);
        if (due > mono) pass(due - mono);
        callback();
        await settle();
      }
      pass(end - mono);
      await settle();
    },
    jump: (ms) => void (wall += ms),
    suspend: (ms) => void (wall += ms),
    freeze: pass,
    settle,
  };
}
