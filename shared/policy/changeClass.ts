import { catalog, type ParameterId, parameterIds } from '../catalog.ts';
import { excludesLess, excludesMore, NO_EXCLUSIONS } from './exclusions.ts';
import { type ChangeClass, changeClasses, type PolicyDocument, type PolicyRule } from './policy.ts';
import { givesSight, raised } from './widened.ts';
import { isWiderThan } from './workingHours.ts';

/** Without entry: nothing changed. `whole` counts what concerns no single parameter, too; null when nothing changed at all. */
export interface ChangeClasses {
  readonly whole: ChangeClass | null;
  readonly parameters: Readonly<Partial<Record<ParameterId, ChangeClass>>>;
}

/**
 * By the two documents alone, and by what the publisher declared where that is more: a person may raise the class of a change and
 * never lower it. Both the server and each agent work it out.
 */
export function classOf(before: PolicyDocument, after: PolicyDocument): ChangeClasses {
  const parameters: Partial<Record<ParameterId, ChangeClass>> = {};
  for (const id of parameterIds) {
    const computed = classOfParameter(id, before, after);
    const declared = computed === null ? null : (after.changeClass ?? null);
    const highest = higher(computed, declared);
    if (highest !== null) parameters[id] = highest;
  }
  const general = documentFields.map((field) => {
    const judge = documentJudges[field];
    return typeof judge === 'function' ? judge(before, after, null) : null;
  });
  const computed = highestOf([...Object.values(parameters), ...general]);
  return { whole: computed === null ? null : higher(computed, after.changeClass ?? null), parameters };
}

/**
 * Whether the change takes anything from anybody, by the two documents alone: whatever is more than minor, and a later date of review, by
 * which something goes on. What was declared does not count, so that nobody makes a lowering wait by calling it more than it is.
 */
export function raisesAnything(before: PolicyDocument, after: PolicyDocument): boolean {
  const { changeClass: _declared, ...computed } = after;
  if (isLower('minor', classOf(before, computed).whole)) return true;
  return parameterIds.some((id) => {
    const [was, is] = [before.parameters[id].reviewBy, after.parameters[id].reviewBy];
    return was !== undefined && is !== undefined && is > was;
  });
}

/** The higher of two; null is below all. */
export function higher(a: ChangeClass | null, b: ChangeClass | null): ChangeClass | null {
  return place(a) >= place(b) ? a : b;
}

/** Whether `a` asks less of people than `b` does. */
export function isLower(a: ChangeClass | null, b: ChangeClass | null): boolean {
  return place(a) < place(b);
}

function highestOf(all: readonly (ChangeClass | null)[]): ChangeClass | null {
  return all.reduce<ChangeClass | null>(higher, null);
}

function place(one: ChangeClass | null): number {
  return one === null ? -1 : changeClasses.indexOf(one);
}

function classOfParameter(id: ParameterId, before: PolicyDocument, after: PolicyDocument): ChangeClass | null {
  const [was, is] = [before.parameters[id], after.parameters[id]];
  const ofRule = ruleFields.map((field) => ruleJudges[field]?.(was, is, id) ?? null);
  const ofDocument = documentFields.map((field) => {
    const judge = documentJudges[field];
    return typeof judge === 'function' ? judge(before, after, id) : null;
  });
  return highestOf([...ofRule, ...ofDocument]);
}

/** Null: says nothing about what is done with data, but which document this is. */
type RuleJudge = ((was: PolicyRule, is: PolicyRule, id: ParameterId) => ChangeClass | null) | null;

