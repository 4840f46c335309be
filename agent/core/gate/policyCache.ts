import { z } from 'zod';
import { isCanonical } from '../../../shared/canonical.ts';
import { ParameterId, parameterIds, rank } from '../../../shared/catalog.ts';
import type { DeviceId, OrgId, PersonId } from '../../../shared/ids.ts';
import { rulesWithin, timesWithin } from '../../../shared/policy/agreed.ts';
import { decidedLevels, oldTermsIn, policyLayers } from '../../../shared/policy/ceilings.ts';
import { type Exclusions, NO_EXCLUSIONS, together } from '../../../shared/policy/exclusions.ts';
import { type KeyChain, type KeyLink, SignedKeyStatement } from '../../../shared/policy/keys.ts';
import { Lease, leaseLayers, leaseWithin } from '../../../shared/policy/lease.ts';
import { NO_PERSONAL_TERMS, type PersonalTerms } from '../../../shared/policy/personal.ts';
import { type Levels, leastOf, levelsOf, type ReadPolicy, readPolicy } from '../../../shared/policy/policy.ts';
import { everythingOff, type Layer, type LayerName } from '../../../shared/policy/resolve.ts';
import { createWallClocks } from '../../../shared/policy/workingHours.ts';
import { Digest, type PublicKey, Signed, type SigningContext } from '../../../shared/signed.ts';
import { MINUTE, UnixMs } from '../../../shared/time.ts';
import type { Folder } from '../files.ts';
import type { Clock } from '../ports.ts';
import { keyIdOf, type SignatureProblem, sha256, signatureProblem } from '../signing.ts';
import { isRetired, TrustedKey, trustedAtStart, trustNext } from './trustedKey.ts';

/** A policy whose signature, organisation, version and lease were verified on this device. Minted here only. */
export type VerifiedPolicy = ReadPolicy & { readonly hash: Digest; readonly __verified: unique symbol };

/**
 * Why a policy or lease that arrived is not used, or not wholly. What a genuine policy of this organisation lowers is
 * lowered all the same, whatever the clock, its lease or the disk say.
 */
export type Refusal =
  | 'not_canonical'
  | 'wrong_key'
  | 'retired_key' // one that another has followed since: it signs nothing any more
  | 'broken_keys' // a new key that does not follow from the one that is trusted here
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
   * with, signed for this very connection; left out for what may have been recorded earlier. `keys`: what leads to a newer policy
   * key; once it is proven nothing that the one before has signed is taken any more, and what the new one raises counts when
   * both are on disk. `lease` null: it follows, and until then the one before goes on, as far as the policy lets it.
   */
  accept(
    policy: Signed | null,
    lease: Signed | null,
    serverTime?: UnixMs,
    keys?: readonly SignedKeyStatement[],
  ): Promise<{ ok: true; changed: boolean } | { ok: false; refusal: Refusal }>;
  /** The id of the policy key that is trusted; null for the first of the organisation. */
  policyKey(): Digest | null;
  /** The newest genuine one, also while what it raises waits. Null until a policy was verified. */
  policy(): VerifiedPolicy | null;
  /** The same as far as it binds this person: within the old terms that stay for them. */
  binding(): Binding | null;
  /** The lease in force: of the policy before while that of the newest has not arrived. */
  lease(): Lease | null;
  /** What the person consents to: by the lease in force, without what they withdrew here. */
  consents(): PersonalTerms['consent'];
  /**
   * From the call on the consent that `withdrawal`, a signed document, takes back counts for nothing here, whatever the lease in force
   * says of it, until one comes that does not name it. Resolves when that is on disk.
   */
  withdraw(parameter: ParameterId, withdrawal: Signed): Promise<void>;
  /** The person has given it again, and the server has been told. Resolves when it is on disk. */
  consentedAgain(parameter: ParameterId): Promise<void>;
  /** What was withdrawn here while no lease says so yet: the server is to be told, again. */
  withdrawals(): readonly Signed[];
  /** A genuine policy of a schema that this agent does not know is the newest: everything is off, and the receipt says so. */
  notUnderstood(): { readonly hash: Digest; readonly version: number } | null;
  /** Why the last one was refused, for `status`; null when it was not. */
  refusal(): Refusal | null;
  /** By how much the server's clock was ahead of this one (behind: negative) with the last lease; null: by no more than they may. */
  disagreement(): number | null;
  /** Organisation, what was decided for and by the person, acknowledgement, lease and working hours, as layers at `now`. No policy: no organisation layer, so everything is off. */
  layers(now: UnixMs): readonly Layer[];
  /** Whether the layer says so because of old terms that stay for the person, and would not by the policy alone. */
  isByOldTerms(layer: LayerName, parameter: ParameterId, now: UnixMs): boolean;
  /** What is left out: by the newest genuine policy, by those before it until its own lease has come, and for the person as they want it. */
  exclusions(): Exclusions;
  /** From now on calls back when what has arrived holds as far as it lowers, before that is on disk; `policyChanged` comes after it. */
  onLowered(callback: () => void): void;
  /** What must outlive `policy.json`; to be kept in the sealed journal, and given back as `memory`. */
  memory(): PolicyMemory;
}

