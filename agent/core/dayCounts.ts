import { z } from 'zod';
import { ParameterId } from '../../shared/catalog.ts';
import { DiscardReason, DropCause } from '../../shared/outcome.ts';
import type { NotRecordedDay } from '../../shared/protocol/window.ts';
import { Day, type MonoMs, SECOND, type UnixMs } from '../../shared/time.ts';
import { say } from '../strings/say.ts';
import type { Clock } from './ports.ts';
import type { HiddenBy } from './sensors/hiding.ts';
import type { DropLine } from './spool/tally.ts';
import { isOffReason, type OffReason, whyOff } from './words.ts';

const count = z.int().min(0).max(Number.MAX_SAFE_INTEGER);
const counts = z.record(z.string().max(64), count);

/** Of one day where the person lives, in the words of whoever counted: those of another version are kept and not shown. */
export const CountedDay = z.strictObject({
  day: Day,
  /** Milliseconds of tracking, by parameter and reason. */
  off: z.record(z.string().max(64), counts),
  dropped: z.record(z.string().max(64), counts),
  /** By the server, by reason. */
  refused: counts,
  hidden: z.array(z.strictObject({ by: z.string().max(16), rule: z.string().max(64), count })),
});
export type CountedDay = z.infer<typeof CountedDay>;

/**
 * What was not recorded, or not kept, by day, without any of its content; for the person alone, on this computer alone. That a rule for
 * a union's site hid something tells who visited it: nothing of this is ever sent.
 */
export interface DayCounts {
  /** In force at this look: by what each parameter that the organisation collects was off. */
  looked(off: readonly { readonly parameter: ParameterId; readonly by: OffReason }[]): void;
  /** All that was dropped since this process began. */
  dropped(lines: readonly DropLine[]): void;
  refused(discarded: Readonly<Partial<Record<DiscardReason, number>>>): void;
  /** What hides the window in front; counted once for as long as it goes on. */
  saw(hidden: readonly HiddenBy[]): void;
  days(): readonly NotRecordedDay[];
  inJournal(): readonly CountedDay[];
}

const MOST_DAYS = 14;
/** Of a day; more go together into one that names none. */
const MOST_RULES = 50;
/** Looks are five seconds apart; after a sleep nobody knows what was off meanwhile. */
const LONGEST_LOOK_MS = 15 * SECOND;

export function createDayCounts(clock: Clock, known: readonly CountedDay[]): DayCounts {
  let days = known;
  let lastLook: MonoMs | null = null;
  let droppedBefore: ReadonlyMap<string, number> = new Map();
  let inFront: ReadonlySet<string> = new Set();

  function change(of: (day: CountedDay) => CountedDay): void {
    const today = localDay(clock.now());
    const found = days.find(({ day }) => day === today);
    const others = days.filter(({ day }) => day !== today);
    const blank = { day: today, off: {}, dropped: {}, refused: {}, hidden: [] };
    days = [...others, of(found ?? blank)].toSorted((a, b) => (a.day < b.day ? -1 : 1)).slice(-MOST_DAYS);
  }

  return {
    looked(off) {
      const mono = clock.mono();
      const took = lastLook === null ? 0 : Math.min(mono - lastLook, LONGEST_LOOK_MS);
      lastLook = mono;
      if (took <= 0 || off.length === 0) return;
      change((day) => ({
        ...day,
        off: off.reduce((all, { parameter, by }) => add(all, parameter, by, took), day.off),
      }));
    },
    dropped(lines) {
      const fresh = lines.flatMap((line) => {
        const more = line.count - (droppedBefore.get(`${line.parameter} ${line.cause}`) ?? 0);
        return more > 0 ? [{ ...line, count: more }] : [];
      });
      if (fresh.length === 0) return;
      droppedBefore = new Map(lines.map((line) => [`${line.parameter} ${line.cause}`, line.count]));
      change((day) => ({
        ...day,
        dropped: fresh.reduce((all, { parameter, cause, count: n }) => add(all, parameter, cause, n), day.dropped),
      }));
    },
    refused(discarded) {
      const fresh = Object.entries(discarded).filter(([, n]) => n > 0);
      if (fresh.length === 0) return;
      change((day) => ({ ...day, refused: fresh.reduce((all, [reason, n]) => plus(all, reason, n), day.refused) }));
    },
    saw(hidden) {
      const fresh = hidden.filter((one) => !inFront.has(keyOf(one)));
      inFront = new Set(hidden.map(keyOf));
      if (fresh.length > 0) change((day) => ({ ...day, hidden: fresh.reduce(plusRule, day.hidden) }));
    },
    days: () => days.map(viewOf).toReversed(),
    inJournal: () => days,
  };
}

function plus(all: Readonly<Record<string, number>>, key: string, n: number): Record<string, number> {
  return { ...all, [key]: (all[key] ?? 0) + n };
}

function add(all: CountedDay['off'], parameter: ParameterId, why: string, n: number): CountedDay['off'] {
  return { ...all, [parameter]: plus(all[parameter] ?? {}, why, n) };
}

function plusRule(all: CountedDay['hidden'], hidden: HiddenBy): CountedDay['hidden'] {
  const isKnown = all.some((one) => keyOf(one) === keyOf(hidden));
  const named: HiddenBy = isKnown || all.length < MOST_RULES ? hidden : { by: 'list', rule: 'more' };
  if (!all.some((one) => keyOf(one) === keyOf(named))) return [...all, { ...named, count: 1 }];
  return all.map((one) => (keyOf(one) === keyOf(named) ? { ...one, count: one.count + 1 } : one));
}

function keyOf({ by, rule }: { readonly by: string; readonly rule: string }): string {
  return `${by} ${rule}`;
}

function viewOf({ day, off, dropped, refused, hidden }: CountedDay): NotRecordedDay {
  return {
    day,
    off: linesOf(off).flatMap(({ parameter, why, n }) =>
      isOffReason(why) ? [{ parameter, why: whyOff(why), seconds: Math.round(n / SECOND) }] : [],
    ),
    dropped: linesOf(dropped).flatMap(({ parameter, why, n }) => {
      const cause = DropCause.safeParse(why);
      return cause.success ? [{ parameter, words: say(`dropWords.${cause.data}`), count: n }] : [];
    }),
    refused: DiscardReason.options.flatMap((reason) =>
      refused[reason] === undefined ? [] : [{ reason, count: refused[reason] }],
    ),
    hidden: hidden.flatMap(({ by, rule, count: n }) =>
      by === 'app' || by === 'site' || by === 'list' ? [{ by, rule, count: n }] : [],
    ),
  };
}

function linesOf(all: CountedDay['off']): { parameter: ParameterId; why: string; n: number }[] {
  return ParameterId.options.flatMap((parameter) =>
    Object.entries(all[parameter] ?? {}).map(([why, n]) => ({ parameter, why, n })),
  );
}

/** The calendar day where this computer is. */
function localDay(at: UnixMs): Day {
  const there = new Date(at);
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${there.getFullYear()}-${two(there.getMonth() + 1)}-${two(there.getDate())}`;
}
