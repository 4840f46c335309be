import { canonical } from '../../shared/canonical.ts';
import { type ParameterId, parameterIds } from '../../shared/catalog.ts';
import { DaylightError } from '../../shared/errors.ts';
import type { PersonId } from '../../shared/ids.ts';
import { classOf, isLower } from '../../shared/policy/changeClass.ts';
import { needsConsent } from '../../shared/policy/jurisdiction.ts';
import { type ChangeClass, PolicyDocument, type PolicyRule } from '../../shared/policy/policy.ts';
import { NEVER_ASSESSED, unregisteredReview } from '../../shared/policy/review.ts';
import type { PolicyChange } from '../../shared/protocol/http/policy.ts';
import type { Digest } from '../../shared/signed.ts';
import type { UnixMs } from '../../shared/time.ts';

interface Current {
  readonly document: PolicyDocument;
  readonly hash: Digest;
  /** Null for the first policy, which nobody decided on. */
  readonly author: PersonId | null;
}

/** Until when the register of assessments lets each parameter be collected. One that it was never about is not in it. */
export type ReviewDates = ReadonlyMap<ParameterId, UnixMs>;

/**
 * The next policy: the current one with the change merged into it. Pure. Throws DaylightError `conflict` when the change
 * was made from another version or would change nothing, `bad_request` with the field when the result is not a policy.
 * The first policy may be published again as it is: to keep it is a decision, and it then has an author and a reason.
 */
export function applyChange(
  { document: current, hash, author }: Current,
  change: PolicyChange,
  now: UnixMs,
  reviews: ReviewDates = new Map(),
): PolicyDocument {
  requireOwnReviews(change, reviews);
  if (change.baseVersion !== current.version) {
    throw new DaylightError('conflict', `the policy has changed since: version ${current.version} is in force now`, {
      field: 'baseVersion',
      remedy: 'Look at the current policy and make the change again.',
    });
  }
  const { screenshotReviewSeconds, idleSeconds, leaseHours, exclusions, workingHours, jurisdiction, reactionDays } =
    change;
  const { changeClass: _ofTheOneBefore, ...kept } = current;
  const changed = parseDocument({
    ...kept,
    ...definedOnly({ screenshotReviewSeconds, idleSeconds, leaseHours, exclusions, workingHours, reactionDays }),
    ...(jurisdiction === undefined ? {} : { jurisdiction: jurisdiction ?? undefined }),
    version: current.version + 1,
    previousHash: hash,
    notBefore: now,
    parameters: changedRules(current, change),
  });
  const next = withReviews(changed, reviews);
  requireLawful(next);
  requireHours(next);
  if (author !== null && sameTerms(current, next)) {
    throw new DaylightError('conflict', 'nothing would change: the policy in force says the same already');
  }
  return withNotices(current, withClass(current, next, change.changeClass ?? null));
}

/** The current policy with the dates of the register, as the next version; null where it has them already. Pure. */
export function applyReviews(
  { document: current, hash }: Pick<Current, 'document' | 'hash'>,
  reviews: ReviewDates,
  now: UnixMs,
): PolicyDocument | null {
  const { changeClass: _ofTheOneBefore, ...kept } = current;
  const next = withReviews({ ...kept, version: current.version + 1, previousHash: hash, notBefore: now }, reviews);
  return sameTerms(current, next) ? null : withNotices(current, next);
}

/** The next version of the current policy, with everything off. Pure. */
export function withEverythingOff(
  { document: current, hash }: Pick<Current, 'document' | 'hash'>,
  reviews: ReviewDates,
  now: UnixMs,
): PolicyDocument {
  const { changeClass: _ofTheOneBefore, ...kept } = current;
  const rules = parameterIds.map((id): [ParameterId, PolicyRule] => [id, { ...current.parameters[id], level: 'off' }]);
  const { parameters } = parseDocument({ ...kept, parameters: Object.fromEntries(rules) });
  return withReviews(
    { ...kept, version: current.version + 1, previousHash: hash, notBefore: now, parameters },
    reviews,
  );
}

/** What is on has the date of the register, and off at once is what the law wants assessed and nobody has. */
function withReviews(policy: PolicyDocument, reviews: ReviewDates): PolicyDocument {
  const parameters = parameterIds.map((id): [ParameterId, PolicyRule] => {
    const rule = policy.parameters[id];
    const reviewBy = reviewDateOf(id, policy, reviews);
    return [id, reviewBy === undefined ? rule : { ...rule, reviewBy }];
  });
  return parseDocument({ ...policy, parameters: Object.fromEntries(parameters) });
}

