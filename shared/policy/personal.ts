import { z } from 'zod';
import { Purpose } from '../catalog.ts';
import { AgreedTerms } from './agreed.ts';
import { Exclusions } from './exclusions.ts';
import { TimeZone } from './workingHours.ts';

/** The most that is allowed of the parameters named. Names of a newer register are carried, and mean off here. */
const Ceilings = z.record(z.string().max(64), z.string().max(32));

/**
 * What somebody consented to: up to this level, for this purpose, kept no longer than that, seen by nobody else. The last two are left out of
 * a consent from before they were kept with it: then it does not limit them.
 */
export const Consent = z.strictObject({
  level: z.string().max(32),
  purpose: Purpose,
  retentionDays: z.int().min(0).optional(),
  viewers: z.array(z.string().max(32)).max(16).optional(),
});
export type Consent = z.infer<typeof Consent>;

/** Whether the consent was to what the rule says now, but for the level. Wider terms are asked for again: having read them is no consent. */
export function coversRule(
  { purpose, retentionDays = Number.POSITIVE_INFINITY, viewers }: Consent,
  rule: { readonly purpose: string; readonly retentionDays: number; readonly viewers: readonly string[] },
): boolean {
  const seesMore = viewers !== undefined && rule.viewers.some((viewer) => !viewers.includes(viewer));
  return purpose === rule.purpose && rule.retentionDays <= retentionDays && !seesMore;
}

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
  /** What the person has had left out for them, besides what the policy leaves out. Left out: nothing. */
  exclusions: Exclusions.optional(),
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
