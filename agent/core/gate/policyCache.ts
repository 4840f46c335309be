import { z } from 'zod';
import { isCanonical } from '../../../shared/canonical.ts';
import type { DeviceId, OrgId, PersonId } from '../../../shared/ids.ts';
import { Lease, leaseLayers } from '../../../shared/policy/lease.ts';
import { levelsOf, type ReadPolicy, readPolicy } from '../../../shared/policy/policy.ts';
import { everythingOff, type Layer } from '../../../shared/policy/resolve.ts';
import { Digest, type PublicKey, Signed } from '../../../shared/signed.ts';
import { MINUTE, type UnixMs } from '../../../shared/time.ts';
import type { Folder } from '../files.ts';
import type { Clock } from '../ports.ts';
import { sha256, signatureProblem } from '../signing.ts';

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
  /**
   * Verifies and keeps both, durably, the highest version ever seen included. Whatever it answers, call
   * `Recorder.policyChanged` afterwards: a genuine policy that is not understood is refused and switches everything off.
   */
  accept(
    policy: Signed | null,
    lease: Signed,
  ): Promise<{ ok: true; changed: boolean } | { ok: false; refusal: Refusal }>;
  /** Null until a policy was verified. */
  policy(): VerifiedPolicy | null;
  lease(): Lease | null;
  /** A genuine policy of a schema that this agent does not know is the newest: everything is off, and the receipt says so. */
  notUnderstood(): { readonly hash: Digest; readonly version: number } | null;
  /** Why the last one was refused, for `status`; null when it was not. */
  refusal(): Refusal | null;
  /** Organisation, acknowledgement and lease, as layers at `now`. No policy: no organisation layer, so everything is off. */
  layers(now: UnixMs): readonly Layer[];
}

/** Whose policy this device obeys, pinned at enrolment. */
export interface PolicyKeys {
  readonly org: OrgId;
  readonly person: PersonId;
  readonly device: DeviceId;
  readonly policyKey: PublicKey;
}

export interface PolicyCacheDeps {
  /** Holds one file, `policy.json`. */
  readonly files: Folder;
  readonly keys: PolicyKeys;
  readonly clock: Clock;
}

/** How far the server's clock may be ahead of this one before its policy counts as not yet in force. */
const SKEW_MS = 5 * MINUTE;
const FILE = 'policy.json';

/** Reads what is on disk and verifies it as if it had just arrived. */
export async function createPolicyCache({ files, keys, clock }: PolicyCacheDeps): Promise<PolicyCache> {
  const stored = readStored(await files.read(FILE));
  let kept: Kept = NOTHING;
  let refusal: Refusal | null = null;

  if (stored === 'damaged') refusal = 'not_canonical';
  else if (stored !== null) {
    const judged = judgeStored(stored, keys, clock);
    kept = judged.kept;
    refusal = judged.refusal;
  }

  let queue: Promise<unknown> = Promise.resolve();

  /** One at a time, so that each is judged against what the one before it left. */
  function accept(policy: Signed | null, lease: Signed): ReturnType<PolicyCache['accept']> {
    const answer = queue.then(() => acceptNext(policy, lease));
    queue = answer.catch(() => undefined);
    return answer;
  }

  async function acceptNext(policy: Signed | null, lease: Signed): ReturnType<PolicyCache['accept']> {
    const judged = judge(policy, lease, kept, keys, clock);
    if (!judged.ok) {
      refusal = judged.refusal;
      if (judged.instead !== null) await keep(judged.instead);
      return { ok: false, refusal: judged.refusal };
    }
    const changed = judged.kept.policy?.hash !== kept.policy?.hash || judged.kept.unread !== kept.unread;
    await keep(judged.kept);
    refusal = null;
    return { ok: true, changed };
  }

  /** Lowering takes effect at once; whatever else is new counts only once it cannot be forgotten by a crash. */
  async function keep(next: Kept): Promise<void> {
    if (next.unread !== null) kept = next;
    await files.write(FILE, JSON.stringify(toStored(next)));
    kept = next;
  }

  function layers(now: UnixMs): readonly Layer[] {
    if (kept.unread !== null) return [everythingOff('organisation')];
    if (kept.policy === null) return [];
    const organisation: Layer = { name: 'organisation', ceilings: levelsOf(kept.policy) };
    if (kept.lease === null) return [organisation, everythingOff('lease')];
    // A clock set back must not lengthen a lease: time goes on by the monotonic clock at least.
    const elapsed = kept.lease.verified.at + (clock.mono() - kept.lease.verified.mono);
    return [organisation, ...leaseLayers(kept.lease.lease, Math.max(now, elapsed))];
  }

  return {
    accept,
    policy: () => (kept.unread === null ? kept.policy : null),
    lease: () => kept.lease?.lease ?? null,
    notUnderstood: () => (kept.unread === null ? null : { hash: kept.unread.hash, version: kept.unread.version }),
    refusal: () => refusal,
    layers,
  };
}

