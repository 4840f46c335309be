import { catalog, type ParameterId, parameterIds, rank } from '../catalog.ts';
import { excludesLess, excludesMore, NO_EXCLUSIONS } from './exclusions.ts';
import type { PolicyDocument, PolicyRule } from './policy.ts';
import { isWiderThan } from './workingHours.ts';

/** What of a policy is told in its notice. */
export type Terms = Pick<
  PolicyDocument,
  | 'parameters'
  | 'screenshotReviewSeconds'
  | 'idleSeconds'
  | 'leaseHours'
  | 'exclusions'
  | 'workingHours'
  | 'jurisdiction'
>;

/**
 * Whether this parameter is off for each person, from the publication of `after` until they acknowledge its notice: its
 * terms are widened, and there is no level that would mean "on the old terms". What was off and is raised now had no old
 * terms that could have been acknowledged: the level alone decides.
 */
export function stopsUntilAcknowledged(parameter: ParameterId, before: Terms, after: Terms): boolean {
  const [was, is] = [before.parameters[parameter], after.parameters[parameter]];
  return widened(parameter, before, after) && !(was.level === 'off' && raised(parameter, was, is));
}

/** Whether the change lets more be collected of this parameter than before. */
export function raised(parameter: ParameterId, before: PolicyRule, after: PolicyRule): boolean {
  return rank(parameter, after.level) > rank(parameter, before.level);
}

/** Whether less is collected of anybody than before: of what, a policy alone says, and no lease has to. */
export function isLowered(before: Terms, after: Terms): boolean {
  const isLower = (id: ParameterId) => raised(id, after.parameters[id], before.parameters[id]);
  return (
    parameterIds.some(isLower) || excludesMore(before.exclusions ?? NO_EXCLUSIONS, after.exclusions ?? NO_EXCLUSIONS)
  );
}

/**
 * Whether what is collected may be used in a way that people were not told of: another purpose or basis, more viewers,
 * kept longer, or of sessions no pause any more; a screenshot with less time to review it; what is observed for longer without input
 * or without the server, what is entered for longer without the server; something that was left out and is not any more; at other
 * hours; under another law.
 */
export function widened(parameter: ParameterId, before: Terms, after: Terms): boolean {
  const [was, is] = [before.parameters[parameter], after.parameters[parameter]];
  return ruleWidened(parameter, was, is) || loosened(parameter, before, after);
}

/** Whether a role is named as a viewer that was not one before. Only an owner may publish that. */
export function givesSight(before: Pick<PolicyRule, 'viewers'>, after: Pick<PolicyRule, 'viewers'>): boolean {
  return after.viewers.some((role) => !before.viewers.includes(role));
}

function ruleWidened(parameter: ParameterId, before: PolicyRule, after: PolicyRule): boolean {
  return (
    after.purpose !== before.purpose ||
    after.basis !== before.basis ||
    after.retentionDays > before.retentionDays ||
    givesSight(before, after) ||
    // Asked of sessions alone: no single parameter can be paused.
    (parameter === 'session' && before.employeeMayPause && !after.employeeMayPause)
  );
}

function loosened(parameter: ParameterId, before: Terms, after: Terms): boolean {
  if (excludesLess(parameter, before.exclusions ?? NO_EXCLUSIONS, after.exclusions ?? NO_EXCLUSIONS)) return true;
  if (isUnbound(parameter, before, after)) return true;
  if (parameter === 'screenshot' && after.screenshotReviewSeconds < before.screenshotReviewSeconds) return true;
  if (catalog[parameter].source === 'entered') return after.leaseHours.entered > before.leaseHours.entered;
  return after.idleSeconds > before.idleSeconds || after.leaseHours.observed > before.leaseHours.observed;
}

/** Whether something no longer bounds the parameter that did: working hours, the day by which it is assessed again, a law. */
function isUnbound(parameter: ParameterId, before: Terms, after: Terms): boolean {
  const [was, is] = [before.parameters[parameter], after.parameters[parameter]];
  if (was.reviewBy !== undefined && is.reviewBy === undefined) return true;
  if (
    catalog[parameter].source === 'observed' &&
    before.jurisdiction !== undefined &&
    after.jurisdiction !== before.jurisdiction
  ) {
    return true;
  }
  if (was.schedule === null) return false;
  return is.schedule === null || isWiderThan(after.workingHours, before.workingHours);
}
