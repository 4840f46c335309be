import { join, resolve } from 'node:path';
import { DaylightError } from '../../shared/errors.ts';
import { ErasureId, type OrgId } from '../../shared/ids.ts';
import type { EndingState } from '../../shared/protocol/http/endings.ts';
import type { UnixMs } from '../../shared/time.ts';
import { type Foundation, type FoundationOptions, openFoundation } from '../foundation.ts';
import { folderBusy, namedOrganisation, noneNamed } from '../namedOrganisation.ts';
import { scrub } from '../store/sqlite/scrub.ts';
import type { Holdings } from '../store/store.ts';
import { lookAtClock } from './clockBrake.ts';
import { requireOrganisationEndable } from './endable.ts';
import { type Ending, endingsIn, isClearing } from './ended.ts';
import { horizonWords } from './horizonWords.ts';
import { type Ledger, openLedger } from './ledger.ts';
import type { LedgerEntry } from './ledgerEntry.ts';
import { computersMissing, isOrganisationLeft, organisationCommitted } from './organisationEnding.ts';
import { requireConfirmed } from './restore/swap.ts';

/** An organisation as it is before it is cancelled. */
export interface ToCancel {
  readonly org: OrgId;
  readonly name: string;
  readonly holdings: Holdings;
  readonly keys: number;
  /** Until when sealed bytes of it may be in backups, in words. */
  readonly horizon: readonly string[];
}

/**
 * `deleting` is told often and is no state: how many of the entries are gone so far. `unordered`: nothing could be signed that its computers would
 * obey, so that they are told nothing.
 */
export type Told =
  | { readonly kind: 'state'; readonly org: OrgId; readonly state: EndingState; readonly at: UnixMs }
  | { readonly kind: 'deleting'; readonly org: OrgId; readonly gone: number }
  | { readonly kind: 'unordered'; readonly org: OrgId };

export type CancellationOptions = Pick<FoundationOptions, 'data' | 'clock' | 'random' | 'migrated' | 'rootKey'> & {
  readonly tell?: (told: Told) => void;
};

/**
 * What cancelling would end, of the organisation with this name or id. Throws DaylightError `not_found`, `bad_request` where several
 * have the name, and `conflict` while a server or a command has the folder open, while what was here before a restore is kept,
 * and while a legal hold keeps something of somebody.
 */
export async function lookAtOrganisation(which: string, options: CancellationOptions): Promise<ToCancel> {
  return alone(options, async (foundation) => {
    const { org, name } = await namedOrganisation(which, foundation);
    const { store, keyStore } = foundation;
    await requireCancellable(foundation, org);
    const horizon = horizonWords(options.clock.now(), await keyStore.backups(), false);
    return { org, name, holdings: await store.holdings(org), keys: await keyStore.countKeys(org), horizon };
  });
}

/**
 * Ends an organisation for ever: written into the ledger; its keys destroyed, by which nothing of it can be opened; everything of it
 * deleted; the files cleaned of what was deleted; and looked for again. Resolves when nothing is left. What fails, and a process that
 * ends, leaves it begun: `finishCancellations` goes on with it, and no server starts before. Throws as `lookAtOrganisation` does.
 */
export async function cancelOrganisation(org: OrgId, options: CancellationOptions): Promise<void> {
  const ending = await alone(options, async (foundation, enter) => {
    const all = await foundation.store.organisations();
    if (!all.some((one) => one.org === org)) throw noneNamed(all.map((one) => one.org));
    await requireCancellable(foundation, org);
    // One that broke off, or whose data came back, goes on as what it was: of two endings one would never be over.
    const begun = cancelled(foundation.ledger).find((one) => one.org === org);
    const whose: Whose = { ending: begun?.ending ?? ErasureId.parse(options.random.uuid()), org, person: null };
    await commit(foundation, enter, whose, options);
    return whose;
  });
  await end(ending, options);
}

/**
 * Ends what the ledger says was cancelled and of which something is there: what a crash has left, and what came back with an older
 * copy of the data. Returns those organisations. Where nothing was ever cancelled it opens nothing.
 */
