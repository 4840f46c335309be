import { type PolicyDocument, policyTimes, ReactionDays } from '../../../shared/policy/policy.ts';

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

/** The same but the days, as policies and changes have them. */
export function toPolicyTimes({ observedHours, enteredHours, reviewSeconds, idleSeconds }: Times): PolicyTimes {
  return {
    leaseHours: { observed: observedHours, entered: enteredHours },
    screenshotReviewSeconds: reviewSeconds,
    idleSeconds,
  };
}

/** Less time to look at a screenshot is more collected, and less to react to a raise collects it sooner; of everything else, more time is. */
export function collectsMore(name: TimeName, before: number, after: number): boolean {
  return name === 'reviewSeconds' || name === 'reactionDays' ? after < before : after > before;
}

/** How a time is entered: `perUnit` of the policy's own unit make one of the unit that people read. */
export interface TimeRange {
  readonly unit: 'hours' | 'minutes' | 'days';
  readonly perUnit: number;
  /** In the policy's own unit. */
  readonly least: number;
  readonly most: number;
}

const { observed, entered } = policyTimes.leaseHours.shape;

export const timeRanges: Readonly<Record<TimeName, TimeRange>> = {
  observedHours: rangeOf(observed, 'hours', 1),
  enteredHours: rangeOf(entered, 'hours', 1),
  reviewSeconds: rangeOf(policyTimes.screenshotReviewSeconds, 'minutes', 60),
  idleSeconds: rangeOf(policyTimes.idleSeconds, 'minutes', 60),
  reactionDays: rangeOf(ReactionDays, 'days', 1),
};

function rangeOf(
  { minValue, maxValue }: { minValue: number | null; maxValue: number | null },
  unit: TimeRange['unit'],
  perUnit: number,
): TimeRange {
  if (minValue === null || maxValue === null) throw new Error('a time of the policy has no bounds');
  return { unit, perUnit, least: minValue, most: maxValue };
}
