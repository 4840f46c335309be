import type { ParameterId } from '../../shared/catalog.ts';
import { MINUTE, type MonoMs } from '../../shared/time.ts';
import { lasting } from './gate/gate.ts';
import type { Entry } from './outbox.ts';

/**
 * Consecutive equal readings become one observation that lasts longer. It is handed on when the reading changes, when
 * it has lasted a minute, or when it is cut off; what was permitted when it was read is all that it ever says.
 */
export interface Heartbeats {
  /** Adds a permitted reading; returns what it brought to an end. `isSame`: equal to the reading before it. */
  beat(entry: Entry): Entry[];
  /** The parameter was read and had nothing to say: what went before ends now. */
  pause(parameter: ParameterId, mono: MonoMs): Entry[];
  /** What goes on, as if it had ended with its last reading. */
  open(): Entry[];
  /** Ends everything, at the latest at `mono`. */
  end(mono: MonoMs): Entry[];
  /** Forgets what has not been handed on. */
  discard(parameter: ParameterId): void;
}

const LONGEST_MS = MINUTE;

/** `intervalMs`: how often readings come. A silence of more than two intervals is not bridged. */
export function createHeartbeats(intervalMs: number): Heartbeats {
  const open = new Map<ParameterId, { readonly entry: Entry; readonly value: string; readonly last: MonoMs }>();

  function pause(parameter: ParameterId, mono: MonoMs): Entry[] {
    const current = open.get(parameter);
    if (current === undefined) return [];
    open.delete(parameter);
    return [ended(current.entry, Math.min(mono, current.last + 2 * intervalMs))];
  }

  function beat(entry: Entry): Entry[] {
    const { parameter, mono } = entry.observation;
    const value = valueOf(entry);
    const current = open.get(parameter);
    const isSame = current !== undefined && current.value === value && current.entry.context === entry.context;
    const isUnbroken = current !== undefined && mono - current.last <= 2 * intervalMs;
    const hasRoom = current !== undefined && mono - current.entry.observation.mono < LONGEST_MS;
    if (isSame && isUnbroken && hasRoom) {
      open.set(parameter, { ...current, last: mono });
      return [];
    }
    const before = pause(parameter, mono);
    open.set(parameter, { entry, value, last: mono });
    return before;
  }

  return {
    beat,
    pause,
    open: () => [...open.values()].map(({ entry, last }) => ended(entry, last)),
    end: (mono) => [...open.keys()].flatMap((parameter) => pause(parameter, mono)),
    discard: (parameter) => void open.delete(parameter),
  };
}

function ended(entry: Entry, mono: MonoMs): Entry {
  const span = Math.max(0, mono - entry.observation.mono);
  return { ...entry, observation: lasting(entry.observation, span) };
}

function valueOf({ observation }: Entry): string {
  return JSON.stringify({ ...observation, at: 0, mono: 0, span: 0 });
}
