import { z } from 'zod';
import { catalog, ParameterId } from '../catalog.ts';

/** The levels to which a parameter can be limited: all but the highest, which would leave nothing out. */
export function levelsBelow(parameter: ParameterId): readonly string[] {
  return catalog[parameter].levels.slice(0, -1);
}

/** What is left of the policy for a team, or for one person: the most of each parameter that is named. */
export const LeftOut = z.partialRecord(ParameterId, z.string().max(32)).superRefine((ceilings, context) => {
  for (const [id, level] of Object.entries(ceilings)) {
    const levels = levelsBelow(ParameterId.parse(id));
    if (levels.includes(level)) continue;
    context.addIssue({ code: 'custom', path: [id], message: `expected one of ${levels.join(', ')}` });
  }
});
export type LeftOut = z.infer<typeof LeftOut>;
