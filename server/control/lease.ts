import { timesWithin } from '../../shared/policy/agreed.ts';
import type { Lease } from '../../shared/policy/lease.ts';
import type { Levels, PolicyDocument } from '../../shared/policy/policy.ts';
import type { Digest } from '../../shared/signed.ts';
import { HOUR, type UnixMs } from '../../shared/time.ts';
import type { DeviceRecord } from '../store/store.ts';
import type { Coming } from './told.ts';

/** The lease document for one device, from now. Pure. */
export function leaseFor(
  device: Pick<DeviceRecord, 'org' | 'person' | 'device'>,
  policy: { readonly document: PolicyDocument; readonly hash: Digest },
  { acknowledged, coming, terms }: Pick<Lease, 'terms'> & { readonly acknowledged: Levels; readonly coming: Coming },
  now: UnixMs,
): Lease {
  const { org, person } = device;
  const { leaseHours } = timesWithin(policy.document, terms.agreed);
  return {
    schema: 1,
    org,
    person,
    device: device.device,
    policyHash: policy.hash,
    policyVersion: policy.document.version,
    issuedAt: now,
    observedUntil: now + leaseHours.observed * HOUR,
    enteredUntil: now + leaseHours.entered * HOUR,
    acknowledged,
    ...(Object.keys(coming).length === 0 ? {} : { coming }),
    terms,
  };
}
