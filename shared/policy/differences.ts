import { type Level, type ParameterId, type Purpose, parameterIds, rank } from '../catalog.ts';
import type { Role } from '../roles.ts';
import type { UnixMs } from '../time.ts';
import { type Exclusions, NO_EXCLUSIONS } from './exclusions.ts';
import type { LawfulBasis, PolicyDocument } from './policy.ts';
import { isWiderThan, type WorkingHours } from './workingHours.ts';

/**
 * `lower`: less is collected, kept or shown, or the employee may do more · `raise`: the opposite · `reword`: neither,
 * such as another purpose.
 */
export type Direction = 'lower' | 'raise' | 'reword';

export type Difference = RuleDifference | TimeDifference | ExclusionDifference | BoundDifference | ReviewDifference;

export interface RuleDifference {
  readonly kind: 'rule';
  readonly parameter: ParameterId;
  readonly field: RuleField;
  readonly before: Rule;
  readonly after: Rule;
  readonly direction: Direction;
}

export interface TimeDifference {
  readonly kind: 'time';
  readonly name: TimeName;
  readonly before: number;
  readonly after: number;
  readonly direction: Direction;
}

/** Working hours, or the law, are others. */
export interface BoundDifference {
  readonly kind: 'bound';
  readonly bound: BoundName;
  readonly before: Pick<PolicyDocument, BoundName>;
  readonly after: Pick<PolicyDocument, BoundName>;
  readonly direction: 'lower' | 'raise';
}

/** Of something more is left out, which is less that is collected; or not any more. */
export interface ExclusionDifference {
  readonly kind: 'exclusion';
  readonly list: keyof Exclusions;
  readonly glob: string;
  readonly direction: 'lower' | 'raise';
}

/** By when it is assessed again, and off after that, is another day; undefined: no day, and it goes on. Nobody chooses it in a policy. */
export interface ReviewDifference {
  readonly kind: 'review';
  readonly parameter: ParameterId;
  readonly before: UnixMs | undefined;
  readonly after: UnixMs | undefined;
  readonly direction: 'lower' | 'raise';
}

/** Everything in which two policies differ: rules in the order of the catalogue, then the times, what is left out, and the days of review. */
export function differences(before: PolicyDocument, after: PolicyDocument): readonly Difference[] {
  const rules = parameterIds.flatMap((parameter) => {
    const [was, is] = [before.parameters[parameter], after.parameters[parameter]];
    return ruleFields
      .filter((field) => !sameValue(was[field], is[field]))
      .map((field): Difference => {
        const direction = directionOf(parameter, field, was, is);
        return { kind: 'rule', parameter, field, before: was, after: is, direction };
      });
  });
  const [was, is] = [timesOf(before), timesOf(after)];
  const times = timeNames
    .filter((name) => was[name] !== is[name])
    .map((name): Difference => {
      const direction = collectsMore(name, was[name], is[name]) ? 'raise' : 'lower';
      return { kind: 'time', name, before: was[name], after: is[name], direction };
    });
  return [
    ...[...rules, ...times, ...boundDifferently(before, after), ...excludedDifferently(before, after)],
    ...reviewedDifferently(before, after),
  ];
}

/** The day of what was off until now begins with it, and is no change of anything. */
function reviewedDifferently(before: PolicyDocument, after: PolicyDocument): readonly Difference[] {
  return parameterIds.flatMap((parameter): readonly Difference[] => {
    const [was, is] = [before.parameters[parameter], after.parameters[parameter]];
    if (was.reviewBy === is.reviewBy || (was.level === 'off' && is.level !== 'off')) return [];
    const isLonger = (is.reviewBy ?? Number.POSITIVE_INFINITY) > (was.reviewBy ?? Number.POSITIVE_INFINITY);
    const direction = isLonger ? 'raise' : 'lower';
    return [{ kind: 'review', parameter, before: was.reviewBy, after: is.reviewBy, direction }];
  });
}

function boundDifferently(before: PolicyDocument, after: PolicyDocument): readonly Difference[] {
  const difference = (bound: BoundName, isMore: boolean): Difference => {
    return { kind: 'bound', bound, before, after, direction: isMore ? 'raise' : 'lower' };
  };
  return [
    ...(sameHours(before.workingHours, after.workingHours)
      ? []
      : [
          difference(
            'workingHours',
            before.workingHours !== undefined && isWiderThan(after.workingHours, before.workingHours),
          ),
        ]),
    ...(before.jurisdiction === after.jurisdiction
      ? []
      : [difference('jurisdiction', before.jurisdiction !== undefined)]),
  ];
}

