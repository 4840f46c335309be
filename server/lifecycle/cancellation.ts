import { join, resolve } from 'node:path';
import { DaylightError } from '../../shared/errors.ts';
import type { OrgId } from '../../shared/ids.ts';
import type { UnixMs } from '../../shared/time.ts';
import { type Foundation, type FoundationOptions, openFoundation } from '../foundation.ts';
import { folderBusy, namedOrganisation, noneNamed } from '../namedOrganisation.ts';
import { scrub } from '../store/sqlite/scrub.ts';
import type { Holdings } from '../store/store.ts';
import { type LedgerState, openLedger, unfinished } from './ledger.ts';

/** An organisation as it is before it is cancelled. */
export interface ToCancel {
  readonly org: OrgId;
  readonly name: string;
  readonly holdings: Holdings;
  readonly keys: number;
}

/** `deleting` is told often and is no state: how many of the entries are gone so far. */
export type Told =
  | { readonly kind: 'state'; readonly org: OrgId; readonly state: LedgerState; readonly at: UnixMs }
  | { readonly kind: 'deleting'; readonly org: OrgId; readonly gone: number };

export type CancellationOptions = Pick<FoundationOptions, 'data' | 'clock' | 'random' | 'migrated'> & {
  readonly tell?: (told: Told) => void;
};

/**
 * What cancelling would end, of the organisation with this name or id. Throws DaylightError `not_found`, `bad_request` where several
 * have the name, and `conflict` while a server or a command has the folder open.
 */
export async function lookAtOrganisation(which: string, options: CancellationOptions): Promise<ToCancel> {
  return alone(options, async (foundation) => {
    const { org, name } = await namedOrganisation(which, foundation);
    const { store, keyStore } = foundation;
    return { org, name, holdings: await store.holdings(org), keys: await keyStore.countKeys(org) };
  });
}

/**
 * Ends an organisation for ever: written into the ledger; its keys destroyed, by which nothing of it can be opened; everything of it
 * deleted; the files cleaned of what was deleted; and looked for again. Resolves when nothing is left. What fails, and a process that
 * ends, leaves it begun: `finishCancellations` goes on with it, and no server starts before. Throws as `lookAtOrganisation` does.
 */
export async function cancelOrganisation(org: OrgId, options: CancellationOptions): Promise<void> {
  await alone(options, async ({ store }, enter) => {
    const all = await store.organisations();
    if (!all.some((one) => one.org === org)) throw noneNamed(all.map((one) => one.org));
    await enter(org, 'committed');
  });
  await end(org, options);
}

/**
 * Ends what the ledger says was cancelled and of which something is there: what a crash has left, and what came back with an older
 * copy of the data. Returns those organisations. Where nothing was ever cancelled it opens nothing.
 */
export async function finishCancellations(options: CancellationOptions): Promise<readonly OrgId[]> {
  const ledger = await openLedger(resolve(options.data));
  const ended = [...new Set(ledger.entries.map(({ organisation }) => organisation))];
  if (ended.length === 0) return [];
  const begun = unfinished(ledger);
  const left = await alone(options, async (foundation, enter) => {
    const back: OrgId[] = [];
    for (const org of ended) if (!begun.includes(org) && (await isLeft(foundation, org))) back.push(org);
    for (const org of back) await enter(org, 'committed');
    return [...begun, ...back];
  });
  for (const org of left) await end(org, options);
  return left;
}

/** Every step can be repeated: whatever the last attempt has done of them, they are all taken again. */
async function end(org: OrgId, options: CancellationOptions): Promise<void> {
  const folder = await alone(options, async ({ folder, keyStore, store }, enter) => {
    await keyStore.destroyKeys(org);
    await enter(org, 'keys_destroyed');
    await store.eraseOrganisation(org, (gone) => options.tell?.({ kind: 'deleting', org, gone }));
    await enter(org, 'purged');
    return folder;
  });
  for (const file of ['keys.db', 'daylight.db']) await scrub(join(folder, file));
  await alone(options, async (foundation, enter) => {
    await enter(org, 'scrubbed');
    if (await isLeft(foundation, org)) throw somethingLeft();
    await enter(org, 'verified_empty');
  });
}

async function isLeft({ store, keyStore }: Foundation, org: OrgId): Promise<boolean> {
  return (await keyStore.countKeys(org)) > 0 || (await store.holdings(org)).records > 0;
}

type Enter = (org: OrgId, state: LedgerState) => Promise<void>;

/** With the data to itself, and the way into the ledger. */
async function alone<T>(
  options: CancellationOptions,
  work: (foundation: Foundation, enter: Enter) => Promise<T>,
): Promise<T> {
  const { data, clock, random, migrated, tell } = options;
  const foundation = await openFoundation({ data, clock, random, migrated, create: false, ending: true }).catch(
    folderBusy(data),
  );
  try {
    const ledger = await openLedger(foundation.folder);
    return await work(foundation, async (organisation, state) => {
      const at = clock.now();
      await ledger.append({ at, organisation, state });
      tell?.({ kind: 'state', org: organisation, state, at });
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
