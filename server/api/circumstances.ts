import type { ParameterId } from '../../shared/catalog.ts';
import { parameterIds } from '../../shared/catalog.ts';
import type { DeviceId, OrgId, PersonId } from '../../shared/ids.ts';
import { type DecidingLayer, decidedBy, decidedCeiling, decidingLayers } from '../../shared/policy/ceilings.ts';
import { levelsOf } from '../../shared/policy/policy.ts';
import { addDays, dayOf, MINUTE, type UnixMs } from '../../shared/time.ts';
import type { PublishedPolicy } from '../control/control.ts';
import type { ErasedOf } from '../control/erased.ts';
import type { ErasureScope } from '../control/erasureScope.ts';
import { requestedSince } from '../control/proof.ts';
import type { Standing } from '../control/standing.ts';
import { type Told, toldOnAny } from '../control/told.ts';
import type { Circumstances, Deleted, Forbidden } from '../reports/absent.ts';
import type { Interval } from '../reports/intervals.ts';
import type { DeviceRecord } from '../store/store.ts';
import type { Context } from './context.ts';
import type { Opened } from './opened.ts';

/** What decides what could be collected of some people. */
export interface Past {
  /** Every policy, oldest first; never empty. */
  readonly published: readonly PublishedPolicy[];
  readonly devices: readonly DeviceRecord[];
  /** What was acknowledged on each of the devices, as far as that is genuine. */
  readonly told: ReadonlyMap<DeviceId, Told>;
  /** What each of the people decided themself. */
  readonly standings: ReadonlyMap<PersonId, Standing>;
  /** What was erased of each of them. */
  readonly erased: ReadonlyMap<PersonId, ErasedOf>;
}

export async function pastOf(
  { store, control, erased }: Context,
  org: OrgId,
  people: readonly PersonId[],
): Promise<Past> {
  const [published, devices] = await Promise.all([control.history(org), store.devices(org, people)]);
  const standings = people.map(async (person) => [person, await control.standing({ org, person })] as const);
  return {
    published,
    devices,
    told: await control.toldOn(org, devices),
    standings: new Map(await Promise.all(standings)),
    erased: new Map(
      await Promise.all(people.map(async (person) => [person, await erased.of({ org, person })] as const)),
    ),
  };
}

/** Policy, devices and acknowledgements of a person as they stood at the end of the day, or as they stand now while it lasts. */
export function circumstancesOf(
  { published, devices, told, standings, erased }: Past,
  person: PersonId,
  sightOn: Opened['sightOn'],
  bounds: Interval,
  now: UnixMs,
  reader: PersonId | null,
): Circumstances {
  const at = Math.min(now, bounds.to);
  const isOver = bounds.to <= now;
  // On a day that is over, a device that was retired since was in use.
  const theirs = devices.filter(
    (device) => device.person === person && device.enrolledAt <= at + MINUTE && (isOver || device.status === 'active'),
  );
  // Before the first policy there was none, and everything was off.
  const then = isOver ? published.filter(({ publishedAt }) => publishedAt < bounds.to) : published;
  const rules = then.at(-1)?.document.parameters ?? {};
  return {
    ...sightOn(bounds, rules),
    levels: levelsOf({ rules }),
    levelSince: sinceBefore(bounds.to, requestedSince(then)),
    acknowledged: toldOnAny(theirs.flatMap(({ device }) => told.get(device)?.at(at) ?? [])),
    counting: countingFrom(theirs, told, at),
    forbidden: forbiddenAt(standings.get(person), then.at(-1), isOver ? at : null, reader === person),
    hasDevice: theirs.length > 0,
    expired: expiredOf(then.at(-1), bounds, now),
    deleted: deletedOn(erased.get(person), bounds, reader === person),
  };
}

/** From when counts what was acknowledged and may still be reacted to: on that of the devices on which it counts first. */
export function countingFrom(
  devices: readonly DeviceRecord[],
  told: Past['told'],
  at: UnixMs,
): Circumstances['counting'] {
  const first = new Map<ParameterId, UnixMs>();
  const coming = devices.flatMap(({ device }) => told.get(device)?.coming(at) ?? []);
  for (const id of parameterIds) {
    const moments = coming.flatMap((one) => one[id]?.from ?? []);
    if (moments.length > 0) first.set(id, Math.min(...moments));
  }
  return first;
}

/**
 * The parameters that an erasure reached then. To others that is not told from the end of their time, and includes those of which there
 * was nothing: the list must not tell which had. The person knows what they deleted.
 */
function deletedOn(erased: ErasedOf | undefined, { from, to }: Interval, own: boolean): Circumstances['deleted'] {
  const deleted = parameterIds.flatMap((id): [ParameterId, Deleted][] => {
    const scopes = erased?.touching(id, from, to) ?? [];
    if (!own) return scopes.length === 0 ? [] : [[id, 'no_longer_kept']];
    const held = scopes.filter((scope) => mayHaveHeld(scope, id));
    if (held.length === 0) return [];
    return [[id, held.some(({ kind }) => kind === 'own' || kind === 'reported') ? 'deleted_by_you' : 'deleted']];
  });
  return new Map(deleted);
}

/** Unless somebody counted, and there was nothing of it. */
function mayHaveHeld({ counted }: ErasureScope, id: ParameterId): boolean {
  return counted.length === 0 || counted.some(({ parameter, records }) => parameter === id && records > 0);
}

/**
 * By the policy then. Null: now, whatever the time. Who gave no consent is nobody's business but theirs: to others a parameter that
 * rests on it says so of everybody alike.
 */
function forbiddenAt(
  standing: Standing | undefined,
  policy: PublishedPolicy | undefined,
  at: UnixMs | null,
  own: boolean,
): Circumstances['forbidden'] {
  if (standing === undefined || policy === undefined) return new Map();
  const terms = at === null ? standing.terms : standing.termsAt(at);
  const rules = decidedBy(policy.document);
  const forbidden = parameterIds.flatMap((id): [ParameterId, Forbidden][] => {
    if (!own && policy.document.parameters[id].basis === 'consent') return [[id, 'rests_on_consent']];
    const by = decidingLayers.find((layer) => decidedCeiling(layer, id, rules, terms) === 'off');
    const why = by === undefined ? undefined : FORBIDDEN[by];
    return why === undefined ? [] : [[id, why]];
  });
  return new Map(forbidden);
}

/** No law keeps a parameter off altogether. */
const FORBIDDEN: Readonly<Partial<Record<DecidingLayer, Forbidden>>> = {
  team: 'left_out',
  person: 'left_out',
  consent: 'not_consented',
  objection: 'objected',
  restriction: 'restricted',
  minor: 'under_age',
};

/** A moment after the day is no reason for what the day lacks, whatever a clock that was set back makes of it. */
function sinceBefore(
  end: UnixMs,
  since: Readonly<Partial<Record<ParameterId, UnixMs>>>,
): Readonly<Record<ParameterId, UnixMs | null>> {
  const known = {} as Record<ParameterId, UnixMs | null>;
  for (const id of parameterIds) {
    const at = since[id];
    known[id] = at !== undefined && at < end ? at : null;
  }
  return known;
}

/** By the UTC day on which the day begins: of what is kept by UTC days the first part goes first. */
function expiredOf(policy: PublishedPolicy | undefined, bounds: Interval, now: UnixMs): ReadonlySet<ParameterId> {
  const [first, today] = [dayOf(bounds.from), dayOf(now)];
  return new Set(
    parameterIds.filter((id) => {
      const days = policy?.document.parameters[id].retentionDays;
      return days !== undefined && addDays(first, days) < today;
    }),
  );
}
