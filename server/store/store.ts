import type { Erased } from '../../shared/audit/erased.ts';
import type { EntryKind, LeafNumber, LetGoLeaf } from '../../shared/audit/leaf.ts';
import type { ParameterId } from '../../shared/catalog.ts';
import type {
  BackupId,
  DeviceId,
  ErasureId,
  ImageId,
  ImportId,
  OrgId,
  PersonId,
  RequestId,
  SegmentId,
  TeamId,
} from '../../shared/ids.ts';
import type { DiscardReason, DropCause } from '../../shared/outcome.ts';
import type { SignedKeyStatement } from '../../shared/policy/keys.ts';
import type { LookAction } from '../../shared/protocol/http/accesses.ts';
import type { HeldKind } from '../../shared/protocol/http/holdings.ts';
import type { SecurityEventKind } from '../../shared/protocol/http/securityEvents.ts';
import type { LookRole, Role } from '../../shared/roles.ts';
import type { Digest, PublicKey, Signed } from '../../shared/signed.ts';
import type { Day, UnixMs } from '../../shared/time.ts';
import type { Edge, NodePlace, TreeNode } from '../audit/tree.ts';
import type { Sealed } from '../vault/sealed.ts';

/**
 * The store speaks in units of work. Each call is atomic and, when its promise resolves, durable: it survives a power
 * cut. Calls may be made concurrently; their effects are those of some serial order. Ids, times and sealed bytes come
 * from the caller; no SQL, transaction or driver error crosses this boundary.
 *
 * Fails with `StoreError` only. `busy` and `full` left everything as it was and may be tried again; `damaged`,
 * `closed` and `incompatible` (written by another Daylight) may not. `conflict` also answers a record whose identity
 * is taken: nothing is ever overwritten but by a call that says so. Lists are in order of creation where nothing else is
 * said.
 *
 * Everything that could tell something about a person arrives sealed. In the clear: random ids, parameter, day, epoch,
 * expiry, versions, counts of discarded items, and the times at which the server itself did something.
 */
export interface Store
  extends People,
    Access,
    Devices,
    Policies,
    PersonalTerms,
    Settings,
    RequestSteps,
    Notices,
    Observations,
    Retention,
    Imports,
    Audit,
    AuditTree,
    Subjects,
    Erasures,
    Endings {
  /**
   * All of the store as it is at this instant, however much is written while it is read. Whoever takes one closes it: as long as it
   * is open, the log beside the database grows with every write.
   */
  snapshot(): Promise<Snapshot>;
  close(): Promise<void>;
}

/** What can be read of one instant. Everything in it fails with `closed` once it, or the store, is closed. */
export interface Snapshot
  extends Pick<People, 'person' | 'people' | 'teams'>,
    Pick<Access, 'tokens' | 'sessionsOf'>,
    Pick<Devices, 'devices' | 'receipts'>,
    Pick<Policies, 'acknowledgements'>,
    Pick<PersonalTerms, 'decisions'>,
    Pick<Settings, 'setting'>,
    Pick<RequestSteps, 'requestSteps'>,
    Pick<Observations, 'segments' | 'blob' | 'discards' | 'drops'>,
    Pick<Imports, 'imports' | 'importPiece'>,
    Pick<Audit, 'accesses'>,
    Pick<
      AuditTree,
      'auditEdge' | 'auditLeaves' | 'auditLevel' | 'auditedRow' | 'auditedRows' | 'auditLeafless' | 'checkpoints'
    >,
    Pick<Erasures, 'erasures'>,
    Subjects {
  close(): Promise<void>;
}

export class StoreError extends Error {
  readonly code: 'busy' | 'full' | 'damaged' | 'closed' | 'conflict' | 'incompatible';

  constructor(code: StoreError['code'], message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'StoreError';
    this.code = code;
  }
}

// ── Organisations and people ───────────────────────────────────────────────────────────────────────────────────────

export interface OrgRecord {
  readonly org: OrgId;
  readonly createdAt: UnixMs;
  /** Name and the organisation's signing keys, sealed for the organisation. */
  readonly profile: Sealed;
}

export interface PersonRecord {
  readonly org: OrgId;
  readonly person: PersonId;
  readonly role: Role;
  readonly status: 'invited' | 'active';
  readonly createdAt: UnixMs;
  /** Keyed hash of the e-mail address, unique over the whole server; the address itself is in `profile`. */
  readonly emailHash: Digest;
  /** Name and e-mail address. */
  readonly profile: Sealed;
  /** Password hash, second factor, recovery codes. */
  readonly credentials: Sealed;
  readonly hasSecondFactor: boolean;
  readonly teams: readonly TeamId[];
  readonly managesTeams: readonly TeamId[];
}

export type PersonChange = Partial<
  Pick<PersonRecord, 'role' | 'status' | 'profile' | 'credentials' | 'hasSecondFactor' | 'teams' | 'managesTeams'>
>;

export interface TeamRecord {
  readonly org: OrgId;
  readonly team: TeamId;
  readonly name: Sealed;
}

export interface People {
  createOrganisation(org: OrgRecord): Promise<void>;
  organisations(): Promise<readonly OrgRecord[]>;
  /** `conflict` when the e-mail hash is taken. */
  createPerson(person: PersonRecord): Promise<void>;
  person(org: OrgId, person: PersonId): Promise<PersonRecord | null>;
  personByEmail(emailHash: Digest): Promise<PersonRecord | null>;
  /** Everyone, or those of `which` that there are, in order of creation. No id twice. */
  people(org: OrgId, which?: readonly PersonId[]): Promise<readonly PersonRecord[]>;
  /** Returns the record after the change; null when there is no such person. */
  changePerson(org: OrgId, person: PersonId, change: PersonChange): Promise<PersonRecord | null>;
  createTeam(team: TeamRecord): Promise<void>;
  teams(org: OrgId): Promise<readonly TeamRecord[]>;
  /** Returns the record after the change; null when there is no such team. */
  changeTeam(org: OrgId, team: TeamId, change: Pick<TeamRecord, 'name'>): Promise<TeamRecord | null>;
}

// ── Signing in ─────────────────────────────────────────────────────────────────────────────────────────────────────

export type TokenKind = 'invitation' | 'sign_in_link' | 'enrolment';

export interface TokenRecord {
  /** SHA-256 of the token; the token itself is never stored. */
  readonly tokenHash: Digest;
  readonly kind: TokenKind;
  readonly org: OrgId;
  readonly person: PersonId;
  readonly expiresAt: UnixMs;
}

