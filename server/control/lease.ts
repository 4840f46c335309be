import type { Lease } from '../../shared/policy/lease.ts';
import type { Levels, PolicyDocument } from '../../shared/policy/policy.ts';
import type { Digest } from '../../shared/signed.ts';
import { HOUR, type UnixMs } from '../../shared/time.ts';
import type { DeviceRecord } from '../store/store.ts';

/** The lease document for one device, from now. Pure. */
export function leaseFor(
  device: DeviceRecord,
  policy: { readonly document: PolicyDocument; readonly hash: Digest },
  acknowledged: Levels,
  now: UnixMs,
): Lease {
  const { org, person } = device;
  return {
    schema: 1,
    org,
    person,
    device: device.device,
    policyHash: policy.hash,
    policyVersion: policy.document.version,
    issuedAt: now,
    observedUntil: now + policy.document.leaseHours.observed * HOUR,
    enteredUntil: now + policy.document.leaseHours.entered * HOUR,
    acknowledged,
  };
}

/**
 * What is recorded of a lease. A renewal before either end continues the window that was running, so that its beginning
 * stays and a batch captured in a gap before it cannot hide behind the renewal; otherwise a new window begins.
 */
export function recordLease(
  device: Pick<DeviceRecord, 'lease' | 'previousLease'>,
  lease: Pick<Lease, 'issuedAt' | 'observedUntil' | 'enteredUntil'>,
): Pick<DeviceRecord, 'lease' | 'previousLease'> {
  const { issuedAt, observedUntil, enteredUntil } = lease;
  const running = device.lease;
  if (running === null) return { lease: { issuedAt, observedUntil, enteredUntil }, previousLease: null };
  const continues = issuedAt <= running.observedUntil && issuedAt <= running.enteredUntil;
  return {
    lease: { issuedAt: continues ? Math.min(running.issuedAt, issuedAt) : issuedAt, observedUntil, enteredUntil },
    previousLease: continues
      ? device.previousLease
      : { observedUntil: running.observedUntil, enteredUntil: running.enteredUntil },
  };
}
