import type { ParameterId } from '../../shared/catalog.ts';
import { DaylightError } from '../../shared/errors.ts';
import type { OrgId } from '../../shared/ids.ts';
import { endOfDay, REMINDED_DAYS } from '../../shared/policy/review.ts';
import {
  type Assessment,
  type AssessmentSummary,
  type AssessmentsView,
  REVIEW_MOST_DAYS,
} from '../../shared/protocol/http/assessments.ts';
import { addDays, DAY, dayOf, type UnixMs } from '../../shared/time.ts';
import type { ReviewDates } from '../control/change.ts';
import type { Settings } from '../store/store.ts';
import type { Vault } from '../vault/vault.ts';
import { type Item, itemsOf, unreadableOf } from './numbered.ts';
import { newest, readRegister, type Written } from './registers.ts';

type Register = readonly Written<'assessments'>[];

/** Throws VaultError `unavailable` when the keys cannot be read. */
export async function reviewDatesOf(
  store: Pick<Settings, 'settingRevisions'>,
  vault: Vault,
  org: OrgId,
): Promise<ReviewDates> {
  return reviewDates(await readRegister(store, vault, org, 'assessments'));
}

/**
 * Until when the register lets each parameter be collected that it has ever been about: to the earliest date of the assessments that
 * hold, or to the moment in which the last of them ceased to.
 */
export function reviewDates(written: Register): ReviewDates {
  const holding = new Map<number, Assessment>();
  const dates = new Map<ParameterId, UnixMs>();
  for (const { at, said } of written) {
    if (said === null) continue;
    const { number, ...assessment } = said.entry;
    const before = holding.get(number)?.parameters ?? [];
    if (assessment.state === 'holds') holding.set(number, assessment);
    else holding.delete(number);
    for (const parameter of new Set([...before, ...assessment.parameters])) {
      const about = [...holding.values()].filter(({ parameters }) => parameters.includes(parameter));
      const earliest = Math.min(...about.map(({ reviewBy }) => endOfDay(reviewBy)));
      dates.set(parameter, about.length === 0 ? at : earliest);
    }
  }
  return dates;
}

export function assessmentsView(written: Register, now: UnixMs): AssessmentsView {
  return {
    revision: newest(written),
    assessments: itemsOf<Assessment>(written).map((item) => ({ ...summaryOf(item, now), changes: [...item.changes] })),
    unreadable: unreadableOf(written),
  };
}

/** As they are now, for the record of processing. */
export function assessmentSummaries(written: Register, now: UnixMs): readonly AssessmentSummary[] {
  return itemsOf<Assessment>(written).map((item) => summaryOf(item, now));
}

function summaryOf({ number, now: assessment }: Item<Assessment>, now: UnixMs): AssessmentSummary {
  return { ...assessment, number, review: reviewOf(assessment, now) };
}

function reviewOf({ state, reviewBy }: Assessment, now: UnixMs): AssessmentSummary['review'] {
  if (state === 'withdrawn') return 'withdrawn';
  const end = endOfDay(reviewBy);
  if (now > end) return 'over';
  return now > end - REMINDED_DAYS * DAY ? 'due' : 'holds';
}

/** Throws DaylightError `bad_request` for a day of review that has passed, or is too far away to be one. */
export function requireReviewable({ state, reviewBy, assessedOn }: Assessment, now: UnixMs): void {
  const today = dayOf(now);
  const last = addDays(today, REVIEW_MOST_DAYS);
  if (assessedOn > today) {
    throw new DaylightError('bad_request', 'assessment.assessedOn: that day has not come yet', {
      field: 'assessment.assessedOn',
      remedy: 'Give the day on which it was assessed.',
    });
  }
  if (state === 'withdrawn' || (reviewBy >= today && reviewBy <= last)) return;
  throw new DaylightError('bad_request', `assessment.reviewBy: expected a day from ${today} to ${last}`, {
    field: 'assessment.reviewBy',
    remedy: 'Give the day by which it is assessed again; what it is about is off after that day.',
  });
}
