import { catalog, least, type ParameterId, rank } from '../../shared/catalog.ts';
import type { DiscardReason } from '../../shared/outcome.ts';
import {
  type DecidingLayer,
  decidedBy,
  decidedCeiling,
  decidingLayers,
  untimely,
} from '../../shared/policy/ceilings.ts';
import type { Exclusions } from '../../shared/policy/exclusions.ts';
import type { PersonalTerms } from '../../shared/policy/personal.ts';
import type { PolicyDocument } from '../../shared/policy/policy.ts';
import type { WallClocks } from '../../shared/policy/workingHours.ts';
import type { UnixMs } from '../../shared/time.ts';
import type { LeaseWindow } from '../store/store.ts';
import type { CaptureQuestion, EndVerdict, Verdict } from './control.ts';
import type { Standing } from './standing.ts';
import { type PublishedTerms, type Told, termsWith } from './told.ts';

/** Everything that the server's judgement rests on, at the instant `now`. */
export interface Facts {
  readonly now: UnixMs;
  /** Every version, oldest first. */
  readonly published: readonly PublishedTerms[];
  /** By what was acknowledged on the very device that is judged. */
  readonly told: Told;
  /** By what the person decided themself. */
  readonly standing: Standing;
  readonly lease: LeaseWindow | null;
  readonly previousLease: LeaseWindow | null;
  readonly walls: WallClocks;
}

/**
 * The server's decision about one captured level, pure. Allowed only if all of these allow it: the version that the
 * batch names, the version in force at capture, what was decided by and for the person until then, what they had been told of by then,
 * the lease, working hours and review at capture, the version in force now, and what has been decided, and the person told of, by now.
 * The reason names the first that did not.
 */
export function judge(facts: Facts, question: CaptureQuestion): Verdict {
  const { published, told, standing, now, walls } = facts;
  const { parameter, level, capturedAt, until, claimedVersion } = question;
  const claimed = published.find(({ document }) => document.version === claimedVersion);
  if (claimed === undefined) return no('policy_unknown');
  const atCapture = inForce(published, capturedAt);
  const current = published.at(-1);
  if (atCapture === null || current === undefined) return no('off_at_capture');
  if (!covers(parameter, level, claimed.document.parameters[parameter].level)) return no('off_at_capture');
  if (!covers(parameter, level, atCapture.document.parameters[parameter].level)) return no('off_at_capture');
  const then = termsWith(standing.termsAt(capturedAt), told, capturedAt);
  const terms = termsWith(standing.terms, told, now);
  const before = deniedBy(parameter, level, atCapture.document, then);
  if (before !== null) return no(DENIED[before] ?? 'off_at_capture');
  if (!covers(parameter, level, told.at(capturedAt)[parameter])) return no('notice_not_acknowledged');
  if (!leased(facts, parameter, capturedAt)) return no('lease_ended');
  const late = untimely(parameter, decidedBy(atCapture.document), then, { at: capturedAt, until, walls });
  if (late !== null) return no(UNTIMELY[late]);
  if (!covers(parameter, level, current.document.parameters[parameter].level)) return no('off_at_receipt');
  const since = deniedBy(parameter, level, current.document, terms);
  if (since !== null) return no(DENIED[since] ?? 'off_at_receipt');
  if (!covers(parameter, level, told.at(now)[parameter])) return no('notice_not_acknowledged');
  return { allowed: true, ...keptBy(facts, parameter, { then: atCapture, at: capturedAt }) };
}

/** Until when, by everything since its capture, and under which terms it is kept: the person's old ones where those stay for them. */
function keptBy(
  { told, now, published }: Pick<Facts, 'told' | 'now' | 'published'>,
  parameter: ParameterId,
  { then, at }: { readonly then: PublishedTerms; readonly at: UnixMs },
): { readonly retentionDays: number; readonly termsVersion: number } {
  const agreed = told.agreed(at)?.parameters[parameter];
  const later = told.agreed(now)?.parameters[parameter]?.rule;
  const since = published.slice(published.indexOf(then)).map(({ document }) => document.parameters[parameter]);
  const days = [...since, agreed?.rule, later].flatMap((rule) => rule?.retentionDays ?? []);
  const retentionDays = Math.min(catalog[parameter].retentionDays.ceiling, ...days);
  return { retentionDays, termsVersion: agreed?.version ?? then.document.version };
}

/**
 * The same decision about the end of what began at `since`, with when it ended. What was rightly begun may be ended whatever holds by
 * now: where the parameter was taken away since, that is when it ended at the latest, on the terms that held until then.
 */
