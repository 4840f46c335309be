import type { Lease } from '../../../shared/policy/lease.ts';
import type { ReadPolicy } from '../../../shared/policy/policy.ts';
import type { Layer } from '../../../shared/policy/resolve.ts';
import type { Digest, Signed } from '../../../shared/signed.ts';
import type { UnixMs } from '../../../shared/time.ts';

/** A policy whose signature, organisation, version and lease were verified on this device. Minted here only. */
export type VerifiedPolicy = ReadPolicy & { readonly hash: Digest; readonly __verified: unique symbol };

/** Why a policy or lease that arrived is not used. The one before stays in force, with its own lease. */
export type Refusal =
  | 'not_canonical'
  | 'wrong_key'
  | 'bad_signature'
  | 'wrong_organisation'
  | 'older_version' // below the highest version ever verified here
  | 'not_yet' // its notBefore is in the future
  | 'broken_chain' // same version, other content; or the next version does not name this one's hash
  | 'not_understood' // genuine, but of a schema that this agent does not know: everything is off
  | 'lease_mismatch';

export interface PolicyCache {
  /** Verifies and keeps both, durably, the highest version ever seen included. */
  accept(
    policy: Signed | null,
    lease: Signed,
  ): Promise<{ ok: true; changed: boolean } | { ok: false; refusal: Refusal }>;
  /** Null until a policy was verified. */
  policy(): VerifiedPolicy | null;
  lease(): Lease | null;
  /** Why the last one was refused, for `status`; null when it was not. */
  refusal(): Refusal | null;
  /** Organisation, acknowledgement and lease, as layers at `now`. No policy: no organisation layer, so everything is off. */
  layers(now: UnixMs): readonly Layer[];
}