/** Every field of a rule. One that is not here does not compile, and fails the test beside it. */
export const ruleJudges: Readonly<Record<keyof PolicyRule, RuleJudge>> = {
  level: (was, is, id) => (was.level === is.level ? null : raised(id, was, is) ? 'significant' : 'minor'),
  purpose: (was, is) => (was.purpose === is.purpose ? null : 'significant'),
  basis: (was, is) => {
    if (was.basis === is.basis) return null;
    return say(is.basis) < say(was.basis) ? 'rights_reducing' : 'significant';
  },
  retentionDays: (was, is) => moreIs('significant', was.retentionDays, is.retentionDays),
  viewers: (was, is) => {
    if (givesSight(was, is)) return 'significant';
    return givesSight(is, was) ? 'minor' : null;
  },
  employeeMayPause: (was, is, id) => {
    if (was.employeeMayPause === is.employeeMayPause) return null;
    // The pause is of the whole session: of any other parameter nothing can be paused, and nothing is taken away.
    return id === 'session' && was.employeeMayPause ? 'rights_reducing' : 'minor';
  },
  schedule: (was, is) => protects(isBounded(was.schedule), isBounded(is.schedule)),
  /** To assess it again is no change of what is done; not to have to any more is. */
  reviewBy: (was, is) => protects(was.reviewBy !== undefined, is.reviewBy !== undefined),
  noticeVersion: null,
};

/** Asked once for each parameter, and once (`null`) for what concerns no single one. */
type DocumentJudge =
  | ((before: PolicyDocument, after: PolicyDocument, id: ParameterId | null) => ChangeClass | null)
  | 'rule_by_rule'
  | null;

/** Every field of the document, likewise. */
export const documentJudges: Readonly<Record<keyof PolicyDocument, DocumentJudge>> = {
  schema: null,
  org: null,
  scope: null,
  version: null,
  previousHash: null,
  notBefore: null,
  changeClass: null,
  parameters: 'rule_by_rule',
  /** Without the server it would go on for longer than people were promised. */
  leaseHours: (before, after, id) => {
    if (id === null) return null;
    const { source } = catalog[id];
    return moreIs('rights_reducing', before.leaseHours[source], after.leaseHours[source]);
  },
  screenshotReviewSeconds: (before, after, id) =>
    id === 'screenshot'
      ? moreIs('rights_reducing', after.screenshotReviewSeconds, before.screenshotReviewSeconds)
      : null,
  idleSeconds: (before, after, id) =>
    id !== null && catalog[id].source === 'observed'
      ? moreIs('significant', before.idleSeconds, after.idleSeconds)
      : null,
  workingHours: (before, after, id) => {
    if (id === null || before.parameters[id].schedule === null) return null;
    if (isWiderThan(after.workingHours, before.workingHours)) return 'rights_reducing';
    return isWiderThan(before.workingHours, after.workingHours) ? 'minor' : null;
  },
  jurisdiction: (before, after, id) => {
    if (id === null || catalog[id].source === 'entered' || before.jurisdiction === after.jurisdiction) return null;
    return before.jurisdiction === undefined ? 'minor' : 'rights_reducing';
  },
  /** It concerns no single parameter: it takes time from people for whatever is raised one day. */
  reactionDays: (before, after, id) =>
    id === null ? moreIs('rights_reducing', after.reactionDays ?? 0, before.reactionDays ?? 0) : null,
  exclusions: (before, after, id) => {
    if (id === null) return null;
    const [was, is] = [before.exclusions ?? NO_EXCLUSIONS, after.exclusions ?? NO_EXCLUSIONS];
    if (excludesLess(id, was, is)) return 'significant';
    return excludesMore(was, is) && excludesLess(id, is, was) ? 'minor' : null;
  },
};

const ruleFields = Object.keys(ruleJudges) as (keyof PolicyRule)[];
const documentFields = Object.keys(documentJudges) as (keyof PolicyDocument)[];

/** How much say the person has: to give and withdraw (GDPR Art. 7(3)), to object (Art. 21(1)), or none. */
function say(basis: string): number {
  return ['legitimate_interest', 'consent'].indexOf(basis) + 1;
}

/** Whether it is collected at certain times only. */
function isBounded(schedule: string | null): boolean {
  return schedule !== null;
}

/** Of a protection that there was, and is. */
function protects(was: boolean, is: boolean): ChangeClass | null {
  if (was === is) return null;
  return was ? 'rights_reducing' : 'minor';
}

/** A change from `was` to something larger is of the class given, to something smaller `minor`. */
function moreIs(larger: ChangeClass, was: number, is: number): ChangeClass | null {
  if (was === is) return null;
  return is > was ? larger : 'minor';
}
