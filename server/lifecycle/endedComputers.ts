import type { OrgId } from '../../shared/ids.ts';
import type { OrganisationEndedPayload } from '../../shared/protocol/messages.ts';
import type { Signed } from '../../shared/signed.ts';
import type { UnixMs } from '../../shared/time.ts';
import type { Organisations } from '../control/signer.ts';
import type { DeviceRecord, Store } from '../store/store.ts';
import type { Ending } from './ended.ts';
import { type EndedDevice, type LedgerEntry, MOST_DEVICES } from './ledgerEntry.ts';

type Committed = Extract<LedgerEntry, { state: 'committed' }>;

/** What a line of the ledger says of computers. */
export type Computers = Pick<Committed, 'devices' | 'leaseUntil'>;

export function asEnded(record: DeviceRecord): EndedDevice {
  const { device, publicKey } = record;
  return { device, publicKey, leaseUntil: recordsUntil(record) };
}

/** Until when it may record something without a connection: either end may be the later one, and a shorter lease that was issued may not have arrived. */
export function recordsUntil({ lease, previousLease }: Pick<DeviceRecord, 'lease' | 'previousLease'>): UnixMs | null {
  const ends = [lease, previousLease].flatMap((one) => (one === null ? [] : [one.observedUntil, one.enteredUntil]));
  return Math.max(0, ...ends) || null;
}

export function asComputers(devices: readonly EndedDevice[]): Computers {
  return { devices, leaseUntil: Math.max(0, ...devices.map((one) => one.leaseUntil ?? 0)) || null };
}

/** Those that the ledger does not know, or knows with a shorter lease. */
export function newsIn({ devices }: Pick<Ending, 'devices'>, found: readonly EndedDevice[]): readonly EndedDevice[] {
  const known = new Map(devices.map(({ device, leaseUntil }) => [device, leaseUntil ?? 0]));
  return found.filter(({ device, leaseUntil }) => (leaseUntil ?? 0) > (known.get(device) ?? -1));
}

/**
 * The computers of a whole organisation that the ledger does not know of yet, in as many parts as there are lines to be written: those that were
 * enrolled, or given a longer lease, since it was committed, and those whose line a crash has prevented. Empty where it knows them all.
 */
export async function computersInLines(
  store: Pick<Store, 'devices'>,
  org: OrgId,
  known: Pick<Ending, 'devices'> = { devices: [] },
): Promise<readonly Computers[]> {
  const news = newsIn(known, (await store.devices(org)).map(asEnded));
  const parts = Math.ceil(news.length / MOST_DEVICES);
  return Array.from({ length: parts }, (_, part) =>
    asComputers(news.slice(part * MOST_DEVICES, (part + 1) * MOST_DEVICES)),
  );
}

/**
 * What every computer of the organisation is told once it has ended, signed while it can be. Null where its keys are gone or damaged: that
 * must not keep it from ending; its computers stop when their leases end then.
 */
export async function orderFor(
  organisations: Pick<Organisations, 'signer'>,
  { ending, org }: Pick<Ending, 'ending' | 'org'>,
  at: number,
): Promise<Signed | null> {
  const signer = await organisations.signer(org).catch(() => null);
  const said = { org, ending, at } satisfies OrganisationEndedPayload;
  return signer?.signAsServer('daylight/organisation-ended/v1', said) ?? null;
}
