import { catalog, type ParameterId, parameterIds } from '../../shared/catalog.ts';
import type { OrgId } from '../../shared/ids.ts';
import { NEVER, noticeText, RETENTION } from '../../shared/policy/notice.ts';
import type { AssessmentSummary } from '../../shared/protocol/http/assessments.ts';
import type { Contacts } from '../../shared/protocol/http/contacts.ts';
import type { ControllerView, ProcessingActivity, ProcessingRecord } from '../../shared/protocol/http/processing.ts';
import type { ProcessorSummary } from '../../shared/protocol/http/processors.ts';
import type { Region } from '../../shared/protocol/http/region.ts';
import { Role, ViewerRole } from '../../shared/roles.ts';
import type { Day, UnixMs } from '../../shared/time.ts';
import type { PublishedPolicy } from '../control/control.ts';
import { recordPartNames, recordParts } from '../lifecycle/portable.ts';
import type { PersonRecord, StoredParameter } from '../store/store.ts';

/** What is stored of a parameter, with how long. */
export type KeptParameter = StoredParameter & {
  /** The day after which the last of it must be gone. */
  readonly keptUntil: Day;
  /** How many of the days have something whose last day has passed. */
  readonly pastTheirDay: number;
};

/** All that the record is made from. */
export interface ProcessingFacts {
  readonly asOf: UnixMs;
  readonly organisation: { readonly org: OrgId; readonly name: string };
  readonly policy: PublishedPolicy;
  readonly controller: ControllerView;
  readonly contacts: Contacts;
  readonly assessments: readonly AssessmentSummary[];
  readonly processors: readonly ProcessorSummary[];
  readonly region: Region | null;
  readonly stored: readonly KeptParameter[];
  readonly people: readonly Pick<PersonRecord, 'role' | 'hasSecondFactor'>[];
  /** Browsers and agents reach this server over TLS; false: it listens to its own computer alone. */
  readonly overTls: boolean;
}

/** The record of processing activities (GDPR Art. 30). Whatever the software knows stands in it by itself. */
export function recordOfProcessing(facts: ProcessingFacts): ProcessingRecord {
  const { asOf, organisation, policy, controller, contacts, region, people, assessments, processors } = facts;
  const { document, hash, publishedAt } = policy;
  const activities = parameterIds.flatMap((id) => activityOf(facts, id));
  const processed = new Set(activities.map(({ parameter }) => parameter));
  return {
    schema: 1,
    asOf,
    organisation: { id: organisation.org, name: organisation.name },
    policy: { version: document.version, hash, publishedAt },
    controller,
    contacts,
    region,
    activities,
    notProcessed: parameterIds.filter((id) => !processed.has(id)),
    otherRecords: recordPartNames.map((part) => ({ title: recordParts[part].title, about: recordParts[part].about })),
    subjects: Role.options.map((role) => ({ role, people: countOf(people, role) })).filter((one) => one.people > 0),
    recipients: ViewerRole.options.map((role) => ({
      role,
      people: countOf(people, role),
      parameters: activities.filter(({ viewers }) => viewers.includes(role)).map(({ parameter }) => parameter),
    })),
    assessments: [...assessments],
    processors: [...processors],
    security: securityOf(facts),
    limits: [RETENTION, BACKUPS, HOST],
  };
}

function activityOf({ policy, stored }: ProcessingFacts, parameter: ParameterId): ProcessingActivity[] {
  const held = stored.find((one) => one.parameter === parameter);
  const { level, purpose, basis, retentionDays, viewers, employeeMayPause, reviewBy } =
    policy.document.parameters[parameter];
  if (level === 'off' && held === undefined) return [];
  const { label, source, sensitivity } = catalog[parameter];
  const collects = level === 'off' ? null : (noticeText(parameter, level, policy.document) ?? null);
  return [
    {
      ...{ parameter, label, level, collects, source, sensitivity, purpose, basis, retentionDays },
      ...{ viewers: [...viewers], employeeMayPause, reviewBy: reviewBy ?? null },
      ...{ stored: held === undefined ? null : withoutName(held) },
    },
  ];
}

function withoutName({ parameter: _parameter, ...stored }: KeptParameter): ProcessingActivity['stored'] {
  return stored;
}

function countOf(people: ProcessingFacts['people'], role: Role): number {
  return people.filter((person) => person.role === role).length;
}

/** GDPR Art. 32. Each sentence is kept by code, and by tests that docs/PROMISES.md names. */
function securityOf({ people, overTls }: ProcessingFacts): string[] {
  const others = people.filter(({ role }) => role !== 'employee');
  const withFactor = others.filter(({ hasSecondFactor }) => hasSecondFactor).length;
  return [
    NEVER,
    'The policy is signed (Ed25519) and enforced twice: on the computer before anything is read, and by the server before anything is stored. What is missing, unsigned or not understood is off.',
    'What is stored is encrypted (AES-256-GCM) under random keys, one for each person, parameter and week, which are kept in a database of their own.',
    overTls
      ? 'Browsers and computers reach the server over TLS, and each computer proves itself with a key of its own.'
      : 'The server listens to its own computer alone, without TLS; each computer proves itself with a key of its own.',
    'What waits on a computer to be sent is encrypted there, bounded in size and age, and deleted when it is switched off.',
    `Every role but that of an employee needs a second factor before it reaches anybody else: ${withFactor} of ${others.length} have set one up.`,
    'Each look at what is recorded of somebody is put on record before it is shown, and that person sees it.',
    'Passwords are kept as Argon2id hashes; sessions end, and refusals, sign-ins by a host link and changes of accounts are security events.',
  ];
}

const BACKUPS =
  'Daylight makes no backups. Whoever copies its data folder keeps what is in it, also what is erased here later.';
const HOST =
  'Whoever rules the computer that the server runs on can read the root key, and with it everything, unless its disk and its accounts are protected otherwise.';
