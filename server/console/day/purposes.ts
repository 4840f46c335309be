import { z } from 'zod';
import { catalog, type ParameterId, Purpose } from '../../../shared/catalog.ts';
import { PersonId } from '../../../shared/ids.ts';
import type { PolicyDocument } from '../../../shared/policy/policy.ts';
import type { DayReport } from '../../../shared/protocol/http/day.ts';
import type { Role } from '../../../shared/roles.ts';
import { joined, say } from '../strings/say.ts';

export type ReadPurposeName = Purpose | 'own_data';

export interface OfferedPurpose {
  readonly purpose: Purpose;
  /** Labels of the parameters that the policy collects for this purpose and lets the viewer's role see. */
  readonly shows: readonly string[];
}

/** The purposes that the policy declares for these parameters, each with what it lets this role see. A purpose that shows nothing is not offered. */
export function offeredPurposes(
  policy: PolicyDocument,
  role: Role,
  parameters: readonly ParameterId[],
): readonly OfferedPurpose[] {
  return Purpose.options
    .map((purpose) => ({
      purpose,
      shows: parameters
        .filter((id) => policy.parameters[id].purpose === purpose && policy.parameters[id].viewers.includes(role))
        .map((id) => catalog[id].label),
    }))
    .filter(({ shows }) => shows.length > 0);
}

/** For what a viewer looks, as it goes along with the links that they follow. */
export const Look = z.strictObject({ viewer: PersonId, purposes: z.array(Purpose).min(1).max(Purpose.options.length) });
export type Look = z.infer<typeof Look>;

/** What goes along with a link; null where the purpose is to be asked. */
export function lookFor(viewer: string, purposes: readonly ReadPurposeName[] | null): Look | null {
  return Look.safeParse({ viewer, purposes }).data ?? null;
}

/**
 * For what others are looked at: what this very viewer chose on the way here, else null. `state` is the history's own, which no
 * address brings along: whoever opens a link that somebody made is asked, and so is whoever signs in after somebody.
 */
export function chosenPurposes(viewer: string, state: unknown): readonly Purpose[] | null {
  const look = Look.safeParse(state).data;
  return look?.viewer === viewer ? look.purposes : null;
}

/** As the query of a request names them. */
export function purposesInQuery(purposes: readonly ReadPurposeName[]): string {
  return purposes.join(',');
}

/** In words. */
export function purposesText(purposes: readonly ReadPurposeName[]): string {
  return joined(purposes.map((purpose) => say(`purpose.${purpose}`)));
}

/** What a report leaves out because it is collected for something else than what was declared, by what that is. */
export function otherPurposes(absent: DayReport['absent']): ReadonlyMap<Purpose, readonly ParameterId[]> {
  const parameters = new Map<Purpose, ParameterId[]>();
  for (const { parameter, purpose } of absent) {
    if (purpose === undefined || parameters.get(purpose)?.includes(parameter)) continue;
    parameters.set(purpose, [...(parameters.get(purpose) ?? []), parameter]);
  }
  return parameters;
}
