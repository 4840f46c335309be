import { catalog, type ParameterId, Purpose, parameterIds } from '../../../shared/catalog.ts';
import type { PolicyDocument } from '../../../shared/policy/policy.ts';
import { ReadPurpose } from '../../../shared/protocol/http.ts';
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

/** The purpose in an address, if it is one. */
export function readPurpose(text: string | null): ReadPurposeName | null {
  const parsed = ReadPurpose.safeParse(text);
  return parsed.success ? parsed.data : null;
}

function shownFor(policy: PolicyDocument, role: Role, purpose: Purpose): readonly ParameterId[] {
  return parameterIds.filter((id) => {
    const rule = policy.parameters[id];
    return rule.purpose === purpose && rule.viewers.includes(role);
  });
}