/** `host_link`: the link with which somebody begins; `rescue_link`: one made on the host for an account that had a password. */
export type SessionFactor = 'totp' | 'recovery_code' | 'host_link' | 'rescue_link';

export interface WebSession {
  /** SHA-256 of the cookie's value. */
  readonly id: Digest;
  readonly org: OrgId;
  readonly person: PersonId;
  readonly createdAt: UnixMs;
  readonly lastSeenAt: UnixMs;
  readonly expiresAt: UnixMs;
  readonly secondFactor: SessionFactor | null;
  /** Truncated network and kind of browser, sealed for the person. */
  readonly client: Sealed;
  /** Keyed hash of the client, to notice two places in use at once without opening anything. */
  readonly clientHash: Digest;
}

export interface Access {
  /**
   * `revoke` also ends, in the same step, every earlier token of this kind for the same person. With a bound, false and
   * nothing changed when so `many` of them can be redeemed `at` that instant already; otherwise true.
   */
  createToken(token: TokenRecord, earlier?: 'keep' | 'revoke' | { many: number; at: UnixMs }): Promise<boolean>;
  /** Looks without using it up. Null when unknown, used or expired at `now`. */
  peekToken(kind: TokenKind, tokenHash: Digest, now: UnixMs): Promise<TokenRecord | null>;
  /**
   * Uses the token up and changes the person whose it is, both or neither; of any number of concurrent calls one gets the
   * record of the person after the change. Null when the token is unknown, used or expired, or the person gone.
   */
  redeemToken(kind: TokenKind, tokenHash: Digest, now: UnixMs, change: PersonChange): Promise<PersonRecord | null>;
  /** Those of this kind that could be redeemed at `now`, of everyone in the organisation. */
  tokens(org: OrgId, kind: TokenKind, now: UnixMs): Promise<readonly TokenRecord[]>;
  /** Ends tokens without using them, all of this kind or `only` one. Returns how many ended. */
  revokeTokens(org: OrgId, person: PersonId, kind: TokenKind, which: 'all' | { only: Digest }): Promise<number>;
  /**
   * In the same step ends those of the same person that are over at its `createdAt`, and of the others those that were used
   * longest ago, so that with this one there are no more than `most`.
   */
  createSession(session: WebSession, most: number): Promise<void>;
  session(id: Digest, now: UnixMs): Promise<WebSession | null>;
  sessionsOf(org: OrgId, person: PersonId, now: UnixMs): Promise<readonly WebSession[]>;
  touchSession(id: Digest, lastSeenAt: UnixMs, change?: Pick<WebSession, 'secondFactor'>): Promise<void>;
  /** Returns how many ended. `except` keeps one. */
  endSessions(org: OrgId, person: PersonId, which: { only: Digest } | { except: Digest | null }): Promise<number>;
  /** Takes away what has ended by time, with where it was used from: past its end at `now`, or not used since `idleSince`. Returns how many. */
  dropEndedSessions(now: UnixMs, idleSince: UnixMs): Promise<number>;
}

// ── Devices ────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface DeviceRecord {
  readonly org: OrgId;
  readonly device: DeviceId;
  readonly person: PersonId;
  readonly publicKey: PublicKey;
  readonly status: 'active' | 'retired';
  readonly enrolledAt: UnixMs;
  /** Highest committed seq; it moves only in the same transaction as the batch. */
  readonly committedSeq: number;
  readonly lastSeenAt: UnixMs | null;
  readonly agentVersion: string | null;
  readonly clockOffsetMs: number | null;
  /** What `recordLeases` made of the leases issued so far: the window that runs, or ran last, and the one before it. */
  readonly lease: LeaseWindow | null;
  readonly previousLease: LeaseWindow | null;
  /** The device's sessions as ingest needs them (which are open, when they began and ended), sealed for the person. */
  readonly sessionState: Sealed | null;
}

/** A time without a gap in which leases ran: from the first one's issue until the last one's ends. */
export interface LeaseWindow {
  readonly issuedAt: UnixMs;
  readonly observedUntil: UnixMs;
  readonly enteredUntil: UnixMs;
}

export interface IssuedLease extends LeaseWindow {
  readonly device: DeviceId;
}

export interface ReceiptRecord {
  readonly org: OrgId;
  readonly device: DeviceId;
  readonly policyVersion: number;
  readonly receivedAt: UnixMs;
  /** The signed receipt: when the person was tracking, and what ran. Sealed for the person. */
  readonly receipt: Sealed;
}

/** One device as proof needs it. */
export interface DeviceWitness {
  readonly device: Pick<DeviceRecord, 'org' | 'device' | 'person' | 'publicKey' | 'status' | 'enrolledAt' | 'lease'>;
  /** The latest one. */
  readonly receipt: ReceiptRecord | null;
}

/** A device that joins: what uses up its code, what makes it known, and what its person acknowledged with it. */
export interface Enrolment {
  /** SHA-256 of the code. */
  readonly codeHash: Digest;
  readonly now: UnixMs;
  readonly device: DeviceRecord;
  /** Null when nothing was acknowledged. */
  readonly acknowledgement: AcknowledgementRecord | null;
  readonly event: NewSecurityEvent;
  /** So many devices may the person have in use, and enrol within a day that ends `now`, this one included. */
  readonly most: { readonly active: number; readonly inADay: number };
}

export type EnrolResult =
  | { readonly kind: 'enrolled' }
  /** No code of this person with this hash is valid at `now`: it is unknown, used or expired. Nothing changed. */
  | { readonly kind: 'gone' }
  /** The id or the key was ever used before, even by a device since retired. Nothing changed: the code is still good. */
  | { readonly kind: 'conflict' }
  /** The person has as many active devices already. Nothing changed: the code is still good. */
  | { readonly kind: 'too_many' }
  /** The person enrolled as many within the day, retired since or not. Nothing changed: the code is still good. */
  | { readonly kind: 'too_often'; readonly nextAt: UnixMs };

