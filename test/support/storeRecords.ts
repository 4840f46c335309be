import { createHash } from 'node:crypto';
import type {
  AccessRecord,
  BackupRecord,
  BatchUnit,
  BlobRecord,
  DeviceRecord,
  Enrolment,
  ErasureRecord,
  ImportPiece,
  ImportRecord,
  NewAccess,
  NoticeRecord,
  OrgRecord,
  PersonalDecision,
  PersonRecord,
  PolicyKeyRecord,
  PolicyRecord,
  RequestStepRecord,
  SaidErased,
  SegmentRecord,
  SettingRecord,
  TokenRecord,
  WebSession,
  WrappedDataKey,
} from '../../server/store/store.ts';
import { canonical } from '../../shared/canonical.ts';
import type { ParameterId } from '../../shared/catalog.ts';
import {
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
import type { Signed } from '../../shared/signed.ts';
import { DAY, type Day, type UnixMs } from '../../shared/time.ts';
import { sealedText } from './sealedForTest.ts';

// Records of every kind for tests of the store, made from a name: the same name gives the same ids and bytes.

/** 2026-03-02T09:00Z. */
export const NINE = 1_772_442_000_000;

export const orgId = (name: string): OrgId => OrgId.parse(uuid(`org ${name}`));
export const personId = (name: string): PersonId => PersonId.parse(uuid(`person ${name}`));
export const deviceId = (name: string): DeviceId => DeviceId.parse(uuid(`device ${name}`));
export const teamId = (name: string): TeamId => TeamId.parse(uuid(`team ${name}`));
export const segmentId = (name: string): SegmentId => SegmentId.parse(uuid(`segment ${name}`));
export const requestId = (name: string): RequestId => RequestId.parse(uuid(`request ${name}`));
export const imageId = (name: string): ImageId => ImageId.parse(uuid(`image ${name}`));
export const digestOf = (name: string): string => sha256(name).toString('hex');
export const keyOf = (name: string): string => sha256(`key ${name}`).toString('base64url');

export const org = (name: string): OrgRecord => ({ org: orgId(name), createdAt: NINE, profile: sealedText(name) });

export const person = (name: string, change: Partial<PersonRecord> = {}): PersonRecord => ({
  org: orgId('acme'),
  person: personId(name),
  role: 'employee',
  status: 'active',
  createdAt: NINE,
  emailHash: digestOf(`${name}@example.com`),
  profile: sealedText(`profile of ${name}`),
  credentials: sealedText(`credentials of ${name}`),
  hasSecondFactor: false,
  teams: [teamId('b'), teamId('a')],
  managesTeams: [],
  ...change,
});

export const token = (name: string, change: Partial<TokenRecord> = {}): TokenRecord => ({
  tokenHash: digestOf(`token ${name}`),
  kind: 'invitation',
  org: orgId('acme'),
  person: personId('ann'),
  expiresAt: NINE + 1_000,
  ...change,
});

export const webSession = (name: string, change: Partial<WebSession> = {}): WebSession => ({
  id: digestOf(`session ${name}`),
  org: orgId('acme'),
  person: personId('ann'),
  createdAt: NINE,
  lastSeenAt: NINE,
  expiresAt: NINE + 1_000,
  secondFactor: null,
  client: sealedText(`client ${name}`),
  clientHash: digestOf(`client ${name}`),
  ...change,
});

export const device = (name: string, change: Partial<DeviceRecord> = {}): DeviceRecord => ({
  org: orgId('acme'),
  device: deviceId(name),
  person: personId('ann'),
  publicKey: keyOf(name),
  status: 'active',
  enrolledAt: NINE,
  committedSeq: 0,
  lastSeenAt: null,
  agentVersion: null,
  clockOffsetMs: null,
  lease: null,
  previousLease: null,
  sessionState: null,
  ...change,
});

/** With the code `token('code', { kind: 'enrolment' })`. */
export const enrolment = (name: string, change: Partial<Enrolment> = {}): Enrolment => ({
  codeHash: digestOf('token code'),
  now: NINE,
  device: device(name),
  acknowledgement: {
    org: orgId('acme'),
    person: personId('ann'),
    device: deviceId(name),
    noticeVersion: 1,
    terms: 0,
    at: NINE,
    acknowledgement: sealedText(`enrolment of ${name}`),
  },
  event: {
    org: orgId('acme'),
    at: NINE,
    kind: 'device_enrolled',
    person: personId('ann'),
    detail: 'a device enrolled',
  },
  most: { active: 20, inADay: 20 },
  ...change,
});

export const signed = (text: string): Signed => ({
  payload: JSON.stringify({ text }),
  keyId: digestOf('signer'),
  signature: Buffer.concat([sha256(text), sha256(`${text}.`)]).toString('base64url'),
});

/** As a server says that rows are erased. */
export const saidErased = (at: UnixMs): SaidErased => ({ at, sign: (erased) => signed(canonical(erased)) });

export const policy = (version: number, change: Partial<PolicyRecord> = {}): PolicyRecord => ({
  org: orgId('acme'),
  version,
  hash: digestOf(`policy ${version}`),
  signed: signed(`policy ${version}`),
  publishedAt: NINE + version,
  author: version === 1 ? null : personId('ann'),
  reason: sealedText(`reason ${version}`),
  ...change,
});

export const policyKey = (sequence: number, change: Partial<PolicyKeyRecord> = {}): PolicyKeyRecord => ({
  org: orgId('acme'),
  sequence,
  statement: { payload: `key ${sequence}`, previous: 'by the old', next: 'by the new', server: 'by the server' },
  at: NINE + sequence,
  author: sequence === 1 ? null : personId('ann'),
  ...change,
});

export const decision = (revision: number, change: Partial<PersonalDecision> = {}): PersonalDecision => ({
  org: orgId('acme'),
  person: personId('ann'),
  revision,
  at: NINE + revision,
  decision: sealedText(`decision ${revision}`),
  ...change,
});

export const setting = (name: string, revision: number, change: Partial<SettingRecord> = {}): SettingRecord => ({
  org: orgId('acme'),
  name,
  revision,
  at: NINE + revision,
  sealed: sealedText(`${name} ${revision}`),
  ...change,
});

export const requestStep = (
  name: string,
  step: number,
  change: Partial<RequestStepRecord> = {},
): RequestStepRecord => ({
  org: orgId('acme'),
  person: personId('ann'),
  request: requestId(name),
  step,
  at: NINE + step,
  sealed: sealedText(`${name}, step ${step}`),
  ...change,
});

export const importRecord = (name: string, change: Partial<ImportRecord> = {}): ImportRecord => ({
  org: orgId('acme'),
  person: personId('ann'),
  import: ImportId.parse(uuid(`import ${name}`)),
  epoch: 1,
  at: NINE,
  expires: '2027-03-02',
  sealed: sealedText(`import ${name}`),
  ...change,
});

export const importPiece = (name: string, place: number, change: Partial<ImportPiece> = {}): ImportPiece => ({
  org: orgId('acme'),
  person: personId('ann'),
  import: importRecord(name).import,
  place,
  sealed: sealedText(`import ${name}, piece ${place}`),
  ...change,
});

export const erasure = (number: number, change: Partial<ErasureRecord> = {}): ErasureRecord => ({
  org: orgId('acme'),
  person: personId('ann'),
  number,
  order: ErasureId.parse(uuid(`order ${number}`)),
  at: NINE + number,
  state: 'requested',
  changedAt: NINE + number,
  scope: sealedText(`erasure ${number}`),
  ...change,
});

export const notice = (version: number, edition: number, change: Partial<NoticeRecord> = {}): NoticeRecord => ({
  org: orgId('acme'),
  version,
  edition,
  hash: digestOf(`notice ${version} ${edition}`),
  at: NINE + version,
  text: sealedText(`notice ${version} ${edition}`),
  ...change,
});

export const segment = (name: string, parameter: ParameterId = 'app', day: Day = '2026-03-02'): SegmentRecord => ({
  org: orgId('acme'),
  person: personId('ann'),
  parameter,
  day,
  segment: segmentId(name),
  device: deviceId('laptop'),
  epoch: 2_930,
  policyVersion: 1,
  termsVersion: 1,
  expires: '2026-05-01',
  sealed: sealedText(`segment ${name}`, 350),
});

export const blob = (name: string, bytes = 5_000): BlobRecord => ({
  org: orgId('acme'),
  person: personId('ann'),
  image: imageId(name),
  day: '2026-03-02',
  segment: segmentId(name),
  epoch: 2_930,
  policyVersion: 1,
  termsVersion: 1,
  expires: '2026-03-16',
  sealed: sealedText(`image ${name}`, bytes),
});

export const batch = (seq: number, change: Partial<BatchUnit> = {}): BatchUnit => ({
  org: orgId('acme'),
  device: deviceId('laptop'),
  person: personId('ann'),
  seq,
  receivedAt: NINE + seq,
  judgedUnder: 1,
  judgedTerms: 0,
  segments: [segment(`seq ${seq}`)],
  blobs: [],
  discarded: [],
  dropped: [],
  sessionState: null,
  ...change,
});

export const access = (at: number, change: Partial<NewAccess> = {}): NewAccess => ({
  org: orgId('acme'),
  at,
  actor: personId('max'),
  actorRole: 'manager',
  subject: personId('ann'),
  action: 'observations',
  purpose: 'workload_review',
  day: '2026-03-02',
  parameters: ['app', 'session'],
  refused: false,
  ...change,
});

/** As it is read again: a look that was not repeated. */
export const once = (one: NewAccess): Omit<AccessRecord, 'seq'> => ({ ...one, count: 1, lastAt: one.at });

/** What was recorded, without its number in the audit tree. */
export const unnumbered = <T extends { readonly seq: unknown }>(all: readonly T[]): Omit<T, 'seq'>[] =>
  all.map(({ seq: _seq, ...one }) => one);

export const dataKey = (epoch: number, bytes: string, change: Partial<WrappedDataKey> = {}): WrappedDataKey => ({
  org: orgId('acme'),
  person: personId('ann'),
  parameter: 'app',
  epoch,
  orgKeyVersion: 1,
  wrapped: sealedText(bytes, 60),
  ...change,
});

export const backup = (name: string, change: Partial<BackupRecord> = {}): BackupRecord => ({
  backup: BackupId.parse(uuid(`backup ${name}`)),
  at: NINE,
  expires: NINE + 30 * DAY,
  state: 'begun',
  changedAt: NINE,
  wrapped: sealedText(`backup ${name}`, 60),
  detail: '{}',
  ...change,
});

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function uuid(name: string): string {
  const hex = sha256(name).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
