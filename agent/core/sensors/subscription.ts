import { SECOND } from '../../../shared/time.ts';
import type { Clock } from '../ports.ts';
import type { Reading } from './registry.ts';

export type Stop = () => Promise<void>;

/** A sensor that calls back until it is stopped. It runs exactly while it is wanted; a start that comes late is undone. */
export interface Subscription {
  /** Resolves when it runs or does not run any more; false when it could not be brought to that. */
  set(wanted: boolean): Promise<boolean>;
  /** True while it may still call back, a stop that failed included. */
  isOpen(): boolean;
}

const STOP_LIMIT_MS = 5 * SECOND;

/** `start` opens the sensor through the registry. What calls back while it is not wanted must be ignored there. */
export function createSubscription(
  clock: Clock,
  start: (isWanted: () => boolean) => Promise<Reading<Stop>>,
): Subscription {
  let wanted = false;
  let stop: Stop | null = null;
  let queue: Promise<unknown> = Promise.resolve();

  async function settle(): Promise<boolean> {
    if (wanted === (stop !== null)) return true;
    if (stop !== null) {
      if (!(await succeeds(clock, stop))) return false;
      stop = null;
      return true;
    }
    const reading = await start(() => wanted);
    if (reading.ok) stop = reading.value;
    else wanted = false;
    return reading.ok;
  }

  return {
    set(next) {
      wanted = next;
      const result = queue.then(settle);
      queue = result;
      return result;
    },
    isOpen: () => stop !== null,
  };
}

/** Opens a sensor and closes it again at once when it is no longer wanted by then. */
export async function openWhileWanted(open: () => Promise<Stop>, isWanted: () => boolean): Promise<Stop> {
  const stop = await open();
  if (isWanted()) return stop;
  await stop();
  throw new Error('not wanted any more');
}

function succeeds(clock: Clock, stop: Stop): Promise<boolean> {
  return new Promise((resolve) => {
    const cancel = clock.after(STOP_LIMIT_MS, () => resolve(false));
    const settle = (stopped: boolean) => {
      cancel();
      resolve(stopped);
    };
    // A stop may throw before it returns its promise.
    void Promise.resolve()
      .then(stop)
      .then(
        () => settle(true),
        () => settle(false),
      );
  });
}
