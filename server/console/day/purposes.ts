import { catalog, type ParameterId, Purpose, parameterIds } from '../../../shared/catalog.ts';
import type { PolicyDocument } from '../../../shared/policy/policy.ts';
import type { Role } from '../../../shared/roles.ts';

export type ReadPurposeName = Purpose | 'own_data';

export interface OfferedPurpose {
  readonly purpose: Purpose;
  /** Labels of the parameters that the policy collects for this purpose and lets the viewer's role see. */
  readonly shows: readonly string[];
}

/** The purposes that the policy declares, each with what it lets this role see. A purpose that shows nothing is not offered. */
export function offeredPurposes(policy: PolicyDocument, role: Role): readonly OfferedPurpose[] {
  return Purpose.options
    .map((purpose) => ({ purpose, shows: shownFor(policy, role, purpose).map((id) => catalog[id].label) }))
    .filter(({ shows }) => shows.length > 0);
}

/** What one looks for: one's own data, or at another the purpose in the address; null when none is chosen yet. */
export function purposeFor(own: boolean, text: string | null): ReadPurposeName | null {
  if (own) return 'own_data';
  const parsed = Purpose.safeParse(text);
  return parsed.success ? parsed.data : null;
}

function shownFor(policy: PolicyDocument, role: Role, purpose: Purpose): readonly ParameterId[] {
  return parameterIds.filter((id) => {
    const rule = policy.parameters[id];
    return rule.purpose === purpose && rule.viewers.includes(role);
  });
}
