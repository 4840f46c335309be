import { z } from 'zod';
import { isCanonical } from '../../../shared/canonical.ts';
import { least, type ParameterId, parameterIds, rank } from '../../../shared/catalog.ts';
import type { DeviceId, OrgId, PersonId } from '../../../shared/ids.ts';
import { type Exclusions, NO_EXCLUSIONS, together } from '../../../shared/policy/exclusions.ts';
import { Lease, leaseLayers, leaseWithin } from '../../../shared/policy/lease.ts';
import { type Levels, leastOf, levelsOf, type ReadPolicy, readPolicy } from '../../../shared/policy/policy.ts';
import { everythingOff, type Layer } from '../../../shared/policy/resolve.ts';
import { Digest, type PublicKey, Signed } from '../../../shared/signed.ts';
import { MINUTE, UnixMs } from '../../../shared/time.ts';
import type { Folder } from '../files.ts';
import type { Clock } from '../ports.ts';
import { sha256, signatureProblem } from '../signing.ts';

/** A policy whose signature, organisation, version and lease were verified on this device. Minted here only. */
export type VerifiedPolicy = ReadPolicy & { readonly hash: Digest; readonly __verified: unique symbol };

/**
 * Why a policy or lease that arrived is not used, or not wholly. What a genuine policy of this organisation lowers is
 * lowered all the same, whatever the clock, its lease or the disk say.
 */
export type Refusal =
  | 'not_canonical'
  | 'wrong_key'
  | 'bad_signature'
  | 'wrong_organisation'
  | 'older_version' // below the highest version ever verified here
  | 'not_yet' // its notBefore is in the future: what it raises waits until then
  | 'broken_chain' // same version, other content; or the next version does not name this one's hash
  | 'not_understood' // genuine, but of a schema that this agent does not know: everything is off
  | 'lease_mismatch' // of another person, device or policy
  | 'older_lease' // issued before the one that holds
  | 'clocks_disagree'; // a lease that is issued in the future: the one that holds goes on

export interface PolicyCache {
  /**
   * Verifies and keeps both, durably, the highest version ever seen included. Once signature, organisation and order
   * hold, no level is above the lower of the old policy and the new one, at once and in memory; what is new and higher
   * counts when notBefore has come, its lease is genuine and both are on disk. Whatever it answers, and also when it
   * rejects because the disk does, call `Recorder.policyChanged` afterwards. `serverTime`: of the `welcome` that both came
   * with, signed for this very connection; left out for what may have been recorded earlier.
   */
  accept(
    policy: Signed | null,
    lease: Signed,
    serverTime?: UnixMs,
  ): Promise<{ ok: true; changed: boolean } | { ok: false; refusal: Refusal }>;
  /** The newest genuine one, also while what it raises waits. Null until a policy was verified. */
  policy(): VerifiedPolicy | null;
  /** The lease in force: of the policy before while that of the newest has not arrived. */
  lease(): Lease | null;
  /** A genuine policy of a schema that this agent does not know is the newest: everything is off, and the receipt says so. */
  notUnderstood(): { readonly hash: Digest; readonly version: number } | null;
  /** Why the last one was refused, for `status`; null when it was not. */
  refusal(): Refusal | null;
  /** By how much the server's clock was ahead of this one (behind: negative) with the last lease; null: by no more than they may. */
  disagreement(): number | null;
  /** Organisation, acknowledgement and lease, as layers at `now`. No policy: no organisation layer, so everything is off. */
  layers(now: UnixMs): readonly Layer[];
  /** What is left out: by the newest genuine policy, and by those before it until its own lease has come. */
  exclusions(): Exclusions;
  /** From now on calls back when what has arrived holds as far as it lowers, before that is on disk; `policyChanged` comes after it. */
  onLowered(callback: () => void): void;
  /** What must outlive `policy.json`; to be kept in the sealed journal, and given back as `memory`. */
  memory(): PolicyMemory;
}