/** Rules and times. Which levels they leave is a matter of the layers. */
export type Binding = Pick<ReadPolicy, 'rules' | 'leaseHours' | 'screenshotReviewSeconds' | 'idleSeconds'>;

/** The highest policy ever verified here; it outlives the policy itself. */
const Highest = z.strictObject({ version: z.int().min(0), hash: Digest.nullable() });
type Highest = z.infer<typeof Highest>;

/**
 * What a damaged or deleted `policy.json`, and a clock set back between two runs, must not undo. `seenAt`: the latest
 * time that was believed, in whole minutes; a lease that the server has newly given resets it, so that a clock that was
 * once years ahead costs at most the time until the next connection.
 */
export const PolicyMemory = z.strictObject({
  highest: Highest,
  seenAt: UnixMs.nullable(),
  /** Null: the key of the enrolment. */
  key: TrustedKey.nullable().default(null),
});
export type PolicyMemory = z.infer<typeof PolicyMemory>;

/** Whose policy this device obeys, and by which keys that is proven: pinned at enrolment. */
export interface PolicyKeys {
  readonly org: OrgId;
  readonly person: PersonId;
  readonly device: DeviceId;
  /** Signs, with the key before it, every new policy key. */
  readonly serverKey: PublicKey;
  readonly policyKey: PublicKey;
  /** Which of the organisation's it was; 0 for the first. */
  readonly policyKeySequence: number;
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
  const stored = readStored(await files.read(FILE));
  const opened = open(stored, memory, keys, clock);
  let kept = opened.kept;
  let refusal = opened.refusal;
  let apart = opened.apart;
  let seen = instant(memory?.seenAt ?? 0);
  let queue: Promise<unknown> = Promise.resolve();
  let withdrawn: readonly Withdrawn[] = stored === null || stored === 'damaged' ? [] : stored.withdrawn;
  const listeners = new Set<() => void>();
  const walls = createWallClocks();

  /** One at a time, so that each is judged against what the one before it left. */
  function accept(
    policy: Signed | null,
    lease: Signed | null,
    serverTime: UnixMs | null = null,
    newKeys: readonly SignedKeyStatement[] = [],
  ): ReturnType<PolicyCache['accept']> {
    const answer = queue.then(() => acceptNext(policy, lease, serverTime, newKeys));
    queue = answer.catch(() => undefined);
    return answer;
  }

  async function acceptNext(
    policy: Signed | null,
    lease: Signed | null,
    serverTime: UnixMs | null,
    newKeys: readonly SignedKeyStatement[],
  ): ReturnType<PolicyCache['accept']> {
    const next = trustNext(kept.chain, newKeys);
    const before = next.learnt.reduce(underNewKey, { ...kept, chain: next.chain });
    const answer = await acceptUnder(before, policy, lease, serverTime);
    return next.isWhole ? answer : refuse('broken_keys');
  }

