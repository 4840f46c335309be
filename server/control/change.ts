import { canonical } from '../../shared/canonical.ts';
import { catalog, type ParameterId, parameterIds, rank } from '../../shared/catalog.ts';
import { DaylightError } from '../../shared/errors.ts';
import { PolicyDocument, type PolicyRule } from '../../shared/policy/policy.ts';
import type { PolicyChange } from '../../shared/protocol/http.ts';
import type { Digest } from '../../shared/signed.ts';
import type { UnixMs } from '../../shared/time.ts';

/**
 * The next policy: `current` with the change merged into it. Pure. Throws DaylightError `conflict` when the change was
 * made from another version or would change nothing, `bad_request` with the field when the result is not a policy.
 */
export function applyChange(
  current: PolicyDocument,
  currentHash: Digest,
  change: PolicyChange,
  now: UnixMs,
): PolicyDocument {
  if (change.baseVersion !== current.version) {
    throw new DaylightError('conflict', `the policy has changed since: version ${current.version} is in force now`, {
      field: 'baseVersion',
      remedy: 'Look at the current policy and make the change again.',
    });
  }
  const version = current.version + 1;
  const { screenshotReviewSeconds, idleSeconds, leaseHours } = change;
  const changed = { ...current, ...definedOnly({ screenshotReviewSeconds, idleSeconds, leaseHours }) };
  const next = parseDocument({
    ...changed,
    version,
    previousHash: currentHash,
    notBefore: now,
    parameters: changedRules(current, changed, change, version),
  });
  if (sameTerms(current, next)) {
    throw new DaylightError('conflict', 'nothing would change: the policy in force says the same already');
  }
  return next;
}

/** Whether the change lets more be collected of this parameter than before. */
export function raised(parameter: ParameterId, before: PolicyRule, after: PolicyRule): boolean {
  return rank(parameter, after.level) > rank(parameter, before.level);
}

/**
 * Whether what is collected may be used in a way that people were not told of: another purpose or basis, more viewers,
 * kept longer, or no pause any more; a screenshot with less time to review it; what is observed for longer without input
 * or without the server, what is entered for longer without the server. Until they acknowledge the new notice the parameter is off, because there is no
 * level that would mean "on the old terms".
 */
export function widened(parameter: ParameterId, before: Terms, after: Terms): boolean {
  return ruleWidened(before.parameters[parameter], after.parameters[parameter]) || loosened(parameter, before, after);
}

/** What of a policy is told in its notice. */
type Terms = Pick<PolicyDocument, 'parameters' | 'screenshotReviewSeconds' | 'idleSeconds' | 'leaseHours'>;

function loosened(parameter: ParameterId, before: Terms, after: Terms): boolean {
  if (parameter === 'screenshot' && after.screenshotReviewSeconds < before.screenshotReviewSeconds) return true;
  if (catalog[parameter].source === 'entered') return after.leaseHours.entered > before.leaseHours.entered;
  return after.idleSeconds > before.idleSeconds || after.leaseHours.observed > before.leaseHours.observed;
}

function ruleWidened(before: PolicyRule, after: PolicyRule): boolean {
  return (
    after.purpose !== before.purpose ||
    after.basis !== before.basis ||
    after.retentionDays > before.retentionDays ||
    after.viewers.some((role) => !before.viewers.includes(role)) ||
    (before.employeeMayPause && !after.employeeMayPause)
  );
}

function changedRules(
  current: PolicyDocument,
  changed: PolicyDocument,
  change: PolicyChange,
  version: number,
): Record<string, PolicyRule> {
  const rules: Record<string, PolicyRule> = {};
  for (const id of parameterIds) {
    const before: PolicyRule = current.parameters[id];
    const after: PolicyRule = { ...before, ...definedOnly(change.parameters?.[id] ?? {}) };
    const needsNotice =
      after.level !== 'off' &&
      (raised(id, before, after) || ruleWidened(before, after) || loosened(id, current, changed));
    rules[id] = needsNotice ? { ...after, noticeVersion: version } : after;
  }
  return rules;
}

function parseDocument(document: unknown): PolicyDocument {
  const parsed = PolicyDocument.safeParse(document);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = issue?.path.map(String).join('.') ?? '';
  throw new DaylightError('bad_request', `${field}: ${issue?.message ?? 'not a valid policy'}`, { field });
}

/** `undefined` in a change means "not mentioned", never "remove". */
function definedOnly<T extends object>(change: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

function sameTerms(a: PolicyDocument, b: PolicyDocument): boolean {
  return termsOf(a) === termsOf(b);
}

function termsOf(policy: PolicyDocument): string {
  const { version: _version, previousHash: _previousHash, notBefore: _notBefore, ...terms } = policy;
  const parameters = Object.fromEntries(
    parameterIds.map((id) => {
      const { noticeVersion: _noticeVersion, viewers, ...rule } = policy.parameters[id];
      return [id, { ...rule, viewers: viewers.toSorted() }];
    }),
  );
  return canonical({ ...terms, parameters });
}
