import { z } from 'zod';
import { ParameterId } from '../../catalog.ts';
import { line, text } from '../../text.ts';
import { Day, UnixMs } from '../../time.ts';
import { changedEntry, changeOf } from './registerEntry.ts';
import { empty, route } from './route.ts';

/** A review is at most this far away: what nobody looks at for longer nobody has assessed. */
export const REVIEW_MOST_DAYS = 730;

/** What an assessment of the impact on people (GDPR Art. 35) found, for whoever has to show that there was one. */
export const Assessment = z.strictObject({
  title: line(1, 120),
  /** What of the catalogue it is about. */
  parameters: z
    .array(ParameterId)
    .min(1, 'name what it is about')
    .refine((all) => new Set(all).size === all.length, 'expected each parameter once'),
  findings: text(1, 4_000, 'say what was found'),
  measures: text(1, 4_000, 'say what is done about it'),
  assessor: line(1, 200),
  assessedOn: Day,
  /** Where the document itself is: an address, or a place where it can be asked for. May be left empty. */
  document: line(0, 500),
  /** The last day on which it counts; after it what it is about is off. */
  reviewBy: Day,
  /** `withdrawn`: it counts no more, and what no other assessment is about is off. */
  state: z.enum(['holds', 'withdrawn']),
});
export type Assessment = z.infer<typeof Assessment>;

/** An assessment as the register has it now, without its history. */
export const AssessmentSummary = Assessment.extend({
  /** That of the entry that it began with. */
  number: z.int().min(1),
  review: z.enum(['holds', 'due', 'over', 'withdrawn']),
});
export type AssessmentSummary = z.infer<typeof AssessmentSummary>;

export const AssessmentView = AssessmentSummary.extend({
  /** All that was ever written of it, the newest last. */
  changes: z.array(changeOf(Assessment)),
});
export type AssessmentView = z.infer<typeof AssessmentView>;

export const AssessmentsView = z.strictObject({
  /** Of the newest entry; 0 when there is none. A change names it. */
  revision: z.int(),
  assessments: z.array(AssessmentView),
  /** Entries that were damaged in the store. They count for nothing. */
  unreadable: z.int(),
});
export type AssessmentsView = z.infer<typeof AssessmentsView>;

/**
 * What the server finds when it looks whether its own records are in order. `over`: the date of a review has passed, and the parameter
 * is off. `unassessed`: what needs an assessment has none; where the law asks for one it is off. `not_in_policy`: the policy has another date than the register.
 * `incident`: `count` of them wait for somebody, the first to `at`. `unreadable`: `count` entries of registers were damaged. `due`: a date is near. `controller`: `count` details are not filled in.
 */
export const Finding = z.strictObject({
  kind: z.enum(['over', 'unassessed', 'not_in_policy', 'unreadable', 'incident', 'due', 'controller']),
  /** Null for what concerns no single one. */
  parameter: ParameterId.nullable(),
  /** The date that it is about. */
  at: UnixMs.nullable(),
  count: z.int(),
});
export type Finding = z.infer<typeof Finding>;

export const SelfCheckView = z.strictObject({
  asOf: UnixMs,
  /** What holds at `asOf`; what needs somebody comes first. */
  findings: z.array(Finding),
  /** True: something has to be done now. False: nothing is wrong, though something may come up. */
  needsAttention: z.boolean(),
  /** When the server last looked by itself, which it does once a day. Null: it has not yet. */
  lastRun: UnixMs.nullable(),
});
export type SelfCheckView = z.infer<typeof SelfCheckView>;

export const assessmentRoutes = {
  assessments: route({
    method: 'GET',
    path: '/records/assessments',
    auth: 'session',
    params: empty,
    query: empty,
    summary:
      'The register of impact assessments (GDPR Art. 35), with all that was ever written in it (privacy officer, owner).',
    body: null,
    response: AssessmentsView,
  }),
  recordAssessment: route({
    method: 'PUT',
    path: '/records/assessments',
    auth: 'session',
    params: empty,
    query: empty,
    summary:
      'Adds an assessment, or writes the one of `number` anew; what stood there stays in the register. Its date is brought into the policy at once, and nothing else of that changes (privacy officer, owner). 409 when `revision` is not the newest.',
    body: z.strictObject({ ...changedEntry, assessment: Assessment }),
    response: AssessmentsView,
  }),
  selfCheck: route({
    method: 'GET',
    path: '/records/check',
    auth: 'session',
    params: empty,
    query: empty,
    summary:
      'Whether the records are in order: dates of review that have passed or are near, what is collected without an assessment, what is missing (privacy officer, owner).',
    body: null,
    response: SelfCheckView,
  }),
};
