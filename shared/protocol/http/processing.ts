import { z } from 'zod';
import { ParameterId, Purpose } from '../../catalog.ts';
import { OrgId, PersonId } from '../../ids.ts';
import { LawfulBasis } from '../../policy/policy.ts';
import { Role } from '../../roles.ts';
import { Digest } from '../../signed.ts';
import { text } from '../../text.ts';
import { Day, UnixMs } from '../../time.ts';
import { AssessmentSummary } from './assessments.ts';
import { Contacts } from './contacts.ts';
import { ProcessorSummary } from './processors.ts';
import { Region } from './region.ts';
import { EntryReason } from './registerEntry.ts';
import { empty, route } from './route.ts';

const detail = text(0, 500);

/** What only a person can know of an organisation (GDPR Art. 30(1)(a)). Empty: not filled in. Where there is none of it, say so. */
export const ControllerDetails = z.strictObject({
  name: detail,
  address: detail,
  jointControllers: detail,
  representative: detail,
  dataProtectionOfficer: detail,
});
export type ControllerDetails = z.infer<typeof ControllerDetails>;
export type ControllerField = keyof ControllerDetails;
export const controllerFields = Object.keys(ControllerDetails.shape) as ControllerField[];
const ControllerField = ControllerDetails.keyof();

/** What is stored of a parameter, of everybody together. `days` are days of people: two people on one day are two. */
const Stored = z.strictObject({
  people: z.int(),
  days: z.int(),
  from: Day,
  to: Day,
  keptUntil: Day,
  /** Of the days, those with something that nobody may read any more, and that is not deleted yet. */
  pastTheirDay: z.int(),
});

/** One parameter that is collected, or of which something is stored. */
export const ProcessingActivity = z.strictObject({
  parameter: ParameterId,
  label: z.string(),
  level: z.string(),
  /** The words of the notice; null where it is off, and only something from before is stored. */
  collects: z.string().nullable(),
  source: z.enum(['observed', 'entered']),
  sensitivity: z.enum(['low', 'medium', 'high']),
  purpose: Purpose,
  basis: LawfulBasis,
  retentionDays: z.int(),
  viewers: z.array(Role),
  employeeMayPause: z.boolean(),
  /** After this moment it is off until it is assessed again; null: no moment is set. */
  reviewBy: UnixMs.nullable(),
  stored: Stored.nullable(),
});
export type ProcessingActivity = z.infer<typeof ProcessingActivity>;

export const ControllerView = z.strictObject({
  /** Of the newest entry; 0 when there is none. A change names it. */
  revision: z.int(),
  changedAt: UnixMs.nullable(),
  changedBy: PersonId.nullable(),
  details: ControllerDetails,
  notFilledIn: z.array(ControllerField),
  /** True: the newest entry was damaged in the store. What stands here is empty, and has to be written again. */
  unreadable: z.boolean(),
});
export type ControllerView = z.infer<typeof ControllerView>;

/** The record of processing activities (GDPR Art. 30), as it is at `asOf`: the letters are those of Art. 30(1). */
export const ProcessingRecord = z.strictObject({
  schema: z.literal(1),
  asOf: UnixMs,
  organisation: z.strictObject({ id: OrgId, name: z.string() }),
  policy: z.strictObject({ version: z.int(), hash: Digest, publishedAt: UnixMs }),
  /** (a) */
  controller: ControllerView,
  /** (a): whom people can turn to, as they are told; null where the organisation has named nobody. */
  contacts: Contacts,
  /** Where the data is kept: the tag of the store. Null: the server was told none. */
  region: Region.nullable(),
  /** (b), (c), (f): by parameter, in the order of the catalogue. */
  activities: z.array(ProcessingActivity),
  /** Off, and nothing of it is stored. */
  notProcessed: z.array(ParameterId),
  /** What else is kept of people, in the words of their own access export. */
  otherRecords: z.array(z.strictObject({ title: z.string(), about: z.string() })),
  /** (c): who the data is about, by role. Everybody with an account is the subject of their own. */
  subjects: z.array(z.strictObject({ role: Role, people: z.int() })),
  /** (d): roles that may read activity of others, and of which parameters that are collected. */
  recipients: z.array(z.strictObject({ role: Role, people: z.int(), parameters: z.array(ParameterId) })),
  /** Art. 35: the assessments of impact that hold, or held and were withdrawn, as the register has them. */
  assessments: z.array(AssessmentSummary),
  /** Art. 28: who works with the data for the organisation. Daylight sends nothing to any of them. */
  processors: z.array(ProcessorSummary),
  /** (g): what this server and its agents do, as they are now. */
  security: z.array(z.string()),
  /** What they do not do, so that nobody counts on it. */
  limits: z.array(z.string()),
});
export type ProcessingRecord = z.infer<typeof ProcessingRecord>;

export const processingRoutes = {
  processingRecord: route({
    method: 'GET',
    path: '/records/processing',
    auth: 'session',
    params: empty,
    query: empty,
    summary:
      'The record of processing activities (GDPR Art. 30), made from the catalogue, the policy in force, the registers and what is stored (privacy officer, owner).',
    body: null,
    response: ProcessingRecord,
  }),
  processingRecordPage: route({
    method: 'GET',
    path: '/records/processing/page',
    auth: 'session',
    params: empty,
    query: empty,
    summary: 'The same record as one HTML page that needs no network, to print and to keep (privacy officer, owner).',
    body: null,
    response: 'text/html',
  }),
  processingRecordTable: route({
    method: 'GET',
    path: '/records/processing/table',
    auth: 'session',
    params: empty,
    query: empty,
    summary:
      'Its processing activities as a table (CSV, RFC 4180), one line for each parameter (privacy officer, owner).',
    body: null,
    response: 'text/csv',
  }),
  changeController: route({
    method: 'PUT',
    path: '/records/controller',
    auth: 'session',
    params: empty,
    query: empty,
    summary:
      'Writes the details of the controller anew; what stood there stays in the register (privacy officer, owner). 409 when `revision` is not the newest.',
    body: z.strictObject({ revision: z.int().min(0), details: ControllerDetails, reason: EntryReason }),
    response: ControllerView,
  }),
};
