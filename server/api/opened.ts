import type { ParameterId } from '../../shared/catalog.ts';
import { DaylightError } from '../../shared/errors.ts';
import { addDays, type Day, dayOf, type UnixMs } from '../../shared/time.ts';
import type { Interval } from '../reports/intervals.ts';
import type { Recorded } from '../reports/recorded.ts';
import type { Standing } from '../reports/sessions.ts';
import { localDay, zonedDay } from '../reports/zonedDay.ts';
import type { SegmentRecord } from '../store/store.ts';
import type { Past } from './circumstances.ts';
import type { Context } from './context.ts';
import { openSegments, type RecordedRead, seenOf } from './reading.ts';

/** A session that began this long before a day can still reach into it. */
const DAYS_BEFORE = 2;

/** What a reader may see of segments, and for each day of which parameters they may see something or nothing is there. */
export interface Opened {
  readonly records: readonly Recorded[];
  viewableOn(bounds: Interval): ReadonlySet<ParameterId>;
}

/** Opens all of `whole`, and of `newest` what arrived last alone. */
export async function openFor(
  context: Context,
  read: RecordedRead,
  whole: readonly SegmentRecord[],
  newest: readonly SegmentRecord[] = [],
): Promise<Opened> {
  const segments = [...whole, ...newest];
  const [all, newer, seen] = await Promise.all([
    openSegments(context, read, whole),
    openSegments(context, read, newest, 'newest'),
    seenOf(context, read, segments).then((those) => new Set(those)),
  ]);
  return {
    records: [...all, ...newer],
    viewableOn(bounds) {
      const [first, last] = [dayOf(bounds.from), dayOf(bounds.to - 1)];
      const ofDay = segments.filter(({ day }) => day >= first && day <= last);
      return withoutHidden(read.parameters, ofDay, seen);
    },
  };
}

/** The parameters without those of which there is something on the day, and all of it hidden from the reader. */
function withoutHidden(
  parameters: ReadonlySet<ParameterId>,
  ofDay: readonly SegmentRecord[],
  seen: ReadonlySet<SegmentRecord>,
): ReadonlySet<ParameterId> {
  const shown = new Set(ofDay.filter((one) => seen.has(one)).map(({ parameter }) => parameter));
  const hidden = new Set(ofDay.map(({ parameter }) => parameter).filter((id) => !shown.has(id)));
  return new Set([...parameters].filter((id) => !hidden.has(id)));
}

/** The UTC days whose segments can hold something of this time. */
export function daysAround(bounds: Interval): readonly [from: Day, to: Day] {
  return [addDays(dayOf(bounds.from), -DAYS_BEFORE), addDays(dayOf(bounds.to), 1)];
}

/** What a connected device still tracks has no last record yet. What was taken away from it ended then, whatever it says since. */
export function standingNow({ connections }: Context, { person }: RecordedRead, { devices, told }: Past): Standing {
  const theirs = devices.filter((one) => one.person === person.person && one.status === 'active');
  const away = theirs.filter(({ device }) => connections.of(device) === null);
  const open = connections.ofPerson(person.org, person.person).map((connection) => connection.openSession());
  return {
    running: new Set(open.flatMap((one) => (one === null ? [] : [one.session]))),
    away: new Map(away.map(({ device, lastSeenAt }) => [device, lastSeenAt])),
    // Of a device that is not known nobody has been told anything.
    takenAway: (device, after) => {
      const telling = told.get(device);
      return telling === undefined ? after : telling.takenAway('session', after);
    },
  };
}

/** When the day begins and ends. Throws DaylightError `bad_request` for a zone that this runtime does not know. */
export function requireDay(day: Day, zone: string): Interval {
  return zonedDay(day, zone) ?? refuseZone();
}

/** The day that it is now in the zone, and when it began and ends. Throws as `requireDay`. */
export function requireToday(now: UnixMs, zone: string): { readonly day: Day; readonly bounds: Interval } {
  const day = localDay(now, zone) ?? refuseZone();
  return { day, bounds: requireDay(day, zone) };
}

function refuseZone(): never {
  throw new DaylightError('bad_request', 'query: zone: expected an IANA time zone such as Europe/Berlin', {
    field: 'zone',
  });
}