  async function acceptUnder(
    before: Kept,
    policy: Signed | null,
    lease: Signed | null,
    serverTime: UnixMs | null,
  ): ReturnType<PolicyCache['accept']> {
    const isKeyNew = before.chain.sequence !== kept.chain.sequence;
    const wall = clock.now();
    // Two clocks that agree are believed against everything that either of them said before.
    const isProven = serverTime !== null && Math.abs(serverTime - wall) <= SKEW_MS;
    // What a restart believes was kept in whole minutes.
    const mark = issuedBy(before.lease, isProven ? wall : believed(wall) + MINUTE + SKEW_MS);
    const candidate = policy === null ? before : judgePolicy(policy, before, keys);
    if (typeof candidate === 'string') {
      // Without a policy that it signs the new key is known all the same: what the one before has signed does not come again.
      if (isKeyNew) kept = before;
      if (isKeyNew) await write(kept);
      return refuse(candidate);
    }
    // From here on it is genuine: what it lowers is lowered, before anything else is asked.
    kept = candidate;
    if (candidate.unread !== null) {
      await write(kept);
      return refuse('not_understood');
    }
    if (lease === null) {
      await write(kept);
      return { ok: true, changed: true };
    }
    const verified = judgeLease(lease, candidate, keys);
    if (typeof verified !== 'string') apart = apartBy(verified, serverTime, wall) ?? apart;
    const timely = typeof verified === 'string' ? verified : judgeTime(verified, mark, wall);
    if (typeof timely === 'string') {
      // Not the lease: what was refused must not come into force by a restart, only be told there.
      if (policy !== null || isKeyNew) await write(kept, timely === 'clocks_disagree' ? apart : null);
      return refuse(timely);
    }
    kept = { ...candidate, ceiling: { levels: leastOf(mostOf(candidate), allowedBy(candidate, timely)), until: null } };
    const ceiling = ceilingUntilInForce(candidate, clock.now());
    const next: Kept = {
      ...candidate,
      lease: timely,
      ceiling,
      formerly: ceiling === null ? NO_EXCLUSIONS : candidate.formerly,
      bound: ceiling === null ? null : candidate.bound,
      signed: { ...candidate.signed, lease },
    };
    const isStillAgainst = ({ parameter }: Withdrawn): boolean => Object.hasOwn(timely.terms.consent, parameter);
    await write(next, null, withdrawn.filter(isStillAgainst));
    // Not before: the lease that is in force meanwhile still has the consent, and a disk that hangs would have it count again.
    withdrawn = withdrawn.filter(isStillAgainst);
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
  async function write(next: Kept, refusedAhead: number | null = null, takenBack = withdrawn): Promise<void> {
    for (const listener of listeners) listener();
    await files.write(FILE, JSON.stringify({ ...toStored(next, refusedAhead), withdrawn: takenBack }));
  }

  /** After what is being written, which may not know it yet. */
  function keepWithdrawn(next: readonly Withdrawn[]): Promise<void> {
    withdrawn = next;
    for (const listener of listeners) listener();
    const written = queue.then(() => write(kept));
    queue = written.catch(() => undefined);
    return written;
  }

  function consents({ consent }: PersonalTerms): PersonalTerms['consent'] {
    const left = Object.entries(consent).filter(([id]) => withdrawn.every(({ parameter }) => parameter !== id));
    return Object.fromEntries(left);
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
    const ceiling: Layer[] = holds(kept.ceiling, now) ? [{ name: 'organisation', ceilings: kept.ceiling.levels }] : [];
    if (kept.lease === null) {
      return [{ name: 'organisation', ceilings: levelsOf(kept.policy) }, ...ceiling, everythingOff('lease')];
    }
    const then = believed(now);
    const decided = policyLayers(kept.policy, termsNow(kept.lease), then, walls);
    return [...decided, ...ceiling, ...leaseLayers(kept.lease, then)];
  }

  function termsNow({ terms }: Lease): PersonalTerms {
    return { ...terms, consent: consents(terms) };
  }

  function isByOldTerms(layer: LayerName, parameter: ParameterId, now: UnixMs): boolean {
    const { policy, lease, unread } = kept;
    if (policy === null || lease === null || unread !== null) return false;
    return oldTermsIn(policy, termsNow(lease), believed(now), walls)(layer, parameter);
  }

  function remembered(): PolicyMemory {
    const at = believed(clock.now());
    seen = instant(at);
    const seenAt = UnixMs.safeParse(Math.floor(at / MINUTE) * MINUTE).data ?? null;
    const { sequence, key } = kept.chain;
    return { highest: kept.highest, seenAt, key: sequence === 0 ? null : { sequence, key } };
  }

  return {
    accept,
    policyKey: () => (kept.chain.sequence === 0 ? null : keyIdOf(kept.chain.key)),
    policy: () => (kept.unread === null ? kept.policy : null),
    binding: () => bindingOf(kept),
    lease: () => kept.lease,
    consents: () => (kept.lease === null ? {} : consents(kept.lease.terms)),
    withdraw: (parameter, withdrawal) =>
      keepWithdrawn([...withdrawn.filter((one) => one.parameter !== parameter), { parameter, withdrawal }]),
    consentedAgain: (parameter) => keepWithdrawn(withdrawn.filter((one) => one.parameter !== parameter)),
    withdrawals: () => withdrawn.map(({ withdrawal }) => withdrawal),
    notUnderstood: () => (kept.unread === null ? null : { hash: kept.unread.hash, version: kept.unread.version }),
    refusal: () => (refusal === 'not_yet' && !holds(kept.ceiling, clock.now()) ? null : refusal),
    disagreement: () => (Math.abs(apart) > SKEW_MS ? apart : null),
    layers,
    isByOldTerms,
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

/** A consent that was taken back here, with the signed document that tells the server. */
const Withdrawn = z.strictObject({ parameter: ParameterId, withdrawal: Signed });
type Withdrawn = z.infer<typeof Withdrawn>;

const Stored = z.strictObject({
  policy: Signed.nullable(),
  lease: Signed.nullable(),
  highest: Highest,
  /** From the key of the enrolment to the one that is trusted. */
  keys: z.array(SignedKeyStatement).default([]),
  /** By how much the server's clock was ahead, when the lease that came with the policy was refused for it. */
  refusedAhead: z.number().nullable().default(null),
  withdrawn: z.array(Withdrawn).default([]),
});
type Stored = z.infer<typeof Stored>;

interface Kept {
  /** The key by which everything that arrives is judged. */
  readonly chain: KeyChain;
  readonly policy: VerifiedPolicy | null;
  /** A genuine policy that could not be read. While there is one, everything is off. */
  readonly unread: { readonly version: number; readonly hash: Digest } | null;
  /** What holds besides the policy's own levels while what it raises does not count yet. */
  readonly ceiling: Ceiling | null;
  /** What policies before this one left out, while its lease has not come. */
  readonly formerly: Exclusions;
  /** What bound the person by policies before this one, while its lease has not come, which alone says what of it stays. */
  readonly bound: Binding | null;
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

const NOTHING: Omit<Kept, 'chain'> = {
  policy: null,
  unread: null,
  ceiling: null,
  formerly: NO_EXCLUSIONS,
  bound: null,
  lease: null,
  highest: { version: 0, hash: null },
  signed: { policy: null, lease: null },
};

/**
 * What is left when a new key is trusted. A change of the key names the policy that was in force: what is newer here, or another
 * one, was never published, whoever signed it. Then nothing holds until a policy comes that is newer still: no change of the key
 * takes back that something was switched off.
 */
function underNewKey(before: Kept, { statement }: KeyLink): Kept {
  const { policyVersion: version, policyHash: hash } = statement;
  const { highest, chain } = before;
  if (highest.version < version) return { ...before, highest: { version, hash } };
  const isOther = highest.version > version || (highest.hash !== null && highest.hash !== hash);
  return isOther ? { ...NOTHING, chain, highest, formerly: excludedBy(before) } : before;
}

function problemOf(context: SigningContext, { chain }: Kept, signed: Signed): SignatureProblem | 'retired_key' | null {
  const problem = signatureProblem(context, chain.key, signed);
  return problem === 'wrong_key' && isRetired(chain, signed.keyId) ? 'retired_key' : problem;
}

/** Judges what never depends on clock, lease or disk, and answers with what is to hold at once when it is genuine. */
function judgePolicy(signed: Signed, before: Kept, keys: PolicyKeys): Kept | Refusal {
  const problem = problemOf('daylight/policy/v1', before, signed);
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
  if (before.policy?.hash === hash && before.unread === null) {
    return { ...before, signed: { ...before.signed, policy: signed } };
  }
  const policy = { ...read.policy, hash } as VerifiedPolicy;
  return {
    chain: before.chain,
    policy,
    unread: null,
    ceiling: { levels: leastOf(mostOf(before), levelsOf(policy)), until: null },
    formerly: excludedBy(before),
    bound: bindingOf(before),
    lease: before.lease,
    highest: { version: policy.version, hash },
    signed: { policy: signed, lease: null },
  };
}

function excludedBy({ policy, formerly, lease }: Kept): Exclusions {
  const { agreed, exclusions: own } = lease?.terms ?? NO_PERSONAL_TERMS;
  return [agreed?.exclusions, own, policy?.exclusions].reduce<Exclusions>(
    (all, one = NO_EXCLUSIONS) => together(all, one),
    formerly,
  );
}

function bindingOf({ policy, lease, bound }: Kept): Binding | null {
  if (policy === null) return bound;
  const agreed = lease?.terms.agreed;
  const binding = { ...timesWithin(policy, agreed), rules: rulesWithin(policy.rules, agreed) };
  return bound === null ? binding : withoutLoss(binding, bound);
}

/** As long as nobody has said what stays for this person, they lose none of what they had. */
function withoutLoss(binding: Binding, { rules, leaseHours, screenshotReviewSeconds, idleSeconds }: Binding): Binding {
  const parameters = Object.fromEntries(Object.entries(rules).map(([id, rule]) => [id, { version: 1, rule }]));
  const agreed = { parameters, leaseHours, screenshotReviewSeconds, idleSeconds };
  return { ...timesWithin(binding, agreed), rules: rulesWithin(binding.rules, agreed) };
}

/** The most that the organisation has allowed so far, on any condition. */
function mostOf({ policy, unread, ceiling }: Kept): Levels {
  if (policy === null || unread !== null) return ALL_OFF;
  return ceiling === null ? levelsOf(policy) : leastOf(ceiling.levels, levelsOf(policy));
}

/** What the lease says that the person has been told of, and what its terms leave of the policy; what it does not name is off. */
function allowedBy({ policy }: Kept, { acknowledged, terms }: Lease): Levels {
  if (policy === null) return ALL_OFF;
  const told = parameterIds.map((id) => [id, Object.hasOwn(acknowledged, id) ? acknowledged[id] : 'off']);
  return leastOf(decidedLevels(policy, terms), Object.fromEntries(told) as Levels);
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
    chain: before.chain,
    policy: null,
    unread: { version, hash },
    ceiling: null,
    formerly: excludedBy(before),
    bound: bindingOf(before),
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
  const problem = problemOf('daylight/lease/v1', candidate, signed);
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
  const statements = stored === null || stored === 'damaged' ? [] : stored.keys;
  const { chain, isWhole } = trustedAtStart(keys, memory?.key ?? null, statements);
  const nothing: Kept = { ...NOTHING, chain, highest: higherOf(memory?.highest ?? NOTHING.highest, onDisk) };
  if (stored === 'damaged') return { kept: nothing, refusal: 'not_canonical', apart: 0 };
  if (stored === null || stored.policy === null)
    return { kept: nothing, refusal: isWhole ? null : 'broken_keys', apart: 0 };
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

function toStored({ chain, signed, highest }: Kept, refusedAhead: number | null): Omit<Stored, 'withdrawn'> {
  return { ...signed, highest, keys: chain.links.map((link) => link.signed), refusedAhead };
}