/** The highest policy ever verified here; it outlives the policy itself. */
const Highest = z.strictObject({ version: z.int().min(0), hash: Digest.nullable() });
type Highest = z.infer<typeof Highest>;

/**
 * What a damaged or deleted `policy.json`, and a clock set back between two runs, must not undo. `seenAt`: the latest
 * time that was believed, in whole minutes; a lease that the server has newly given resets it, so that a clock that was
 * once years ahead costs at most the time until the next connection.
 */
export const PolicyMemory = z.strictObject({ highest: Highest, seenAt: UnixMs.nullable() });
export type PolicyMemory = z.infer<typeof PolicyMemory>;

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
  /** From the journal of the run before. Null or left out: it knows nothing, as before the first run. */
  readonly memory?: PolicyMemory | null;
}

/** How far the server's clock may be ahead of this one before its policy or lease counts as not yet in force. */
const SKEW_MS = 5 * MINUTE;
/** The wall clock went on for so much longer than the monotonic one: the machine slept. */
const ASLEEP_MS = MINUTE / 2;
const FILE = 'policy.json';

/** Reads what is on disk and verifies it as if it had just arrived. */
export async function createPolicyCache(deps: PolicyCacheDeps): Promise<PolicyCache> {
  const { files, keys, clock, memory = null } = deps;
  const opened = open(readStored(await files.read(FILE)), memory, keys, clock);
  let kept = opened.kept;
  let refusal = opened.refusal;
  let apart = opened.apart;
  let seen = instant(memory?.seenAt ?? 0);
  let queue: Promise<unknown> = Promise.resolve();
  const listeners = new Set<() => void>();

  /** One at a time, so that each is judged against what the one before it left. */
  function accept(policy: Signed | null, lease: Signed, serverTime?: UnixMs): ReturnType<PolicyCache['accept']> {
    const answer = queue.then(() => acceptNext(policy, lease, serverTime ?? null));
    queue = answer.catch(() => undefined);
    return answer;
  }

  async function acceptNext(
    policy: Signed | null,
    lease: Signed,
    serverTime: UnixMs | null,
  ): ReturnType<PolicyCache['accept']> {
    const before = kept;
    const wall = clock.now();
    // Two clocks that agree are believed against everything that either of them said before.
    const isProven = serverTime !== null && Math.abs(serverTime - wall) <= SKEW_MS;
    // What a restart believes was kept in whole minutes.
    const mark = issuedBy(before.lease, isProven ? wall : believed(wall) + MINUTE + SKEW_MS);
    const candidate = policy === null ? before : judgePolicy(policy, before, keys);
    if (typeof candidate === 'string') return refuse(candidate);
    // From here on it is genuine: what it lowers is lowered, before anything else is asked.
    kept = candidate;
    if (candidate.unread !== null) {
      await write(kept);
      return refuse('not_understood');
    }
    const verified = judgeLease(lease, candidate, keys);
    if (typeof verified !== 'string') apart = apartBy(verified, serverTime, wall) ?? apart;
    const timely = typeof verified === 'string' ? verified : judgeTime(verified, mark, wall);
    if (typeof timely === 'string') {
      // Not the lease: what was refused must not come into force by a restart, only be told there.
      if (policy !== null) await write(kept, timely === 'clocks_disagree' ? apart : null);
      return refuse(timely);
    }
    kept = { ...candidate, ceiling: { levels: leastOf(mostOf(candidate), allowedBy(timely)), until: null } };
    const ceiling = ceilingUntilInForce(candidate, clock.now());
    const next: Kept = {
      ...candidate,
      lease: timely,
      ceiling,
      formerly: ceiling === null ? NO_EXCLUSIONS : candidate.formerly,
      signed: { ...candidate.signed, lease },
    };
    await write(next);
    if (isProven || mark === null || timely.issuedAt > mark.issuedAt) seen = instant();
    kept = next;
    if (ceiling !== null) return refuse('not_yet');
    refusal = null;
    return { ok: true, changed: next.policy?.hash !== before.policy?.hash || before.unread !== null };
  }

  function refuse(why: Refusal): { ok: false; refusal: Refusal } {
    refusal = why;
    return { ok: false, refusal: why };
  }

  /** Not before what is in memory is heard of: a disk that hangs keeps nothing running. */
  async function write(next: Kept, refusedAhead: number | null = null): Promise<void> {
    for (const listener of listeners) listener();
    await files.write(FILE, JSON.stringify(toStored(next, refusedAhead)));
  }

  function instant(atLeast = 0): Seen {
    const wall = clock.now();
    return { at: Math.max(wall, atLeast), wall, mono: clock.mono() };
  }

  /** A clock set back must not lengthen a lease: time goes on by the monotonic clock at least, and through a sleep. */
  function believed(now: UnixMs): UnixMs {
    const ran = clock.mono() - seen.mono;
    const passed = now - seen.wall;
    return Math.max(now, seen.at + (passed > ran + ASLEEP_MS ? passed : ran));
  }

  function layers(now: UnixMs): readonly Layer[] {
    if (kept.unread !== null) return [everythingOff('organisation')];
    if (kept.policy === null) return [];
    const organisation: Layer[] = [{ name: 'organisation', ceilings: levelsOf(kept.policy) }];
    if (holds(kept.ceiling, now)) organisation.push({ name: 'organisation', ceilings: kept.ceiling.levels });
    if (kept.lease === null) return [...organisation, everythingOff('lease')];
    return [...organisation, ...leaseLayers(kept.lease, believed(now))];
  }

  function remembered(): PolicyMemory {
    const at = believed(clock.now());
    seen = instant(at);
    const seenAt = UnixMs.safeParse(Math.floor(at / MINUTE) * MINUTE).data ?? null;
    return { highest: kept.highest, seenAt };
  }

  return {
    accept,
    policy: () => (kept.unread === null ? kept.policy : null),
    lease: () => kept.lease,
    notUnderstood: () => (kept.unread === null ? null : { hash: kept.unread.hash, version: kept.unread.version }),
    refusal: () => (refusal === 'not_yet' && !holds(kept.ceiling, clock.now()) ? null : refusal),
    disagreement: () => (Math.abs(apart) > SKEW_MS ? apart : null),
    layers,
    exclusions: () => excludedBy(kept),
    onLowered: (callback) => void listeners.add(callback),
    memory: remembered,
  };
}