export interface Devices {
  /**
   * Uses the code up, creates the device, keeps the acknowledgement and records the event: all of it or nothing. Of any
   * number of concurrent calls with one code one enrols.
   */
  enrolDevice(enrolment: Enrolment): Promise<EnrolResult>;
  device(device: DeviceId): Promise<DeviceRecord | null>;
  /** Everyone's, or those of the people named (no id twice), in order of enrolment. */
  devices(org: OrgId, whose?: readonly PersonId[]): Promise<readonly DeviceRecord[]>;
  /**
   * How many devices each of the people named (no id twice) has in use; whoever has none is left out. Takes no longer with
   * devices that are retired.
   */
  activeDevices(org: OrgId, whose: readonly PersonId[]): Promise<ReadonlyMap<PersonId, number>>;
  changeDevice(
    org: OrgId,
    device: DeviceId,
    change: Partial<Pick<DeviceRecord, 'status' | 'lastSeenAt' | 'agentVersion' | 'clockOffsetMs'>>,
  ): Promise<DeviceRecord | null>;
  /**
   * Records leases, all or none, each on top of what is recorded by then (`afterLease`). Returns the devices whose lease
   * is recorded: one that is retired, unknown or of another organisation has none and is left out.
   */
  recordLeases(org: OrgId, leases: readonly IssuedLease[]): Promise<readonly DeviceId[]>;
  /** Keeps the latest receipt of a device, and for each policy version the first and the latest. */
  putReceipt(receipt: ReceiptRecord): Promise<void>;
  /** What is kept of one device: by policy version, and of each the first before the latest (once, if it is the same). */
  receipts(org: OrgId, device: DeviceId): Promise<readonly ReceiptRecord[]>;
  latestReceipt(org: OrgId, device: DeviceId): Promise<ReceiptRecord | null>;
  /**
   * The devices of which one of these fields, or the latest receipt, changed after `mark`; all of them after 0. The mark
   * that comes with them stands for everything up to here: who asks with it the next time misses nothing.
   */
  witnessesSince(
    org: OrgId,
    mark: number,
  ): Promise<{ readonly mark: number; readonly changed: readonly DeviceWitness[] }>;
}

// ── Policies ───────────────────────────────────────────────────────────────────────────────────────────────────────

export interface PolicyRecord {
  readonly org: OrgId;
  readonly version: number;
  readonly hash: Digest;
  readonly signed: Signed;
  readonly publishedAt: UnixMs;
  readonly author: PersonId | null;
  /** The author's reason, sealed for the organisation. */
  readonly reason: Sealed;
}

/** One change of the key that signs policies. */
export interface PolicyKeyRecord {
  readonly org: OrgId;
  /** 1, 2, 3 … of the organisation, without gaps. */
  readonly sequence: number;
  readonly statement: SignedKeyStatement;
  readonly at: UnixMs;
  /** Null for a change on the host. */
  readonly author: PersonId | null;
}

export interface AcknowledgementRecord {
  readonly org: OrgId;
  readonly person: PersonId;
  readonly device: DeviceId;
  readonly noticeVersion: number;
  /** The revision of the person's own terms by which the notice was shown. */
  readonly terms: number;
  /** The server's time of receipt; the ceiling moves at this instant. */
  readonly at: UnixMs;
  /** The signed acknowledgement or enrolment: the device's own time, and the code of an enrolment. Sealed for the person. */
  readonly acknowledgement: Sealed;
}

export interface Policies {
  /** `conflict` unless `version` is exactly one more than the highest (1 for the first). */
  publishPolicy(policy: PolicyRecord): Promise<void>;
  /** All versions, oldest first. */
  policies(org: OrgId): Promise<readonly PolicyRecord[]>;
  /**
   * In one step keeps what proves the new key, and puts `profile`, which holds it, in the place of the organisation's, which held the
   * one before: of that nothing stays in the database, nor in its log as far as no reader holds it. `conflict` unless `sequence` is
   * exactly one more than the highest (1 for the first), and `policyVersion` the version in force.
   */
  rotatePolicyKey(key: PolicyKeyRecord, policyVersion: number, profile: Sealed): Promise<void>;
  /** By sequence. */
  policyKeys(org: OrgId): Promise<readonly PolicyKeyRecord[]>;
  /** A repeat of the same person, device, notice version and terms changes nothing: the first receipt's time counts. */
  putAcknowledgement(acknowledgement: AcknowledgementRecord): Promise<void>;
  acknowledgements(org: OrgId, person: PersonId): Promise<readonly AcknowledgementRecord[]>;
  /** Of everyone in the organisation. */
  acknowledgementsIn(org: OrgId): Promise<readonly AcknowledgementRecord[]>;
}

// ── What holds for one person besides the policy ──────────────────────────────────────────────────────────────────

export interface PersonalDecision {
  readonly org: OrgId;
  readonly person: PersonId;
  /** 1, 2, 3 … of this person, without gaps. */
  readonly revision: number;
  readonly at: UnixMs;
  /** What was decided, by whom and in which words. Sealed for the person. */
  readonly decision: Sealed;
}

export interface PersonalTerms {
  /** `conflict` unless `revision` is exactly one more than the person's highest (1 for the first). */
  putDecision(decision: PersonalDecision): Promise<void>;
  /** Of one person, or of everyone in the organisation; of each in order of revision. */
  decisions(org: OrgId, person?: PersonId): Promise<readonly PersonalDecision[]>;
}

// ── What an organisation has set ───────────────────────────────────────────────────────────────────────────────────

export interface SettingRecord {
  readonly org: OrgId;
  /** From a fixed list of ours: it says what is set, and nothing of it. */
  readonly name: string;
  /** 1, 2, 3 … of this name, without gaps. */
  readonly revision: number;
  readonly at: UnixMs;
  /** Sealed for the organisation. */
  readonly sealed: Sealed;
}

export interface Settings {
  /**
   * `conflict` unless `revision` is exactly one more than the highest of this name (1 for the first). `event`: on record with it, or neither is.
   */
  putSetting(setting: SettingRecord, event?: NewSecurityEvent): Promise<void>;
  /** The newest revision; null when nothing was ever set under this name. */
  setting(org: OrgId, name: string): Promise<SettingRecord | null>;
  /** All of them, oldest first. */
  settingRevisions(org: OrgId, name: string): Promise<readonly SettingRecord[]>;
}

// ── What people ask of their organisation about their own data ────────────────────────────────────────────────────

export interface RequestStepRecord {
  readonly org: OrgId;
  readonly person: PersonId;
  readonly request: RequestId;
  /** 1, 2, 3 … of this request, without gaps. */
  readonly step: number;
  readonly at: UnixMs;
  /** What was asked, proved or answered, by whom and in which words. Sealed for the person. */
  readonly sealed: Sealed;
}

export interface RequestSteps {
  /** `conflict` unless `step` is exactly one more than the request's highest (1 for the first). Nothing is ever changed. */
  putRequestStep(step: RequestStepRecord): Promise<void>;
  /** Of one person, or of everyone in the organisation; of each request in order of `step`. */
  requestSteps(org: OrgId, person?: PersonId): Promise<readonly RequestStepRecord[]>;
}

// ── What people were told ──────────────────────────────────────────────────────────────────────────────────────────

