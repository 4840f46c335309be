import { setImmediate } from 'node:timers/promises';
import type { ParameterId } from '../../shared/catalog.ts';
import type { Observation } from '../../shared/events/observation.ts';
import type { OrgId, PersonId } from '../../shared/ids.ts';
import { isExcludable } from '../../shared/policy/exclusions.ts';
import { addDays, type Day, dayOf, type UnixMs } from '../../shared/time.ts';
import type { ErasurePart } from '../control/erasureScope.ts';
import { openSegment } from '../ingest/openSegment.ts';
import { shownIn } from '../reports/corrected.ts';
import type { SegmentRecord, Store } from '../store/store.ts';
import type { Vault } from '../vault/vault.ts';

/** When each entry began, ascending, of each parameter of which there is one. */
export type PrivateEntries = ReadonlyMap<ParameterId, readonly UnixMs[]>;

export interface PrivateEntriesDeps {
  readonly store: Pick<Store, 'held' | 'segments'>;
  readonly vault: Pick<Vault, 'open'>;
}

export interface Search {
  /** Asked of applications and sites. */
  readonly isPrivate: (observation: Observation) => boolean;
  /** Of what is being erased already nothing is found again. */
  readonly isGone: (observation: Observation) => boolean;
  /** What is not among them is not opened. */
  readonly parameters: ReadonlySet<ParameterId>;
}

/**
 * Of everything that is stored of a person the applications and sites that are private, and the titles and pictures of the same time on the
 * same computer, as the agent leaves them out together. By opening it, a day at a time; what does not open is not found.
 */
export async function privateEntries(
  deps: PrivateEntriesDeps,
  whose: { readonly org: OrgId; readonly person: PersonId },
  search: Search,
): Promise<PrivateEntries> {
  const days = await daysHeld(deps, whose, search);
  const found = new Map<ParameterId, Set<UnixMs>>();
  const moments: Moments = new Map();
  const each = async (parameter: ParameterId, day: Day, isOne: (one: Observation, of: SegmentRecord) => boolean) => {
    for await (const [segment, observation] of opened(deps, whose, parameter, day)) {
      if (search.isGone(observation) || !isOne(observation, segment)) continue;
      found.set(parameter, (found.get(parameter) ?? new Set()).add(observation.at));
      if (parameter === 'app' || parameter === 'url') note(moments, segment, observation);
    }
  };
  for (const parameter of ['app', 'url'] as const)
    for (const day of days.get(parameter) ?? []) await each(parameter, day, search.isPrivate);
  for (const parameter of ['title', 'screenshot'] as const)
    for (const day of days.get(parameter) ?? []) {
      const atThatTime = moments.get(day);
      if (atThatTime === undefined) continue;
      await each(parameter, day, ({ at, span }, { device }) =>
        (atThatTime.get(device) ?? []).some(({ from, to }) => at < to && (at >= from || at + span > from)),
      );
    }
  return new Map([...found].map(([parameter, starts]) => [parameter, [...starts].toSorted((a, b) => a - b)]));
}

/** As parts of an erasure. */
export function partsOf(entries: PrivateEntries): readonly ErasurePart[] {
  return [...entries].flatMap(([parameter, all]) => {
    const pieces = Array.from({ length: Math.ceil(all.length / MOST_IN_A_PART) }, (_, piece) =>
      all.slice(piece * MOST_IN_A_PART, (piece + 1) * MOST_IN_A_PART),
    );
    return pieces.flatMap((starts) => {
      const [from, last] = [starts[0], starts.at(-1)];
      return from === undefined || last === undefined ? [] : [{ parameter, from, to: last + 1, above: 'off', starts }];
    });
  });
}

const MOST_IN_A_PART = 20_000;

/** By the day of whatever may be of the same time, and by computer. */
type Moments = Map<Day, Map<string, { readonly from: UnixMs; readonly to: UnixMs }[]>>;

/** What begins on the day before may last until then. */
function note(moments: Moments, { device }: SegmentRecord, { at, span }: Observation): void {
  const [from, to] = [at, Math.max(at + span, at + 1)];
  for (let day = addDays(dayOf(from), -1); day <= dayOf(to); day = addDays(day, 1)) {
    const devices = moments.get(day) ?? new Map<string, { from: UnixMs; to: UnixMs }[]>();
    moments.set(day, devices);
    const own = devices.get(device) ?? [];
    own.push({ from, to });
    devices.set(device, own);
  }
}

async function daysHeld(
  { store }: PrivateEntriesDeps,
  { org, person }: { readonly org: OrgId; readonly person: PersonId },
  { parameters }: Search,
): Promise<ReadonlyMap<ParameterId, ReadonlySet<Day>>> {
  const days = new Map<ParameterId, Set<Day>>();
  for (const { parameter, day } of await store.held(org, person)) {
    if (!parameters.has(parameter) || !isExcludable(parameter)) continue;
    days.set(parameter, (days.get(parameter) ?? new Set()).add(day));
  }
  return days;
}

async function* opened(
  { store, vault }: PrivateEntriesDeps,
  { org, person }: { readonly org: OrgId; readonly person: PersonId },
  parameter: ParameterId,
  day: Day,
): AsyncGenerator<readonly [SegmentRecord, Observation]> {
  for (const segment of await store.segments(org, person, parameter, day, day)) {
    await setImmediate(); // others are served between two that are opened
    const content = await openSegment(vault, segment);
    for (const { stored, observation } of content?.parts.flatMap(shownIn) ?? []) {
      yield [segment, stored];
      // Corrected: what it says now may be private, where what was recorded was not.
      if (observation !== stored) yield [segment, observation];
    }
  }
}
