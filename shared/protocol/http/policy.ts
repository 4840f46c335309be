import { z } from 'zod';
import { PersonId } from '../../ids.ts';
import { Exclusions } from '../../policy/exclusions.ts';
import { Jurisdiction } from '../../policy/jurisdiction.ts';
import { ChangeClass, PolicyDocument, policyTimes, ReactionDays, ruleChangeSchemas } from '../../policy/policy.ts';
import { WorkingHours } from '../../policy/workingHours.ts';
import { Digest, Signed } from '../../signed.ts';
import { text, turnsNothing } from '../../text.ts';
import { UnixMs } from '../../time.ts';
import { empty, route } from './route.ts';

export const PolicyView = z.strictObject({
  policy: PolicyDocument,
  hash: Digest,
  publishedAt: UnixMs,
  author: PersonId.nullable(),
  /** The second person, where one approved it. */
  approvedBy: PersonId.optional(),
  reason: z.string(),
  signed: Signed,
});
export type PolicyView = z.infer<typeof PolicyView>;

/** A version as the history has it: without its signed form, which `policyVersion` answers with. */
export const PublishedVersion = PolicyView.omit({ signed: true });
export type PublishedVersion = z.infer<typeof PublishedVersion>;

/** Versions in one answer of the history. */
export const HISTORY_PAGE = 50;

/** One change to the current policy: only the parameters named change. */
export const PolicyChange = z.strictObject({
  /** The version that this change was made from; another one in the meantime is a conflict and nothing is changed. */
  baseVersion: z.int().min(1),
  reason: text(3, 500, 'say in a few words why')
    .trim()
    .min(3, 'say in a few words why')
    .refine(turnsNothing, 'expected words without characters that turn the direction of text'),
  parameters: z.strictObject(ruleChangeSchemas).optional(),
  /** More is collected by a shorter review, a longer idle time and a longer lease: those stop until they are acknowledged. */
  screenshotReviewSeconds: policyTimes.screenshotReviewSeconds.optional(),
  idleSeconds: policyTimes.idleSeconds.optional(),
  leaseHours: policyTimes.leaseHours.optional(),
  /** All of them: what is not named is not left out any more, which is told to people before it holds. */
  exclusions: Exclusions.optional(),
  /** To ask more of people than the change does by itself, never less. */
  changeClass: ChangeClass.optional(),
  /** When it is working time, for the rules whose schedule is `working_hours`. More of it is told to people before it holds. */
  workingHours: WorkingHours.optional(),
  /** Null: no law's bounds any more, which is told to people before it holds. */
  jurisdiction: Jurisdiction.nullable().optional(),
  /** How long people who are here already may react to a raise, from their acknowledgement on, before it counts. */
  reactionDays: ReactionDays.optional(),
});
export type PolicyChange = z.infer<typeof PolicyChange>;

/** In its one form: decimal, without sign and leading zero. */
export const versionInPath = z
  .string()
  .regex(/^[1-9]\d{0,14}$/, 'expected a whole number from 1')
  .pipe(z.coerce.number<string>());

export const policyRoutes = {
  policy: route({
    method: 'GET',
    path: '/policy',
    auth: 'session',
    params: empty,
    query: empty,
    summary: 'The policy in force. Everyone in the organisation may read it.',
    body: null,
    response: PolicyView,
  }),
  policyVersion: route({
    method: 'GET',
    path: '/policy/versions/:version',
    auth: 'session',
    params: z.strictObject({ version: versionInPath }),
    query: empty,
    summary: 'One published version; versions are permanent.',
    body: null,
    response: PolicyView,
  }),
  policyHistory: route({
    method: 'GET',
    path: '/policy/versions',
    auth: 'session',
    params: empty,
    query: z.strictObject({ before: versionInPath.optional() }),
    summary: `Every published version with its author and reason, newest first, ${HISTORY_PAGE} at a time. Everyone in the organisation may read them.`,
    body: null,
    response: z.strictObject({ versions: z.array(PublishedVersion) }),
  }),
  publishPolicy: route({
    method: 'PUT',
    path: '/policy',
    auth: 'session',
    params: empty,
    query: empty,
    summary:
      'Publish a change (owner, admin, manager). Lowering holds at once; a raise holds for each person once they have acknowledged the new notice.',
    body: PolicyChange,
    response: PolicyView,
  }),
};
