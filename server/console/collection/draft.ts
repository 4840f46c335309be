import { type ParameterId, parameterIds } from '../../../shared/catalog.ts';
import {
  type BoundName,
  type Difference,
  differences,
  exclusionLists,
  keyOf,
  type Rule,
  type RuleField,
  ruleFields,
  sameHours,
  sameValue,
  type TimeName,
  type Times,
  timesOf,
} from '../../../shared/policy/differences.ts';
import { type Exclusions, NO_EXCLUSIONS } from '../../../shared/policy/exclusions.ts';
import type { Jurisdiction } from '../../../shared/policy/jurisdiction.ts';
import type { PolicyDocument, PolicyRule } from '../../../shared/policy/policy.ts';
import { unregisteredReview } from '../../../shared/policy/review.ts';
import { raised, stopsUntilAcknowledged } from '../../../shared/policy/widened.ts';
import type { WorkingHours } from '../../../shared/policy/workingHours.ts';
import { PolicyChange } from '../../../shared/protocol/http/policy.ts';
import { DraftedChange } from '../../../shared/protocol/http/policyDraft.ts';
import type { UnixMs } from '../../../shared/time.ts';
import { toPolicyTimes } from './times.ts';

/** Changes that are not published yet: only what differs from the policy that they were made from. */
export interface Draft {
  readonly rules: { readonly [P in ParameterId]?: Partial<Rule> };
  readonly times: Partial<Times>;
  /** All of them, as they would be. */
  readonly exclusions?: Exclusions;
  readonly workingHours?: WorkingHours;
  /** Null: no law's bounds any more. */
  readonly jurisdiction?: Jurisdiction | null;
}

export const emptyDraft: Draft = { rules: {}, times: {} };

export function isEmpty({ rules, times, ...others }: Draft): boolean {
  return [rules, times, others].every((part) => Object.keys(part).length === 0);
}

/** The rule as it would be if the draft were published. */
export function drafted(policy: PolicyDocument, draft: Draft, parameter: ParameterId): Rule {
  return { ...policy.parameters[parameter], ...draft.rules[parameter] };
}

/** The times as they would be if the draft were published. */
export function draftedTimes(policy: PolicyDocument, draft: Draft): Times {
  return { ...timesOf(policy), ...draft.times };
}

/** What would be left out if the draft were published. */
export function draftedExclusions(policy: PolicyDocument, draft: Draft): Exclusions {
  return draft.exclusions ?? policy.exclusions ?? NO_EXCLUSIONS;
}

/** Puts one value of a rule into the draft; a value that is what the policy already says leaves it. */
export function edit<F extends RuleField>(
  draft: Draft,
  policy: PolicyDocument,
  change: { parameter: ParameterId; field: F; value: Rule[F] },
): Draft {
  const { parameter, field, value } = change;
  const rule = { ...draft.rules[parameter], [field]: value };
  return rebase({ ...draft, rules: { ...draft.rules, [parameter]: rule } }, policy);
}

/** The same for one of the times. */
export function editTime(draft: Draft, policy: PolicyDocument, name: TimeName, value: number): Draft {
  return rebase({ ...draft, times: { ...draft.times, [name]: value } }, policy);
}

/** The same for what is left out. */
export function editExclusions(draft: Draft, policy: PolicyDocument, exclusions: Exclusions): Draft {
  return rebase({ ...draft, exclusions }, policy);
}

/** The same for working hours, or for the law. */
export function editBounds(draft: Draft, policy: PolicyDocument, bounds: Pick<Draft, BoundName>): Draft {
  return rebase({ ...draft, ...bounds }, policy);
}

/** The working hours and the law as they would be if the draft were published. */
export function draftedBounds(policy: PolicyDocument, draft: Draft): Pick<PolicyDocument, BoundName> {
  const { workingHours = policy.workingHours, jurisdiction = policy.jurisdiction } = draft;
  return { workingHours, jurisdiction: jurisdiction ?? undefined };
}

/** The same draft on another version of the policy: what that version already says is no longer a change. */
export function rebase(draft: Draft, policy: PolicyDocument): Draft {
  const rules: Partial<Record<ParameterId, Partial<Rule>>> = {};
  for (const parameter of parameterIds) {
    const wanted = draft.rules[parameter];
    if (wanted === undefined) continue;
    const different = ruleFields.filter(
      (field) => Object.hasOwn(wanted, field) && !sameValue(wanted[field], policy.parameters[parameter][field]),
    );
    if (different.length > 0) rules[parameter] = Object.fromEntries(different.map((field) => [field, wanted[field]]));
  }
  const now = timesOf(policy);
  const times = Object.entries(draft.times).filter(([name, value]) => now[name as TimeName] !== value);
  const exclusions = draftedExclusions(policy, draft);
  const isSame = exclusionLists.every((list) =>
    sameValue(exclusions[list], (policy.exclusions ?? NO_EXCLUSIONS)[list]),
  );
  const bounds = draftedBounds(policy, draft);
  const { workingHours, jurisdiction } = draft;
  return {
    rules,
    times: Object.fromEntries(times),
    ...(isSame ? {} : { exclusions }),
    ...(workingHours === undefined || sameHours(workingHours, policy.workingHours) ? {} : { workingHours }),
    ...(jurisdiction === undefined || bounds.jurisdiction === policy.jurisdiction ? {} : { jurisdiction }),
  };
}

