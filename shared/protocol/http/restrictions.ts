import { z } from 'zod';
import { ParameterId } from '../../catalog.ts';
import { PersonId } from '../../ids.ts';
import { UnixMs } from '../../time.ts';
import { AnswerWords, Grounds } from './objections.ts';
import { empty, personPath, route } from './route.ts';

/** GDPR Art. 18(1), a to d: it is not right, it was not lawful, the person needs it for a claim, they wait for the answer to an objection. */
export const RestrictionGround = z.enum(['accuracy', 'unlawful', 'claims', 'objection']);
export type RestrictionGround = z.infer<typeof RestrictionGround>;

export const RestrictionView = z.strictObject({
  person: PersonId,
  parameter: ParameterId,
  /** Which one it is: what is ended, told and lifted names it. */
  revision: z.int().min(1),
  since: UnixMs,
  ground: RestrictionGround,
  /** What the person wrote; may be empty. */
  words: z.string(),
  /** That it is to be lifted (Art. 18(3)); null until the person has been told. */
  lift: z
    .strictObject({
      toldAt: UnixMs,
      by: PersonId,
      byName: z.string().nullable(),
      words: z.string(),
      /** When the person confirmed that they have read it; null until then. */
      readAt: UnixMs.nullable(),
      /** Before this nobody can lift it. */
      from: UnixMs,
      /** Whom the person can complain to. */
      appeal: z.string(),
    })
    .nullable(),
  /** How many of the person's devices have signed since that nothing of it is collected there, of how many in use. */
  confirmed: z.strictObject({ devices: z.int().min(0), of: z.int().min(0) }),
});
export type RestrictionView = z.infer<typeof RestrictionView>;

const path = personPath.extend({ parameter: ParameterId });
const thisOne = z.strictObject({ revision: z.int().min(1) });

export const restrictionsRoutes = {
  restrictions: route({
    method: 'GET',
    path: '/people/:person/restrictions',
    auth: 'session',
    params: personPath,
    query: empty,
    summary:
      'What this person has had restricted (the person, privacy officer, owner). Those that have ended are not listed.',
    body: null,
    response: z.strictObject({ restrictions: z.array(RestrictionView) }),
  }),
  allRestrictions: route({
    method: 'GET',
    path: '/restrictions',
    auth: 'session',
    params: empty,
    query: empty,
    summary: 'Every restriction in the organisation that has not ended, oldest first (privacy officer, owner).',
    body: null,
    response: z.strictObject({ restrictions: z.array(RestrictionView.extend({ personName: z.string() })) }),
  }),
  restrict: route({
    method: 'PUT',
    path: '/people/:person/restrictions/:parameter',
    auth: 'session',
    params: path,
    query: empty,
    summary:
      'Has a parameter of oneself restricted (GDPR Art. 18): what is stored of it is kept, nobody else is shown it, nobody else has it erased, and nothing is added to it, from this answer on. 409 when it is already, and for the ground `objection` without an objection.',
    body: z.strictObject({ ground: RestrictionGround, words: Grounds }),
    response: RestrictionView,
  }),
  endRestriction: route({
    method: 'DELETE',
    path: '/people/:person/restrictions/:parameter',
    auth: 'session',
    params: path,
    query: z.strictObject({ revision: z.coerce.number().pipe(z.int().min(1)) }),
    summary:
      "Ends one's own restriction. 404 when there is none, 409 when it is another one than `revision`, 429 after twenty ends within a day: restricting is never refused for that.",
    body: null,
    response: z.strictObject({ ok: z.literal(true) }),
  }),
  tellLift: route({
    method: 'POST',
    path: '/people/:person/restrictions/:parameter/lift-notice',
    auth: 'session',
    params: path,
    query: empty,
    summary:
      'Tells somebody else that their restriction is to be lifted, and why (privacy officer, owner; Art. 18(3)). Lifts nothing. 404 when there is none, 409 when they have been told, or it is another one than `revision`.',
    body: thisOne.extend({ words: AnswerWords }),
    response: RestrictionView,
  }),
  readLift: route({
    method: 'PUT',
    path: '/people/:person/restrictions/:parameter/lift-notice',
    auth: 'session',
    params: path,
    query: empty,
    summary:
      'Confirms, for oneself alone, that one has read that a restriction is to be lifted. Agrees to nothing; it can be lifted three days after that. 404 when nothing was told, 409 when it is another one than `revision`.',
    body: thisOne,
    response: RestrictionView,
  }),
  liftRestriction: route({
    method: 'POST',
    path: '/people/:person/restrictions/:parameter/lift',
    auth: 'session',
    params: path,
    query: empty,
    summary:
      'Lifts a restriction of somebody else (privacy officer, owner): three days after they have confirmed that they know, or thirty after they were told. 409 before that, or when it is another one than `revision`; 404 when there is none.',
    body: thisOne,
    response: z.strictObject({ ok: z.literal(true) }),
  }),
};
