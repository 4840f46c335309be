import { z } from 'zod';
import { isTimeZone, MINUTE, type UnixMs } from '../time.ts';

/** An IANA name, such as Europe/Berlin. */
export const TimeZone = z
  .string()
  .max(64)
  .refine(isTimeZone, 'expected a time zone as IANA names it, such as Europe/Berlin');

const Moment = z.string().regex(/^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/, 'expected a time of day from 00:00 to 24:00');

const Span = z
  .strictObject({
    /** ISO 8601: 1 is Monday, 7 is Sunday. */
    days: z
      .array(z.int().min(1).max(7))
      .min(1, 'expected at least one day of the week')
      .max(7)
      .refine((days) => new Set(days).size === days.length, 'expected each day once'),
    from: Moment,
    /** Not included. */
    to: Moment,
  })
  .refine(({ from, to }) => from < to, {
    path: ['to'],
    message: 'expected a time after "from"; a shift that crosses midnight is two: one until 24:00, one from 00:00',
  });

/** When people work, by the clock on their wall. */
export const WorkingHours = z.strictObject({
  /** Whose clock counts for people who have not named a time zone of their own. */
  zone: TimeZone,
  spans: z.array(Span).min(1, 'expected at least one span of working hours').max(21),
});
export type WorkingHours = z.infer<typeof WorkingHours>;

/** What the clock on a wall shows at an instant. */
type Wall = (at: UnixMs) => { readonly day: number; readonly minute: number };

/** Clocks of many zones, each made once: to make one takes far longer than to read it. */
export interface WallClocks {
  /** Null for a zone that this runtime does not know. */
  in(zone: string): Wall | null;
}

export function createWallClocks(): WallClocks {
  const made = new Map<string, Wall | null>();
  return {
    in(zone) {
      const wall = made.get(zone);
      if (wall !== undefined) return wall;
      const fresh = isTimeZone(zone) ? wallIn(zone) : null;
      made.set(zone, fresh);
      return fresh;
    },
  };
}

/**
 * Until when it goes on to be working time from `at`, which may be the beginning of a span, never its end. Null when it is none.
 * A span that ends in the hour that there is not, where the clocks are changed, ends early.
 */
export function workingUntil({ spans }: WorkingHours, wall: Wall, at: UnixMs): UnixMs | null {
  let end = at;
  for (let followed = 0; followed < MOST_FOLLOWED; followed += 1) {
    const { day, minute } = wall(end);
    const to = Math.max(...spans.filter((span) => covers(span, day, minute)).map((span) => minutesOf(span.to)));
    if (to === Number.NEGATIVE_INFINITY) break;
    end = atWall(wall, startOfMinute(end) + (to - minute) * MINUTE, to % DAY_MINUTES);
  }
  return end > at ? end : null;
}

/** Whether there is a moment of the week at which it is working time by the one and was not by the other. */
export function isWiderThan(after: WorkingHours | undefined, before: WorkingHours | undefined): boolean {
  if (after === undefined) return false;
  if (before === undefined || before.zone !== after.zone) return true;
  const edges = [
    ...new Set([...before.spans, ...after.spans].flatMap(({ from, to }) => [minutesOf(from), minutesOf(to)])),
  ];
  // Between two edges nothing changes: the beginning of each piece stands for all of it.
  return WEEK.some((day) => edges.some((minute) => isIn(after, day, minute) && !isIn(before, day, minute)));
}

function isIn({ spans }: WorkingHours, day: number, minute: number): boolean {
  return spans.some((span) => covers(span, day, minute));
}

const WEEK = [1, 2, 3, 4, 5, 6, 7];
const DAY_MINUTES = 24 * 60;
/** Spans that adjoin, as those of a night do, are one; a fortnight of them is as good as for ever. */
const MOST_FOLLOWED = 28;
const DAY_NAMES = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

function covers({ days, from, to }: WorkingHours['spans'][number], day: number, minute: number): boolean {
  return days.includes(day) && minutesOf(from) <= minute && minute < minutesOf(to);
}

function minutesOf(moment: string): number {
  return Number(moment.slice(0, 2)) * 60 + Number(moment.slice(3));
}

function startOfMinute(at: UnixMs): UnixMs {
  return Math.floor(at / MINUTE) * MINUTE;
}

/** The instant near `guess` at which the wall shows `minute`, if the clocks were changed before it. */
function atWall(wall: Wall, guess: UnixMs, minute: number): UnixMs {
  const off = wall(guess).minute - minute;
  const around = off > DAY_MINUTES / 2 ? off - DAY_MINUTES : off < -DAY_MINUTES / 2 ? off + DAY_MINUTES : off;
  // Never later than counted: an hour that comes twice is judged again when it comes.
  return guess - Math.max(0, around) * MINUTE;
}

function wallIn(zone: string): Wall {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    weekday: 'short',
    hour: 'numeric',
    minute: 'numeric',
  });
  return (at) => {
    const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, value]));
    const minute = Number(parts.get('hour') ?? 0) * 60 + Number(parts.get('minute') ?? 0);
    return { day: DAY_NAMES.indexOf(parts.get('weekday') ?? '') + 1, minute };
  };
}
