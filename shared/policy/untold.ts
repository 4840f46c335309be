import { type Level, least, type ParameterId, parameterIds, rank } from '../catalog.ts';
import { ruleWithin } from './agreed.ts';
import { type Decided, intendedLevels } from './ceilings.ts';
import { type Lease, toldOf } from './lease.ts';
import { NO_PERSONAL_TERMS, type PersonalTerms } from './personal.ts';

/** What the organisation means to collect of somebody, up to that level, and does not yet. */
export interface Meant {
  readonly parameter: ParameterId;
  readonly level: Level;
}

/** What waits until the person has acknowledged the notice on the device of this lease. What waits for their agreement does not wait for that. */
export function untoldOf(
  policy: Decided,
  lease: Pick<Lease, 'acknowledged' | 'coming' | 'terms'> | null,
): readonly Meant[] {
  const terms = lease?.terms ?? NO_PERSONAL_TERMS;
  // Nothing is meant of whoever is not of age, and what they acknowledged meanwhile would lift nothing later.
  if (terms.minor) return [];
  const intended = intendedLevels(policy, terms);
  return parameterIds.flatMap((parameter) => {
    const level = least(parameter, intended[parameter], agreedLevel(policy, parameter, terms));
    const isTold = rank(parameter, level) <= Math.max(0, rank(parameter, toldOf(lease, parameter)));
    return isTold ? [] : [{ parameter, level }];
  });
}

/** What old terms that stay keep lower, so that only the person's agreement to the policy would raise it; nothing once they have agreed. */
export function unagreedOf(policy: Decided, terms: PersonalTerms): readonly Meant[] {
  if (terms.agreed?.pending !== undefined) return [];
  const intended = intendedLevels(policy, terms);
  return parameterIds.flatMap((parameter) => {
    const level = intended[parameter];
    return rank(parameter, agreedLevel(policy, parameter, terms)) < rank(parameter, level)
      ? [{ parameter, level }]
      : [];
  });
}

function agreedLevel({ rules }: Decided, parameter: ParameterId, { agreed }: PersonalTerms): Level {
  const rule = rules[parameter];
  return rule === undefined ? 'off' : ruleWithin(parameter, rule, agreed).level;
}
