import { z } from 'zod';
import type { Layer } from './resolve.ts';

/** The most that is allowed of the parameters named. Names of a newer register are carried, and mean off here. */
const Ceilings = z.record(z.string().max(64), z.string().max(32));

/**
 * What holds for one person besides the policy, as their lease says it. It only ever lowers: a parameter that no layer
 * names is as the policy has it.
 */
export const PersonalTerms = z.strictObject({
  /** 0 until something is decided by or for this person, then one more with each decision. */
  revision: z.int().min(0),
  /** What the person has objected to (GDPR Art. 21). */
  objection: Ceilings,
});
export type PersonalTerms = z.infer<typeof PersonalTerms>;

export const NO_PERSONAL_TERMS: PersonalTerms = { revision: 0, objection: {} };

/** `resolve` counts a level that the parameter does not have as off. */
export function personalLayers({ objection }: PersonalTerms): readonly Layer[] {
  return [{ name: 'objection', ceilings: objection }];
}
