import type { ParameterId } from '../../shared/catalog.ts';
import type { DeviceId, OrgId, PersonId, SessionId } from '../../shared/ids.ts';
import type { DiscardReason } from '../../shared/outcome.ts';
import type { AgreedTerms } from '../../shared/policy/agreed.ts';
import type { Exclusions } from '../../shared/policy/exclusions.ts';
import type { KeyReason, SignedKeyStatement } from '../../shared/policy/keys.ts';
import type { PolicyDocument } from '../../shared/policy/policy.ts';
import type { PolicyChange } from '../../shared/protocol/http/policy.ts';
import type { ParameterProof } from '../../shared/protocol/http/proof.ts';
import type { LastNotice, ReceiptPayload } from '../../shared/protocol/messages.ts';
import type { Digest, PublicKey, Signed } from '../../shared/signed.ts';
import type { UnixMs } from '../../shared/time.ts';
import type { Authorized } from '../authorize.ts';
import type { DeviceRecord, Enrolment, EnrolResult } from '../store/store.ts';
import type { Decision } from './decision.ts';
import type { Keeping } from './keeping.ts';
import type { Proposals } from './proposals.ts';
import type { Standing } from './standing.ts';
import type { Told } from './told.ts';

/** A policy that was validated, authorised, audited, signed and committed. Minted in `policies.ts` only. */
export type PublishedPolicy = {
  readonly document: PolicyDocument;
  readonly hash: Digest;
  /** By the key that was in force when it was published; the policy in force by the one that is in force now. */
  readonly signed: Signed;
  /** What leads to that key, from the one that the organisation began with. */
  readonly keys: readonly SignedKeyStatement[];
  readonly publishedAt: UnixMs;
  readonly author: PersonId | null;
  readonly reason: string;
} & { readonly __published: unique symbol };

/** What leaves a decision by or for one person. */
export type DecidingAction =
  | 'objection.make'
  | 'objection.answer'
  | 'consent.decide'
  | 'restriction.decide'
  | 'restriction.lift'
  | 'terms.leave_out'
  | 'zone.choose'
  | 'exclusion.choose'
  | 'subject.erase' // what is erased as private is left out from then on
  | 'minor.say'
  | 'account.end'; // at a date ahead

/** What the organisation leaves out for the teams of a person. */
export type HeldByTeam = Extract<Decision, { kind: 'held' }> & { readonly layer: 'team' };

/** The public halves of an organisation's keys. The private halves never leave `signer.ts`. */
export interface OrgIdentity {
  readonly org: OrgId;
  readonly name: string;
  readonly serverKey: PublicKey;
  readonly policyKey: PublicKey;
}

