import { setTimeout } from 'node:timers/promises';
import { HOUR, SECOND } from '../../shared/time.ts';

/** Work that is done in rounds, each of which takes everything as far as it goes. */
export interface UntilDone {
  /** Call when there is something new to do. */
  wake(): void;
  /** Resolves when the step that is under way is done. */
  close(): Promise<void>;
}

/**
 * `nothing`: until somebody wakes it. `held`: somebody's read holds a log that is to be emptied, which is over by itself. `failed`: tried again
 * later, each time after twice as long. `waiting`: for a day that comes.
 */
export type RoundLeft = 'nothing' | 'held' | 'failed' | 'waiting';

/** A store that is full or busy is asked again after this long, and then twice as long, up to an hour. */
const RETRY_MS = 5 * SECOND;
const AGAIN_MS = SECOND;
const WAIT_MS = 60 * SECOND;

/** Begins at once, with `first`. `round` asks between its steps whether it is to end. */
export function startUntilDone(
  round: (isClosing: () => boolean) => Promise<RoundLeft>,
  first: () => Promise<unknown> = async () => undefined,
): UntilDone {
  const closing = new AbortController();
  let wakeUp: (() => void) | null = null;
  let isAwake = true;
  const woken = (ms: number | null): Promise<unknown> => {
    if (isAwake) return Promise.resolve();
    const asked = new Promise<void>((resolve) => (wakeUp = resolve));
    const late = ms === null ? [] : [setTimeout(ms, null, { signal: closing.signal, ref: false }).catch(() => null)];
    return Promise.race([asked, ...late]);
  };
  const wake = (): void => {
    isAwake = true;
    wakeUp?.();
  };
  const running = (async () => {
    let retryMs = RETRY_MS;
    await first();
    while (!closing.signal.aborted) {
      isAwake = false;
      const left = await round(() => closing.signal.aborted);
      retryMs = left === 'failed' ? Math.min(2 * retryMs, HOUR) : RETRY_MS;
      await woken({ nothing: null, held: AGAIN_MS, failed: retryMs, waiting: WAIT_MS }[left]);
    }
  })();
  return {
    wake,
    async close() {
      closing.abort();
      wake();
      await running;
    },
  };
}
