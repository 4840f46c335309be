import { setImmediate } from 'node:timers/promises';
import type { ParameterId } from '../../shared/catalog.ts';
import { DaylightError } from '../../shared/errors.ts';
import type { Observation } from '../../shared/events/observation.ts';
import type { OrgId, PersonId } from '../../shared/ids.ts';
import { dayOf } from '../../shared/time.ts';
import type { Clock } from '../clock.ts';
import { daysOf, type Erased, type ErasedOf, isOf, weeksIn } from '../control/erased.ts';
import { type ErasureScope, openErasure } from '../control/erasureScope.ts';
import { openSegment } from '../ingest/openSegment.ts';
import { openSessions, sealSessions } from '../ingest/pipeline.ts';
import { segmentScope } from '../ingest/scopes.ts';
import { encodeSegment, type Segment } from '../ingest/segment.ts';
import { withoutErased } from '../ingest/sessions.ts';
import { withoutRecords } from '../reports/corrected.ts';
import type { ErasureRecord, ErasureState, KeyStore, SegmentRecord, Store } from '../store/store.ts';
import { StoreError } from '../store/store.ts';
import { daysOfWeek, epochAfter, erasureOf, weekOf } from '../vault/epochs.ts';
import { type Sealed, type SealScope, unlessLost, type Vault } from '../vault/vault.ts';
import { imagesOf, sealAgain } from './sealAgain.ts';
import { startUntilDone, type UntilDone } from './untilDone.ts';

export interface ErasureDeps {
  readonly store: Store;
  readonly keyStore: Pick<KeyStore, 'dataKeyEpochs' | 'scrub'>;
  readonly vault: Pick<Vault, 'seal' | 'open' | 'destroyDataKeys'>;
  readonly erased: Erased;
  readonly clock: Pick<Clock, 'now'>;
  /** Orders what is due and was not ordered, because a process ended before it could. Asked once. */
  readonly orderDue?: () => Promise<unknown>;
  /** Whether the keys that were destroyed are gone from the recovery set too, where there is one. */
  readonly recorded?: () => Promise<boolean>;
  /** Told what keeps an erasure from going on. It is tried again. */
  readonly failed: (cause: unknown) => void;
  /** Told of each state that was reached, once it is durable. */
  readonly reached?: (which: ErasureRecord, state: ErasureState) => void;
}

/**
 * What erases a part of what is stored of people: requested → committed → keys destroyed → purged → scrubbed → verified. Each state is durable
 * before the next step begins, and every step can be repeated: whatever a crash has left, the next start goes on with it.
 */
export type ErasureEngine = UntilDone;

/** Begins with whatever is unfinished. */
export function startErasures(deps: ErasureDeps): ErasureEngine {
  return startUntilDone(
    (isClosing) => eraseRound(deps, isClosing),
    async () => deps.orderDue?.().catch(deps.failed),
  );
}

/**
 * Takes every unfinished erasure as far as it goes. `held`: somebody's read holds a log that is to be emptied, which is over by itself;
 * `failed`: `failed` was told why.
 */
export async function eraseRound(
  deps: ErasureDeps,
  isClosing: () => boolean = () => false,
): Promise<'nothing' | 'held' | 'failed'> {
  let failures = 0;
  // A later one would seal what an earlier one has still to take under a key that the earlier one leaves alone.
  const stoppedAt = new Map<PersonId, number>();
  const each = async (of: readonly Erasing[], step: (one: Erasing) => Promise<void>): Promise<Erasing[]> => {
    const done: Erasing[] = [];
    for (const one of of) {
      if (isClosing()) return done;
      const { person, number } = one.record;
      if (number > (stoppedAt.get(person) ?? number)) continue;
      try {
        await step(one);
        done.push(one);
      } catch (cause) {
        if (!(cause instanceof StoreError && cause.code === 'closed')) deps.failed(cause);
        stoppedAt.set(person, number);
        failures += 1;
      }
    }
    return done;
  };

  try {
    const all = await unfinished(deps);
    const fenced = await each(all, (one) => fence(deps, one)); // of all, before anything that takes long
    const purged = await each(fenced, async (one) => {
      if (order[one.record.state] < order.purged) await takeAway(deps, one);
    });
    if (purged.length === 0) return failures > 0 ? 'failed' : 'nothing';
    if (!(await scrubbed(deps))) return failures > 0 ? 'failed' : 'held';
    await each(purged, (one) => enter(deps, one, 'scrubbed'));
    // With an older one whoever has its identity opens in a backup what was erased. Its failure is said by whoever writes it.
    if ((await deps.recorded?.()) === false) return 'failed';
    await each(purged, (one) => verify(deps, one));
  } catch (cause) {
    deps.failed(cause);
    failures += 1;
  }
  return failures > 0 ? 'failed' : 'nothing';
}

/** One erasure, with what is known of it. */
interface Erasing {
  record: ErasureRecord;
  readonly scope: ErasureScope;
  /** One record that is to go, as it was: what is tried to be opened in the end. */
  sample: { readonly scope: SealScope; readonly sealed: Sealed } | null;
}

