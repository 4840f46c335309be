import { z } from 'zod';
import { catalog, type ParameterId, Purpose, parameterIds } from '../../../shared/catalog.ts';
import { PersonId } from '../../../shared/ids.ts';
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

/** For what a viewer looks, as it goes along with the links that they follow. */
export const Look = z.strictObject({ viewer: PersonId, purpose: Purpose });
export type Look = z.infer<typeof Look>;

/** What goes along with a link; null where the purpose is to be asked. */
export function lookFor(viewer: string, purpose: ReadPurposeName | null): Look | null {
  return Look.safeParse({ viewer, purpose }).data ?? null;
}

/**
 * For what others are looked at: what this very viewer chose on the way here, else null. `state` is the history's own, which no
 * address brings along: whoever opens a link that somebody made is asked, and so is whoever signs in after somebody.
 */
export function chosenPurpose(viewer: string, state: unknown): Purpose | null {
  const look = Look.safeParse(state).data;
  return look?.viewer === viewer ? look.purpose : null;
}

function shownFor(policy: PolicyDocument, role: Role, purpose: Purpose): readonly ParameterId[] {
  return parameterIds.filter((id) => {
    const rule = policy.parameters[id];
    return rule.purpose === purpose && rule.viewers.includes(role);
  });
}
