import { usePeople, usePolicy } from '../api/reads.ts';

/** What is still to be decided in a new organisation, told by what is there: nothing is kept for it. */
export interface FirstSteps {
  /** Somebody has decided on a policy; until then the defaults hold that every organisation begins with. */
  readonly hasPolicy: boolean;
  readonly hasPeople: boolean;
}

/** Null while it is not known, and for those whom it does not concern. */
export function useFirstSteps(concerned: boolean): FirstSteps | null {
  const policy = usePolicy(concerned);
  const people = usePeople(concerned);
  if (!concerned || policy.data === undefined || people.data === undefined) return null;
  return { hasPolicy: policy.data.author !== null, hasPeople: people.data.length > 1 };
}

export function areDone({ hasPolicy, hasPeople }: FirstSteps): boolean {
  return hasPolicy && hasPeople;
}
