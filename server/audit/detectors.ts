import type { PersonId } from '../../shared/ids.ts';
import { HOUR, MINUTE, type UnixMs } from '../../shared/time.ts';

/** One thing that was recorded, as far as a rule looks at it. */
export type Sighting =
  /** Somebody looked at somebody else. `ownTeam`: as the manager of a team that they are in. */
  | {
      readonly kind: 'look';
      readonly at: UnixMs;
      readonly by: PersonId;
      readonly of: PersonId;
      readonly ownTeam: boolean;
    }
  /** Somebody took the whole organisation along as a file: each look was seen before it. */
  | { readonly kind: 'look_at_all'; readonly at: UnixMs; readonly by: PersonId }
  /** Somebody took everything of a person along as a file. */
  | { readonly kind: 'download'; readonly at: UnixMs; readonly by: PersonId; readonly working: boolean }
  | { readonly kind: 'refusal'; readonly at: UnixMs; readonly by: PersonId | null; readonly times: number }
  | { readonly kind: 'failed_open'; readonly at: UnixMs; readonly times: number }
  /** This was raised, by this process or another one. */
  | { readonly kind: 'raised'; readonly at: UnixMs; readonly alarm: AlarmKind; readonly by: PersonId | null };

export const alarmKinds = [
  'alarm_mass_read',
  'alarm_off_hours_download',
  'alarm_failed_opens',
  'alarm_refusals',
] as const;
export type AlarmKind = (typeof alarmKinds)[number];

/** Who, and how many: never what. */
export interface Alarm {
  readonly kind: AlarmKind;
  readonly at: UnixMs;
  /** Null where it is nobody who is known. */
  readonly by: PersonId | null;
  readonly count: number;
}

/** From so many on within the time an alarm is raised; for the same reader and rule not again within `quietMs`. */
export const thresholds = {
  /** People who are in no team that the reader manages. A list of a team, as today's, is no look at each of them. */
  strangers: { count: 12, withinMs: 10 * MINUTE },
  /** People of teams of their own: a manager goes through a whole team now and then. */
  ownTeam: { count: 40, withinMs: 10 * MINUTE },
  refusals: { count: 20, withinMs: 10 * MINUTE },
  /** Of the whole organisation: nothing that is stored ever fails to open unless somebody or a disk changed it. */
  failedOpens: { count: 5, withinMs: 10 * MINUTE },
  quietMs: HOUR,
} as const;

/** The longest time that a rule looks back. */
export const LOOK_BACK_MS = 10 * MINUTE;

/** Takes what was recorded, in order, and says what is to be raised. Pure but for what it remembers of the last ten minutes. */
export interface Detectors {
  see(sighting: Sighting): readonly Alarm[];
}

export function createDetectors(): Detectors {
  const strangers = createWindow(thresholds.strangers.withinMs);
  const ownTeam = createWindow(thresholds.ownTeam.withinMs);
  const refusals = createWindow(thresholds.refusals.withinMs);
  const failedOpens = createWindow(thresholds.failedOpens.withinMs);
  const raised = new Map<string, UnixMs>();

  function raise(kind: AlarmKind, at: UnixMs, by: PersonId | null, count: number): readonly Alarm[] {
    const before = raised.get(nameOf(kind, by));
    // Both ways: what was raised while the clock was ahead must not keep it quiet until then.
    if (before !== undefined && Math.abs(at - before) < thresholds.quietMs) return [];
    raised.set(nameOf(kind, by), at);
    return [{ kind, at, by, count }];
  }

  return {
    see(one) {
      const { at } = one;
      switch (one.kind) {
        case 'look': {
          const [window, { count: most }] = one.ownTeam
            ? [ownTeam, thresholds.ownTeam]
            : [strangers, thresholds.strangers];
          const count = window.different(one.by, at, one.of);
          return count < most ? [] : raise('alarm_mass_read', at, one.by, count);
        }
        case 'look_at_all':
          return raise('alarm_mass_read', at, one.by, strangers.howMany(one.by));
        case 'download':
          return one.working ? [] : raise('alarm_off_hours_download', at, one.by, 1);
        case 'refusal': {
          const count = refusals.times(one.by ?? '', at, one.times);
          return count < thresholds.refusals.count ? [] : raise('alarm_refusals', at, one.by, count);
        }
        case 'failed_open': {
          const count = failedOpens.times('', at, one.times);
          return count < thresholds.failedOpens.count ? [] : raise('alarm_failed_opens', at, null, count);
        }
        case 'raised':
          raised.set(nameOf(one.alarm, one.by), at);
          return [];
      }
    },
  };
}

function nameOf(kind: AlarmKind, by: PersonId | null): string {
  return `${kind} ${by ?? ''}`;
}

/** What was seen under each key within a time, oldest first. What is past it is forgotten whenever something is seen. */
function createWindow(withinMs: number) {
  const seen = new Map<string, readonly { readonly at: UnixMs; readonly what: string; readonly times: number }[]>();
  const add = (key: string, at: UnixMs, what: string, times: number) => {
    for (const [other, entries] of seen) {
      const young = entries.filter((entry) => Math.abs(at - entry.at) < withinMs);
      if (young.length === 0) seen.delete(other);
      else seen.set(other, young);
    }
    const all = [...(seen.get(key) ?? []), { at, what, times }];
    seen.set(key, all);
    return all;
  };
  return {
    /** How many different ones there are under the key with this one. */
    different: (key: string, at: UnixMs, what: string) => new Set(add(key, at, what, 1).map((one) => one.what)).size,
    howMany: (key: string) => new Set(seen.get(key)?.map((one) => one.what)).size,
    times: (key: string, at: UnixMs, times: number) => add(key, at, '', times).reduce((sum, one) => sum + one.times, 0),
  };
}