export interface NoticeRecord {
  readonly org: OrgId;
  /** Of the policy that it tells of. */
  readonly version: number;
  /** 1, 2, 3 … of this version, without gaps. */
  readonly edition: number;
  /** Over all that it says; it is public within the organisation. */
  readonly hash: Digest;
  readonly at: UnixMs;
  /** The text, sealed for the organisation. */
  readonly text: Sealed;
}

/** A text that was told is neither changed nor removed as long as there is the organisation. */
export interface Notices {
  /** `conflict` unless `edition` is exactly one more than the highest of this version (1 for the first). */
  putNotice(notice: NoticeRecord): Promise<void>;
  /** The newest edition of one version; null when it has none. */
  notice(org: OrgId, version: number): Promise<NoticeRecord | null>;
  /** The text with this hash; null when there is none. */
  noticeByHash(org: OrgId, hash: Digest): Promise<NoticeRecord | null>;
  /** All of them without their texts, by version and edition. */
  notices(org: OrgId): Promise<readonly Omit<NoticeRecord, 'text'>[]>;
}

// ── Observations ───────────────────────────────────────────────────────────────────────────────────────────────────

/** What one device brought of one parameter on one UTC day under one policy, compressed and sealed: a batch, or several merged. */
export interface SegmentRecord {
  readonly org: OrgId;
  readonly person: PersonId;
  readonly parameter: ParameterId;
  readonly day: Day;
  readonly segment: SegmentId;
  readonly device: DeviceId;
  readonly epoch: number;
  /** The version that the device said it was captured under. */
  readonly policyVersion: number;
  /** The version that was in force when it was captured, by the server's own judgement. */
  readonly termsVersion: number;
  /** The day after which it must be gone. */
  readonly expires: Day;
  readonly sealed: Sealed;
}

/** A segment without its bytes. */
export type SegmentHead = Omit<SegmentRecord, 'sealed'> & {
  /** The length of `sealed`. */
  readonly bytes: number;
};

/** An image's sealed bytes, written beside the database and made durable before the commit that names it. */
export interface BlobRecord {
  readonly org: OrgId;
  readonly person: PersonId;
  readonly image: ImageId;
  readonly day: Day;
  /** The segment that names the image. */
  readonly segment: SegmentId;
  readonly epoch: number;
  readonly policyVersion: number;
  readonly termsVersion: number;
  readonly expires: Day;
  readonly sealed: Sealed;
}

export interface DiscardCount {
  /** `unknown` when the item did not even name a registered parameter. */
  readonly parameter: ParameterId | 'unknown';
  readonly reason: DiscardReason;
  readonly count: number;
}

export interface BatchUnit {
  readonly org: OrgId;
  readonly device: DeviceId;
  readonly person: PersonId;
  readonly seq: number;
  readonly receivedAt: UnixMs;
  /** The newest policy version that whoever admitted these observations knew of; 0 for none. */
  readonly judgedUnder: number;
  /** The newest of the person's own decisions that they knew of; 0 for none. */
  readonly judgedTerms: number;
  readonly segments: readonly SegmentRecord[];
  readonly blobs: readonly BlobRecord[];
  readonly discarded: readonly DiscardCount[];
  readonly dropped: readonly { readonly parameter: ParameterId; readonly cause: DropCause; readonly count: number }[];
  /** Replaces the device's session state; null leaves it. */
  readonly sessionState: Sealed | null;
}

export type AppendResult =
  | { readonly kind: 'committed' }
  /** This seq was committed before. Nothing changed. */
  | { readonly kind: 'duplicate' }
  /** A seq is missing before this one. Nothing changed. */
  | { readonly kind: 'out_of_order'; readonly expected: number }
  /** There is something newer than `judgedUnder` or `judgedTerms`: it may forbid what was admitted. Nothing changed; judge again. */
  | { readonly kind: 'stale' }
  /** The device is retired, unknown, or another person's. Nothing changed. */
  | { readonly kind: 'refused' };

/** What is stored of one parameter, of everybody in the organisation together. */
export interface StoredParameter {
  readonly parameter: ParameterId;
  readonly people: number;
  /** Days of people: two people on one day are two. */
  readonly days: number;
  readonly from: Day;
  readonly to: Day;
}

export interface Observations {
  /**
   * Stores one batch and moves the device's seq, both or neither; `lastSeenAt` becomes `receivedAt` if that is later.
   * `conflict` when the person has that image, or that segment of the day and parameter, already, and when a record
   * belongs to another person or device than the batch.
   */
  appendBatch(unit: BatchUnit): Promise<AppendResult>;
  /** Segments of one person and parameter whose day is within `from`…`to`, both included, in order of arrival. */
  segments(org: OrgId, person: PersonId, parameter: ParameterId, from: Day, to: Day): Promise<readonly SegmentRecord[]>;
  /** Of the same segments, the one of each device that arrived last; of a merged one its last part did. */
  newestSegments(
    org: OrgId,
    person: PersonId,
    parameter: ParameterId,
    from: Day,
    to: Day,
  ): Promise<readonly SegmentRecord[]>;
  /** Those of the segments `of` that one person has of the parameter on the day, in order of arrival. */
  segmentsById(
    org: OrgId,
    person: PersonId,
    parameter: ParameterId,
    day: Day,
    of: readonly SegmentId[],
  ): Promise<readonly SegmentRecord[]>;
  /**
   * Every segment of the person of each parameter and day from `from` to `to`, both included, that has `least` or more of
   * them, in order of arrival. None of screenshots, which are never merged.
   */
  crowdedSegments(org: OrgId, person: PersonId, from: Day, to: Day, least: number): Promise<readonly SegmentHead[]>;
  /**
   * Puts `merged` in the place of the segments `of`, at the place in the order of arrival that the last of them had: all of it or
   * nothing. `changed` when `of` is empty, when one of them is not there (any more), or differs from `merged` in anything but id and bytes, and for
   * somebody whose account is closed: then nothing changed. `conflict` when the id of `merged` is taken, and for a screenshot: its image is sealed for the
   * segment that it came with.
   */
  replaceSegments(merged: SegmentRecord, of: readonly SegmentId[]): Promise<'replaced' | 'changed'>;
  blob(org: OrgId, person: PersonId, image: ImageId): Promise<BlobRecord | null>;
  /** What is stored of everybody in the organisation, in the order of the catalogue; a parameter of which nothing is stored is left out. */
  stored(org: OrgId): Promise<readonly StoredParameter[]>;
  /** In no order. */
  discards(org: OrgId, device: DeviceId): Promise<readonly DiscardCount[]>;
  /** In no order. */
  drops(org: OrgId, device: DeviceId): Promise<BatchUnit['dropped']>;
}

