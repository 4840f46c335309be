import type { DeviceRecord, LeaseWindow } from './store.ts';

/**
 * What is recorded of a device's leases when one more is issued: pure, and the same in every store. A lease that is issued
 * before either end of the window that runs continues it, so that its beginning stays; otherwise a new window begins and
 * the one that ran becomes the previous. Of what was before that nothing is kept: it counts as not leased.
 */
export function afterLease(
  { lease: running, previousLease }: Pick<DeviceRecord, 'lease' | 'previousLease'>,
  { issuedAt, observedUntil, enteredUntil }: LeaseWindow,
): Pick<DeviceRecord, 'lease' | 'previousLease'> {
  const issued = { issuedAt, observedUntil, enteredUntil };
  if (running === null) return { lease: issued, previousLease };
  const continues = issuedAt <= running.observedUntil && issuedAt <= running.enteredUntil;
  if (!continues) return { lease: issued, previousLease: running };
  return { lease: { ...issued, issuedAt: Math.min(running.issuedAt, issuedAt) }, previousLease };
}
