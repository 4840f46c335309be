import type { DeviceId, ErasureId, OrgId, PersonId } from '../../shared/ids.ts';
import type { UnixMs } from '../../shared/time.ts';
import { type EndedDevice, hasReached, type LedgerEntry, type LedgerState, type OrderedBy } from './ledgerEntry.ts';

/** One ending, as the lines of the ledger tell it. */
export interface Ending {
  readonly ending: ErasureId;
  readonly org: OrgId;
  /** Null: the whole organisation. */
  readonly person: PersonId | null;
  readonly state: LedgerState;
  readonly by: OrderedBy;
  /** When each state was reached; the first time, of one that was reached again. */
  readonly times: ReadonlyMap<LedgerState, UnixMs>;
  /** What there was when it was ordered, by kind. */
  readonly counts: Readonly<Record<string, number>>;
  readonly devices: readonly EndedDevice[];
  readonly leaseUntil: UnixMs | null;
  /** Which of the computers have answered that they deleted everything. */
  readonly wiped: ReadonlySet<DeviceId>;
}

/** In the order in which they were begun. What came back with an older copy of the data is committed again, and is the same ending. */
export function endingsIn(entries: readonly LedgerEntry[]): readonly Ending[] {
  const endings = new Map<ErasureId, Ending>();
  for (const entry of entries) {
    const before = endings.get(entry.ending) ?? begun(entry);
    endings.set(entry.ending, after(before, entry));
  }
  return [...endings.values()];
}

function begun({ ending, org, person }: LedgerEntry): Ending {
  const nothing = { times: new Map(), counts: {}, devices: [], leaseUntil: null, wiped: new Set<DeviceId>() };
  return { ending, org, person, state: 'committed', by: 'host', ...nothing };
}

function after(before: Ending, entry: LedgerEntry): Ending {
  if (entry.state === 'device_wiped') return { ...before, wiped: new Set([...before.wiped, entry.device]) };
  const times = before.times.has(entry.state) ? before.times : new Map([...before.times, [entry.state, entry.at]]);
  const reached = { ...before, state: entry.state, times };
  if (entry.state !== 'committed' || before.times.has('committed')) return reached;
  const { by, counts, devices, leaseUntil } = entry;
  return { ...reached, by, counts, devices, leaseUntil };
}

/** Something of it is here still, as far as the ledger knows. */
export function isClearing({ state }: Ending): boolean {
  return !hasReached(state, 'verified_empty');
}

export function ofOrganisation({ person }: Ending): boolean {
  return person === null;
}
