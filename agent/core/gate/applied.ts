import { catalog, type ParameterId, parameterIds, rank } from '../../../shared/catalog.ts';
import { decidingLayers } from '../../../shared/policy/ceilings.ts';
import type { Levels } from '../../../shared/policy/policy.ts';
import { type LayerName, resolve } from '../../../shared/policy/resolve.ts';
import type { UnixMs } from '../../../shared/time.ts';
import type { PolicyCache } from './policyCache.ts';

export const ALL_OFF = Object.fromEntries(parameterIds.map((id) => [id, 'off'])) as Levels;

/**
 * The levels above which nothing may wait to be sent: what the organisation and the person themself allow. A lease that ran out, and a working day, are not among them: what was captured before may be sent. Null: no policy says anything.
 * Under a policy that is not understood what was observed goes, and what the employee entered waits for a clearer one.
 */
export function levelsAllowed(policies: PolicyCache, now: UnixMs, before: Levels | null): Levels | null {
  if (policies.notUnderstood() !== null) return withoutObserved(before ?? ALL_OFF);
  if (policies.policy() === null) return null;
  const effective = resolve(policies.layers(now).filter(({ name }) => MUST_NOT_WAIT.has(name)));
  return Object.fromEntries(parameterIds.map((id) => [id, effective[id].level])) as Levels;
}

/** Layers that forbid also what was captured before: the server judges them at capture and at receipt. */
const MUST_NOT_WAIT: ReadonlySet<LayerName> = new Set(['organisation', ...decidingLayers, 'acknowledgement']);

/** Whether something above the allowed level may be in the spool. `before` null: anything may be. */
export function isLowered(id: ParameterId, before: Levels | null, allowed: Levels): boolean {
  const most = before === null ? catalog[id].levels.length - 1 : rank(id, before[id]);
  return rank(id, allowed[id]) < most;
}

function withoutObserved(levels: Levels): Levels {
  const kept = parameterIds.map((id) => [id, catalog[id].source === 'observed' ? 'off' : levels[id]]);
  return Object.fromEntries(kept) as Levels;
}