/** The highest policy ever verified here; it outlives the policy itself. */
const Highest = z.strictObject({ version: z.int().min(0), hash: Digest.nullable() });
type Highest = z.infer<typeof Highest>;

const Stored = z.strictObject({ policy: Signed.nullable(), lease: Signed.nullable(), highest: Highest });
type Stored = z.infer<typeof Stored>;

interface Kept {
  readonly policy: VerifiedPolicy | null;
  /** A genuine policy that could not be read. While there is one, everything is off. */
  readonly unread: { readonly version: number; readonly hash: Digest } | null;
  readonly lease: KeptLease | null;
  readonly highest: Highest;
  readonly signed: { readonly policy: Signed | null; readonly lease: Signed | null };
}

interface KeptLease {
  readonly lease: Lease;
  /** When it was verified in this process, by both clocks. */
  readonly verified: { readonly at: number; readonly mono: number };
}

const NOTHING: Kept = {
  policy: null,
  unread: null,
  lease: null,
  highest: { version: 0, hash: null },
  signed: { policy: null, lease: null },
};

type Judgement =
  | { readonly ok: true; readonly kept: Kept }
  /** `instead`: what to keep although it was refused; null leaves everything as it was. */
  | { readonly ok: false; readonly refusal: Refusal; readonly instead: Kept | null };

const refused = (refusal: Refusal, instead: Kept | null = null): Judgement => ({ ok: false, refusal, instead });

function judge(policy: Signed | null, lease: Signed, before: Kept, keys: PolicyKeys, clock: Clock): Judgement {
  const candidate = policy === null ? before : judgePolicy(policy, before, keys, clock);
  if (typeof candidate === 'string') return refused(candidate);
  if (candidate.unread !== null) return refused('not_understood', candidate);
  const verified = judgeLease(lease, candidate, keys, clock);
  if (typeof verified === 'string') return refused(verified);
  return { ok: true, kept: { ...candidate, lease: verified, signed: { ...candidate.signed, lease } } };
}

function judgePolicy(signed: Signed, before: Kept, keys: PolicyKeys, clock: Clock): Kept | Refusal {
  const problem = signatureProblem('daylight/policy/v1', keys.policyKey, signed);
  if (problem !== null) return problem;
  if (!isCanonical(signed.payload)) return 'not_canonical';
  const hash = sha256(signed.payload);
  const document: unknown = JSON.parse(signed.payload);
  const identity = Identity.safeParse(document);
  if (identity.success && identity.data.org !== keys.org) return 'wrong_organisation';
  const read = readPolicy(document);
  if (!read.ok) return judgeUnread(identity.data?.version ?? before.highest.version, hash, signed, before);
  const refusal = judgeOrder(read.policy, hash, before.highest);
  if (refusal !== null) return refusal;
  if (read.policy.notBefore > clock.now() + SKEW_MS) return 'not_yet';
  const same = before.policy?.hash === hash;
  return {
    policy: same ? before.policy : ({ ...read.policy, hash } as VerifiedPolicy),
    unread: null,
    lease: same ? before.lease : null,
    highest: { version: read.policy.version, hash },
    signed: { policy: signed, lease: same ? before.signed.lease : null },
  };
}

