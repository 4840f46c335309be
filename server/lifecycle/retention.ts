import { setTimeout } from 'node:timers/promises';
import { EntryKind } from '../../shared/audit/leaf.ts';
import { type ParameterId, parameterIds } from '../../shared/catalog.ts';
import type { OrgId, PersonId } from '../../shared/ids.ts';
import { addDays, type Day, dayOf, HOUR, MINUTE, SECOND, type UnixMs } from '../../shared/time.ts';
import type { Clock } from '../clock.ts';
import type { PolicyControl } from '../control/control.ts';
import type { Keeping } from '../control/keeping.ts';
import { readHeld } from '../records/holds.ts';
import { type DataKeyId, type Expired, type KeyStore, type Past, type Store, StoreError } from '../store/store.ts';
import { daysOfWeek, weekOf } from '../vault/epochs.ts';
import type { Vault } from '../vault/vault.ts';
import type { ClockBrake, ClockDoubt } from './clockBrake.ts';
import { type LetGoDeps, letGoSome, readEntryDays } from './entryKeeping.ts';
import type { Imports } from './imports.ts';
import { noteSweep, piecesOf, type Sweep } from './sweeps.ts';

export interface RetentionDeps {
  readonly store: Pick<Store, 'organisations' | 'people' | 'scrub' | keyof SweepStore> & LetGoDeps['store'];
  readonly keyStore: Pick<KeyStore, 'dataKeyEpochs' | 'scrub'>;
  readonly vault: Vault;
  readonly organisations: LetGoDeps['organisations'];
  readonly control: Pick<PolicyControl, 'keeping'>;
  readonly imports: Pick<Imports, 'sweep'>;
  readonly brake: Pick<ClockBrake, 'check'>;
  readonly clock: Clock;
  /** Told of each sweep that deleted something, once it is over. */
  readonly swept: (org: OrgId, sweep: Sweep) => void;
  /** Told what kept one from going on. It is tried again. */
  readonly failed: (cause: unknown) => void;
}

type SweepStore = Pick<
  Store,
  'holders' | 'expire' | 'expireTokens' | 'storedEpochs' | 'setting' | 'putSetting' | 'settingRevisions'
>;

/** What is known of the sweeps of an organisation since the server was started. */
export interface SweepState {
  readonly running: boolean;
  /** When the last one that went to its end did. Null: none has since the server was started. */
  readonly endedAt: UnixMs | null;
  readonly held: 'nothing' | 'failed' | ClockDoubt;
}

/**
 * Deletes what is past its day, and destroys the keys of what is gone, a little at a time. Nothing of how far it is has to be kept: what is past
 * its day is found again, and every step can be repeated, so that whatever a crash has left, the next sweep goes on with it.
 */
export interface RetentionSweeper {
  state(org: OrgId): SweepState;
  /** Resolves when the step that is under way is done. */
  close(): Promise<void>;
}

export interface SweepTiming {
  /** From the start to the first look: people are served first. */
  readonly quietMs: number;
  /** From one look at what is past its day by now to the next. Nothing is read where nothing can be. */
  readonly everyMs: number;
}

const timing: SweepTiming = { quietMs: 30 * SECOND, everyMs: MINUTE };
/** Invitations and codes end at any time of a day, and what failed is tried again. */
const AGAIN_MS = HOUR;
/** Rows that are deleted at once: batches wait for some ten milliseconds. */
const MOST = 500;
/** It rests so many times as long as it worked. */
const REST = 3;

export function startRetention(deps: RetentionDeps, { quietMs, everyMs } = timing): RetentionSweeper {
  const closing = new AbortController();
  const rested = (ms: number): Promise<boolean> =>
    setTimeout(ms, true, { signal: closing.signal, ref: false }).catch(() => false);
  const known = new Map<OrgId, Known>();
  const running = (async () => {
    for (let wait = quietMs; await rested(wait); wait = everyMs) await retentionRound(deps, known, rested);
  })();
  return {
    state: (org) => known.get(org)?.state ?? NEVER,
    async close() {
      closing.abort();
      await running;
    },
  };
}

/** What the rounds before have learnt of an organisation. */
export interface Known {
  readonly state: SweepState;
  /** What was past its day by the last sweep that went to its end, and when that was by the clock that nobody sets. */
  readonly done: { readonly past: string; readonly mono: number } | null;
}

const NEVER: SweepState = { running: false, endedAt: null, held: 'nothing' };

/**
 * Sweeps each organisation in which something may be past its day that was not by the last sweep: the day has changed, or the policy. `rest` waits
 * for so many milliseconds after each piece of work, and says whether to go on.
 */
export async function retentionRound(
  deps: RetentionDeps,
  known: Map<OrgId, Known>,
  rest: (ms: number) => Promise<boolean>,
): Promise<void> {
  const { store, failed } = deps;
  try {
    for (const { org } of await store.organisations()) {
      const before = known.get(org) ?? { state: NEVER, done: null };
      const note = (change: Partial<SweepState>, done = before.done): void =>
        void known.set(org, { state: { ...before.state, ...change }, done });
      try {
        if (!(await sweepWhereDue(deps, org, before, note, rest))) return;
      } catch (cause) {
        if (isClosed(cause)) return;
        failed(cause);
        note({ running: false, held: 'failed' });
      }
    }
  } catch (cause) {
    if (!isClosed(cause)) failed(cause);
  }
}

function isClosed(cause: unknown): boolean {
  return cause instanceof StoreError && cause.code === 'closed';
}