export function judgeEnd(facts: Facts, question: CaptureQuestion & { readonly since: UnixMs }): EndVerdict {
  const { parameter, capturedAt, claimedVersion, since } = question;
  const last = takenAway(facts, parameter, since);
  if (last === null) {
    const verdict = judge(facts, question);
    return verdict.allowed ? { ...verdict, endedAt: capturedAt } : verdict;
  }
  const { published } = facts;
  const endedAt = Math.min(capturedAt, last);
  const terms = inForce(published, Math.min(capturedAt, last - 1));
  if (published.every(({ document }) => document.version !== claimedVersion)) return no('policy_unknown');
  if (terms === null) return no('off_at_capture');
  if (!leased(facts, parameter, endedAt)) return no('lease_ended');
  const kept = keptBy(facts, parameter, { then: terms, at: Math.min(capturedAt, last - 1) });
  return { allowed: true, endedAt, ...kept };
}

/** When the parameter was taken away for the first time after the instant, by the organisation or by the person. Null: never. */
export function takenAway(
  { published, told, standing }: Pick<Facts, 'published' | 'told' | 'standing'>,
  parameter: ParameterId,
  after: UnixMs,
): UnixMs | null {
  const decidedAt = standing.changes.find(
    ({ at, terms }) => at > after && isOff(published, parameter, at, termsWith(terms, told, at)),
  )?.at;
  const moments = [told.takenAway(parameter, after), decidedAt ?? null].filter((at) => at !== null);
  return moments.length === 0 ? null : Math.min(...moments);
}

/** By the person's terms under the policy in force then. */
function isOff(
  published: readonly PublishedTerms[],
  parameter: ParameterId,
  at: UnixMs,
  terms: PersonalTerms,
): boolean {
  const policy = inForce(published, at) ?? published[0];
  if (policy === undefined) return true;
  return deniedBy(parameter, catalog[parameter].levels[1], policy.document, terms) !== null;
}

/** What the organisation decided for the person is to them as if it were the policy. */
const DENIED: Readonly<Partial<Record<DecidingLayer, DiscardReason>>> = {
  agreement: 'notice_not_acknowledged',
  consent: 'not_consented',
  objection: 'objected',
  restriction: 'restricted',
  minor: 'under_age',
};

const UNTIMELY = { review: 'review_overdue', schedule: 'outside_schedule' } as const;

/** The first layer of the person's terms, under that policy, that does not allow the level; null when all do. */
function deniedBy(
  parameter: ParameterId,
  level: string,
  document: PolicyDocument,
  terms: PersonalTerms,
): DecidingLayer | null {
  const policy = decidedBy(document);
  for (const layer of decidingLayers) {
    const ceiling = decidedCeiling(layer, parameter, policy, terms);
    if (ceiling !== undefined && !covers(parameter, level, ceiling)) return layer;
  }
  return null;
}

/** What is left out by the version that the batch names, the one in force at capture or the one in force now, by the old terms of the person, or because they want it so. */
export function exclusionsOf(
  { published, told, standing, now }: Pick<Facts, 'published' | 'told' | 'standing' | 'now'>,
  { capturedAt, claimedVersion }: Pick<CaptureQuestion, 'capturedAt' | 'claimedVersion'>,
): readonly Exclusions[] {
  const claimed = published.find(({ document }) => document.version === claimedVersion);
  const documents = new Set([claimed, inForce(published, capturedAt), published.at(-1)].map((one) => one?.document));
  const agreed = [told.agreed(capturedAt), told.agreed(now)];
  const own = [standing.termsAt(capturedAt), standing.terms];
  return [...documents, ...agreed, ...own].flatMap((one) => one?.exclusions ?? []);
}

function no(reason: DiscardReason): Verdict & { readonly allowed: false } {
  return { allowed: false, reason };
}

/** True when `level` is above off and at most `ceiling`; a level that the parameter does not have is never covered. */
function covers(parameter: ParameterId, level: string, ceiling: string): boolean {
  return rank(parameter, level) > 0 && least(parameter, level, ceiling) === level;
}

function inForce(published: readonly PublishedTerms[], at: UnixMs): PublishedTerms | null {
  return published.findLast(({ publishedAt, document }) => publishedAt <= at && document.notBefore <= at) ?? null;
}

/**
 * Whether a lease ran at the instant, as far as that is on record: within the window in force, or, before that began, within
 * the one before it. What only an older window could show was not leased.
 */
function leased(facts: Facts, parameter: ParameterId, at: UnixMs): boolean {
  const { lease, previousLease } = facts;
  const end = catalog[parameter].source === 'observed' ? 'observedUntil' : 'enteredUntil';
  if (lease === null) return false;
  if (at >= lease.issuedAt) return at <= lease[end];
  return previousLease !== null && at >= previousLease.issuedAt && at <= previousLease[end];
}