function reviewDateOf(
  id: ParameterId,
  { parameters, jurisdiction }: PolicyDocument,
  reviews: ReviewDates,
): UnixMs | undefined {
  const rule = parameters[id];
  const registered = rule.level === 'off' ? undefined : reviews.get(id);
  return registered ?? unregisteredReview(id, rule, jurisdiction);
}

/**
 * Whether what was put forward is what its change makes `now`. Until there was a date for what nobody has ever assessed (`NEVER_ASSESSED`)
 * one that had passed stood in its place: the parameter is off by either.
 */
export function isMadeAgain(proposed: PolicyDocument, now: PolicyDocument): boolean {
  const parameters = parameterIds.map((id): [ParameterId, PolicyRule] => {
    const rule = proposed.parameters[id];
    const isPast = rule.reviewBy !== undefined && rule.reviewBy < proposed.notBefore;
    const isNever = now.parameters[id].reviewBy === NEVER_ASSESSED;
    return [id, isPast && isNever ? { ...rule, reviewBy: NEVER_ASSESSED } : rule];
  });
  return canonical({ ...proposed, parameters: Object.fromEntries(parameters) }) === canonical(now);
}

/** What the register is about has the date that stands there. */
function requireOwnReviews({ parameters }: PolicyChange, reviews: ReviewDates): void {
  const parameter = parameterIds.find((id) => {
    const said = parameters?.[id]?.reviewBy;
    return said !== undefined && reviews.has(id) && reviews.get(id) !== said;
  });
  if (parameter === undefined) return;
  const field = `parameters.${parameter}.reviewBy`;
  throw new DaylightError('bad_request', `${field}: the register of assessments has another date`, {
    field,
    remedy: 'Leave it out, and have a privacy officer or owner change the date of the assessment.',
  });
}

/** Only what is more than the change is by itself has to be said. */
function withClass(current: PolicyDocument, next: PolicyDocument, declared: ChangeClass | null): PolicyDocument {
  if (declared === null) return next;
  const { whole } = classOf(current, next);
  if (isLower(declared, whole)) {
    throw new DaylightError('bad_request', `changeClass: this change is ${inWords(whole)}, which nobody can lower`, {
      field: 'changeClass',
      remedy: 'Leave the class out, or give a higher one.',
    });
  }
  return declared === whole ? next : parseDocument({ ...next, changeClass: declared });
}

function inWords(changeClass: ChangeClass | null): string {
  return (changeClass ?? 'no change').replaceAll('_', '-');
}

/** What the law allows with the person's explicit consent alone (GDPR Art. 9(2)(a)) is not published on another basis. */
function requireLawful({ parameters, jurisdiction }: PolicyDocument): void {
  const parameter = parameterIds.find((id) => needsConsent(jurisdiction, id, parameters[id]));
  if (parameter === undefined) return;
  const { level } = parameters[parameter];
  const field = `parameters.${parameter}.basis`;
  throw new DaylightError('bad_request', `${field}: ${parameter} at "${level}" needs consent where your people work`, {
    field,
    remedy: 'Choose a lower level, or the basis "consent": it is then collected of those alone who have given theirs.',
  });
}

function requireHours({ parameters, workingHours }: PolicyDocument): void {
  const parameter = parameterIds.find((id) => parameters[id].schedule !== null);
  if (parameter === undefined || workingHours !== undefined) return;
  throw new DaylightError('bad_request', `parameters.${parameter}.schedule: there are no working hours to bind it to`, {
    field: 'workingHours',
    remedy: 'Say in workingHours when people work, or leave schedule null.',
  });
}

function changedRules(current: PolicyDocument, change: PolicyChange): Record<string, PolicyRule> {
  return Object.fromEntries(
    parameterIds.map((id) => [id, { ...current.parameters[id], ...definedOnly(change.parameters?.[id] ?? {}) }]),
  );
}

/** Every parameter whose change is more than a minor one names this version as the notice to acknowledge. */
function withNotices(current: PolicyDocument, next: PolicyDocument): PolicyDocument {
  const classes = classOf(current, next).parameters;
  const parameters = parameterIds.map((id): [ParameterId, PolicyRule] => {
    const rule = next.parameters[id];
    const needsNotice = rule.level !== 'off' && isLower('minor', classes[id] ?? null);
    return [id, needsNotice ? { ...rule, noticeVersion: next.version } : rule];
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
  const { version: _v, previousHash: _p, notBefore: _n, changeClass: _c, ...terms } = policy;
  const parameters = Object.fromEntries(
    parameterIds.map((id) => {
      const { noticeVersion: _noticeVersion, viewers, ...rule } = policy.parameters[id];
      return [id, { ...rule, viewers: viewers.toSorted() }];
    }),
  );
  return canonical({ ...terms, parameters });
}
