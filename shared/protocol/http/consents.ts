import { z } from 'zod';
import { ParameterId, Purpose } from '../../catalog.ts';
import { KeptRule } from '../../policy/agreed.ts';
import { consentCounts } from '../../policy/askedConsent.ts';
import { Role } from '../../roles.ts';
import { Digest } from '../../signed.ts';
import { UnixMs } from '../../time.ts';
import { empty, personPath, route } from './route.ts';

/** What a person is asked to consent to, and whether they have. */
export const ConsentView = z.strictObject({
  parameter: ParameterId,
  label: z.string(),
  level: z.string(),
  purpose: Purpose,
  retentionDays: z.int(),
  viewers: z.array(Role),
  /** What is collected at this level, in the words of the notice of `noticeVersion`. */
  text: z.string(),
  noticeVersion: z.int().min(1),
  /** SHA-256 of all of the above in canonical form: whoever consents names it, and it is kept with the consent. */
  shown: Digest,
  /** The consent that holds; null when none was given, or it was withdrawn. */
  given: z.strictObject({ since: UnixMs, level: z.string(), purpose: Purpose, noticeVersion: z.int() }).nullable(),
  /** `none`: nothing is collected. `less`: it was given for a lower level, which holds. `other`: for another purpose, a shorter time or fewer viewers, and does not count. */
  counts: z.enum(consentCounts),
  /** How many of the person's devices have signed that it is off there since the last decision, of how many in use. */
  confirmedOff: z.strictObject({ devices: z.int().min(0), of: z.int().min(0) }),
});
export type ConsentView = z.infer<typeof ConsentView>;

/** The old terms that stay for the person, because they have not agreed to what the policy took since. */
export const AgreementView = z.strictObject({
  /** Of the policy in force, to which they may agree on a device of theirs. */
  version: z.int().min(1),
  keeps: z.array(KeptRule),
  /** They have agreed, and it binds them from then on. */
  pending: z.strictObject({ version: z.int().min(1), from: UnixMs }).nullable(),
});
export type AgreementView = z.infer<typeof AgreementView>;

const path = personPath.extend({ parameter: ParameterId });

export const consentsRoutes = {
  consents: route({
    method: 'GET',
    path: '/people/:person/consents',
    auth: 'session',
    params: personPath,
    query: empty,
    summary:
      'Everything that rests on the consent of this person, with what they are asked and whether they gave it; `agreement`: which old terms stay for them, because they have not agreed to a change that takes something from them. For oneself alone.',
    body: null,
    response: z.strictObject({ consents: z.array(ConsentView), agreement: AgreementView.nullable() }),
  }),
  giveConsent: route({
    method: 'PUT',
    path: '/people/:person/consents/:parameter',
    auth: 'session',
    params: path,
    query: empty,
    summary:
      'Consents, for oneself alone, to what is shown under `shown` (GDPR Art. 7). 409 when something else is asked by now, or it does not rest on consent; 429 after twenty within a day.',
    body: z.strictObject({ shown: Digest }),
    response: ConsentView,
  }),
  withdrawConsent: route({
    method: 'DELETE',
    path: '/people/:person/consents/:parameter',
    auth: 'session',
    params: path,
    query: empty,
    summary:
      "Withdraws a consent of one's own, without a reason and at any time (Art. 7(3)): it is off at the server at once and on each device within seconds, and what waits there is deleted. 404 when none was given. Never refused for how often.",
    body: null,
    response: z.strictObject({ ok: z.literal(true) }),
  }),
};