export interface PolicyControl {
  /**
   * Makes the organisation's first policy: the catalogue's defaults, and how long people may react to a raise before it counts. Fails
   * with `conflict` when there is one.
   */
  begin(org: OrgId, first: { readonly reactionDays: number }): Promise<PublishedPolicy>;
  /**
   * After policies were lost with a machine, of which the last was `highest`: everything is off, in each version that is missing and in the one above it, which
   * computers believe whichever they have. What was to be collected is for somebody to say anew. Null where nothing is missing. Tells nobody.
   */
  goOnAbove(org: OrgId, highest: { readonly version: number; readonly hash: Digest }): Promise<PublishedPolicy | null>;
  /** What waits to be published. */
  readonly proposals: Proposals;
  current(org: OrgId): Promise<PublishedPolicy>;
  version(org: OrgId, version: number): Promise<PublishedPolicy | null>;
  /** How long what is stored may be kept, by every version until now. */
  keeping(org: OrgId): Promise<Keeping>;
  /** Every version, oldest first; never empty. */
  history(org: OrgId): Promise<readonly PublishedPolicy[]>;
  /**
   * Publishes the change on top of `change.baseVersion`. Throws DaylightError `conflict` when that is no longer the
   * current version, nothing would change or a second person is needed, `bad_request` with the field when the result is not a valid policy.
   * When the promise resolves the policy is durable and every connected agent has been sent it; where that failed for
   * one of them, its connection tries again at once, and ends when that fails too, so that the agent comes back for it.
   */
  publish(leave: Authorized<'policy.publish'>, change: PolicyChange): Promise<PublishedPolicy>;
  /**
   * Publishes the policy in force with the dates of review that the register of assessments has, and nothing else changed. Null when
   * it has them already. Resolves as `publish` does.
   */
  bringReviews(leave: Authorized<'records.change'>): Promise<PublishedPolicy | null>;
  /**
   * Puts a new key in the place of the one that signs policies and leases, and signs the policy in force anew: what is collected stays as
   * it is. A command of the host has all keys in its hands, and asks nobody for leave. `by` names the key in force as whoever asks has seen it. Throws DaylightError `conflict` when it is another one,
   * `rate_limited` after too many within a day. When the promise resolves it is durable, the old private key is no longer kept, and
   * every connected agent has been sent the new one (as `publish` does).
   */
  rotateKey(org: OrgId, leave: Authorized<'policy.rotate_key'> | 'host', by: KeyChange): Promise<void>;
  /**
   * Records that the person was shown a notice on this device. It counts for this device alone: what was acknowledged on
   * another lifts nothing here. One that says `agreed` is, besides, a decision of the person, on all of their devices. Throws DaylightError when the signature, the ids or the version do not fit.
   */
  acknowledge(device: DeviceRecord, acknowledgement: Signed): Promise<void>;
  /**
   * Records a consent that the person gave or withdrew on this device, as `decide` does. What cannot be taken any more, because something
   * else is asked by now or there is nothing to withdraw, changes nothing. Throws DaylightError `bad_request` when the signature
   * or the ids do not fit.
   */
  consent(device: DeviceRecord, consent: Signed): Promise<void>;
  /** The notice that the person acknowledged last on any of their devices, as they were told it. Null: none. */
  lastNotice(of: Pick<DeviceRecord, 'org' | 'person'>): Promise<LastNotice['notice']>;
  /** The old terms that stay for the person now; null when none do. */
  agreedTerms(of: Pick<DeviceRecord, 'org' | 'person'>): Promise<AgreedTerms | null>;
  /** The rules in force as far as they bind this person: within the old terms that stay for them. */
  rulesFor(of: Pick<DeviceRecord, 'org' | 'person'>): Promise<PolicyDocument['parameters']>;
  /** What was decided by and for the person. */
  standing(of: Pick<DeviceRecord, 'org' | 'person'>): Promise<Standing>;
  /**
   * Records what `make` decides, one decision of a person after the other; it is given what holds for them and the policy in
   * force, and throws when there is nothing to decide. When the promise resolves it is durable, it holds at the server, and
   * every connected agent of the person has been sent it (as `publish` does).
   */
  decide(
    leave: Authorized<DecidingAction>,
    make: (standing: Standing, current: PublishedPolicy) => Decision | Promise<Decision>,
  ): Promise<Standing>;
  /** Runs `work` while nothing is published or decided in the organisation: what it reads of that holds until it resolves. */
  undisturbed<T>(org: OrgId, work: () => Promise<T>): Promise<T>;
  /**
   * Records, as `decide` does, what follows for the person from what their teams leave out. Nobody decides it anew: whoever said
   * it of the team, or put them into it, had leave for that.
   */
  followTeams(whose: Pick<DeviceRecord, 'org' | 'person'>, held: HeldByTeam): Promise<Standing>;
  /**
   * Enrols a new device in one step with the use of its code and the acknowledgement that its enrolment holds, which is
   * the signed document itself. Throws DaylightError `bad_request`, with the code still good, when the signature, the
   * ids or the notice do not fit.
   */
  enrol(
    device: DeviceRecord,
    enrolment: Signed,
    by: Pick<Enrolment, 'codeHash' | 'event' | 'most'>,
  ): Promise<EnrolResult>;
  /** Issues and records a lease for the policy in force now. */
  lease(device: DeviceRecord): Promise<Signed>;
  /**
   * The server's judgement of one captured level: allowed only if the batch's own policy version, the policies in force
   * at capture and now, what was acknowledged on this very device at capture and now, and the lease at capture all allow it.
   */
  judge(question: CaptureQuestion & { device: DeviceRecord }): Promise<Verdict>;
  /**
   * The same judgement for many questions about one device at once, without waiting for each: everything is read first, once
   * no publication is under way in the organisation. Throws DaylightError `unavailable` when one does not settle.
   * Good for this instant: whoever stores what it allowed hands `policyVersion` and `terms` to the store, which refuses it as
   * `stale` when a newer policy is published or the person has decided anew, and then asks again after `refresh`.
   */
  judging(
    device: DeviceRecord,
  ): Promise<{ readonly judge: Judge; readonly policyVersion: number; readonly terms: number }>;
  /** Reads policies and the person's decisions anew before the next answer: the store knows of newer ones than were remembered. */
  refresh(device: Pick<DeviceRecord, 'org' | 'person'>): void;
  /**
   * Verifies and keeps what a device says that it is doing. Throws DaylightError `bad_request` when the signature, the
   * device or the policy that it names do not fit. A receipt about an older version is kept and confirms nothing.
   *
   * `connectedAt`, on the device's own clock, is when the connection began, until one of its receipts was taken: a receipt that
   * was signed before that, and before one that is kept, was played again and changes nothing (false). Null: the order of arrival
   * decides, because a clock may be set back while a connection lasts.
   */
  receive(device: DeviceRecord, receipt: Signed, connectedAt?: UnixMs | null): Promise<boolean>;
  /** The latest receipt of a device and what it says; null when there is none, or what is kept of it was changed since. */
  latestReceipt(device: DeviceRecord): Promise<LatestReceipt | null>;
  /** The same without the signed document itself, remembered for whoever asks often. */
  lastSaid(device: DeviceRecord): Promise<Omit<LatestReceipt, 'receipt'> | null>;
  /** What the person of each of these devices of the organisation has been told of on it, by acknowledgements that are genuine. */
  toldOn(
    org: OrgId,
    devices: readonly Pick<DeviceRecord, 'org' | 'person' | 'device'>[],
  ): Promise<ReadonlyMap<DeviceId, Told>>;
  /** Calls back after each publication, receipt, acknowledgement, connection and disconnection of the organisation. */
  onChange(org: OrgId, callback: () => void): () => void;
  proof(org: OrgId): Promise<{ policyVersion: number; parameters: ParameterProof[] }>;
}

