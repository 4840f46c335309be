import { catalog, type ParameterId, type Purpose, rank } from '../catalog.ts';
import type { Role } from '../roles.ts';
import { noticeText } from './notice.ts';
import { type Consent, coversRule } from './personal.ts';
import type { ReadPolicy } from './policy.ts';

/** What somebody is asked to consent to, as it is shown to them: the same words, and so the same hash, in every face. */
export interface AskedConsent {
  readonly parameter: ParameterId;
  readonly label: string;
  readonly level: string;
  readonly purpose: Purpose;
  readonly retentionDays: number;
  readonly viewers: readonly Role[];
  readonly text: string;
  readonly noticeVersion: number;
}

/** Null where nothing is asked: it is off, or rests on something else. `shown` of a consent is the SHA-256 of the canonical JSON of this. */
export function askedConsent(
  parameter: ParameterId,
  policy: Pick<
    ReadPolicy,
    'version' | 'rules' | 'screenshotReviewSeconds' | 'idleSeconds' | 'leaseHours' | 'exclusions'
  >,
): AskedConsent | null {
  const rule = policy.rules[parameter];
  if (rule?.basis !== 'consent' || rule.level === 'off') return null;
  const { level, purpose, retentionDays, viewers } = rule;
  const text = noticeText(parameter, level, policy);
  if (text === undefined) return null;
  const { label } = catalog[parameter];
  return { parameter, label, level, purpose, retentionDays, viewers, text, noticeVersion: policy.version };
}

/** `less`: only up to the level that was asked then. `other`: it was for another purpose, a shorter time or fewer viewers, and nothing is collected. */
export const consentCounts = ['none', 'less', 'other', 'all'] as const;
export type ConsentCounts = (typeof consentCounts)[number];

/** What a consent counts for that was given before, of what is asked now. */
export function countsOf(asked: AskedConsent, given: Consent | undefined): ConsentCounts {
  if (given === undefined) return 'none';
  if (!coversRule(given, asked)) return 'other';
  return rank(asked.parameter, given.level) < rank(asked.parameter, asked.level) ? 'less' : 'all';
}