function excludedDifferently(before: PolicyDocument, after: PolicyDocument): readonly Difference[] {
  return exclusionLists.flatMap((list) => {
    const [was, is] = [before, after].map((policy) => (policy.exclusions ?? NO_EXCLUSIONS)[list]);
    const only = (some: readonly string[] = [], others: readonly string[] = []) =>
      some.filter((glob) => !others.includes(glob));
    return [
      ...only(is, was).map((glob): Difference => ({ kind: 'exclusion', list, glob, direction: 'lower' })),
      ...only(was, is).map((glob): Difference => ({ kind: 'exclusion', list, glob, direction: 'raise' })),
    ];
  });
}

/** By what two differences are about the same. */
export function keyOf(change: Difference): string {
  switch (change.kind) {
    case 'rule':
      return `${change.parameter}.${change.field}`;
    case 'time':
      return change.name;
    case 'bound':
      return change.bound;
    case 'exclusion':
      return `${change.list} ${change.glob}`;
    case 'review':
      return `${change.parameter}.reviewBy`;
  }
}

/** What a person may change of a parameter's rule. */
export interface Rule {
  readonly level: Level;
  readonly purpose: Purpose;
  readonly basis: LawfulBasis;
  readonly retentionDays: number;
  readonly viewers: readonly Role[];
  readonly employeeMayPause: boolean;
  readonly schedule: 'working_hours' | null;
}

export type RuleField = keyof Rule;

/** The times that a policy sets for everything together, each under one name. */
export interface Times {
  /** Hours without the server after which what is observed ends. */
  readonly observedHours: number;
  /** Hours without the server after which what people enter themselves ends. */
  readonly enteredHours: number;
  readonly reviewSeconds: number;
  readonly idleSeconds: number;
  /** Days that people who are here already have between their acknowledgement of a raise and the raise. */
  readonly reactionDays: number;
}

export type TimeName = keyof Times;

export const timeNames = ['observedHours', 'enteredHours', 'reviewSeconds', 'idleSeconds', 'reactionDays'] as const;

type PolicyTimes = Pick<PolicyDocument, 'leaseHours' | 'screenshotReviewSeconds' | 'idleSeconds'>;

export function timesOf(policy: PolicyTimes & Pick<PolicyDocument, 'reactionDays'>): Times {
  const { leaseHours, screenshotReviewSeconds, idleSeconds, reactionDays = 0 } = policy;
  const { observed: observedHours, entered: enteredHours } = leaseHours;
  return { observedHours, enteredHours, reviewSeconds: screenshotReviewSeconds, idleSeconds, reactionDays };
}

/** Less time to look at a screenshot is more collected, and less to react to a raise collects it sooner; of everything else, more time is. */
export function collectsMore(name: TimeName, before: number, after: number): boolean {
  return name === 'reviewSeconds' || name === 'reactionDays' ? after < before : after > before;
}

export const exclusionLists = ['apps', 'sites'] as const;

export const ruleFields = [
  'level',
  'purpose',
  'basis',
  'retentionDays',
  'viewers',
  'employeeMayPause',
  'schedule',
] as const;

export type BoundName = 'workingHours' | 'jurisdiction';

export function sameHours(a: WorkingHours | undefined, b: WorkingHours | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function directionOf(parameter: ParameterId, field: RuleField, before: Rule, after: Rule): Direction {
  switch (field) {
    case 'level':
      return upOrDown(rank(parameter, after.level) - rank(parameter, before.level));
    case 'retentionDays':
      return upOrDown(after.retentionDays - before.retentionDays);
    case 'viewers':
      return after.viewers.every((role) => before.viewers.includes(role)) ? 'lower' : 'raise';
    case 'employeeMayPause':
      // The pause is of the whole session; of other parameters it says nothing.
      if (parameter !== 'session') return 'reword';
      return after.employeeMayPause ? 'lower' : 'raise';
    case 'schedule':
      return after.schedule === null ? 'raise' : 'lower';
    case 'purpose':
    case 'basis':
      return 'reword';
  }
}

function upOrDown(difference: number): Direction {
  return difference < 0 ? 'lower' : 'raise';
}

/** Lists in any order. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (!Array.isArray(a) || !Array.isArray(b)) return a === b;
  return a.length === b.length && a.every((item) => b.includes(item));
}