export async function finishCancellations(options: CancellationOptions): Promise<readonly OrgId[]> {
  const opened = await openLedger(resolve(options.data));
  const [ended, clearing] = [cancelled(opened), ofOrganisations(opened).filter(isClearing)];
  if (ended.length === 0) return [];
  const left = await alone(options, async (foundation, enter) => {
    const back: Ending[] = [];
    for (const one of ended) if (!isClearing(one) && (await isOrganisationLeft(foundation, one.org))) back.push(one);
    for (const one of back) await commit(foundation, enter, { ...one, person: null }, options);
    return [...clearing, ...back].map(({ ending, org }) => ({ ending, org, person: null }));
  });
  for (const one of left) await end(one, options);
  return [...new Set(left.map(({ org }) => org))];
}

async function requireCancellable(foundation: Alone, org: OrgId): Promise<void> {
  await requireConfirmed(foundation.folder);
  // What was begun goes on: its keys may be gone already.
  if (cancelled(foundation.ledger).some((one) => one.org === org)) return;
  const { state } = await lookAtClock(foundation.keyStore, foundation.clock.now());
  await requireOrganisationEndable({ ...foundation, brake: { check: () => state } }, org);
}

/** The organisations that were cancelled here, each once: by an ending that is not done, else by the newest. */
function cancelled(ledger: Pick<Ledger, 'entries'>): readonly Ending[] {
  const doneFirst = ofOrganisations(ledger).toSorted((a, b) => Number(isClearing(a)) - Number(isClearing(b)));
  return [...new Map(doneFirst.map((one) => [one.org, one])).values()];
}

function ofOrganisations({ entries }: Pick<Ledger, 'entries'>): readonly Ending[] {
  return endingsIn(entries).filter(({ person }) => person === null);
}

type Whose = Pick<Ending, 'ending' | 'org' | 'person'>;

/** What there is of it now, and what its computers are told from now on. */
async function commit(
  foundation: Alone,
  enter: Enter,
  { ending, org }: Whose,
  { tell }: Pick<CancellationOptions, 'tell'>,
): Promise<void> {
  const entry = await organisationCommitted(foundation, { ending, org, by: 'host' }, foundation.clock.now());
  if (entry.order === undefined) tell?.({ kind: 'unordered', org });
  await enter(entry);
}

/** Every step can be repeated: whatever the last attempt has done of them, they are all taken again. */
async function end(whose: Whose, options: CancellationOptions): Promise<void> {
  const { org } = whose;
  const reach = (enter: Enter, state: Exclude<EndingState, 'committed'>): Promise<void> =>
    enter({ ...whose, at: options.clock.now(), state });
  const folder = await alone(options, async (foundation, enter) => {
    const { folder, keyStore, store } = foundation;
    // Of many computers some are in lines of their own; a crash may have prevented any of these.
    for (const entry of await computersMissing(foundation, whose, () => options.clock.now())) await enter(entry);
    await keyStore.destroyKeys(org);
    await reach(enter, 'keys_destroyed');
    await store.eraseOrganisation(org, (gone) => options.tell?.({ kind: 'deleting', org, gone }));
    await reach(enter, 'purged');
    return folder;
  });
  for (const file of ['keys.db', 'daylight.db']) await scrub(join(folder, file));
  await alone(options, async (foundation, enter) => {
    await reach(enter, 'scrubbed');
    if (await isOrganisationLeft(foundation, org)) throw somethingLeft();
    await reach(enter, 'verified_empty');
  });
}

type Enter = (entry: LedgerEntry) => Promise<void>;
type Alone = Foundation & Pick<CancellationOptions, 'clock'>;

/** With the data to itself, and the way into the ledger. */
async function alone<T>(
  options: CancellationOptions,
  work: (foundation: Alone, enter: Enter) => Promise<T>,
): Promise<T> {
  const { data, clock, random, migrated, rootKey, tell } = options;
  const foundation = await openFoundation({
    data,
    clock,
    random,
    migrated,
    rootKey,
    create: false,
    ending: true,
  }).catch(folderBusy(data));
  try {
    const { ledger } = foundation;
    return await work({ ...foundation, clock }, async (entry) => {
      await ledger.append(entry);
      if (entry.state === 'device_wiped') return;
      tell?.({ kind: 'state', org: entry.org, state: entry.state, at: entry.at });
    });
  } finally {
    await foundation.close();
  }
}

function somethingLeft(): DaylightError {
  return new DaylightError('conflict', 'something of the organisation is there again: another process has written it', {
    remedy: 'Stop every server and command that has this folder, then cancel again; it goes on where it was.',
  });
}
