import { type ParameterId, type Purpose, parameterIds } from '../../shared/catalog.ts';
import { DaylightError } from '../../shared/errors.ts';
import type { PolicyRule } from '../../shared/policy/policy.ts';
import type { ReadPurpose } from '../../shared/protocol/http/reading.ts';
import { addDays, type Day, dayOf, type UnixMs } from '../../shared/time.ts';
import type { Sight } from '../reports/absent.ts';
import type { Interval } from '../reports/intervals.ts';
import type { Recorded } from '../reports/recorded.ts';
import type { Standing } from '../reports/sessions.ts';
import { localDay, zonedDay } from '../reports/zonedDay.ts';
import type { SegmentRecord } from '../store/store.ts';
import type { Past } from './circumstances.ts';
import type { Context } from './context.ts';
import { openSegments, purposesOfSegments, type RecordedRead } from './reading.ts';
import { withheldFrom } from './withheld.ts';

/** A session that began this long before a day can still reach into it. */
const DAYS_BEFORE = 2;

/** What a reader may see of segments, and of each day, on which these rules were in force, which parameters. */
export interface Opened {
  readonly records: readonly Recorded[];
  sightOn(bounds: Interval, rules: RulesOfDay): Sight;
}

/** Empty before the first policy. */
export type RulesOfDay = Readonly<Partial<Record<ParameterId, Pick<PolicyRule, 'purpose'>>>>;

/** Opens all of `whole`, and of `newest` what arrived last alone. */
export async function openFor(
  context: Context,
  read: RecordedRead,
  whole: readonly SegmentRecord[],
  newest: readonly SegmentRecord[] = [],
): Promise<Opened> {
  const segments = [...whole, ...newest];
  const [all, newer, purposes, restricted] = await Promise.all([
    openSegments(context, read, whole),
    openSegments(context, read, newest, 'newest'),
    purposesOfSegments(context, read, segments),
    withheldFrom(context, read.leave.actor, read.person),
  ]);
  return {
    records: [...all, ...newer],
    sightOn(bounds, rules) {
      const [first, last] = [dayOf(bounds.from), dayOf(bounds.to - 1)];
      const stored = new Map<ParameterId, (ReadPurpose | null)[]>();
      for (const segment of segments.filter(({ day }) => day >= first && day <= last)) {
        stored.set(segment.parameter, [...(stored.get(segment.parameter) ?? []), purposes.get(segment) ?? null]);
      }
      return sightOf(read, stored, rules, restricted);
    },
  };
}

/**
 * A parameter is seen where something of it is stored that may be seen for what was declared, or where nothing is stored and the
 * policy of the day has it for that; nothing of what the person has had restricted. `stored`: for what each of the day's segments may be seen, null for nothing.
 */
function sightOf(
  { parameters, purposes, purposesOf }: RecordedRead,
  stored: ReadonlyMap<ParameterId, readonly (ReadPurpose | null)[]>,
  rules: RulesOfDay,
  restricted: ReadonlySet<ParameterId>,
): Sight {
  const viewable = new Set<ParameterId>();
  const elsewhere = new Map<ParameterId, Purpose>();
  const withheld = new Set([...restricted].filter((id) => purposesOf.has(id)));
  for (const id of parameterIds) {
    if (withheld.has(id)) continue;
    const open = purposesOf.get(id) ?? new Set();
    const forWhat = stored.get(id) ?? [purposeOn(open, rules[id]?.purpose)];
    if (parameters.has(id) && forWhat.some((purpose) => purpose !== null && purposes.has(purpose))) viewable.add(id);
    const other = forWhat.find((purpose) => purpose !== null && purpose !== 'own_data' && !purposes.has(purpose));
    if (!viewable.has(id) && other !== null && other !== undefined && other !== 'own_data') elsewhere.set(id, other);
  }
  return { viewable, elsewhere, withheld };
}

/** The purpose of the day, where it may be asked for; otherwise one that may. */
function purposeOn(open: ReadonlySet<ReadPurpose>, ofDay: Purpose | undefined): ReadPurpose | null {
  if (ofDay !== undefined && open.has(ofDay)) return ofDay;
  return [...open].at(-1) ?? null;
}

/** The UTC days whose segments can hold something of this time. */
export function daysAround(bounds: Interval): readonly [from: Day, to: Day] {
  return [addDays(dayOf(bounds.from), -DAYS_BEFORE), addDays(dayOf(bounds.to), 1)];
}

/**
 * What a connected device still tracks has no last record yet. What was taken away from it ended then, whatever it says since. That
 * somebody works now is working time: whoever does not look at that is told nothing of it, not even by how long something lasted.
 */
export function standingNow(
  { connections }: Context,
  { person, parameters }: RecordedRead,
  { devices, told }: Past,
): Standing {
  if (!parameters.has('session')) return { running: new Set(), away: new Map(), takenAway: () => null };
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
