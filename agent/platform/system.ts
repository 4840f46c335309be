import { randomBytes, randomUUID } from 'node:crypto';
import { uptime } from 'node:os';
import type { Clock, Random } from '../core/ports.ts';

/** The three readings that the clock is made of; real ones unless a test gives others. All in milliseconds. */
export interface TimeSources {
  readonly wall: () => number;
  /** Never goes back. On Linux it stands still while the machine sleeps; on macOS and Windows it goes on. */
  readonly steady: () => number;
  /** Since the machine was started, sleep included; null where the system offers nothing better than `steady`. */
  readonly sinceBoot: () => number | null;
}

/**
 * Wall and monotonic time. `mono` includes the time that the machine slept, so that a suspend shows as a gap in `mono`
 * and in `now` alike, and a changed wall clock as a difference between them. On Linux CLOCK_MONOTONIC, which Node
 * reads, stands still during sleep: what /proc/uptime (CLOCK_BOOTTIME) is ahead of it is added, in steps of at least a
 * second because it is only exact to 10 ms. Timers stand still during sleep too: they fire late, never early.
 */
export function createSystemClock(sources: TimeSources = systemSources): Clock {
  let slept = 0;
  let last = 0;
  let looked: { readonly steady: number; readonly wall: number } | null = null;
  const lookForSleep = (steady: number) => {
    const wall = sources.wall();
    const passed = steady - (looked?.steady ?? 0);
    const isRecent = looked !== null && passed < LOOK_MS && Math.abs(wall - looked.wall - passed) < LOOK_MS / 2;
    if (isRecent) return;
    looked = { steady, wall };
    const sinceBoot = sources.sinceBoot();
    if (sinceBoot === null) return;
    // Read after it: a process that stood still between the two has not slept.
    const ahead = sinceBoot - sources.steady();
    if (ahead - slept >= 1_000) slept = ahead;
  };
  const mono = () => {
    const steady = sources.steady();
    lookForSleep(steady);
    last = Math.max(last, Math.floor(steady + slept));
    return last;
  };
  return { now: () => Math.floor(sources.wall()), mono, after };
}

/** How long a reading of the time since boot counts. */
const LOOK_MS = 1_000;

export function createSystemRandom(): Random {
  return {
    bytes: (length) => new Uint8Array(randomBytes(length)),
    uuid: () => randomUUID(),
    // 53 bits: every double of [0, 1) that has this spacing is equally likely.
    fraction: () => Number(randomBytes(8).readBigUInt64BE() >> 11n) / 2 ** 53,
  };
}

const systemSources: TimeSources = {
  wall: () => Date.now(),
  steady: () => Number(process.hrtime.bigint() / 1_000n) / 1_000,
  sinceBoot: () => (process.platform === 'linux' ? uptime() * 1_000 : null),
};

/** Node fires a timer of more than 2^31 - 1 ms at once; longer ones are made of several. */
const LONGEST_TIMER = 2 ** 31 - 1;

function after(ms: number, callback: () => void): () => void {
  let timer: NodeJS.Timeout;
  const arm = (left: number) => {
    const step = Math.min(left, LONGEST_TIMER);
    timer = setTimeout(() => (left > step ? arm(left - step) : callback()), step).unref();
  };
  arm(Math.max(0, ms));
  return () => clearTimeout(timer);
}
