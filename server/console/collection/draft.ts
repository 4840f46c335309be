import { type Level, type ParameterId, type Purpose, parameterIds, rank } from '../../../shared/catalog.ts';
import type { LawfulBasis } from '../../../shared/policy/policy.ts';
import { PolicyChange } from '../../../shared/protocol/http.ts';
import type { Role } from '../../../shared/roles.ts';

/** What a person may change of a parameter's rule. */
export interface Rule {
  readonly level: Level;
  readonly purpose: Purpose;
  readonly basis: LawfulBasis;
  readonly retentionDays: number;
  readonly viewers: readonly Role[];
  readonly employeeMayPause: boolean;
}

export type Rules = Readonly<Record<ParameterId, Rule>>;
export type RuleField = keyof Rule;

/** Changes that are not published yet: only what differs from the policy that they were made from. */
export type Draft = { readonly [P in ParameterId]?: Partial<Rule> };

export const emptyDraft: Draft = {};

const fields = ['level', 'purpose', 'basis', 'retentionDays', 'viewers', 'employeeMayPause'] as const;

/** The rule as it would be if the draft were published. */
export function drafted(rules: Rules, draft: Draft, parameter: ParameterId): Rule {
  return { ...rules[parameter], ...draft[parameter] };
}

/** Puts one value into the draft; a value that is what the policy already says leaves it. */
export function edit<F extends RuleField>(
  draft: Draft,
  rules: Rules,
  change: { parameter: ParameterId; field: F; value: Rule[F] },
): Draft {
  const { parameter, field, value } = change;
  return rebase({ ...draft, [parameter]: { ...draft[parameter], [field]: value } }, rules);
}

/** The same draft on another version of the policy: what that version already says is no longer a change. */
export function rebase(draft: Draft, rules: Rules): Draft {
  const kept: Partial<Record<ParameterId, Partial<Rule>>> = {};
  for (const parameter of parameterIds) {
    const wanted = draft[parameter];
    if (wanted === undefined) continue;
    const different = fields.filter(
      (field) => Object.hasOwn(wanted, field) && !same(wanted[field], rules[parameter][field]),
    );
    if (different.length > 0) kept[parameter] = Object.fromEntries(different.map((field) => [field, wanted[field]]));
  }
  return kept;
}

/**
 * `lower`: less is collected, kept or shown, or the employee may do more · `raise`: the opposite · `reword`: neither,
 * such as another purpose.
 */
export type Direction = 'lower' | 'raise' | 'reword';

export interface RuleDifference {
  readonly parameter: ParameterId;
  readonly field: RuleField;
  readonly before: Rule;
  readonly after: Rule;
  readonly direction: Direction;
}

/** Every field in which two policies differ, in the order of the catalogue. */
export function differences(before: Rules, after: Rules): readonly RuleDifference[] {
  return parameterIds.flatMap((parameter) =>
    fields
      .filter((field) => !same(before[parameter][field], after[parameter][field]))
      .map((field) => ({
        parameter,
        field,
        before: before[parameter],
        after: after[parameter],
        direction: directionOf(parameter, field, before[parameter], after[parameter]),
      })),
  );
}

/** What publishing the draft would change. */
export function draftDifferences(rules: Rules, draft: Draft): readonly RuleDifference[] {
  const after = Object.fromEntries(parameterIds.map((id) => [id, drafted(rules, draft, id)])) as Record<
    ParameterId,
    Rule
  >;
  return differences(rules, after);
}

/** What holds when: `holds_at_once`, `after_acknowledgement`, or both; `nobody_recorded_more` when no level changes. */
export type Effect = 'at_once' | 'after_acknowledgement' | 'both' | 'no_level_changes';

export function effectOf(changes: readonly RuleDifference[]): Effect {
  const levels = changes.filter(({ field }) => field === 'level');
  const lowers = levels.some(({ direction }) => direction === 'lower');
  const raises = levels.some(({ direction }) => direction === 'raise');
  if (lowers && raises) return 'both';
  if (lowers) return 'at_once';
  return raises ? 'after_acknowledgement' : 'no_level_changes';
}

/** The draft as the server takes it. Fails with a ZodError when a value is not one that its parameter has. */
export function toChange(draft: Draft, baseVersion: number, reason: string): PolicyChange {
  return PolicyChange.parse({ baseVersion, reason, parameters: draft });
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
      return after.employeeMayPause ? 'lower' : 'raise';
    case 'purpose':
    case 'basis':
      return 'reword';
  }
}

function upOrDown(difference: number): Direction {
  return difference < 0 ? 'lower' : 'raise';
}

function same(a: unknown, b: unknown): boolean {
  if (!Array.isArray(a) || !Array.isArray(b)) return a === b;
  return a.length === b.length && a.every((item) => b.includes(item));
}
