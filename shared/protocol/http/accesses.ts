import { z } from 'zod';
import { LeafNumber } from '../../audit/leaf.ts';
import { ParameterId } from '../../catalog.ts';
import { PersonId } from '../../ids.ts';
import { LookRole } from '../../roles.ts';
import { Day, UnixMs } from '../../time.ts';
import { ReadPurpose } from './reading.ts';
import { empty, personPath, route } from './route.ts';

/** All that is recorded as a look. Whoever shows them has words for each. */
export const lookActions = [
  'day',
  'week',
  'today',
  'today_live',
  'observations',
  'screenshot',
  'receipt',
  'layers',
  'self_test',
  'accesses',
  'objections',
  'restrictions',
  'requests',
  'corrections',
  'held',
  'export',
  'organisation_export',
  'imported',
  'special',
  'let_in',
  'sign_in_link',
  'signed_in_with_link',
] as const;
export type LookAction = (typeof lookActions)[number];

export const AccessEntry = z.strictObject({
  /** The first time, where a refusal was repeated. */
  at: UnixMs,
  actor: PersonId,
  actorName: z.string(),
  actorRole: LookRole,
  /** One of `lookActions`; of what an earlier server kept, and of a later one, it may be another. */
  action: z.string(),
  purpose: ReadPurpose,
  /** The day that was looked at; of a `week` the first of its seven days. Null also for refusals about different days. */
  day: Day.nullable(),
  /** Of refusals that are counted together, all that were asked for. */
  parameters: z.array(ParameterId),
  refused: z.boolean(),
  /** More than one only for refusals: how often from `at` to `lastAt`, within one hour. */
  count: z.int().min(1),
  lastAt: UnixMs,
  /** The leaf of the audit tree that stands for it; null: from before there was a tree, and not taken into it yet. */
  seq: LeafNumber.nullable(),
});
export type AccessEntry = z.infer<typeof AccessEntry>;

/** Somebody with an account on the host was let in to look, for a time. */
export const OperatorGrant = z.strictObject({
  at: UnixMs,
  until: UnixMs,
  /** Ended before its time. */
  closedAt: UnixMs.nullable(),
  /** Their account of the operating system; null, as `reason`, where it cannot be opened any more. */
  by: z.string().nullable(),
  reason: z.string().nullable(),
});
export type OperatorGrant = z.infer<typeof OperatorGrant>;

export const accessesRoutes = {
  accessLogs: route({
    method: 'GET',
    path: '/access-logs',
    auth: 'session',
    params: empty,
    query: empty,
    summary:
      'Whose access log the caller may read (oneself; everyone for a privacy officer). Names and addresses, and nothing of what anybody does.',
    body: null,
    response: z.strictObject({
      people: z.array(z.strictObject({ id: PersonId, name: z.string(), email: z.string() })),
    }),
  }),
  accesses: route({
    method: 'GET',
    path: '/people/:person/accesses',
    auth: 'session',
    params: personPath,
    query: z.strictObject({ before: z.coerce.number().pipe(UnixMs).optional() }),
    summary:
      "Who looked at this person's data, newest first, 100 at a time and with the last all of its millisecond (the person; privacy officer, whose look is recorded too, as `accesses`). Refusals of one reader, action and purpose within an hour are one entry, with how often and its last time. `operators`: when whoever runs the server was let in to look, why and until when, newest first.",
    body: null,
    response: z.strictObject({ accesses: z.array(AccessEntry), operators: z.array(OperatorGrant) }),
  }),
};
