import { z } from 'zod';
import { ParameterId, parameterIds } from '../../shared/catalog.ts';
import { CorrectionStep, Mark } from '../../shared/correction.ts';
import { Observation, observationSchemas } from '../../shared/events/observation.ts';
import {
  DeviceId,
  ImageId,
  ImportId,
  OrgId,
  PersonId,
  RequestId,
  SegmentId,
  SessionId,
  TeamId,
} from '../../shared/ids.ts';
import { DiscardReason, DropCause } from '../../shared/outcome.ts';
import { Contacts } from '../../shared/protocol/http/contacts.ts';
import { OwnDisclosure } from '../../shared/protocol/http/disclosures.ts';
import { OwnHold } from '../../shared/protocol/http/holds.ts';
import { ImportSource } from '../../shared/protocol/http/imports.ts';
import { OwnIncident } from '../../shared/protocol/http/incidents.ts';
import { ReadPurpose } from '../../shared/protocol/http/reading.ts';
import { LookRole } from '../../shared/roles.ts';
import { Digest, PublicKey, Signed } from '../../shared/signed.ts';
import { Day, UnixMs } from '../../shared/time.ts';
import { Decision } from '../control/decision.ts';
import { ErasureScope } from '../control/erasureScope.ts';
import { RequestStep } from '../control/requestStep.ts';
import { DeviceSessions } from '../ingest/sessions.ts';
import { erasureStates } from '../store/store.ts';

// The form of an export: what a second server can check it against. Every `.ndjson` is one JSON object a line (RFC 8259), in UTF-8.

export const EXPORT_FORMAT = 'daylight-export';
export const EXPORT_VERSION = 1;

const leaseWindow = z.strictObject({ issuedAt: z.int(), observedUntil: z.int(), enteredUntil: z.int() });
const teams = z.array(z.strictObject({ id: TeamId, name: z.string() }));
/** Null: it does not open, because its key was destroyed or it was altered. */
const document = Signed.nullable();
const look = {
  at: UnixMs,
  lastAt: UnixMs,
  count: z.int().min(1),
  action: z.string(),
  purpose: ReadPurpose,
  day: Day.nullable(),
  parameters: z.array(ParameterId),
  refused: z.boolean(),
};

