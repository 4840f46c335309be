import { setImmediate } from 'node:timers/promises';
import { type ParameterId, parameterIds } from '../../shared/catalog.ts';
import type { OrgId, PersonId } from '../../shared/ids.ts';
import type { HoldView } from '../../shared/protocol/http/holds.ts';
import type { UnixMs } from '../../shared/time.ts';
import { segmentScope } from '../ingest/scopes.ts';
import { decodeSegment } from '../ingest/segment.ts';
import { type ClockTrust, holdsView, isHeldBy, isInForce } from '../records/holds.ts';
import { readRegister } from '../records/registers.ts';
import type { DataKeyId, KeyStore, Store } from '../store/store.ts';
import { epochAfter, erasureOf, FIRST_OF_ERASURE } from '../vault/epochs.ts';
import { unlessLost, type Vault } from '../vault/vault.ts';
import { imagesOf, sealAgain } from './sealAgain.ts';

// What legal holds keep of somebody whose account ends. Before their keys are destroyed it is sealed anew, under keys that hold nothing else:
// one for each set of holds that keep the same, so that what one of them kept alone goes with its key when that one is over. No key of theirs
// is handed out any more, those included: it is kept, and read by nobody.

/** As the ledger has it: by the numbers that the holds have in their register. */
export interface Kept {
  readonly holds: readonly number[];
  /** The keys of what is kept are from after an erasure of this number or a later one, which there never was. */
  readonly since: number;
}

export interface KeptDeps {
  readonly store: Pick<
    Store,
    'blob' | 'erasures' | 'held' | 'purgeEpochs' | 'resealSegment' | 'segments' | 'settingRevisions' | 'storedEpochs'
  >;
  readonly vault: Pick<Vault, 'seal' | 'open' | 'destroyDataKeys'>;
}

interface Whose {
  readonly org: OrgId;
  readonly person: PersonId;
}

interface HoldDeps {
  readonly store: Pick<Store, 'settingRevisions'>;
  readonly vault: Pick<Vault, 'open'>;
}

/** The holds that keep something of the person. */
export async function holdsOf(
  deps: HoldDeps,
  { org, person }: Whose,
  now: UnixMs,
  clock: ClockTrust,
): Promise<readonly HoldView[]> {
  return (await holdsIn(deps, org, now, clock)).filter((hold) => hold.person === person);
}

/** The holds that keep something of anybody in the organisation. While the clock is in doubt none of them is over because of its date. */
async function holdsIn(
  { store, vault }: HoldDeps,
  org: OrgId,
  now: UnixMs,
  clock: ClockTrust,
): Promise<readonly HoldView[]> {
  const { holds } = holdsView(await readRegister(store, vault, org, 'holds'), now);
  return holds.filter((hold) => isInForce(hold, clock));
}

/** Erasures of the person that others order meanwhile have lower numbers. */
const AHEAD = 1_000;
/** Holds of one person that are told apart; what only later ones keep goes with the last of those. */
const TOLD_APART = 20;

/** What is kept from now on, where anything that is stored is; else null. */
export async function keptBy(
  { store }: Pick<KeptDeps, 'store'>,
  { org, person }: Whose,
  holds: readonly HoldView[],
): Promise<Kept | null> {
  const days = await store.held(org, person);
  const own = holds.filter((hold) => days.some(({ parameter, day }) => isHeldBy(hold, parameter, day)));
  if (own.length === 0) return null;
  const last = (await store.erasures(org, person)).reduce((most, { number }) => Math.max(most, number), 0);
  return { holds: own.map(({ number }) => number), since: last + AHEAD };
}

/** The first epoch of what is kept: everything of the person below it goes. */
export function firstKept({ since }: Kept): number {
  return FIRST_OF_ERASURE * since;
}

/** Before the keys go: puts what is held under keys of its own. It can be called again, as long as none of them is destroyed. */
export async function sealKept(deps: KeptDeps, whose: Whose, kept: Kept, holds: readonly HoldView[]): Promise<void> {
  const { store, vault } = deps;
  const { org, person } = whose;
  const place = new Map(kept.holds.slice(0, TOLD_APART).map((number, index) => [number, 2 ** index]));
  for (let hasChanged = true; hasChanged; ) {
    hasChanged = false;
    for (const { parameter, day } of await store.held(org, person)) {
      const those = holds.filter((hold) => kept.holds.includes(hold.number) && isHeldBy(hold, parameter, day));
      if (those.length === 0) continue;
      const together = those.reduce((sum, { number }) => sum + (place.get(number) ?? 0), 0);
      for (const segment of await store.segments(org, person, parameter, day, day)) {
        if (isKept(kept, segment.epoch)) continue;
        await setImmediate(); // others are served between two that are opened and sealed
        const bytes = await unlessLost(vault.open(segmentScope(segment), segment.sealed));
        if (bytes === null) continue; // nobody can read it: there is nothing to keep
        const images = parameter === 'screenshot' ? imagesOf(decodeSegment(bytes)) : [];
        const epoch = epochAfter(segment.epoch, kept.since + together);
        if ((await sealAgain(deps, segment, epoch, bytes, images)) === 'changed') hasChanged = true;
      }
    }
  }
}

type KeptKey = DataKeyId & { readonly parameter: ParameterId };

/** The keys of what is held, and the others among those of what was kept: of holds that are over, and of nothing. */
export async function keptKeys(
  {
    store,
    keyStore,
  }: { readonly store: Pick<Store, 'held' | 'storedEpochs'>; readonly keyStore: Pick<KeyStore, 'dataKeyEpochs'> },
  { org, person }: Whose,
  kept: Kept,
  holds: readonly HoldView[],
): Promise<{ readonly held: readonly KeptKey[]; readonly over: readonly KeptKey[] }> {
  const own = holds.filter(({ number }) => kept.holds.includes(number));
  const days = await store.held(org, person);
  const [held, over]: [KeptKey[], KeptKey[]] = [[], []];
  for (const parameter of parameterIds) {
    // A key may be there without anything under it, and what was under one that is gone: both go.
    const all = new Set(await keyStore.dataKeyEpochs(org, person, parameter));
    const isHeld = new Set<number>();
    for (const { day } of days.filter((one) => one.parameter === parameter)) {
      const holding = own.some((hold) => isHeldBy(hold, parameter, day));
      for (const epoch of await store.storedEpochs(org, person, parameter, day, day)) {
        all.add(epoch);
        if (holding) isHeld.add(epoch);
      }
    }
    for (const epoch of [...all].filter((one) => isKept(kept, one)))
      (isHeld.has(epoch) ? held : over).push({ org, person, parameter, epoch });
  }
  return { held, over };
}

export function isKept({ since }: Kept, epoch: number): boolean {
  return erasureOf(epoch) >= since;
}
