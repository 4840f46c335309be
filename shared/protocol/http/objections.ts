import { z } from 'zod';
import { ParameterId } from '../../catalog.ts';
import { PersonId } from '../../ids.ts';
import { text } from '../../text.ts';
import { UnixMs } from '../../time.ts';
import { empty, personPath, route } from './route.ts';

/** What somebody writes who objects; nothing has to be written (GDPR Art. 21(1): it is for the organisation to show its grounds). */
export const Grounds = text(0, 2_000);

/** What an answer to an objection says. Whoever is refused is told why (Art. 12(4)). */
export const AnswerWords = text(1, 2_000, 'say why, in words that the person will read');

/** `refused`: it still keeps the parameter off, until the person has read the answer and ends it themself. */
export const ObjectionState = z.enum(['pending', 'upheld', 'refused']);
export type ObjectionState = z.infer<typeof ObjectionState>;

export const ObjectionView = z.strictObject({
  person: PersonId,
  parameter: ParameterId,
  /** Which one it is: what is answered, and what is ended, names it. */
  revision: z.int().min(1),
  state: ObjectionState,
  since: UnixMs,
  /** Null for who may only see that there is one. */
  grounds: z.string().nullable(),
  /** Null until it is answered; its words as `grounds`. */
  answer: z
    .strictObject({
      at: UnixMs,
      by: PersonId,
      byName: z.string().nullable(),
      words: z.string().nullable(),
      /** Whom the person can complain to; null where they were not refused. */
      appeal: z.string().nullable(),
    })
    .nullable(),
  /** How many of the person's devices have signed that it is off there since, of how many in use. */
  confirmed: z.strictObject({ devices: z.int().min(0), of: z.int().min(0) }),
});
export type ObjectionView = z.infer<typeof ObjectionView>;

const path = personPath.extend({ parameter: ParameterId });

export const objectionsRoutes = {
  objections: route({
    method: 'GET',
    path: '/people/:person/objections',
    auth: 'session',
    params: personPath,
    query: empty,
    summary:
      'What this person has objected to (the person; whoever may see their devices, without the words; privacy officer and owner with them). Those that have ended are not listed.',
    body: null,
    response: z.strictObject({
      objections: z.array(ObjectionView),
      /** A decision of this person was damaged in the store: as nobody can say what it forbids, nothing is collected of them. */
      unreadable: z.boolean(),
    }),
  }),
  openObjections: route({
    method: 'GET',
    path: '/objections',
    auth: 'session',
    params: empty,
    query: empty,
    summary: 'Every objection in the organisation that has not ended, oldest first (privacy officer, owner).',
    body: null,
    response: z.strictObject({ objections: z.array(ObjectionView.extend({ personName: z.string() })) }),
  }),
  object: route({
    method: 'PUT',
    path: '/people/:person/objections/:parameter',
    auth: 'session',
    params: path,
    query: empty,
    summary:
      'Objects, for oneself alone, to a parameter that is collected for a legitimate interest. It is off from then on, at the server at once and on each device within seconds, until the objection is ended by the person. 409 when there is one already, or for what is collected on another basis.',
    body: z.strictObject({ grounds: Grounds }),
    response: ObjectionView,
  }),
  endObjection: route({
    method: 'DELETE',
    path: '/people/:person/objections/:parameter',
    auth: 'session',
    params: path,
    query: z.strictObject({ revision: z.coerce.number().pipe(z.int().min(1)) }),
    summary:
      "Ends one's own objection, whatever its state: from then on the policy alone decides. 404 when there is none, 409 when it is another one than `revision`, 429 after twenty ends within a day: objecting is never refused for that.",
    body: null,
    response: z.strictObject({ ok: z.literal(true) }),
  }),
  answerObjection: route({
    method: 'POST',
    path: '/people/:person/objections/:parameter/answer',
    auth: 'session',
    params: path,
    query: empty,
    summary:
      'Answers a pending objection of somebody else (privacy officer, owner), with words that the person reads. Switches nothing on. 404 when there is none, 409 when it is answered, or another one than `revision`.',
    body: z.strictObject({ revision: z.int().min(1), answer: z.enum(['upheld', 'refused']), words: AnswerWords }),
    response: ObjectionView,
  }),
};
