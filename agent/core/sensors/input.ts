import type { ObservationOf } from '../../../shared/events/observation.ts';
import { MINUTE, type MonoMs } from '../../../shared/time.ts';
import type { InputKind } from '../ports.ts';

/** What was counted between two moments of the monotonic clock. */
export interface Slot {
  readonly level: 'active' | 'counts';
  readonly from: MonoMs;
  readonly to: MonoMs;
  readonly counts: Counts;
}

type Counts = Readonly<Record<'keys' | 'clicks' | 'scrolls' | 'moves', number>>;

/** Counts input by kind in slots aligned to the start of the session: all that is ever made of an input event. */
export interface InputCounter {
  count(kind: InputKind, mono: MonoMs): void;
  /** Slots that are over at `mono`, in order. */
  finished(mono: MonoMs): Slot[];
  /** What has been counted and not handed on, as if the slot ended at `mono`. Nothing of it lies after `mono`. */
  open(mono: MonoMs): Slot[];
  /** Ends the open slot before its time, nothing of it after `mono`; nothing counts any more. */
  end(mono: MonoMs): Slot[];
}

const SLOT_MS = { counts: MINUTE, active: 10 * MINUTE } as const;
const MOST = 100_000;

export function createInputCounter(level: Slot['level'], sessionStart: MonoMs, from: MonoMs): InputCounter {
  const done: Slot[] = [];
  let open = { from, to: endOfSlot(level, sessionStart, from), counts: NONE };

  function roll(mono: MonoMs): void {
    while (mono >= open.to) {
      done.push({ level, ...open });
      open = { from: open.to, to: open.to + SLOT_MS[level], counts: NONE };
    }
  }

  function partial(mono: MonoMs): Slot[] {
    return mono > open.from ? [{ level, from: open.from, to: mono, counts: open.counts }] : [];
  }

  return {
    count(kind, mono) {
      roll(mono);
      const name = NAMES[kind];
      open = { ...open, counts: { ...open.counts, [name]: Math.min(MOST, open.counts[name] + 1) } };
    },
    finished(mono) {
      roll(mono);
      return done.splice(0);
    },
    open(mono) {
      roll(mono);
      return upTo(mono, [...done, ...partial(mono)]);
    },
    end(mono) {
      roll(mono);
      const rest = partial(mono);
      open = { from: mono, to: Number.MAX_SAFE_INTEGER, counts: NONE };
      return upTo(mono, [...done.splice(0), ...rest]);
    },
  };
}

/** Slots that an event after `mono` has opened: what follows a sleep is no part of what was before it. */
function upTo(mono: MonoMs, slots: readonly Slot[]): Slot[] {
  return slots.filter(({ from }) => from < mono).map((slot) => ({ ...slot, to: Math.min(slot.to, mono) }));
}

/** The slot as an observation that begins at the wall time `at`. */
export function activityOf({ level, from, to, counts }: Slot, at: number): ObservationOf<'activity'> {
  const when = { at, mono: from, span: to - from };
  if (level === 'counts') return { parameter: 'activity', level, ...when, ...counts };
  return { parameter: 'activity', level, ...when, active: Object.values(counts).some((count) => count > 0) };
}

const NONE: Counts = { keys: 0, clicks: 0, scrolls: 0, moves: 0 };
const NAMES = { key: 'keys', click: 'clicks', scroll: 'scrolls', move: 'moves' } as const;

function endOfSlot(level: Slot['level'], sessionStart: MonoMs, from: MonoMs): MonoMs {
  const length = SLOT_MS[level];
  return sessionStart + (Math.floor((from - sessionStart) / length) + 1) * length;
}
