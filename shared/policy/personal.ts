import { z } from 'zod';
import { Purpose } from '../catalog.ts';
import { AgreedTerms } from './agreed.ts';
import { TimeZone } from './workingHours.ts';

/** The most that is allowed of the parameters named. Names of a newer register are carried, and mean off here. */
const Ceilings = z.record(z.string().max(64), z.string().max(32));

/** What somebody agreed to: up to this level, for this purpose. */
export const Consent = z.strictObject({ level: z.string().max(32), purpose: Purpose });
export type Consent = z.infer<typeof Consent>;

/**
 * What holds for one person besides the policy, as their lease says it. It only ever lowers: a parameter that no layer
 * names is as the policy has it. Consent alone is the other way about: what rests on it is off for whoever is not named.
 */
export const PersonalTerms = z.strictObject({
  /** 0 until something is decided by or for this person, then one more with each decision. */
  revision: z.int().min(0),
  /** What the organisation leaves out of the policy for a team of theirs, and for them alone. */
  team: Ceilings,
  person: Ceilings,
  consent: z.record(z.string().max(64), Consent),
  /** What the person has objected to (GDPR Art. 21). */
  objection: Ceilings,
  /** Of what nothing may be done with what is stored but to keep it (GDPR Art. 18); nothing is added to it either. */
  restriction: Ceilings,
  /** Whose clock their working hours go by; null: the organisation's. */
  zone: TimeZone.nullable(),
  /** Somebody has said that this person is not of age: nothing may be collected. */
  minor: z.boolean(),
  /** The old terms that stay for them, because the policy took something from them since and they have not agreed. Left out: none. */
  agreed: AgreedTerms.optional(),
});
export type PersonalTerms = z.infer<typeof PersonalTerms>;

export const NO_PERSONAL_TERMS: PersonalTerms = {
  revision: 0,
  team: {},
  person: {},
  consent: {},
  objection: {},
  restriction: {},
  zone: null,
  minor: false,
};