/** Those of a person by their number: the clock may have gone back between two of them. */
async function unfinished(deps: ErasureDeps): Promise<readonly Erasing[]> {
  const found: Erasing[] = [];
  for (const { org } of await deps.store.organisations()) {
    for (const record of await deps.store.erasures(org)) {
      if (record.state === 'verified') continue;
      const scope = await openErasure(deps.vault, record);
      if (scope === null) deps.failed(unreadable());
      else found.push({ record, scope, sample: null });
    }
  }
  return found.toSorted((a, b) => a.record.number - b.record.number || a.record.at - b.record.at);
}

const order: Readonly<Record<ErasureState, number>> = {
  ...{ requested: 0, committed: 1, keys_destroyed: 2, purged: 3, scrubbed: 4, verified: 5 },
};

/** Never back: what was reached stays reached. */
async function enter({ store, erased, clock, reached }: ErasureDeps, one: Erasing, state: ErasureState): Promise<void> {
  if (order[one.record.state] >= order[state]) return;
  const changedAt = clock.now();
  await store.advanceErasure(one.record, state, changedAt);
  one.record = { ...one.record, state, changedAt };
  erased.changed(one.record);
  reached?.(one.record, state);
}

/** From here on nothing of it is stored or shown. */
async function fence(deps: ErasureDeps, one: Erasing): Promise<void> {
  if (order[one.record.state] >= order.committed) return;
  await deps.erased.commit(one.record);
  await enter(deps, one, 'committed');
}

async function takeAway(deps: ErasureDeps, one: Erasing): Promise<void> {
  await destroyKeys(deps, one);
  await purge(deps, one);
}

// ── What stays is sealed under another key ─────────────────────────────────────────────────────────────────────────

/** Also what was done before, by a process that was ended. */
async function destroyKeys(deps: ErasureDeps, one: Erasing): Promise<void> {
  for (const { parameter, weeks } of fieldsOf(one)) {
    for (const week of await oldWeeks(deps, one, { parameter, weeks })) await resealWeek(deps, one, parameter, week);
    const { org, person } = one.record;
    const epochs = (await deps.keyStore.dataKeyEpochs(org, person, parameter)).filter((epoch) =>
      isOld(one, weeks, epoch),
    );
    await deps.vault.destroyDataKeys(epochs.map((epoch) => ({ org, person, parameter, epoch })));
  }
  await enter(deps, one, 'keys_destroyed');
}

interface Field {
  readonly parameter: ParameterId;
  /** All weeks whose keys are replaced. */
  readonly weeks: readonly number[];
}

/** Each parameter once. */
function fieldsOf({ scope }: Erasing): readonly Field[] {
  return [...weeksIn(scope)].map(([parameter, own]) => ({ parameter, weeks: [...own].toSorted((a, b) => a - b) }));
}

/** Whether the key was there before the erasure, for something of its weeks. */
function isOld({ record }: Erasing, weeks: readonly number[], epoch: number): boolean {
  return erasureOf(epoch) < record.number && weeks.includes(weekOf(epoch));
}

/** Until there is nothing left that stays: what is merged meanwhile takes the place of what was read. */
async function resealWeek(deps: ErasureDeps, one: Erasing, parameter: ParameterId, week: number): Promise<void> {
  const { org, person } = one.record;
  const [from, to] = daysOfWeek(week);
  for (let hasChanged = true; hasChanged; ) {
    hasChanged = false;
    for (const segment of await deps.store.segments(org, person, parameter, from, to)) {
      if (erasureOf(segment.epoch) >= one.record.number) continue;
      if ((await reseal(deps, one, segment)) === 'changed') hasChanged = true;
    }
  }
}

/** The epochs of what is stored under keys of before, in its weeks. */
async function oldEpochs(
  { store }: Pick<ErasureDeps, 'store'>,
  one: Erasing,
  { parameter, weeks }: Field,
): Promise<readonly number[]> {
  const [first, last] = [weeks[0], weeks.at(-1)];
  if (first === undefined || last === undefined) return [];
  const [[from], [, to]] = [daysOfWeek(first), daysOfWeek(last)];
  const { org, person } = one.record;
  return (await store.storedEpochs(org, person, parameter, from, to)).filter((epoch) => isOld(one, weeks, epoch));
}

async function oldWeeks(deps: Pick<ErasureDeps, 'store'>, one: Erasing, field: Field): Promise<readonly number[]> {
  return [...new Set((await oldEpochs(deps, one, field)).map(weekOf))];
}

/** What is not resealed goes with its key. */
async function reseal(
  deps: ErasureDeps,
  one: Erasing,
  segment: SegmentRecord,
): Promise<'resealed' | 'changed' | 'goes'> {
  const { vault } = deps;
  await setImmediate(); // others are served between two that are opened and sealed
  const content = await openSegment(vault, segment);
  if (content === null) return 'goes';
  const kept = withoutThose(content, await takenBy(deps, one));
  if (kept !== content) one.sample ??= { scope: segmentScope(segment), sealed: segment.sealed };
  if (kept.parts.length === 0) return 'goes';
  const epoch = epochAfter(segment.epoch, one.record.number);
  return sealAgain(deps, segment, epoch, encodeSegment(kept), imagesOf(kept));
}