type Note = (change: Partial<SweepState>, done?: Known['done']) => void;

/** False when `rest` said no. */
async function sweepWhereDue(
  deps: RetentionDeps,
  org: OrgId,
  { done }: Known,
  note: Note,
  rest: (ms: number) => Promise<boolean>,
): Promise<boolean> {
  const { brake, clock, control, imports } = deps;
  const doubt = brake.check();
  if (doubt !== 'free') {
    await imports.sweep(org, 'stray');
    note({ running: false, held: doubt.pulled });
    return true;
  }
  const keeping = await control.keeping(org);
  const past = keeping.past(dayOf(clock.now()));
  const name = JSON.stringify(past);
  if (done !== null && done.past === name && clock.mono() - done.mono < AGAIN_MS) return true;
  note({ running: true, held: 'nothing' });
  const ended = await sweep(deps, org, { keeping, past }, rest);
  if (ended === 'closing') return false;
  if (ended === 'doubtful') {
    const now = brake.check();
    note({ running: false, held: now === 'free' ? 'nothing' : now.pulled });
    return true;
  }
  note({ running: false, endedAt: ended.endedAt, held: 'nothing' }, { past: name, mono: clock.mono() });
  return true;
}

/** One sweep of an organisation; says why where it did not go to its end. */
async function sweep(
  deps: RetentionDeps,
  org: OrgId,
  due: { readonly keeping: Keeping; readonly past: Past },
  rest: (ms: number) => Promise<boolean>,
): Promise<Sweep | 'doubtful' | 'closing'> {
  const { store, keyStore, brake, clock, imports } = deps;
  const at = clock.now();
  const went = new Map<ParameterId, Expired>();
  let keys = 0;
  const people = new Set([...(await store.people(org)).map(({ person }) => person), ...(await store.holders(org))]);
  const failures: unknown[] = [];
  for (const person of people) {
    for (let isLeft = true; isLeft; ) {
      if (brake.check() !== 'free') return 'doubtful';
      const began = clock.mono();
      try {
        // Read anew for each piece: a sweep takes hours, and a hold counts from the moment that it is approved.
        const held = await readHeld(store, deps.vault, org, clock.now(), 'trusted');
        const gone = await store.expire(org, person, { ...due.past, except: held.of(person) }, MOST);
        for (const one of gone) went.set(one.parameter, added(went.get(one.parameter), one));
        isLeft = gone.length > 0;
        if (!isLeft) keys += await destroyDeadKeys(deps, { org, person }, due);
      } catch (cause) {
        if (isClosed(cause)) throw cause;
        failures.push(cause); // what is past its day of the others goes all the same
        isLeft = false;
      }
      if (!(await rest(REST * (clock.mono() - began)))) return 'closing';
    }
  }
  const tokens = await store.expireTokens(org, at);
  await imports.sweep(org, 'past');
  const letGo = { access: 0, security_event: 0 };
  const days = await readEntryDays(deps, org, due.keeping);
  for (const kind of EntryKind.options) {
    for (let some = -1; some !== 0; letGo[kind] += some) {
      if (brake.check() !== 'free') return 'doubtful';
      const began = clock.mono();
      some = await letGoSome(deps, org, kind, days[kind]);
      if (!(await rest(REST * (clock.mono() - began)))) return 'closing';
    }
  }
  const parameters = parameterIds.flatMap((parameter) => went.get(parameter) ?? []);
  // Whoever reads from a copy of the store holds its log: then that is emptied with the next sweep.
  if (parameters.length + keys + letGo.access + letGo.security_event > 0)
    await Promise.all([store.scrub(), keyStore.scrub()]);
  const { access: looks, security_event: events } = letGo;
  const done: Sweep = { at, endedAt: clock.now(), parameters, keys, tokens, looks, events };
  await noteSweep(deps, org, done);
  if (piecesOf(done) > 0) deps.swept(org, done);
  if (failures.length > 0) throw failures[0];
  return done;
}

function added(before: Expired | undefined, one: Expired): Expired {
  if (before === undefined) return one;
  const { parameter } = one;
  return { parameter, segments: before.segments + one.segments, images: before.images + one.images };
}

/**
 * A key dies with the last that is stored under it, once all days of its week are past: ingest stores nothing that is past its day, so that
 * nothing is sealed under it any more that anybody may read.
 */
async function destroyDeadKeys(
  { store, keyStore, vault }: RetentionDeps,
  { org, person }: { readonly org: OrgId; readonly person: PersonId },
  { keeping, past }: { readonly keeping: Keeping; readonly past: Past },
): Promise<number> {
  const dead: DataKeyId[] = [];
  for (const parameter of parameterIds) {
    const epochs = await keyStore.dataKeyEpochs(org, person, parameter);
    const over = epochs.filter((epoch) => isOver(epoch, keeping.days(parameter), past.today));
    for (const epoch of over) {
      const [from, to] = daysOfWeek(weekOf(epoch));
      // What is stored there is held, and may be about to be sealed anew under any of them: by an erasure, or as an account ends.
      const isEmpty = (await store.storedEpochs(org, person, parameter, from, to)).length === 0;
      if (isEmpty) dead.push({ org, person, parameter, epoch });
    }
  }
  if (dead.length > 0) await vault.destroyDataKeys(dead);
  return dead.length;
}

function isOver(epoch: number, days: number, today: Day): boolean {
  const [, last] = daysOfWeek(weekOf(epoch));
  return addDays(last, days) < today;
}