// ── Retention ──

/** What is stored of everybody in the organisation of one parameter and UTC day, on the same terms. */
export interface StoredAge {
  readonly parameter: ParameterId;
  readonly day: Day;
  /** As of a `SegmentRecord`. */
  readonly termsVersion: number;
  readonly expires: Day;
  readonly people: number;
  readonly segments: number;
  /** Of `screenshot` alone. */
  readonly images: number;
}

/** What is past its day. */
export interface Past {
  /** Whatever expires before it. */
  readonly today: Day;
  /** Besides, of each parameter, what was stored under these terms or earlier ones and is of a day before this one. */
  readonly parameters: readonly {
    readonly parameter: ParameterId;
    readonly limits: readonly { readonly termsVersion: number; readonly before: Day }[];
  }[];
  /** What stays all the same: these days, both included. */
  readonly except?: readonly { readonly parameter: ParameterId; readonly from: Day; readonly to: Day }[];
}

/** What was deleted of one parameter. */
export interface Expired {
  readonly parameter: ParameterId;
  readonly segments: number;
  readonly images: number;
}

export interface Retention {
  /** By day, then in the order of the register. */
  ages(org: OrgId): Promise<readonly StoredAge[]>;
  /** Everyone of whom there are segments or images, each once. */
  holders(org: OrgId): Promise<readonly PersonId[]>;
  /**
   * Deletes what is past of one person, images with their files: at the most `most` of either, so that batches do not wait long. Returns what it
   * deleted, which is nothing when nothing is left to delete. When it fails, part of it is done, and it can be called again.
   */
  expire(org: OrgId, person: PersonId, past: Past, most: number): Promise<readonly Expired[]>;
  /** Deletes the tokens of the organisation that were over by then. Returns how many. */
  expireTokens(org: OrgId, at: UnixMs): Promise<number>;
}

// ── What people brought along from other servers ──

/** One export that a person brought along. Apart from what is collected here: no report reads it. */
export interface ImportRecord {
  readonly org: OrgId;
  readonly person: PersonId;
  readonly import: ImportId;
  /** Of the key that it and its pieces are sealed under; it has one of its own. */
  readonly epoch: number;
  readonly at: UnixMs;
  /** The day after which it must be gone. */
  readonly expires: Day;
  /** Where it is from, and what is in which piece. */
  readonly sealed: Sealed;
}

export interface ImportPiece {
  readonly org: OrgId;
  readonly person: PersonId;
  readonly import: ImportId;
  readonly place: number;
  readonly sealed: Sealed;
}

export interface Imports {
  /** Of an import that is not there yet. `conflict` when it is, and when one of the places is taken. */
  putImportPieces(pieces: readonly ImportPiece[]): Promise<void>;
  /** From here on the import is there, and `instead` is not any more: both or neither. `conflict` when its id is taken. */
  putImport(record: ImportRecord, instead: ImportId | null): Promise<void>;
  /** From here on it is not there any more; its pieces are, until they are purged. Returns whether it was. */
  endImport(org: OrgId, person: PersonId, which: ImportId): Promise<boolean>;
  /** Of one person, or of everyone in the organisation; of each in order of time. */
  imports(org: OrgId, person?: PersonId): Promise<readonly ImportRecord[]>;
  /** Null also while its import is not there. */
  importPiece(org: OrgId, person: PersonId, which: ImportId, place: number): Promise<ImportPiece | null>;
  /** Who has pieces of an import that is not there: of one that a process did not finish, or that ended. */
  strayImports(org: OrgId): Promise<readonly PersonId[]>;
  /** Deletes those pieces of the person. Not one step but many: when it fails, part of it is done, and it can be called again. */
  purgeStrayImports(org: OrgId, person: PersonId): Promise<number>;
}

// ── Audit ──────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Who read, or tried to read, what of whom. Ids only. */
export interface AccessRecord {
  readonly org: OrgId;
  /** The first time, where a refusal was repeated. */
  readonly at: UnixMs;
  readonly actor: PersonId;
  readonly actorRole: LookRole;
  readonly subject: PersonId;
  readonly action: string;
  readonly purpose: string;
  /** Of a `week` the first of its seven days; null also for refusals about different days. */
  readonly day: Day | null;
  /** Of refusals that are counted together, all that were asked for. */
  readonly parameters: readonly ParameterId[];
  readonly refused: boolean;
  /** More than one only for refusals: how often from `at` to `lastAt`, which lie within one hour of the clock. */
  readonly count: number;
  readonly lastAt: UnixMs;
  readonly seq: EntryNumber;
}

/** The leaf in the audit tree that stands for what is recorded. Null: from before there was a tree, and not taken into it yet. */
type EntryNumber = LeafNumber | null;

export type NewAccess = Omit<AccessRecord, 'action' | 'count' | 'lastAt' | 'seq'> & { readonly action: LookAction };

export interface SecurityEvent {
  readonly org: OrgId;
  readonly at: UnixMs;
  readonly kind: string;
  readonly person: PersonId | null;
  /** From a fixed list of sentences; never anything that a client sent. */
  readonly detail: string;
  /** How often this happened within the minute of `at`, which is the first time. */
  readonly count: number;
  readonly seq: EntryNumber;
}

export type NewSecurityEvent = Omit<SecurityEvent, 'kind' | 'count' | 'seq'> & { readonly kind: SecurityEventKind };

/** What is recorded becomes a leaf of the organisation's audit tree in the same step (`shared/audit/leaf.ts`); each time that it is counted on, another. */
export interface Audit {
  /**
   * Resolves when durable; the read that it records may be answered only then. Every read that was allowed is an entry of its
   * own. A refusal is counted with those of the same actor, role, subject, action and purpose in the same hour of the clock,
   * so that whoever is refused again and again does not bury who was allowed.
   */
  recordAccess(access: NewAccess): Promise<void>;
  /**
   * Newest first, older than `before` when given: `limit` of them, and with the last all others of its millisecond, so that
   * who goes on before the last one's time misses none.
   */
  accesses(org: OrgId, subject: PersonId, limit: number, before?: UnixMs): Promise<readonly AccessRecord[]>;
  /** One of the same kind, person and detail in the same minute of the clock is counted instead of kept again. */
  recordSecurityEvent(event: NewSecurityEvent): Promise<void>;
  /** In the same order and pages as `accesses`; those of the kinds of `except` are left out, and count for no page. */
  securityEvents(
    org: OrgId,
    limit: number,
    before?: UnixMs,
    except?: readonly string[],
  ): Promise<readonly SecurityEvent[]>;
  /** All that are kept of the kinds that begin with `alarm_`, the last recorded first. Found by an index, whatever else is on record. */
  alarms(org: OrgId): Promise<readonly SecurityEvent[]>;
}

