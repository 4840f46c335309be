import type { ErasureId, OrgId } from '../../shared/ids.ts';
import type { UnixMs } from '../../shared/time.ts';
import type { Clock } from '../clock.ts';
import type { Connections } from '../control/control.ts';
import type { Organisations } from '../control/signer.ts';
import type { KeyStore, Store } from '../store/store.ts';
import type { Vault } from '../vault/vault.ts';
import { type Ending, endingsIn } from './ended.ts';
import { computersInLines, orderFor } from './endedComputers.ts';
import type { Ledger } from './ledger.ts';
import type { LedgerEntry } from './ledgerEntry.ts';

// What ending a whole organisation does to it, for whoever takes the steps: the running server (`endings.ts`), or the host alone (`cancellation.ts`).

export interface CommitDeps {
  readonly store: Pick<Store, 'devices' | 'holdings'>;
  readonly organisations: Pick<Organisations, 'signer'>;
  readonly ledger: Pick<Ledger, 'entries'>;
}

type Whose = Pick<Ending, 'ending' | 'org'>;
type Committed = Extract<LedgerEntry, { state: 'committed' }>;

/** What there is of it now, and what its computers are told from now on; what was signed the first time stays. */
export async function organisationCommitted(
  { store, organisations, ledger }: CommitDeps,
  { ending, org, by }: Whose & Pick<Ending, 'by'>,
  at: UnixMs,
): Promise<Committed> {
  const signed = inLedger(ledger, ending)?.order ?? null;
  const order = signed ?? (await orderFor(organisations, { ending, org }, at));
  const { kinds: _, ...counts } = await store.holdings(org);
  const [some = { devices: [], leaseUntil: null }] = await computersInLines(store, org);
  const whose = { ending, org, person: null, at, state: 'committed', by } as const;
  return { ...whose, counts, ...some, ...(order === null ? {} : { order }) };
}

/** Of many computers some are in lines of their own, and some may have been enrolled, or given a longer lease, since the last one. */
export async function computersMissing(
  { store, ledger }: Pick<CommitDeps, 'ledger'> & { readonly store: Pick<Store, 'devices'> },
  { ending, org }: Whose,
  now: () => UnixMs,
): Promise<readonly Committed[]> {
  const known = inLedger(ledger, ending);
  const by = known?.by ?? 'host';
  return (await computersInLines(store, org, known)).map((some) => {
    return { ending, org, person: null, at: now(), state: 'committed', by, counts: {}, ...some };
  });
}

function inLedger({ entries }: Pick<Ledger, 'entries'>, which: ErasureId): Ending | undefined {
  return endingsIn(entries).find(({ ending }) => ending === which);
}

export interface FenceDeps {
  readonly store: Pick<Store, 'closeOrganisation' | 'devices'>;
  readonly ledger: Pick<Ledger, 'entries' | 'append'>;
  readonly connections: Pick<Connections, 'in'>;
  readonly organisations: Pick<Organisations, 'end'>;
  readonly vault: Pick<Vault, 'endOrganisation'>;
  readonly clock: Pick<Clock, 'now'>;
}

/** From here on nobody is anyone in it, its computers are told to wipe, and nothing of it can be opened. */
export async function destroyOrganisation(deps: FenceDeps, which: Whose): Promise<void> {
  const { store, ledger, connections, organisations, vault, clock } = deps;
  const { org } = which;
  await store.closeOrganisation(org);
  for (const entry of await computersMissing(deps, which, () => clock.now())) await ledger.append(entry);
  for (const connection of connections.in(org)) connection.wipe('person_removed');
  organisations.end(org);
  await vault.endOrganisation(org);
}

export async function isOrganisationLeft(
  { store, keyStore }: { readonly store: Pick<Store, 'holdings'>; readonly keyStore: Pick<KeyStore, 'countKeys'> },
  org: OrgId,
): Promise<boolean> {
  return (await keyStore.countKeys(org)) > 0 || (await store.holdings(org)).records > 0;
}
