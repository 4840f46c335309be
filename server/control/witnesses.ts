import type { DeviceId, OrgId } from '../../shared/ids.ts';
import type { ReceiptPayload } from '../../shared/protocol/messages.ts';
import { createLanes } from '../lanes.ts';
import type { DeviceWitness, Store } from '../store/store.ts';
import type { Receipts } from './receipts.ts';

/** Every device of an organisation with what it last said, without reading again what has not changed. */
export interface Witnesses {
  /** As the store has it now, in order of enrolment. */
  of(org: OrgId): Promise<readonly DeviceSaid[]>;
}

export type DeviceSaid = DeviceWitness['device'] & {
  /** What its latest receipt says, if that verified. */
  readonly said: ReceiptPayload | null;
};

interface Known {
  mark: number;
  readonly devices: Map<DeviceId, DeviceSaid>;
}

/** Remembers at most `most` devices, those of the organisations that were asked for last. */
export function createWitnesses(store: Store, receipts: Receipts, most: number): Witnesses {
  const orgs = new Map<OrgId, Known>();
  const lanes = createLanes<OrgId>();

  async function readOn(org: OrgId): Promise<readonly DeviceSaid[]> {
    const known: Known = orgs.get(org) ?? { mark: 0, devices: new Map() };
    const { mark, changed } = await store.witnessesSince(org, known.mark);
    const read = await Promise.all(
      changed.map(async ({ device, receipt }) => ({
        ...device,
        said: receipt === null ? null : await receipts.said(device, receipt),
      })),
    );
    for (const one of read) known.devices.set(one.device, one);
    known.mark = mark;
    orgs.delete(org);
    orgs.set(org, known); // a Map keeps the order of insertion: the first is the least recently used
    forgetOldest();
    return [...known.devices.values()];
  }

  function forgetOldest(): void {
    let count = 0;
    for (const { devices } of orgs.values()) count += devices.size;
    for (const [org, { devices }] of orgs) {
      if (count <= most) return;
      orgs.delete(org);
      count -= devices.size;
    }
  }

  // In turn: a read that began before a change must not be the answer to a question asked after it.
  return { of: (org) => lanes.run(org, () => readOn(org)) };
}
