import type { TimeName, Times } from '../../../shared/policy/differences.ts';
import { type PolicyDocument, policyTimes, ReactionDays } from '../../../shared/policy/policy.ts';

type PolicyTimes = Pick<PolicyDocument, 'leaseHours' | 'screenshotReviewSeconds' | 'idleSeconds'>;

/** The times but the days, as policies and changes have them. */
export function toPolicyTimes({ observedHours, enteredHours, reviewSeconds, idleSeconds }: Times): PolicyTimes {
  return {
    leaseHours: { observed: observedHours, entered: enteredHours },
    screenshotReviewSeconds: reviewSeconds,
    idleSeconds,
  };
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