/** Records of one kind each: what they are, and the form of one. */
export const recordParts = {
  profile: {
    title: 'Your account',
    about: 'Who you are here.',
    schema: z.strictObject({
      id: PersonId,
      name: z.string(),
      email: z.string(),
      role: LookRole,
      status: z.enum(['invited', 'active']),
      createdAt: z.int(),
      teams,
      managesTeams: teams,
      password: z.boolean(),
      secondFactor: z.boolean(),
      recoveryCodesLeft: z.int(),
    }),
  },
  'who-looked': {
    title: 'Who looked at your data',
    about: 'Every look at what is recorded of you, and every refused one, newest first. Your own looks are among them.',
    schema: z.strictObject({ ...look, actor: PersonId, actorName: z.string(), actorRole: LookRole }),
  },
  looks: {
    title: 'Your looks at others',
    about: 'When you looked at what is recorded of others, and what for. At whom is in the list of that person.',
    schema: z.strictObject({ ...look, role: LookRole }),
  },
  devices: {
    title: 'Your devices',
    about: 'The computers that Daylight was enrolled on for you, retired ones included.',
    schema: z.strictObject({
      device: DeviceId,
      publicKey: PublicKey,
      status: z.enum(['active', 'retired']),
      enrolledAt: z.int(),
      lastSeenAt: z.int().nullable(),
      agentVersion: z.string().nullable(),
      clockOffsetMs: z.number().nullable(),
      batchesStored: z.int(),
      lease: leaseWindow.nullable(),
      previousLease: leaseWindow.nullable(),
      sessions: DeviceSessions.nullable(),
    }),
  },
  'not-kept': {
    title: 'What was not kept',
    about:
      'How many records your devices sent that were discarded, or recorded and never sent, and why. Of what was in them nothing is left.',
    schema: z.strictObject({
      device: DeviceId,
      what: z.enum(['discarded', 'never_sent']),
      parameter: z.union([ParameterId, z.literal('unknown')]),
      why: z.union([DiscardReason, DropCause]),
      count: z.int(),
    }),
  },
  receipts: {
    title: 'What your devices said that they do',
    about:
      'Signed by each device: which policy it follows and what it records. Kept are the first and the latest of each version.',
    schema: z.strictObject({ device: DeviceId, policyVersion: z.int(), receivedAt: z.int(), receipt: document }),
  },
  acknowledgements: {
    title: 'Notices that you acknowledged',
    about: 'Signed by the device on which you read them.',
    schema: z.strictObject({
      device: DeviceId,
      noticeVersion: z.int(),
      terms: z.int(),
      at: z.int(),
      acknowledgement: document,
    }),
  },
  decisions: {
    title: 'What was decided by you and for you',
    about:
      'In order, with your words and those of others: objections, consents and restrictions, their answers and ends; what your organisation leaves out for you; and with which day your account ends by itself, and who set that.',
    schema: z.strictObject({ revision: z.int(), at: UnixMs, decision: Decision.nullable() }),
  },
  requests: {
    title: 'What you asked about your data',
    about:
      'Each request, whose it is said to be, what proved that, and how it was answered, step by step, with your words and those of the answer.',
    schema: z.strictObject({ request: RequestId, step: z.int(), at: UnixMs, said: RequestStep.nullable() }),
  },
  corrections: {
    title: 'What was corrected',
    about:
      'Each record that you corrected, disputed or stated something about: as it was recorded, as it is shown now, and all that was said, in order, with who was told of it. What was deleted is not among it.',
    schema: z.strictObject({
      correction: RequestId,
      parameter: ParameterId,
      day: Day,
      session: SessionId,
      stored: Observation,
      shown: Observation,
      steps: z.array(CorrectionStep),
    }),
  },
  erasures: {
    title: 'What was erased',
    about:
      'What was deleted before its time, by you or for everyone, when, and how far that is. Of what was in it nothing is left.',
    schema: z.strictObject({
      number: z.int(),
      at: UnixMs,
      state: z.enum(erasureStates),
      changedAt: UnixMs,
      scope: ErasureScope.extend({ by: z.union([PersonId, z.literal('you')]) }).nullable(),
    }),
  },
  policies: {
    title: 'Policies',
    about: 'Every version that your organisation published, as it was signed. In words each is among the notices.',
    schema: z.strictObject({
      version: z.int(),
      hash: Digest,
      publishedAt: z.int(),
      byYou: z.boolean(),
      reason: z.string(),
      signed: Signed,
    }),
  },
  imports: {
    title: 'What you brought along',
    about:
      'Exports of other servers that you took in here, and where they say that they are from. Nobody else sees them.',
    schema: z.strictObject({
      import: ImportId,
      at: UnixMs,
      /** The day after which it is deleted here. */
      keptUntil: Day,
      source: ImportSource,
    }),
  },
  disclosures: {
    title: 'To whom data about you was given',
    about: 'What your organisation put on record of data about you that it gave to somebody outside.',
    schema: OwnDisclosure,
  },
  incidents: {
    title: 'What went wrong with data about you',
    about: 'Incidents that you were told of, and what of yours was looked at.',
    schema: OwnIncident,
  },
  holds: {
    title: 'What of your data is held back from deletion',
    about: 'What must not be deleted for now, or had to be kept, why, and to which day: legal holds.',
    schema: OwnHold,
  },
  'sign-ins': {
    title: 'Where you are signed in',
    about: 'Sessions of the console that have not ended, and those that ended by time and were not cleared yet.',
    schema: z.strictObject({
      createdAt: z.int(),
      lastSeenAt: z.int(),
      expiresAt: z.int(),
      secondFactor: z.enum(['totp', 'recovery_code', 'host_link', 'rescue_link']).nullable(),
      network: z.string(),
      browser: z.string(),
    }),
  },
  'open-links': {
    title: 'Links and codes for you',
    about: 'Invitations, sign-in links and enrolment codes that were made for you and not used.',
    schema: z.strictObject({ kind: z.enum(['invitation', 'sign_in_link', 'enrolment']), expiresAt: z.int() }),
  },
  'security-events': {
    title: 'What is on record of your account',
    about: 'Sign-ins by link, changed passwords, devices that were enrolled, refusals, downloads like this one.',
    schema: z.strictObject({ at: UnixMs, kind: z.string(), detail: z.string(), count: z.int() }),
  },
} as const satisfies Readonly<Record<string, { title: string; about: string; schema: z.ZodObject }>>;

export type RecordPart = keyof typeof recordParts;
export const recordPartNames = Object.keys(recordParts) as RecordPart[];
export type RowOf<P extends RecordPart> = z.input<(typeof recordParts)[P]['schema']>;

