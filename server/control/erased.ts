import { type ParameterId, rank } from '../../shared/catalog.ts';
import type { Observation } from '../../shared/events/observation.ts';
import type { ImageId, OrgId, PersonId } from '../../shared/ids.ts';
import { DAY, type Day, dayOf, type UnixMs } from '../../shared/time.ts';
import type { Clock } from '../clock.ts';
import { type ClockTrust, type Held, readHeld } from '../records/holds.ts';
import type { ErasureRecord, Store } from '../store/store.ts';
import { epochAfter, epochOf, weekOf } from '../vault/epochs.ts';
import type { Vault } from '../vault/vault.ts';
import { createBounded } from './bounded.ts';
import { type ErasurePart, type ErasureScope, openErasure } from './erasureScope.ts';

/** An erasure with what it is of; null when that was changed in the store since, and nobody can say it. */
export interface OpenedErasure extends Omit<ErasureRecord, 'scope'> {
  readonly scope: ErasureScope | null;
}

/** What was erased of one person, or is being. Pure; see `erasedBy`. */
export interface ErasedOf {
  readonly erasures: readonly OpenedErasure[];
  /** Whether it was captured within something that was erased since. Never stored again, however late it arrives. */
  covers(observation: Observation): boolean;
  /** Whether whatever was captured of the parameter at that moment was erased since, at every level. */
  coversAll(parameter: ParameterId, at: UnixMs): boolean;
  /** What erased since all that there was of the parameter within the time, or within a part of it. */
  touching(parameter: ParameterId, from: UnixMs, to: UnixMs): readonly ErasureScope[];
  /**
   * Whether it is of something that is erased: nobody is shown it, though it may be there still. What a legal hold kept from being taken along is
   * there for some time after that hold, too, so that it is not asked whether one is in force.
   */
  hides(observation: Observation): boolean;
  /** The same of an image, of which no more is known. */
  hidesImage(image: ImageId, day: Day): boolean;
  /**
   * Whether a legal hold keeps what was captured of the parameter on that UTC day, though it was erased. `ended`: of which it is known that it is
   * over, whatever the clock says.
   */
  keeps(parameter: ParameterId, day: Day, ended?: number): boolean;
  /** Under which epoch of its key the parameter of that day is sealed from now on. */
  epochFor(parameter: ParameterId, day: Day): number;
}

/** Who stores something of a person looks here first, in `storing`; who erases comes between two who store, by `commit`. */
export interface Erased {
  of(whose: Whose): Promise<ErasedOf>;
  /** `work` asks `of` itself, and has stored what it went by when it resolves. */
  storing<T>(whose: Whose, work: () => Promise<T>): Promise<T>;
  /** Call when an erasure is in the store: resolves when nobody stores any more who did not know of it. */
  commit(whose: Whose): Promise<void>;
  /** Resolves when nobody stores any more who was storing something, of whomever. */
  settled(): Promise<void>;
  /** Call when an erasure came into another state. */
  changed(whose: Whose): void;
}

interface Whose {
  readonly org: OrgId;
  readonly person: PersonId;
}

export interface ErasedDeps {
  readonly store: Pick<Store, 'erasures' | 'settingRevisions'>;
  readonly vault: Pick<Vault, 'open'>;
  readonly clock: Pick<Clock, 'now'>;
  /** Whether a hold can be over because of the date. */
  readonly trust: () => Promise<ClockTrust>;
}

/** People who are remembered. */
const MOST = 10_000;

export function createErased({ store, vault, clock, trust }: ErasedDeps): Erased {
  const known = createBounded<PersonId, ErasedOf>(MOST);
  const storing = new Map<PersonId, Set<Promise<unknown>>>();

  async function load({ org, person }: Whose): Promise<ErasedOf> {
    const records = await store.erasures(org, person);
    const opened = await Promise.all(records.map(async (one) => ({ ...one, scope: await openErasure(vault, one) })));
    const isHeld = holdsOf(await readHeld(store, vault, org, clock.now(), await trust()), person);
    return opened.length === 0 && isHeld === null ? NOTHING_ERASED : erasedBy(opened, isHeld);
  }

  return {
    of: (whose) => known.get(whose.person, () => load(whose)),
    async storing({ person }, work) {
      const running = work();
      const own = storing.get(person) ?? new Set();
      storing.set(person, own.add(running));
      try {
        return await running;
      } finally {
        own.delete(running);
        if (own.size === 0 && storing.get(person) === own) storing.delete(person);
      }
    },
    async commit({ person }) {
      known.forget(person);
      await Promise.allSettled([...(storing.get(person) ?? [])]);
    },
    async settled() {
      await Promise.allSettled([...storing.values()].flatMap((running) => [...running]));
    },
    changed: ({ person }) => known.forget(person),
  };
}

/** Whether something of the person is kept for now, by its parameter and day, and by another hold than this one. */
type IsHeld = (parameter: ParameterId, day: Day, but?: number) => boolean;