/** The policy as it would be if the draft were published. Only what a draft can change, and what follows from it, is different from `policy`. */
export function withDraft(policy: PolicyDocument, draft: Draft): PolicyDocument {
  if (isEmpty(draft)) return policy;
  const bounds = draftedBounds(policy, draft);
  const parameters = parameterIds.map((id) => {
    const rule = { ...policy.parameters[id], ...draft.rules[id] };
    const reviewBy = reviewAhead(id, policy.parameters[id], rule, bounds);
    return [id, reviewBy === undefined ? rule : { ...rule, reviewBy }];
  });
  return {
    ...policy,
    ...toPolicyTimes(draftedTimes(policy, draft)),
    ...reaction(draft),
    ...(draft.exclusions === undefined ? {} : { exclusions: draft.exclusions }),
    ...bounds,
    parameters: Object.fromEntries(parameters) as PolicyDocument['parameters'],
  };
}

/** What is on without a day of review is in no register of assessments; of anything else only the server knows whether it is. */
function reviewAhead(
  parameter: ParameterId,
  before: Pick<PolicyRule, 'level' | 'reviewBy'>,
  after: Pick<PolicyRule, 'level' | 'reviewBy'>,
  { jurisdiction }: Pick<PolicyDocument, 'jurisdiction'>,
): UnixMs | undefined {
  const isUnregistered = before.level !== 'off' && before.reviewBy === undefined;
  return isUnregistered ? unregisteredReview(parameter, after, jurisdiction) : after.reviewBy;
}

/** What publishing would mean for people. */
export interface Effects {
  /** Something is less from the moment of publication on. */
  readonly lowers: boolean;
  /** Their level is higher for each person once they have acknowledged the new notice; until then they stay as they are. */
  readonly raised: readonly ParameterId[];
  /** They stop at once for everyone, and go on for each person who has acknowledged the new notice. */
  readonly stopped: readonly ParameterId[];
}

export function effectsOf(before: PolicyDocument, after: PolicyDocument): Effects {
  const on = parameterIds.filter((id) => after.parameters[id].level !== 'off');
  const stopped = on.filter((id) => stopsUntilAcknowledged(id, before, after));
  const higher = on.filter((id) => !stopped.includes(id) && raised(id, before.parameters[id], after.parameters[id]));
  const lowers = differences(before, after).some(({ direction }) => direction === 'lower');
  return { lowers, raised: higher, stopped };
}

/** The draft as the server takes it. Fails with a ZodError when a value is not one that its parameter has. */
export function toChange(policy: PolicyDocument, draft: Draft, baseVersion: number, reason: string): PolicyChange {
  return PolicyChange.parse({ ...toDraftedChange(policy, draft, baseVersion), reason });
}

/** The same before there is a reason. Fails as `toChange` does. */
export function toDraftedChange(policy: PolicyDocument, draft: Draft, baseVersion: number): DraftedChange {
  const times =
    Object.keys(draft.times).length === 0 ? {} : { ...toPolicyTimes(draftedTimes(policy, draft)), ...reaction(draft) };
  const exclusions = draft.exclusions === undefined ? {} : { exclusions: draft.exclusions };
  const { workingHours, jurisdiction } = draft;
  return DraftedChange.parse({
    ...{ baseVersion, parameters: draft.rules, ...times, ...exclusions },
    ...(workingHours === undefined ? {} : { workingHours }),
    ...(jurisdiction === undefined ? {} : { jurisdiction }),
  });
}

/** The draft that a change would be, of what it changes in the version that it was made from. */
export function fromChange(base: PolicyDocument, change: DraftedChange): Draft {
  const { parameters = {}, exclusions, workingHours, jurisdiction } = change;
  const { leaseHours = base.leaseHours, idleSeconds = base.idleSeconds, reactionDays = base.reactionDays } = change;
  const { screenshotReviewSeconds = base.screenshotReviewSeconds } = change;
  const times = timesOf({ leaseHours, idleSeconds, reactionDays, screenshotReviewSeconds });
  const draft = {
    ...{ rules: parameters as Draft['rules'], times },
    ...(exclusions === undefined ? {} : { exclusions }),
    ...(workingHours === undefined ? {} : { workingHours }),
    ...(jurisdiction === undefined ? {} : { jurisdiction }),
  };
  return rebase(draft, base);
}

/** What both change, each in its own way: one of them has to give way. */
export function clashes(mine: readonly Difference[], theirs: readonly Difference[]): readonly Difference[] {
  const others = new Set(theirs.map(placeOf));
  return mine.filter((one) => others.has(placeOf(one)));
}

/** What is left out is drafted as a whole: whoever adds something has decided on the rest, too. */
function placeOf(change: Difference): string {
  return change.kind === 'exclusion' ? change.kind : keyOf(change);
}

/** A policy may say nothing of it: only who wrote it into the draft changes it. */
function reaction({ times: { reactionDays } }: Draft): Pick<PolicyDocument, 'reactionDays'> {
  return reactionDays === undefined ? {} : { reactionDays };
}