/** The latest time that was believed, and what both clocks said then. */
interface Seen {
  readonly at: number;
  readonly wall: number;
  readonly mono: number;
}

const Stored = z.strictObject({
  policy: Signed.nullable(),
  lease: Signed.nullable(),
  highest: Highest,
  /** By how much the server's clock was ahead, when the lease that came with the policy was refused for it. */
  refusedAhead: z.number().nullable().default(null),
});
type Stored = z.infer<typeof Stored>;

interface Kept {
  readonly policy: VerifiedPolicy | null;
  /** A genuine policy that could not be read. While there is one, everything is off. */
  readonly unread: { readonly version: number; readonly hash: Digest } | null;
  /** What holds besides the policy's own levels while what it raises does not count yet. */
  readonly ceiling: Ceiling | null;
  /** What policies before this one left out, while its lease has not come. */
  readonly formerly: Exclusions;
  /** Of this policy, or of the one before while there is a ceiling. */
  readonly lease: Lease | null;
  readonly highest: Highest;
  readonly signed: { readonly policy: Signed | null; readonly lease: Signed | null };
}

/** `until`: when it ends by itself; null when only what arrives next can end it. */
interface Ceiling {
  readonly levels: Levels;
  readonly until: UnixMs | null;
}

const ALL_OFF = Object.fromEntries(parameterIds.map((id) => [id, 'off'])) as Levels;

