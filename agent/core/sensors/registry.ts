import type { Level, ParameterId } from '../../../shared/catalog.ts';
import { SECOND } from '../../../shared/time.ts';
import type { Clock } from '../ports.ts';

/**
 * Every call of a sensor goes through here and nowhere else, so that receipts and `status` say what really runs and
 * what was really called, whatever the policy says.
 */
export interface Registry {
  /**
   * Calls a sensor for the parameters named and counts it. Fails, and never throws, when the sensor throws, has not
   * answered within five seconds by either clock, or is still busy with an earlier call; a late answer reaches nobody:
   * what a reading shows that began before a sleep was seen after it.
   */
  call<T>(sensor: SensorName, parameters: readonly ParameterId[], read: () => Promise<T>): Promise<Reading<T>>;
  /** The parameter is being collected from now on, at this level: a subscription, a schedule or a turn in each round. */
  engage(parameter: ParameterId, level: Level): void;
  disengage(parameter: ParameterId): void;
  /**
   * The level at which it is being collected; null when nothing collects it and no call for it is under way. One that
   * hangs is under way until the sensor really answers, although its answer reaches nobody.
   */
  running(parameter: ParameterId): Level | null;
  calls(): Readonly<Partial<Record<ParameterId, number>>>;
  /** Calls, redactions and writes that failed, by parameter. The values are gone. */
  failures(): Readonly<Partial<Record<ParameterId, number>>>;
  failed(parameter: ParameterId): void;
  /** Resolves when no call is under way. */
  settled(): Promise<void>;
}

export type SensorName = 'window' | 'input' | 'screen' | 'browser' | 'machine' | 'lock';

export type Reading<T> = { readonly ok: true; readonly value: T } | { readonly ok: false };

export const SENSOR_LIMIT_MS = 5 * SECOND;

/** `onLate`: a sensor that had not answered in time has let go. */
export function createRegistry(clock: Clock, onLate: () => void = () => undefined): Registry {
  const engaged = new Map<ParameterId, Level>();
  const lastLevel = new Map<ParameterId, Level>();
  const underWay = new Map<ParameterId, number>();
  const busy = new Set<SensorName>();
  const calls: Partial<Record<ParameterId, number>> = {};
  const failures: Partial<Record<ParameterId, number>> = {};
  const pending = new Set<Promise<unknown>>();

  const failed = (parameter: ParameterId): void => {
    failures[parameter] = (failures[parameter] ?? 0) + 1;
  };

  async function call<T>(
    sensor: SensorName,
    parameters: readonly ParameterId[],
    read: () => Promise<T>,
  ): Promise<Reading<T>> {
    if (busy.has(sensor)) {
      parameters.forEach(failed);
      return { ok: false };
    }
    busy.add(sensor);
    for (const parameter of parameters) {
      calls[parameter] = (calls[parameter] ?? 0) + 1;
      underWay.set(parameter, (underWay.get(parameter) ?? 0) + 1);
    }
    // The sensor stays busy until it really answers, however late.
    let isLate = false;
    const answer = attempt(read).finally(() => {
      busy.delete(sensor);
      for (const parameter of parameters) underWay.set(parameter, (underWay.get(parameter) ?? 1) - 1);
      if (isLate) onLate();
    });
    const bounded = inTime(clock, sensor, withinLimit(clock, answer));
    pending.add(bounded);
    const reading = await bounded;
    pending.delete(bounded);
    isLate = busy.has(sensor);
    if (!reading.ok) parameters.forEach(failed);
    return reading;
  }

  return {
    call,
    engage(parameter, level) {
      engaged.set(parameter, level);
      lastLevel.set(parameter, level);
    },
    disengage: (parameter) => void engaged.delete(parameter),
    running(parameter) {
      const isUnderWay = (underWay.get(parameter) ?? 0) > 0;
      return engaged.get(parameter) ?? (isUnderWay ? (lastLevel.get(parameter) ?? null) : null);
    },
    calls: () => ({ ...calls }),
    failures: () => ({ ...failures }),
    failed,
    settled: async () => {
      while (pending.size > 0) await Promise.all(pending);
    },
  };
}

/** What is opened and goes on is not of a moment: an answer that comes late opens it all the same. */
const LASTING: ReadonlySet<SensorName> = new Set(['input', 'browser', 'lock']);

/** A timer alone does not see a sleep: it stands still with the process, and the answer comes first. */
async function inTime<T>(clock: Clock, sensor: SensorName, reading: Promise<Reading<T>>): Promise<Reading<T>> {
  const [wall, mono] = [clock.now(), clock.mono()];
  const answer = await reading;
  const took = Math.max(clock.now() - wall, clock.mono() - mono);
  return took > SENSOR_LIMIT_MS && !LASTING.has(sensor) ? { ok: false } : answer;
}

/** A sensor may also throw before it returns its promise. */
async function attempt<T>(read: () => Promise<T>): Promise<Reading<T>> {
  try {
    return { ok: true, value: await read() };
  } catch {
    return { ok: false };
  }
}

async function withinLimit<T>(clock: Clock, answer: Promise<Reading<T>>): Promise<Reading<T>> {
  let cancel = (): void => undefined;
  const limit = new Promise<Reading<T>>((resolve) => {
    cancel = clock.after(SENSOR_LIMIT_MS, () => resolve({ ok: false }));
  });
  const first = await Promise.race([answer, limit]);
  cancel();
  return first;
}