/** What a leaf stands for, with the salt of its commitment. */
export type AuditedRow = { readonly salt: Uint8Array } & (
  | { readonly kind: 'access'; readonly row: AccessRecord }
  | { readonly kind: 'security_event'; readonly row: SecurityEvent }
);

/** What the server has signed of a tree, and may have shown to anybody. */
export interface CheckpointRecord {
  readonly org: OrgId;
  readonly size: number;
  readonly at: UnixMs;
  readonly signed: Signed;
}

/** By whom and when it is said that rows are erased. */
export interface SaidErased {
  readonly at: UnixMs;
  /**
   * Asked within the step that erases, once for each leaf, of the tree as it is then. Null where nothing is said any more, as the organisation
   * has ended and the tree goes with it.
   */
  readonly sign: ((erased: Pick<Erased, 'at' | 'size' | 'root' | 'entries'>) => Signed) | null;
}

/** Which rows could be let go because of their age. */
export interface LetGoRows {
  readonly kind: EntryKind;
  readonly below: LeafNumber;
  readonly except: readonly PersonId[];
  /** These stay, whatever their age. */
  readonly spared: readonly LeafNumber[];
}

export interface AuditAmount {
  readonly count: number;
  readonly oldest: UnixMs | null;
  readonly newest: UnixMs | null;
}

/** The Merkle tree of an organisation over all that was recorded, which only grows (`server/audit/tree.ts`). */
export interface AuditTree {
  /** Its right edge; `noLeaves` of an organisation without any. */
  auditEdge(org: OrgId): Promise<Edge>;
  /** At most `limit` leaves as they were hashed, from number `from` on, in order. */
  auditLeaves(org: OrgId, from: LeafNumber, limit: number): Promise<readonly string[]>;
  /** The hashes of perfect nodes, in the order asked for. `damaged` when the tree does not have one of them. */
  auditNodes(org: OrgId, nodes: readonly NodePlace[]): Promise<readonly Uint8Array[]>;
  /** All stored nodes of one level above 3 from `place` on, at most `limit`: for whoever compares them. */
  auditLevel(org: OrgId, level: number, place: number, limit: number): Promise<readonly TreeNode[]>;
  /** The row that the leaf stands for. Null when it stands for none: another superseded it, or the row is erased. */
  auditedRow(org: OrgId, seq: LeafNumber): Promise<AuditedRow | null>;
  /** Of one kind, those with numbers from `from` on and before `to`, in order of number. */
  auditedRows(org: OrgId, kind: EntryKind, from: LeafNumber, to: LeafNumber): Promise<readonly AuditedRow[]>;
  /** The rows for which no leaf stands, and the time of the first: of before there was a tree, or put in by somebody else. */
  auditLeafless(org: OrgId): Promise<{ readonly count: number; readonly first: UnixMs | null }>;
  /**
   * Takes at most `limit` of what was recorded before there was a tree into it, in order, as `earlier`. Returns how many: 0 when nothing is left,
   * and then the tree is begun, after which nothing is ever taken in. It can be called again after any failure.
   */
  takeIntoAudit(org: OrgId, limit: number, at: UnixMs): Promise<number>;
  /**
   * Deletes every look at the person and every security event of theirs, with the salts; leaves stay that say nothing, and in the same
   * step each time a leaf that names those whose rows are gone. A row that does not fit its leaf goes and is not named: somebody changed it, or
   * moved it there so that it would go. Not one step but many: when it fails, part of it is done, and it can be called again. Returns how many
   * rows it deleted.
   */
  forgetEntries(org: OrgId, person: PersonId, said: SaidErased): Promise<number>;
  /** Of one kind, the rows with numbers below `below`, but for those of these people: how many, and the times of the first and the last. */
  auditAmount(org: OrgId, of: LetGoRows): Promise<AuditAmount>;
  /** The numbers of the first `limit` of them that fit their leaves. */
  agedEntries(org: OrgId, of: LetGoRows, limit: number): Promise<readonly LeafNumber[]>;
  /**
   * Deletes the rows of one kind with these numbers, and their salts, and appends the leaf that says so, in one step. StoreError `conflict`,
   * and nothing is changed, when one of them is not there any more.
   */
  letGoEntries(
    org: OrgId,
    kind: EntryKind,
    entries: readonly LeafNumber[],
    said: Omit<LetGoLeaf, 'kind' | 'seq'>,
  ): Promise<void>;
  /** Appends a leaf that stands for nothing but its day. */
  appendDay(org: OrgId, at: UnixMs): Promise<void>;
  /** Keeps it unless there is one of that size. Of those older than a day only the last of each day stays. */
  putCheckpoint(checkpoint: CheckpointRecord): Promise<void>;
  /** In order of size. */
  checkpoints(org: OrgId): Promise<readonly CheckpointRecord[]>;
  /** The largest. */
  latestCheckpoint(org: OrgId): Promise<CheckpointRecord | null>;
}

// ── What there is of one person ──

/** What is stored of a parameter of one UTC day, on the same terms. */
export interface HeldDay {
  readonly parameter: ParameterId;
  readonly day: Day;
  /** As of a `SegmentRecord`. */
  readonly termsVersion: number;
  /** The day after which it must be gone, as it was promised at its capture. */
  readonly expires: Day;
  readonly segments: number;
  /** Of the segments, as they are stored. */
  readonly bytes: number;
  /** Of `screenshot` alone. */
  readonly images: number;
}

/** An image without its bytes. */
export type ImageHead = Omit<BlobRecord, 'sealed'>;

export interface Subjects {
  /** Everything stored of the person, whether or not its time is over; by day, then in the order of the register, then by expiry and terms. */
  held(org: OrgId, person: PersonId): Promise<readonly HeldDay[]>;
  /** The images of one day, in order of arrival. */
  images(org: OrgId, person: PersonId, day: Day): Promise<readonly ImageHead[]>;
  /** The looks of one reader at anybody. In the same order and pages as `accesses`. */
  accessesBy(org: OrgId, actor: PersonId, limit: number, before?: UnixMs): Promise<readonly AccessRecord[]>;
  /** What is on record of one person. In the same order and pages as `accesses`. */
  securityEventsOf(org: OrgId, person: PersonId, limit: number, before?: UnixMs): Promise<readonly SecurityEvent[]>;
}