/** One line of `data/<parameter>.ndjson`. */
export function dataLine(parameter: ParameterId) {
  return z.strictObject({
    /** The UTC day that it is stored under. */
    day: Day,
    /** The day after which it must be gone. */
    keptUntil: Day,
    device: DeviceId,
    session: SessionId,
    /** The version of the policy that the device said it was captured under, and the one that was in force. */
    policyVersion: z.int(),
    termsVersion: z.int(),
    /** As it is shown: as it was recorded is among the corrections, where there is a mark. */
    observation: z.union(Object.values<z.ZodType>(observationSchemas[parameter])),
    /** It was corrected, completed or is disputed; left out of what is as it was recorded. */
    mark: Mark.optional(),
  });
}

/** One line of `images/images.ndjson`; the picture is `images/<image>.webp`. */
export const ImageLine = z.strictObject({
  image: ImageId,
  day: Day,
  keptUntil: Day,
  segment: SegmentId,
  policyVersion: z.int(),
  termsVersion: z.int(),
});
export type ImageLine = z.infer<typeof ImageLine>;

/** One line of `imported/<parameter>.ndjson`: as it stood in the export that was brought along. */
function importedLine(parameter: ParameterId) {
  return dataLine(parameter).extend({ import: ImportId });
}

/** One line of `imported/images.ndjson`; the picture is `imported/<image>.webp`. */
const ImportedImageLine = ImageLine.extend({ import: ImportId });

/** Folders one level deep, and nothing that leads out of where it is unpacked. */
export const FileName = z.string().regex(/^([a-z-]{1,32}\/)?[a-z0-9-]{1,64}\.(json|ndjson|csv|html|webp)$/);

export const Manifest = z.strictObject({
  format: z.literal(EXPORT_FORMAT),
  version: z.literal(EXPORT_VERSION),
  organisation: z.strictObject({ id: OrgId, name: z.string() }),
  /** Whom the person can turn to, and the sentence that says so. Left out by a Daylight that did not know it. */
  contacts: Contacts.extend({ appeal: z.string() }).optional(),
  person: z.strictObject({ id: PersonId, name: z.string() }),
  /** All of it is as it was at this instant. */
  asOf: UnixMs,
  parameters: z.array(
    z.strictObject({
      parameter: ParameterId,
      records: z.int(),
      days: z.int(),
      firstDay: Day,
      lastDay: Day,
      keptUntil: Day,
    }),
  ),
  images: z.int(),
  /** What is stored and does not open: it was altered, or its key was destroyed. */
  unreadable: z.array(z.strictObject({ parameter: ParameterId, day: Day, pieces: z.int() })),
  /** What is still stored and past the day until which it was kept. */
  pastTheirDay: z.int(),
  withheld: z.array(z.strictObject({ what: z.string(), why: z.string() })),
  /** Every file but this one. */
  files: z.array(
    z.strictObject({
      name: FileName,
      bytes: z.int(),
      sha256: Digest,
      /** Lines of an `.ndjson`, records of a `.csv`; null for other files. */
      records: z.int().nullable(),
    }),
  ),
});
export type Manifest = z.infer<typeof Manifest>;

/** The form of one line of each `.ndjson`, by its name; null for a file of no known form. */
export function lineSchema(name: string): z.ZodType | null {
  if (name === 'images/images.ndjson') return ImageLine;
  if (name === 'imported/images.ndjson') return ImportedImageLine;
  const [, folder, part] = /^(data|imported|records)\/([a-z-]+)\.ndjson$/.exec(name) ?? [];
  if (folder === 'records' && isRecordPart(part)) return recordParts[part].schema;
  const parameter = ParameterId.safeParse(part);
  if (!parameter.success) return null;
  return folder === 'data' ? dataLine(parameter.data) : folder === 'imported' ? importedLine(parameter.data) : null;
}

/** All of the above as JSON Schema (draft 2020-12), for whoever reads the files with another program. */
export function jsonSchemas(): Record<string, unknown> {
  const names = [
    ...recordPartNames.map((part) => `records/${part}.ndjson`),
    ...parameterIds.map((id) => `data/${id}.ndjson`),
    'images/images.ndjson',
    ...parameterIds.map((id) => `imported/${id}.ndjson`),
    'imported/images.ndjson',
  ];
  const schemas = names.map((name) => [name, jsonSchema(lineSchema(name))] as const);
  return { 'manifest.json': jsonSchema(Manifest), ...Object.fromEntries(schemas) };
}

function jsonSchema(schema: z.ZodType | null): unknown {
  if (schema === null) throw new Error('a file without a form');
  return z.toJSONSchema(schema, { io: 'output', unrepresentable: 'throw' });
}

function isRecordPart(name: string | undefined): name is RecordPart {
  return name !== undefined && Object.hasOwn(recordParts, name);
}