export interface KeyChange {
  readonly sequence: number;
  readonly reason: KeyReason;
}

export interface LatestReceipt {
  readonly receipt: Signed;
  readonly said: ReceiptPayload;
  readonly receivedAt: UnixMs;
}

export interface CaptureQuestion {
  readonly parameter: ParameterId;
  readonly level: string;
  /** On the server's clock: the caller has corrected the device's offset. */
  readonly capturedAt: UnixMs;
  /** Until when it lasted; left out for a moment. */
  readonly until?: UnixMs;
  readonly claimedVersion: number;
}

export type Verdict =
  /** `termsVersion`: the version in force at capture, whichever the agent claims. */
  | { readonly allowed: true; readonly retentionDays: number; readonly termsVersion: number }
  | { readonly allowed: false; readonly reason: DiscardReason };

/** `endedAt`: when it ended, which is before it was captured where the parameter had been taken away by then. */
export type EndVerdict =
  | (Verdict & { readonly allowed: true; readonly endedAt: UnixMs })
  | (Verdict & { readonly allowed: false });

/** The server's judgement about one device, as everything stood at one instant. */
export interface Judge {
  captured(question: CaptureQuestion): Verdict;
  /** What is left out by any of the policies that `captured` judges by. Empty when nothing is. */
  exclusions(question: Pick<CaptureQuestion, 'capturedAt' | 'claimedVersion'>): readonly Exclusions[];
  /** Of the end of what was rightly begun at `since`: it may be ended though the parameter was taken away meanwhile. */
  ended(question: CaptureQuestion & { readonly since: UnixMs }): EndVerdict;
  /** When the parameter was taken away for the first time after the instant: switched off, or its terms widened. Null: never. */
  takenAway(parameter: ParameterId, after: UnixMs): UnixMs | null;
}

/** One connected device, as the control side sees it. */
export interface Connection {
  readonly org: OrgId;
  readonly person: PersonId;
  readonly device: DeviceId;
  /** Sends the lease, and the policy with it unless this connection has had that one. */
  sendPolicy(policy: PublishedPolicy, lease: Signed): void;
  /** Sends a policy that lowers something ahead of its lease, where nothing stands in the way; `sendPolicy` follows. */
  sendLowering(policy: PublishedPolicy): void;
  /** Something could not be sent: makes and sends a lease, and the policy if need be, as soon as it can. */
  renewSoon(): void;
  /** Asks the person there about the requests in their name that wait for that, as they are now. */
  tellRequests(): void;
  /** Tells the device what is coming, as it is now, if it wants to know and has not been told just that. */
  tellComing(): void;
  /** The same of what the person acknowledged last. */
  tellLastNotice(): void;
  /** The text of the notice in force, or what it is translated into, is another one. */
  tellNotice(): void;
  /** `device`: where the person started another one at that time. */
  stopSession(session: SessionId, at: UnixMs, device: DeviceId): void;
  /** Tells the device to delete everything, then closes with bye `retired`. */
  wipe(reason: 'retired' | 'person_removed'): void;
  /** A newer connection of the same device took its place: closes with bye `replaced`. */
  replaced(): void;
  /**
   * Asks the device for a self-test, and resolves with what it answers, whatever that is worth. DaylightError `unavailable` when it
   * does not answer in time, or goes.
   */
  selfTest(request: Signed): Promise<Signed>;
  /** The last batch that was committed; null until the device is known. It moves with everything that is stored. */
  committedSeq(): number | null;
  /** The session that runs on this device, as far as it is committed. */
  openSession(): { readonly session: SessionId; readonly startedAt: UnixMs } | null;
}

/** Who is connected now. In memory, one per process; at most one connection per device, the newest. */
export interface Connections {
  add(connection: Connection): () => void;
  of(device: DeviceId): Connection | null;
  in(org: OrgId): readonly Connection[];
  ofPerson(org: OrgId, person: PersonId): readonly Connection[];
}