// ── Erasing a part ─────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * `requested`: to be erased, whatever happens to the process. `committed`: nothing of it is stored or shown any more. `keys_destroyed`: what
 * stays is sealed under other keys, and the old ones are gone. `purged`: rows and files are deleted. `scrubbed`: the logs are emptied of
 * them. `verified`: it was looked for again, and is not there.
 */
export const erasureStates = ['requested', 'committed', 'keys_destroyed', 'purged', 'scrubbed', 'verified'] as const;
export type ErasureState = (typeof erasureStates)[number];

export interface ErasureRecord {
  readonly org: OrgId;
  readonly person: PersonId;
  /** 1, 2, 3 … of this person, without gaps. */
  readonly number: number;
  /** The same for everyone whom one order concerns. */
  readonly order: ErasureId;
  readonly at: UnixMs;
  readonly state: ErasureState;
  /** When it came into that state. */
  readonly changedAt: UnixMs;
  /** What is erased, and by whose order. Sealed for the person. */
  readonly scope: Sealed;
}

/** What is stored of one parameter of one person, under one of the policy versions that were in force at its capture. */
export interface StoredUnder {
  readonly person: PersonId;
  readonly termsVersion: number;
  readonly days: number;
  readonly segments: number;
  readonly images: number;
}

export interface Erasures {
  /** All or none, of any number of people; `conflict` unless each number is one more than the highest of its person (1 for the first). */
  putErasures(erasures: readonly ErasureRecord[]): Promise<void>;
  /** Of one person, or of everyone in the organisation; of each in order of number. */
  erasures(org: OrgId, person?: PersonId): Promise<readonly ErasureRecord[]>;
  advanceErasure(
    which: Pick<ErasureRecord, 'org' | 'person' | 'number'>,
    state: ErasureState,
    changedAt: UnixMs,
  ): Promise<void>;
  /** In no order. */
  storedUnder(org: OrgId, parameter: ParameterId): Promise<readonly StoredUnder[]>;
  /** The epochs of segments, and for `screenshot` of images, whose day is within `from`…`to`; each once, ascending. */
  storedEpochs(org: OrgId, person: PersonId, parameter: ParameterId, from: Day, to: Day): Promise<readonly number[]>;
  /**
   * Puts `segment` in the place of the one with its id that is under the epoch `was`, and each of `images` in the place of the one with
   * its id; other images of the segment are deleted, with their files. `changed`, and nothing is changed, when there is no such segment (any more), or it
   * differs in anything but epoch and bytes. `conflict` when one of the images is not of the segment, or not stored.
   */
  resealSegment(segment: SegmentRecord, was: number, images: readonly BlobRecord[]): Promise<'resealed' | 'changed'>;
  /**
   * Deletes the segments, and for `screenshot` the images with their files, of these epochs whose day is within `from`…`to`. Not one step but
   * many: when it fails, part of it is done, and it can be called again. Returns how many rows it deleted.
   */
  purgeEpochs(
    org: OrgId,
    person: PersonId,
    parameter: ParameterId,
    from: Day,
    to: Day,
    epochs: readonly number[],
  ): Promise<number>;
  /** Replaces the device's session state if it is still `was`, byte for byte; false, and nothing changed, if not. */
  replaceSessionState(org: OrgId, device: DeviceId, was: Sealed, state: Sealed): Promise<boolean>;
  /** Empties the log beside the database of everything, also of what was deleted. False when somebody's read holds it: later it can be. */
  scrub(): Promise<boolean>;
}

// ── Endings ────────────────────────────────────────────────────────────────────────────────────────────────────────

/** How much there is of an organisation, counted in everything that holds something of it. */
export interface Holdings {
  readonly people: number;
  /** Retired ones included. */
  readonly devices: number;
  /** Days of people on which something was recorded. */
  readonly days: number;
  readonly segments: number;
  readonly images: number;
  /** Of what leads to people, everyone's together. */
  readonly kinds: Readonly<Record<HeldKind, number>>;
  /** All rows and files, those above included: 0 means that nothing is left. */
  readonly records: number;
}

/** How much there is of one person: counts, and nothing of what it is. */
export interface SubjectHoldings {
  /** Days on which something was recorded. */
  readonly days: number;
  readonly counts: Readonly<Record<HeldKind, number>>;
  /** All rows, those above included: 0 means that nothing is left. */
  readonly records: number;
}

export interface Endings {
  holdings(org: OrgId): Promise<Holdings>;
  /** `below`: segments and images of this epoch and later ones are left out. */
  holdingsOf(org: OrgId, person: PersonId, below?: number): Promise<SubjectHoldings>;
  /**
   * From here on nobody is this person, nobody signs in as them, and nothing comes from their computers: in one step the account, its links,
   * codes and sign-ins are deleted, and the computers retired. What anybody brings for them afterwards is taken and not kept, as long as this
   * store is open. It can be called again, also when they are gone.
   */
  closeAccount(org: OrgId, person: PersonId): Promise<void>;
  /**
   * Closes the account, and deletes every row and file that leads to the person, as `eraseOrganisation` does of an organisation; others may
   * write meanwhile. Rows of others that name the person as whoever did something stay: the id leads to nobody. `below`: segments and images
   * of this epoch and later ones stay as well.
   */
  erasePerson(
    org: OrgId,
    person: PersonId,
    said: SaidErased,
    how?: { readonly tell?: (records: number) => void; readonly below?: number | undefined },
  ): Promise<void>;
  /**
   * From here on there is no such organisation: in one step it goes from the list of them, nobody is or signs in as anyone in it, and its
   * computers are retired. What anybody brings for it afterwards is taken and not kept, as long as this store is open. It can be called again.
   */
  closeOrganisation(org: OrgId): Promise<void>;
  /**
   * Deletes every row and file of the organisation, and overwrites their bytes in the database. Not one step but many, `tell`
   * being given how many rows and files are gone so far: when it fails, or the process ends, part of it is done, and it can be called again.
   * Whoever calls it holds the store alone, or has closed the organisation in it: what others write meanwhile may stay.
   */
  eraseOrganisation(org: OrgId, tell?: (records: number) => void): Promise<void>;
}

// ── Keys: a separate database file, never part of a data backup ───────────────────────────────────────────────────

export interface DataKeyId {
  readonly org: OrgId;
  readonly person: PersonId;
  /**
   * `profile` is the key of a person's profile, credentials and sessions; its epoch is 0. `imported`: of one import each. `organisation`: of
   * what is the organisation's own, its person is `nobody` and its epoch 0.
   */
  readonly parameter: ParameterId | 'profile' | 'imported' | 'organisation';
  readonly epoch: number;
}

export interface WrappedDataKey extends DataKeyId {
  readonly orgKeyVersion: number;
  readonly wrapped: Uint8Array;
}

