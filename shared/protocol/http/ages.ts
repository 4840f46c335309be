import { z } from 'zod';
import { ParameterId } from '../../catalog.ts';
import { PersonId } from '../../ids.ts';
import { text } from '../../text.ts';
import { UnixMs } from '../../time.ts';
import { proof } from './credentials.ts';
import { ErasureProgress } from './erasures.ts';
import { empty, personPath, route } from './route.ts';

/** Why somebody in the organisation decided it, in words that the person may read. */
export const Reason = text(3, 500, 'say in a few words why');

export const AgeView = z.strictObject({
  person: PersonId,
  /** Who said that they are not of age, and why; null: nobody has, or it was taken back. */
  minor: z.strictObject({ since: UnixMs, by: PersonId, byName: z.string().nullable(), words: z.string() }).nullable(),
  /** Of what anything is stored: what goes when it is said. */
  stored: z.array(ParameterId),
  /** What of that is kept all the same, because the person has had it restricted (GDPR Art. 18). */
  restricted: z.array(ParameterId),
  /** How far the erasures are that were begun by it; `verified` is done. */
  erasures: z.array(
    z.strictObject({ at: UnixMs, state: ErasureProgress, changedAt: UnixMs, parameters: z.array(ParameterId) }),
  ),
  /** On how many of their devices, of how many in use, it is signed that everything is off since. */
  confirmed: z.strictObject({ devices: z.int().min(0), of: z.int().min(0) }),
});
export type AgeView = z.infer<typeof AgeView>;

export const agesRoutes = {
  age: route({
    method: 'GET',
    path: '/people/:person/age',
    auth: 'session',
    params: personPath,
    query: empty,
    summary:
      'Whether this person is said not to be of age, and how far the erasure is that follows from it (the person, owner, admin, privacy officer).',
    body: null,
    response: AgeView,
  }),
  sayAge: route({
    method: 'PUT',
    path: '/people/:person/age',
    auth: 'session',
    params: personPath,
    query: empty,
    summary:
      'Says that somebody else is not of age (owner, admin, privacy officer), with a reason that they may read, and the password again: from this answer on nothing of them is collected, and all that was recorded of them is being erased. With `minor` false it is taken back, which brings nothing back. 409 when it is so already.',
    body: z.strictObject({
      minor: z.boolean(),
      words: Reason,
      ...proof,
    }),
    response: AgeView,
  }),
};
