import { setTimeout } from 'node:timers/promises';
import type { OrgId, PersonId } from '../../shared/ids.ts';
import { addDays, type Day, dayOf, HOUR, MINUTE, SECOND, type UnixMs } from '../../shared/time.ts';
import type { Clock } from '../clock.ts';
import { type Store, StoreError } from '../store/store.ts';
import { type MergeDeps, merge } from './merge.ts';
import { mergesOf } from './plan.ts';
import { createShapes } from './shapes.ts';

export interface CompactionDeps extends Omit<MergeDeps, 'shapes'> {
  readonly store: MergeDeps['store'] & Pick<Store, 'organisations' | 'devices' | 'crowdedSegments'>;
  readonly clock: Clock;
  /** Told what kept segments from being merged: of one that does not open once, of everything else at each attempt. */
  readonly failed: (cause: unknown) => void;
}

/** With what the rounds before have learnt. */
export type RoundDeps = CompactionDeps & MergeDeps;

/** Merges in the background, a few segments at a time, until it is closed. */
export interface Compaction {
  /** Resolves when what is being merged is stored; nothing is begun after that. */
  close(): Promise<void>;
}

export interface CompactionTiming {
  /** From the start to the first round: people are served first. */
  readonly quietMs: number;
  /** From the end of a round to the next. */
  readonly everyMs: number;
}

const timing: CompactionTiming = { quietMs: 20 * SECOND, everyMs: 5 * MINUTE };
/** It rests so many times as long as it worked: a tenth of one core at the most. */
const REST = 9;

export function startCompaction(deps: CompactionDeps, { quietMs, everyMs } = timing): Compaction {
  const closing = new AbortController();
  const rested = (ms: number): Promise<boolean> =>
    setTimeout(ms, true, { signal: closing.signal, ref: false }).catch(() => false);
  const running = (async () => {
    const round: RoundDeps = { ...deps, shapes: createShapes() };
    let done: Done | null = null;
    for (let wait = quietMs; await rested(wait); wait = everyMs) done = await compactRound(round, done, rested);
  })();
  return {
    async close() {
      closing.abort();
      await running;
    },
  };
}

/** What the rounds so far have seen to. */
export interface Done {
  /** When the last one began: whoever nothing arrived from since needs no visit. */
  readonly at: UnixMs;
  /** The last day of which everything is merged. */
  readonly settled: Day;
}

/** Segments of a day that goes on are merged when there are so many: about as many minutes of work. */
const MANY = 24;
/** A day is over for us when the last of it has had this long to arrive. What comes later is merged with the next day. */
const SETTLES_MS = HOUR;

/**
 * Visits whoever something arrived from since the round before, and everyone when one more day is over: what is left of it
 * becomes one segment of each kind. `rest` waits for so many milliseconds, after each piece of work, and says whether to go on.
 * Returns what is done now: no more than before when the store did not answer or `rest` said no.
 */
export async function compactRound(
  deps: RoundDeps,
  before: Done | null,
  rest: (ms: number) => Promise<boolean>,
): Promise<Done | null> {
  const now = deps.clock.now();
  const settled = addDays(dayOf(now - SETTLES_MS), -1);
  try {
    for (const visit of await visitsOf(deps, before, now, settled)) {
      if (!(await orTell(deps, true, () => compactPerson(deps, visit, rest)))) return before;
    }
    return { at: now, settled };
  } catch (cause) {
    deps.failed(cause);
    return before;
  }
}

interface Visit {
  readonly org: OrgId;
  readonly person: PersonId;
  /** The last day that is looked at. */
  readonly to: Day;
  /** How many segments of a kind are merged, and not fewer. */
  readonly least: number;
}

const [FIRST_DAY, LAST_DAY] = ['2020-01-01', '2099-12-31'];

async function visitsOf(deps: CompactionDeps, before: Done | null, now: UnixMs, settled: Day): Promise<Visit[]> {
  const { store } = deps;
  // A clock that was set back must not hide anyone, and one that runs ahead no more than a minute of arrivals.
  const since = Math.min(before?.at ?? 0, now) - MINUTE;
  const visits: Visit[] = [];
  for (const { org } of await store.organisations()) {
    const heard = new Map<PersonId, UnixMs>();
    for (const { person, lastSeenAt } of await orTell(deps, [], () => store.devices(org))) {
      heard.set(person, Math.max(heard.get(person) ?? 0, lastSeenAt ?? 0));
    }
    for (const [person, at] of heard) {
      if (before === null || before.settled !== settled) visits.push({ org, person, to: settled, least: 2 });
      if (at >= since) visits.push({ org, person, to: LAST_DAY, least: MANY });
    }
  }
  return visits;
}

/** What was too much for once takes another turn; whoever more arrives from all the time does not keep the others waiting. */
const MOST_TURNS = 4;

/** Until nothing becomes fewer. False when `rest` said no. */
async function compactPerson(
  deps: RoundDeps,
  { org, person, to, least }: Visit,
  rest: (ms: number) => Promise<boolean>,
): Promise<boolean> {
  let fewer = 1;
  for (let turn = 0; turn < MOST_TURNS && fewer > 0; turn += 1) {
    let began = deps.clock.mono();
    const heads = await deps.store.crowdedSegments(org, person, FIRST_DAY, to, least);
    const merges = mergesOf(heads, { least, today: dayOf(deps.clock.now()), shapes: deps.shapes });
    fewer = 0;
    for (const one of merges) {
      fewer += await orTell(deps, 0, () => merge(deps, one));
      if (!(await rest(REST * (deps.clock.mono() - began)))) return false;
      began = deps.clock.mono();
    }
    if (merges.length === 0) return rest(REST * (deps.clock.mono() - began));
  }
  return true;
}

/** One record that does not fit or open must not keep the others from being merged, nor stay unseen. */
async function orTell<T>(deps: CompactionDeps, instead: T, task: () => Promise<T>): Promise<T> {
  try {
    return await task();
  } catch (cause) {
    if (cause instanceof StoreError && ['busy', 'full', 'closed'].includes(cause.code)) throw cause;
    deps.failed(cause);
    return instead;
  }
}