/** A data key under a new version of the organisation key, and under which one it was. */
export interface Rewrapped {
  readonly key: WrappedDataKey;
  readonly was: number;
}

export interface WrappedOrgKey {
  readonly org: OrgId;
  readonly version: number;
  readonly wrapped: Uint8Array;
}

/** Who was ended: a person, or with null the whole organisation. */
export interface EndedSubject {
  readonly org: OrgId;
  readonly person: PersonId | null;
}

/**
 * A number that only goes up. `revoked`: one more with every destruction of keys. `seen_at`: the latest time that the store has seen.
 * `rolled_at`: when the keys of the organisations were last replaced.
 * `clock_back`: by how much, in all, people took `seen_at` back; `clock_released`: how often somebody said that the clock is right.
 * `rebuilt`: how often all was rebuilt from a recovery set. `leaving/…`: the revision of the newest decision on the last day of an account, see
 * `leavingMark`; it goes with the keys of its person.
 */
export type MarkName =
  | 'audit_begun'
  | 'erasures_signed'
  | 'revoked'
  | 'seen_at'
  | 'restore_epoch'
  | 'rolled_at'
  | 'clock_back'
  | 'clock_released'
  | 'rebuilt'
  | LeavingMark;

export type LeavingMark = `leaving/${number}/${string}/${string}`;

/** `certificate`: signs the certificates of endings, and belongs to the whole server. */
export type SigningKeyName = 'certificate';

/** A signing key of the server itself, its private part wrapped under the root key. */
export interface WrappedSigningKey {
  readonly name: SigningKeyName;
  readonly public: PublicKey;
  readonly wrapped: Uint8Array;
}

export type BackupState = 'begun' | 'complete' | 'failed' | 'expired';

export interface BackupRecord {
  readonly backup: BackupId;
  readonly at: UnixMs;
  /** From then on nobody can open it: its key is destroyed by that day. */
  readonly expires: UnixMs;
  readonly state: BackupState;
  readonly changedAt: UnixMs;
  /** Its key, wrapped under the root key; null once it was destroyed. */
  readonly wrapped: Uint8Array | null;
  /** JSON, in the clear: nothing of anybody. */
  readonly detail: string;
}

/** Everything that is wrapped under the root key, wrapped under another one. */
export interface RootChange {
  readonly rootCheck: Uint8Array;
  readonly orgKeys: readonly WrappedOrgKey[];
  readonly signingKeys: readonly WrappedSigningKey[];
  readonly backups: readonly { readonly backup: BackupId; readonly wrapped: Uint8Array }[];
}

export interface KeyStore {
  orgKeys(): Promise<readonly WrappedOrgKey[]>;
  /** `conflict` when that version exists, as a key is never overwritten, and for an organisation that has ended. */
  putOrgKey(key: WrappedOrgKey): Promise<void>;
  dataKey(id: DataKeyId): Promise<WrappedDataKey | null>;
  /**
   * Stores those that do not exist yet and returns, for every id asked, the key that is stored now. Durable. Null for one that may not be
   * made: its person or organisation has ended, or the organisation key that wraps it is not there (any more).
   */
  putDataKeys(keys: readonly WrappedDataKey[]): Promise<readonly (WrappedDataKey | null)[]>;
  /** Those of the organisation that are wrapped under a version of its key below this one, so many at the most, in one order, after the one given. */
  dataKeysBelow(org: OrgId, version: number, after: DataKeyId | null, most: number): Promise<readonly WrappedDataKey[]>;
  /**
   * Puts the new wrapping in the place of the old one, where that is still there: what was destroyed meanwhile stays destroyed. Nothing is
   * wrapped under a version that is not there (any more).
   */
  rewrapDataKeys(keys: readonly Rewrapped[]): Promise<void>;
  /**
   * Deletes the versions of the organisation's key that are below this one, in one step. Returns as `destroyDataKeys` does; null, and
   * nothing happened, while one of them wraps a data key.
   */
  destroyOrgKeysBelow(org: OrgId, version: number): Promise<number | null>;
  /** Of which epochs there are keys of the person's parameter, ascending. */
  dataKeyEpochs(org: OrgId, person: PersonId, parameter: DataKeyId['parameter']): Promise<readonly number[]>;
  /**
   * Deletes these, in one step; one that is not there is no error. Raises `revoked`, as every destruction of keys does, and returns what it
   * is then.
   */
  destroyDataKeys(keys: readonly DataKeyId[]): Promise<number>;
  /** As `Erasures.scrub`. */
  scrub(): Promise<boolean>;
  /** How many keys there are of the organisation: its own, and those of its people; or of one of these alone. */
  countKeys(org: OrgId, person?: PersonId): Promise<number>;
  /**
   * Deletes them all, in one step, and takes none of the organisation or person ever again. What was sealed for them can be opened by
   * nobody from then on. Returns as `destroyDataKeys` does. `below`: of a person those of parameters that are of this epoch or a later one stay.
   */
  destroyKeys(org: OrgId, person?: PersonId, below?: number): Promise<number>;
  /** Whose keys were all destroyed, for ever. */
  ended(): Promise<readonly EndedSubject[]>;
  /** A few words of known plaintext under the root key, to tell a wrong key from damage. Null on a new store. */
  rootCheck(): Promise<Uint8Array | null>;
  /** `conflict` when there is one. */
  putRootCheck(check: Uint8Array): Promise<void>;
  /** All of it, in one step. Raises `revoked`, as what was wrapped under the root key before is no more. */
  changeRoot(change: RootChange): Promise<void>;
  /** Null when it was never raised. */
  mark(name: MarkName): Promise<number | null>;
  /** To `value`, if it is not higher already. Returns what it is now. */
  raiseMark(name: MarkName, value: number): Promise<number>;
  signingKey(name: SigningKeyName): Promise<WrappedSigningKey | null>;
  /** `conflict` when there is one of that name: a key is never overwritten. */
  putSigningKey(key: WrappedSigningKey): Promise<void>;
  /** The oldest first, those included whose key was destroyed. */
  backups(): Promise<readonly BackupRecord[]>;
  /** `conflict` when there is one of that id. */
  putBackup(backup: BackupRecord): Promise<void>;
  /** False when there is no such backup. */
  changeBackup(backup: BackupId, change: Pick<BackupRecord, 'state' | 'changedAt' | 'detail'>): Promise<boolean>;
  /** Deletes the key of a backup and keeps its row. False when there is no such backup, or no key of it any more. */
  destroyBackupKey(backup: BackupId, at: UnixMs): Promise<boolean>;
  close(): Promise<void>;
}
