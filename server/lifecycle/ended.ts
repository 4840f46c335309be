import type { DeviceId, ErasureId, OrgId, PersonId } from '../../shared/ids.ts';
import type { EndingState, OrderedBy } from '../../shared/protocol/http/endings.ts';
import type { Signed } from '../../shared/signed.ts';
import type { UnixMs } from '../../shared/time.ts';
import type { Kept } from './keptForHold.ts';
import { type EndedDevice, hasReached, type LedgerEntry } from './ledgerEntry.ts';

/** One ending, as the lines of the ledger tell it. */
export interface Ending {
  readonly ending: ErasureId;
  readonly org: OrgId;
  /** Null: the whole organisation. */
  readonly person: PersonId | null;
  readonly state: EndingState;
  readonly by: OrderedBy;
  /** When each state was reached, since it was committed the last time; `committed` itself the first time. */
  readonly times: ReadonlyMap<EndingState, UnixMs>;
  /** Every state that was ever reached, those from before it was committed again among them. */
  readonly history: readonly { readonly state: EndingState; readonly at: UnixMs }[];
  /** What legal holds keep for now: everything else is destroyed. Null: nothing. */
  readonly kept: Kept | null;
  /** The line of the ledger that says that nothing is left, 1 for the first; null as long as none does. */
  readonly emptySince: number | null;
  /** What there was when it was ordered, by kind. */
  readonly counts: Readonly<Record<string, number>>;
  readonly devices: readonly EndedDevice[];
  readonly leaseUntil: UnixMs | null;
  /** What the computers of an organisation are told; null: of a person, and where nothing could be signed. */
  readonly order: Signed | null;
  /** Which of the computers have answered that they deleted everything. */
  readonly wiped: ReadonlySet<DeviceId>;
}

/** In the order in which they were begun. What came back with an older copy of the data is committed again, and is the same ending. */
export function endingsIn(entries: readonly LedgerEntry[]): readonly Ending[] {
  const endings = new Map<ErasureId, Ending>();
  // Beside them: of an organisation there may be thousands, each with a line of its own.
  const wiped = new Map<ErasureId, Set<DeviceId>>();
  for (const [place, entry] of entries.entries()) {
    const before = endings.get(entry.ending) ?? begun(entry);
    if (entry.state === 'device_wiped')
      wiped.set(entry.ending, (wiped.get(entry.ending) ?? new Set()).add(entry.device));
    endings.set(entry.ending, entry.state === 'device_wiped' ? before : after(before, entry, place + 1));
  }
  return [...endings.values()].map((one) => ({ ...one, wiped: wiped.get(one.ending) ?? NONE }));
}

const NONE: ReadonlySet<DeviceId> = new Set();

function begun({ ending, org, person }: LedgerEntry): Ending {
  const nothing = {
    times: new Map(),
    history: [],
    kept: null,
    emptySince: null,
    counts: {},
    devices: [],
    leaseUntil: null,
    order: null,
  };
  return { ending, org, person, state: 'committed', by: 'host', ...nothing, wiped: NONE };
}

function after(before: Ending, entry: Exclude<LedgerEntry, { state: 'device_wiped' }>, line: number): Ending {
  const { state, at } = entry;
  const history = [...before.history, { state, at }];
  if (state !== 'committed') {
    const times = before.times.has(state) ? before.times : new Map([...before.times, [state, at]]);
    const emptySince = state === 'verified_empty' ? line : before.emptySince;
    return { ...before, state, times, history, emptySince };
  }
  const times = new Map([['committed', before.times.get('committed') ?? at]] as const);
  const isFirst = !before.times.has('committed');
  const { by, counts } = isFirst ? entry : before;
  const devices = together(before.devices, entry.devices);
  const leaseUntil = Math.max(before.leaseUntil ?? 0, entry.leaseUntil ?? 0) || null;
  return {
    ...before,
    state,
    times,
    history,
    kept: entry.kept ?? null,
    emptySince: null,
    by,
    counts,
    devices,
    leaseUntil,
    order: before.order ?? entry.order ?? null,
  };
}

/** Each once, with the latest end of its lease. */
function together(before: readonly EndedDevice[], more: readonly EndedDevice[]): readonly EndedDevice[] {
  const all = new Map(before.map((one) => [one.device, one]));
  for (const one of more) {
    const leaseUntil = Math.max(all.get(one.device)?.leaseUntil ?? 0, one.leaseUntil ?? 0) || null;
    all.set(one.device, { ...one, leaseUntil });
  }
  return [...all.values()];
}

/** The ends of the leases that may run where nobody has answered: of its computers, and of those that the ledger does not name. */
export function leasesLeft({ devices, wiped, leaseUntil }: Ending): readonly UnixMs[] {
  const named = Math.max(0, ...devices.map((one) => one.leaseUntil ?? 0));
  const unnamed = (leaseUntil ?? 0) > named ? [leaseUntil ?? 0] : [];
  return [...devices.flatMap((one) => (wiped.has(one.device) ? [] : (one.leaseUntil ?? []))), ...unnamed];
}

/** Something of it is here still, as far as the ledger knows. */
export function isClearing({ state }: Ending): boolean {
  return !hasReached(state, 'verified_empty');
}

/** Everything is destroyed that no legal hold keeps: until then what is kept may have to be sealed anew, for which it must be opened. */
export function isLetGo({ kept, history }: Ending): boolean {
  return kept === null || history.some(({ state }) => state === 'keys_destroyed');
}

export function ofOrganisation({ person }: Ending): boolean {
  return person === null;
}