/** As much of a document as any schema must say, to place one that cannot be read. */
const Identity = z.object({ org: z.string(), version: z.int().min(1) });

/** An older one is refused like any other; what is as new as ours, or does not say, switches everything off. */
function judgeUnread(version: number, hash: Digest, signed: Signed, before: Kept): Kept | Refusal {
  if (version < before.highest.version) return 'older_version';
  return {
    policy: null,
    unread: { version, hash },
    lease: null,
    highest: version > before.highest.version ? { version, hash } : before.highest,
    signed: { policy: signed, lease: null },
  };
}

function judgeOrder(policy: ReadPolicy, hash: Digest, highest: Highest): Refusal | null {
  if (policy.version < highest.version) return 'older_version';
  const isSame = policy.version === highest.version;
  if (isSame && highest.hash !== null && hash !== highest.hash) return 'broken_chain';
  const isNext = policy.version === highest.version + 1;
  if (isNext && policy.previousHash !== highest.hash) return 'broken_chain';
  if (policy.version > 1 && policy.previousHash === null) return 'broken_chain';
  return null;
}

function judgeLease(signed: Signed, candidate: Kept, keys: PolicyKeys, clock: Clock): KeptLease | Refusal {
  const problem = signatureProblem('daylight/lease/v1', keys.policyKey, signed);
  if (problem !== null) return problem;
  if (!isCanonical(signed.payload)) return 'not_canonical';
  const parsed = Lease.safeParse(JSON.parse(signed.payload));
  if (!parsed.success) return 'lease_mismatch';
  const lease = parsed.data;
  if (lease.org !== keys.org) return 'wrong_organisation';
  const fits =
    lease.person === keys.person &&
    lease.device === keys.device &&
    lease.policyHash === candidate.policy?.hash &&
    lease.policyVersion === candidate.policy.version;
  if (!fits) return 'lease_mismatch';
  // An older lease of the same policy may carry acknowledgements that no longer hold.
  if (candidate.lease !== null && lease.issuedAt < candidate.lease.lease.issuedAt) return 'lease_mismatch';
  return { lease, verified: { at: clock.now(), mono: clock.mono() } };
}

/** What is on disk proves nothing by being there: it is judged as if the server had sent it. */
function judgeStored(stored: Stored, keys: PolicyKeys, clock: Clock): { kept: Kept; refusal: Refusal | null } {
  const nothing: Kept = { ...NOTHING, highest: stored.highest };
  if (stored.policy === null) return { kept: nothing, refusal: null };
  const policy = judgePolicy(stored.policy, nothing, keys, clock);
  if (typeof policy === 'string') return { kept: nothing, refusal: policy };
  if (policy.unread !== null) return { kept: policy, refusal: 'not_understood' };
  if (stored.lease === null) return { kept: policy, refusal: null };
  const lease = judgeLease(stored.lease, policy, keys, clock);
  if (typeof lease === 'string') return { kept: policy, refusal: lease };
  return { kept: { ...policy, lease, signed: { ...policy.signed, lease: stored.lease } }, refusal: null };
}

function readStored(bytes: Uint8Array | null): Stored | 'damaged' | null {
  if (bytes === null) return null;
  try {
    const parsed = Stored.safeParse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)));
    return parsed.success ? parsed.data : 'damaged';
  } catch {
    return 'damaged';
  }
}

function toStored(kept: Kept): Stored {
  return { policy: kept.signed.policy, lease: kept.signed.lease, highest: kept.highest };
}