function holdsOf(held: Held, person: PersonId): IsHeld | null {
  return held.ofPerson(person) ? (parameter, day, but) => held.holds(person, parameter, day, but) : null;
}

/** In order of number. Of one that nobody can read any more nothing is stored or shown: it may be of anything. */
export function erasedBy(erasures: readonly OpenedErasure[], isHeld: IsHeld | null = null): ErasedOf {
  // One that nobody can read hides everything until it is done, and what is held for as long as that is.
  const known = erasures.filter(({ state, scope }) => state !== 'verified' || scope !== null);
  const replaced = erasures.map(({ scope }) => weeksIn(scope));
  const hiding: (parameter: ParameterId, day: Day) => readonly OpenedErasure[] = (parameter, day) =>
    isHeld?.(parameter, day) === true ? erasures : known;
  return {
    erasures,
    covers: (observation) => erasures.some(({ scope }) => isOf(scope, observation)),
    coversAll: (parameter, at) =>
      erasures.some(({ scope }) => scope === null || scope.parts.some((part) => isAllAt(part, parameter, at))),
    touching: (parameter, from, to) =>
      erasures.flatMap(({ scope }) => (scope?.image === null && reaches(scope, parameter, from, to) ? [scope] : [])),
    hides: (observation) =>
      hiding(observation.parameter, dayOf(observation.at)).some(({ scope }) => isOf(scope, observation)),
    hidesImage: (image, day) => hiding('screenshot', day).some(({ scope }) => mayHaveImage(scope, image, day)),
    keeps: (parameter, day, ended) => isHeld?.(parameter, day, ended) === true,
    epochFor(parameter, day) {
      const first = epochOf(Date.parse(`${day}T00:00:00Z`));
      const last = erasures.findLast((_, place) => replaced[place]?.get(parameter)?.has(weekOf(first)));
      return last === undefined ? first : epochAfter(first, last.number);
    },
  };
}

export const NOTHING_ERASED = erasedBy([]);

function reaches({ parts }: ErasureScope, parameter: ParameterId, from: UnixMs, to: UnixMs): boolean {
  return parts.some(
    (part) =>
      part.parameter === parameter &&
      part.above === 'off' &&
      part.starts === undefined &&
      part.from < to &&
      part.to > from,
  );
}

/** Whether the erasure is of it. What reaches into the time from before, or goes on after it, goes as a whole. */
export function isOf(scope: ErasureScope | null, observation: Observation): boolean {
  if (scope === null) return true;
  const { parameter, level, at, span } = observation;
  if (scope.image !== null && !(observation.parameter === 'screenshot' && observation.image === scope.image))
    return false;
  return scope.parts.some(
    (part) =>
      part.parameter === parameter && isWithin(part, at, span) && rank(parameter, level) > rank(parameter, part.above),
  );
}

function isWithin({ from, to, starts }: ErasurePart, at: UnixMs, span: number): boolean {
  if (starts !== undefined) return isAmong(starts, at);
  return at < to && (at >= from || at + span > from);
}

/** In a list that ascends: there may be thousands, and everything that arrives is compared with them. */
function isAmong(starts: readonly UnixMs[], at: UnixMs): boolean {
  let [first, end] = [0, starts.length];
  while (first < end) {
    const middle = (first + end) >>> 1;
    if ((starts[middle] ?? at) < at) first = middle + 1;
    else end = middle;
  }
  return starts[first] === at;
}

function isAllAt(part: ErasurePart, asked: ParameterId, at: UnixMs): boolean {
  return part.parameter === asked && part.above === 'off' && at >= part.from && isWithin(part, at, 0);
}

function mayHaveImage(scope: ErasureScope | null, image: ImageId, day: Day): boolean {
  if (scope === null || scope.image !== null) return scope === null || scope.image === image;
  return scope.parts.some((part) => {
    if (part.parameter !== 'screenshot') return false;
    if (part.starts !== undefined) return part.starts.some((at) => dayOf(at) === day);
    const [from, to] = daysOf(part);
    return day >= from && day <= to;
  });
}

/** The days under which something of the part may be stored: what began up to a day before reaches into it. */
export function daysOf({ from, to }: Pick<ErasurePart, 'from' | 'to'>): readonly [from: Day, to: Day] {
  return [dayOf(from - DAY), dayOf(to)];
}

/** The weeks of those days, and of each parameter: all that is sealed under keys of theirs is sealed anew. */
export function weeksIn(scope: ErasureScope | null): ReadonlyMap<ParameterId, ReadonlySet<number>> {
  const weeks = new Map<ParameterId, Set<number>>();
  for (const { parameter, from, to, starts } of scope?.parts ?? []) {
    const own = weeks.get(parameter) ?? new Set();
    weeks.set(parameter, own);
    if (starts !== undefined) for (const at of starts) own.add(epochOf(at));
    else for (let week = epochOf(from - DAY); week <= epochOf(to); week += 1) own.add(week);
  }
  return weeks;
}