const NOTHING: Kept = {
  policy: null,
  unread: null,
  ceiling: null,
  formerly: NO_EXCLUSIONS,
  lease: null,
  highest: { version: 0, hash: null },
  signed: { policy: null, lease: null },
};

/** Judges what never depends on clock, lease or disk, and answers with what is to hold at once when it is genuine. */
function judgePolicy(signed: Signed, before: Kept, keys: PolicyKeys): Kept | Refusal {
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
  if (before.policy?.hash === hash && before.unread === null) return before;
  const policy = { ...read.policy, hash } as VerifiedPolicy;
  return {
    policy,
    unread: null,
    ceiling: { levels: leastOf(mostOf(before), levelsOf(policy)), until: null },
    formerly: excludedBy(before),
    lease: before.lease,
    highest: { version: policy.version, hash },
    signed: { policy: signed, lease: null },
  };
}

function excludedBy({ policy, formerly }: Kept): Exclusions {
  return together(formerly, policy?.exclusions ?? NO_EXCLUSIONS);
}

/** The most that the organisation has allowed so far, on any condition. */
function mostOf({ policy, unread, ceiling }: Kept): Levels {
  if (policy === null || unread !== null) return ALL_OFF;
  return ceiling === null ? levelsOf(policy) : leastOf(ceiling.levels, levelsOf(policy));
}

/** What the lease says that the person has been told of, and has not objected to; what it does not name is off. */
function allowedBy({ acknowledged, terms }: Lease): Levels {
  const told = (id: ParameterId): string => (Object.hasOwn(acknowledged, id) ? acknowledged[id] : null) ?? 'off';
  const left = (id: ParameterId): string =>
    (Object.hasOwn(terms.objection, id) ? terms.objection[id] : null) ?? told(id);
  return Object.fromEntries(parameterIds.map((id) => [id, least(id, told(id), left(id))])) as Levels;
}

/** What holds until the policy's notBefore; null when it is in force, or raises nothing. */
function ceilingUntilInForce({ policy, ceiling }: Kept, now: UnixMs): Ceiling | null {
  if (policy === null || ceiling === null || policy.notBefore <= now + SKEW_MS) return null;
  const levels = levelsOf(policy);
  const raises = parameterIds.some((id) => rank(id, levels[id]) > rank(id, ceiling.levels[id]));
  return raises ? { levels: ceiling.levels, until: policy.notBefore - SKEW_MS } : null;
}

function holds(ceiling: Ceiling | null, now: UnixMs): ceiling is Ceiling {
  return ceiling !== null && (ceiling.until === null || now < ceiling.until);
}

/** As much of a document as any schema must say, to place one that cannot be read. */
const Identity = z.object({ org: z.string(), version: z.int().min(1) });

