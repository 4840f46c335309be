import { z } from 'zod';
import { catalog, type Level, type ParameterId, parameterIds } from '../catalog.ts';
import { DeviceId, OrgId, PersonId } from '../ids.ts';
import { Digest } from '../signed.ts';
import { HOUR, UnixMs } from '../time.ts';
import { PersonalTerms } from './personal.ts';
import type { PolicyDocument } from './policy.ts';
import { type Layer, offFor } from './resolve.ts';

/**
 * The server's signed word that a policy still holds for one person on one device, and until when it may be relied on
 * without hearing from the server again. Renewed on every connection and while connected.
 */
export const Lease = z.strictObject({
  schema: z.literal(1),
  org: OrgId,
  person: PersonId,
  device: DeviceId,
  /** SHA-256 of the policy payload that this lease belongs to; with any other policy it is worth nothing. */
  policyHash: Digest,
  policyVersion: z.int().min(1),
  issuedAt: UnixMs,
  /** Observed parameters stop here. */
  observedUntil: UnixMs,
  /** What the employee enters (session, project, notes) stops here. */
  enteredUntil: UnixMs,
  /** What this person has been told of (`acknowledgedCeiling`), per parameter; one that is not named is off. */
  acknowledged: z.record(z.string().max(64), z.string().max(32)),
  /** What they have been told of besides, and may object to before it counts from `from` on. Of what is not named there is nothing. */
  coming: z.record(z.string().max(64), z.strictObject({ level: z.string().max(32), from: UnixMs })).optional(),
  /** What holds for this person besides the policy. */
  terms: PersonalTerms,
});
export type Lease = z.infer<typeof Lease>;

/** The lease as far as its own policy allows one: it ends no later than `leaseHours` after it was issued, as the notice tells people. */
export function leaseWithin(lease: Lease, { observed, entered }: PolicyDocument['leaseHours']): Lease {
  return {
    ...lease,
    observedUntil: earlier(lease.observedUntil, lease.issuedAt + observed * HOUR),
    enteredUntil: earlier(lease.enteredUntil, lease.issuedAt + entered * HOUR),
  };
}

/** The most that the person has acknowledged of the parameter, whether it counts already or only from some day on. */
export function toldOf(lease: Pick<Lease, 'acknowledged' | 'coming'> | null, parameter: ParameterId): string {
  const coming = lease?.coming;
  if (coming !== undefined && Object.hasOwn(coming, parameter)) return coming[parameter]?.level ?? 'off';
  const told = lease?.acknowledged ?? {};
  return (Object.hasOwn(told, parameter) ? told[parameter] : null) ?? 'off';
}

function earlier(a: UnixMs, b: UnixMs): UnixMs {
  return Math.min(a, b);
}

/** The layers that a lease stands for by itself at the instant `now`; what its terms make of the policy is in `ceilings.ts`. A clock before `issuedAt` by more than the skew ends it too. */
export function leaseLayers(lease: Lease, now: UnixMs, skewMs = 5 * 60_000): readonly Layer[] {
  const early = now < lease.issuedAt - skewMs;
  const ended = parameterIds.filter((id) => {
    const until = catalog[id].source === 'observed' ? lease.observedUntil : lease.enteredUntil;
    return early || now > until;
  });
  const ceilings: Partial<Record<ParameterId, Level>> = {};
  for (const id of parameterIds) {
    const told = Object.hasOwn(lease.acknowledged, id) ? lease.acknowledged[id] : 'off';
    // `resolve` counts a level that the parameter does not have as off.
    ceilings[id] = (told ?? 'off') as Level;
  }
  return [
    { name: 'acknowledgement', ceilings },
    { name: 'lease', ceilings: offFor(ended) },
  ];
}