/** What is of it, or of an earlier one of the person, and not held for now. One that nobody can read takes nothing: it may be of anything. */
async function takenBy(
  { erased }: ErasureDeps,
  { record, scope: own }: Erasing,
): Promise<(observation: Observation) => boolean> {
  const theirs = await erased.of(record);
  const scopes = theirs.erasures.flatMap(({ number, scope }) =>
    number > record.number || scope === null ? [] : [scope],
  );
  return (observation) =>
    !theirs.keeps(observation.parameter, dayOf(observation.at), own.after?.hold) &&
    scopes.some((scope) => isOf(scope, observation));
}

/** The same object when nothing goes. */
function withoutThose(content: Segment, goes: (observation: Observation) => boolean): Segment {
  const parts = content.parts.map((part) => withoutRecords(part, goes));
  const isSame = parts.every((part, place) => part === content.parts[place]);
  return isSame ? content : { ...content, parts: parts.filter(({ observations }) => observations.length > 0) };
}

// ── What goes ──────────────────────────────────────────────────────────────────────────────────────────────────────

async function purge(deps: ErasureDeps, one: Erasing): Promise<void> {
  const { org, person } = one.record;
  for (const field of fieldsOf(one)) {
    for (const epoch of await oldEpochs(deps, one, field)) {
      const [from, to] = daysOfWeek(weekOf(epoch));
      await deps.store.purgeEpochs(org, person, field.parameter, from, to, [epoch]);
    }
  }
  await forgetSessions(deps, one.record, await deps.erased.of(one.record));
  await enter(deps, one, 'purged');
}

/** When sessions began and ended, and screenshots were taken, is also in what ingest knows of each device. */
async function forgetSessions(
  { store, vault }: ErasureDeps,
  { org, person }: { readonly org: OrgId; readonly person: PersonId },
  erased: ErasedOf,
): Promise<void> {
  for (const { device } of await store.devices(org, [person])) {
    for (let isDone = false; !isDone; ) {
      const record = await store.device(device);
      if (record === null || record.sessionState === null) break;
      const state = await openSessions(vault, record);
      const kept = withoutErased(state, erased);
      isDone =
        kept === state ||
        (await store.replaceSessionState(org, device, record.sessionState, await sealSessions(vault, record, kept)));
    }
  }
}

/** Both files: what was deleted is overwritten there, and not in their logs. */
async function scrubbed({ store, keyStore }: ErasureDeps): Promise<boolean> {
  const [rows, keys] = [await store.scrub(), await keyStore.scrub()];
  return rows && keys;
}

// ── Looked for again ───────────────────────────────────────────────────────────────────────────────────────────────

/** Throws when something is there: that is taken away too, and looked for again with the next round. */
async function verify(deps: ErasureDeps, one: Erasing): Promise<void> {
  if (await isLeft(deps, one)) {
    await takeAway(deps, one);
    throw somethingLeft();
  }
  await enter(deps, one, 'verified');
}

async function isLeft(deps: ErasureDeps, one: Erasing): Promise<boolean> {
  const { org, person } = one.record;
  for (const field of fieldsOf(one)) {
    const keys = await deps.keyStore.dataKeyEpochs(org, person, field.parameter);
    if (keys.some((epoch) => isOld(one, field.weeks, epoch))) return true;
    if ((await oldEpochs(deps, one, field)).length > 0) return true;
  }
  if (await isThere(deps, one)) return true;
  return one.sample !== null && (await unlessLost(deps.vault.open(one.sample.scope, one.sample.sealed))) !== null;
}

/** In what stays, read again. */
async function isThere(deps: ErasureDeps, one: Erasing): Promise<boolean> {
  const { store, vault } = deps;
  const { scope } = one;
  const { org, person } = one.record;
  const isTaken = await takenBy(deps, one);
  const image = scope.image === null ? null : await store.blob(org, person, scope.image);
  if (image !== null && !(await deps.erased.of(one.record)).keeps('screenshot', image.day, scope.after?.hold))
    return true;
  for (const part of scope.parts) {
    const [from, to] = daysOf(part);
    for (const segment of await store.segments(org, person, part.parameter, from, to)) {
      const content = await openSegment(vault, segment);
      if (content?.parts.some((part) => withoutRecords(part, isTaken) !== part)) return true;
    }
  }
  return false;
}

function somethingLeft(): DaylightError {
  return new DaylightError('conflict', 'something that was erased was found again, and taken away again', {
    remedy: 'If this goes on, another process writes into the data folder: stop it.',
  });
}

function unreadable(): DaylightError {
  return new DaylightError(
    'unavailable',
    'an erasure was changed in the store since, and nobody can say what it is of',
    {
      remedy: 'Restore the database from a backup; until then nothing of that person is stored or shown.',
    },
  );
}
