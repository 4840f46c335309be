import { catalog, type Level, type ParameterId, rank } from '../catalog.ts';
import { addDays, DAY, type Day, type UnixMs } from '../time.ts';
import type { Jurisdiction } from './jurisdiction.ts';

/** So many days before the date of a review people are reminded of it. */
export const REMINDED_DAYS = 30;

/**
 * Whether what is collected at this level is to be assessed for its risk to people (GDPR Art. 35) before it is collected and again
 * from time to time: whatever is of high sensitivity, and what is observed of medium sensitivity at its highest level, which follows
 * somebody through their day.
 */
export function needsAssessment(parameter: ParameterId, level: string): boolean {
  const { sensitivity, source, levels } = catalog[parameter];
  if (rank(parameter, level) <= 0) return false;
  if (sensitivity === 'high') return true;
  return sensitivity === 'medium' && source === 'observed' && level === levels.at(-1);
}

/**
 * As a date of review: nobody has ever assessed it, and it is off until somebody does. It is the first moment that there is (`UnixMs`), so
 * that whoever does not know what it means keeps it off as well.
 */
export const NEVER_ASSESSED: UnixMs = Date.UTC(2020, 0, 1);

/**
 * The date of review of what is in no register of assessments. Under a law that asks for one, a day that nobody has put on record with an
 * assessment is nobody's to choose.
 */
export function unregisteredReview(
  parameter: ParameterId,
  { level, reviewBy }: { readonly level: string; readonly reviewBy?: UnixMs | undefined },
  jurisdiction: Jurisdiction | undefined,
): UnixMs | undefined {
  return jurisdiction !== undefined && needsAssessment(parameter, level) ? NEVER_ASSESSED : reviewBy;
}

/**
 * `due`: its date is near. `over`: its date has passed, and it is off. `never`: nobody has ever assessed it, and it is off. `unassessed`:
 * nobody has set a date for what needs one.
 */
export type ReviewState = 'not_needed' | 'unassessed' | 'never' | 'holds' | 'due' | 'over';

export function reviewState(
  parameter: ParameterId,
  { level, reviewBy }: { readonly level: string; readonly reviewBy?: UnixMs | undefined },
  now: UnixMs,
): ReviewState {
  if (level === 'off') return 'not_needed';
  if (reviewBy === undefined) return needsAssessment(parameter, level) ? 'unassessed' : 'not_needed';
  if (reviewBy === NEVER_ASSESSED) return 'never';
  if (now > reviewBy) return 'over';
  return now > reviewBy - REMINDED_DAYS * DAY ? 'due' : 'holds';
}

/** What is asked of every computer at that moment: the level of the rule, and off after its date. */
export function levelAskedFor(
  { level, reviewBy }: { readonly level: Level; readonly reviewBy?: UnixMs | undefined },
  at: UnixMs,
): Level {
  return reviewBy !== undefined && at > reviewBy ? 'off' : level;
}

/** What is to be reviewed by a day holds to the end of it, in UTC. */
export function endOfDay(day: Day): UnixMs {
  return Date.parse(`${addDays(day, 1)}T00:00:00Z`) - 1;
}
