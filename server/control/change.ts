import { canonical } from '../../shared/canonical.ts';
import { type ParameterId, parameterIds } from '../../shared/catalog.ts';
import { DaylightError } from '../../shared/errors.ts';
import type { PersonId } from '../../shared/ids.ts';
import { PolicyDocument, type PolicyRule } from '../../shared/policy/policy.ts';
import { raised, widened } from '../../shared/policy/widened.ts';
import type { PolicyChange } from '../../shared/protocol/http/policy.ts';
import type { Digest } from '../../shared/signed.ts';
import type { UnixMs } from '../../shared/time.ts';

interface Current {
  readonly document: PolicyDocument;
  readonly hash: Digest;
  /** Null for the first policy, which nobody decided on. */
  readonly author: PersonId | null;
}

/**
 * The next policy: the current one with the change merged into it. Pure. Throws DaylightError `conflict` when the change
 * was made from another version or would change nothing, `bad_request` with the field when the result is not a policy.
 * The first policy may be published again as it is: to keep it is a decision, and it then has an author and a reason.
 */
export function applyChange(
  { document: current, hash, author }: Current,
  change: PolicyChange,
  now: UnixMs,
): PolicyDocument {
  if (change.baseVersion !== current.version) {
    throw new DaylightError('conflict', `the policy has changed since: version ${current.version} is in force now`, {
      field: 'baseVersion',
      remedy: 'Look at the current policy and make the change again.',
    });
  }
  const { screenshotReviewSeconds, idleSeconds, leaseHours, exclusions } = change;
  const next = parseDocument({
    ...current,
    ...definedOnly({ screenshotReviewSeconds, idleSeconds, leaseHours, exclusions }),
    version: current.version + 1,
    previousHash: hash,
    notBefore: now,
    parameters: changedRules(current, change),
  });
  if (author !== null && sameTerms(current, next)) {
    throw new DaylightError('conflict', 'nothing would change: the policy in force says the same already');
  }
  return withNotices(current, next);
}

function changedRules(current: PolicyDocument, change: PolicyChange): Record<string, PolicyRule> {
  return Object.fromEntries(
    parameterIds.map((id) => [id, { ...current.parameters[id], ...definedOnly(change.parameters?.[id] ?? {}) }]),
  );
}

/** Every parameter of which more may be collected, or more be done with it, names this version as the notice to acknowledge. */
function withNotices(current: PolicyDocument, next: PolicyDocument): PolicyDocument {
  const parameters = parameterIds.map((id): [ParameterId, PolicyRule] => {
    const [before, after] = [current.parameters[id], next.parameters[id]];
    const needsNotice = after.level !== 'off' && (raised(id, before, after) || widened(id, current, next));
    return [id, needsNotice ? { ...after, noticeVersion: next.version } : after];
  });
  return parseDocument({ ...next, parameters: Object.fromEntries(parameters) });
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
