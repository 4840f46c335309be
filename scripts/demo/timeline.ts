import { access } from 'node:fs/promises';
import process from 'node:process';
import type { Clock } from '../../agent/core/ports.ts';
import { HOUR, type MonoMs, type UnixMs } from '../../shared/time.ts';

/** Time that passes only when it is told to, for everyone who is given one of its clocks. */
export interface Timeline {
  /** Calls back at the very moment. */
  readonly clock: Clock;
  /** Tells the same time, and calls back only at its next multiple of `everyMs`: nobody is woken in between. */
  clockEvery(everyMs: number): Clock;
  /** Does something at a moment of the wall clock; what fails there fails `runTo`. */
  at(moment: UnixMs, what: () => Promise<void>): void;
  /** Lets time pass until then, calling what falls due in order. What a moment sets in motion comes to rest before the next. */
  runTo(moment: UnixMs): Promise<void>;
  /** It is then, and nothing was called meanwhile. For a time in which nobody has a clock. */
  skipTo(moment: UnixMs): void;
}

/**
 * What falls due within the same second happens together, at its beginning: the presses of that second must not make one look of an agent
 * later than another, which takes two looks that are further apart for an interruption.
 */
const MOMENT_MS = 1_000;
/** Nothing that a computer does at one moment takes so long in fact. */
const REST_MS = 60_000;

interface Timer {
  readonly due: MonoMs;
  readonly callback: () => void;
  cancelled: boolean;
}

export function createTimeline(start: UnixMs): Timeline {
  const timers: Timer[] = [];
  const underWay = new Set<Promise<void>>();
  let failure: { readonly cause: unknown } | null = null;
  let now = start;

  // The full minutes of both clocks fall together when `start` is one.
  const mono = (): MonoMs => now - start + HOUR;

  /** Of two that are due together the one that was asked for first is called first. */
  function enter(due: MonoMs, callback: () => void): () => void {
    const timer: Timer = { due, callback, cancelled: false };
    timers.splice(timers.findLastIndex((other) => other.due <= due) + 1, 0, timer);
    return () => {
      timer.cancelled = true;
    };
  }

  function clockEvery(everyMs: number): Clock {
    return {
      now: () => now,
      mono,
      after: (ms, callback) => enter(Math.ceil((mono() + Math.max(0, ms)) / everyMs) * everyMs, callback),
    };
  }

  function begin(what: () => Promise<void>): void {
    const running = what()
      .catch((cause: unknown) => {
        failure ??= { cause };
      })
      .finally(() => underWay.delete(running));
    underWay.add(running);
  }

  /** Calls everything up to `end` that begins with the first, within one moment. */
  function callNext(end: MonoMs): boolean {
    const first = timers[0];
    if (first === undefined || first.due > end) return false;
    const last = Math.min(end, first.due + MOMENT_MS - 1);
    now += Math.max(0, first.due - mono());
    for (let timer = timers[0]; timer !== undefined && timer.due <= last; timer = timers[0]) {
      timers.shift();
      if (!timer.cancelled) timer.callback();
    }
    return true;
  }

  /** Until no file is being written or read, and nothing that was begun is under way. */
  async function rest(): Promise<void> {
    const began = performance.now();
    do {
      // Files are closed unseen; this one waits in the same queue, behind them.
      await access('.');
      await new Promise((resolve) => setImmediate(resolve));
      if (performance.now() - began > REST_MS) throw new Error('an agent does not come to rest');
    } while (underWay.size > 0 || isAtFiles());
    if (failure !== null) throw failure.cause;
  }

  return {
    clock: clockEvery(1),
    clockEvery,
    at: (moment, what) => void enter(moment - now + mono(), () => begin(what)),
    async runTo(moment) {
      const end = moment - now + mono();
      while (callNext(end)) await rest();
      now = moment;
    },
    skipTo(moment) {
      if (moment < now) throw new Error('time does not go back');
      now = moment;
    },
  };
}

/**
 * Between a moment and the next there are only files: the agents are not connected while time passes. Right only in a process with one
 * thread for files (UV_THREADPOOL_SIZE=1), which does one after the other.
 */
function isAtFiles(): boolean {
  return process.getActiveResourcesInfo().some((name) => name.startsWith('FSReq'));
}