/** An older one is refused like any other; what is as new as ours, or does not say, switches everything off. */
function judgeUnread(version: number, hash: Digest, signed: Signed, before: Kept): Kept | Refusal {
  if (version < before.highest.version) return 'older_version';
  return {
    policy: null,
    unread: { version, hash },
    ceiling: null,
    formerly: excludedBy(before),
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

function judgeLease(signed: Signed, candidate: Kept, keys: PolicyKeys): Lease | Refusal {
  const problem = signatureProblem('daylight/lease/v1', keys.policyKey, signed);
  if (problem !== null) return problem;
  if (!isCanonical(signed.payload)) return 'not_canonical';
  const parsed = Lease.safeParse(JSON.parse(signed.payload));
  if (!parsed.success) return 'lease_mismatch';
  const lease = parsed.data;
  if (lease.org !== keys.org) return 'wrong_organisation';
  const { policy } = candidate;
  if (policy === null || lease.policyHash !== policy.hash || lease.policyVersion !== policy.version)
    return 'lease_mismatch';
  if (lease.person !== keys.person || lease.device !== keys.device) return 'lease_mismatch';
  return leaseWithin(lease, policy.leaseHours);
}

/**
 * The lease, if it was issued at `latest`. One of the future is no mark that others are measured by: it was taken before such
 * leases were refused, or while the clock of this computer was wrong as well.
 */
function issuedBy(lease: Lease | null, latest: number): Lease | null {
  return lease !== null && lease.issuedAt <= latest ? lease : null;
}

/**
 * By how much the server's clock is ahead. Null: an older lease that is pushed says nothing of that, it may have waited here
 * while the computer slept.
 */
function apartBy({ issuedAt }: Lease, serverTime: UnixMs | null, wall: UnixMs): number | null {
  if (serverTime !== null) return serverTime - wall;
  return issuedAt >= wall - SKEW_MS ? issuedAt - wall : null;
}

/** One that would not be in force must not take the place of one that is, and be what the next is measured by. */
function judgeTime(lease: Lease, mark: Lease | null, wall: UnixMs): Lease | Refusal {
  if (lease.issuedAt > wall + SKEW_MS) return 'clocks_disagree';
  // An older lease of the same policy may carry acknowledgements that no longer hold.
  const isOlder = mark?.policyHash === lease.policyHash && lease.issuedAt < mark.issuedAt;
  return isOlder ? 'older_lease' : lease;
}

/**
 * What is on disk proves nothing by being there: it is judged as if the server had sent it. Of two marks of the highest
 * version the higher one counts, so that neither file alone can lower it.
 */
function open(stored: Stored | 'damaged' | null, memory: PolicyMemory | null, keys: PolicyKeys, clock: Clock): Opened {
  const onDisk = stored === null || stored === 'damaged' ? NOTHING.highest : stored.highest;
  const nothing: Kept = { ...NOTHING, highest: higherOf(memory?.highest ?? NOTHING.highest, onDisk) };
  if (stored === 'damaged') return { kept: nothing, refusal: 'not_canonical', apart: 0 };
  if (stored === null || stored.policy === null) return { kept: nothing, refusal: null, apart: 0 };
  const policy = judgePolicy(stored.policy, nothing, keys);
  if (typeof policy === 'string') return { kept: nothing, refusal: policy, apart: 0 };
  if (policy.unread !== null) return { kept: policy, refusal: 'not_understood', apart: 0 };
  const { refusedAhead } = stored;
  if (stored.lease === null && refusedAhead !== null) {
    return { kept: policy, refusal: 'clocks_disagree', apart: refusedAhead };
  }
  if (stored.lease === null) return { kept: policy, refusal: null, apart: 0 };
  const lease = judgeLease(stored.lease, policy, keys);
  if (typeof lease === 'string') return { kept: policy, refusal: lease, apart: 0 };
  const ceiling = ceilingUntilInForce(policy, clock.now());
  const kept = { ...policy, lease, ceiling, signed: { ...policy.signed, lease: stored.lease } };
  const ahead = lease.issuedAt - Math.max(clock.now(), memory?.seenAt ?? 0);
  // Kept, though it is not in force: the clock of this computer may be set right before the server is heard of again.
  if (ahead > SKEW_MS) return { kept, refusal: 'clocks_disagree', apart: ahead };
  return { kept, refusal: ceiling === null ? null : 'not_yet', apart: 0 };
}

interface Opened {
  readonly kept: Kept;
  readonly refusal: Refusal | null;
  /** By how much the server's clock seems to be ahead of this one. */
  readonly apart: number;
}

/** `first` when they are equal: the sealed one. */
function higherOf(first: Highest, second: Highest): Highest {
  return second.version > first.version ? second : first;
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

/** Whether these are the bytes of a `policy.json` of Daylight, genuine or not. */
export function isStoredPolicy(bytes: Uint8Array): boolean {
  return readStored(bytes) !== 'damaged';
}

function toStored({ signed, highest }: Kept, refusedAhead: number | null): Stored {
  return { ...signed, highest, refusedAhead };
}
