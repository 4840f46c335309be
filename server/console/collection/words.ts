import { catalog, type ParameterId } from '../../../shared/catalog.ts';
import { type Difference, type Rule, type RuleField, type TimeName } from '../../../shared/policy/differences.ts';
import type { PolicyDocument } from '../../../shared/policy/policy.ts';
import { NEVER_ASSESSED } from '../../../shared/policy/review.ts';
import type { Role } from '../../../shared/roles.ts';
import { dayOf, SECOND, type UnixMs } from '../../../shared/time.ts';
import { duration, longDay } from '../strings/format.ts';
import { count, joined, say } from '../strings/say.ts';
import { hoursText } from './hours.ts';
import { timeRanges } from './times.ts';

/** What is collected at a level, in the words of the notice. */
export function levelText(parameter: ParameterId, level: string): string {
  const texts: Readonly<Record<string, string>> = catalog[parameter].notice;
  return texts[level] ?? say('collection.nothing');
}

export function rolesText(roles: readonly Role[]): string {
  return roles.length === 0 ? say('viewers.none') : joined(roles.map((role) => say(`role.${role}`)));
}

export function parametersText(parameters: readonly ParameterId[]): string {
  return joined(parameters.map((parameter) => catalog[parameter].label));
}

/** What a difference is about: a parameter, one of the times, or what is left out. */
export function subjectOf(difference: Difference): string {
  switch (difference.kind) {
    case 'rule':
    case 'review':
      return catalog[difference.parameter].label;
    case 'time':
      return say(`time.${difference.name}`);
    case 'exclusion':
      return say(`exclusions.${difference.list}`);
    case 'bound':
      return say(`bounds.${difference.bound}`);
  }
}

/** One change: `Level: Off → Counts`, `24 hours → 48 hours`. */
export function differenceText(difference: Difference): string {
  if (difference.kind === 'exclusion') {
    const { glob, direction } = difference;
    return say(direction === 'lower' ? 'exclusions.added' : 'exclusions.removed', { glob });
  }
  if (difference.kind === 'bound') {
    const [before, after] = [difference.before, difference.after].map((policy) => boundText(difference.bound, policy));
    return say('change.to', { before: before ?? '', after: after ?? '' });
  }
  if (difference.kind === 'time') {
    const { name, before, after } = difference;
    return say('change.to', { before: timeText(name, before), after: timeText(name, after) });
  }
  if (difference.kind === 'review') {
    const [before, after] = [reviewDayText(difference.before), reviewDayText(difference.after)];
    return say('change.fromTo', { field: say('field.reviewBy'), before, after });
  }
  const { field, before, after } = difference;
  return say('change.fromTo', {
    field: say(`field.${field}`),
    before: valueText(field, before),
    after: valueText(field, after),
  });
}

function reviewDayText(reviewBy: UnixMs | undefined): string {
  if (reviewBy === undefined) return say('review.day.none');
  return reviewBy === NEVER_ASSESSED ? say('review.day.unassessed') : longDay(dayOf(reviewBy));
}

/** `Mon, Tue 09:00–17:00, by the clock of Europe/Berlin` */
export function boundText(
  bound: 'workingHours' | 'jurisdiction',
  { workingHours, jurisdiction }: Pick<PolicyDocument, 'workingHours' | 'jurisdiction'>,
): string {
  if (bound === 'jurisdiction') return say(jurisdiction === undefined ? 'bounds.noLaw' : `bounds.law.${jurisdiction}`);
  if (workingHours === undefined) return say('bounds.noHours');
  return hoursText(workingHours, workingHours.zone);
}

/** What a time means for the people whose data it is about. */
export function timeSentence(name: TimeName, value: number): string {
  if (name === 'reviewSeconds' && value === 0) return say('times.reviewNone');
  if (name === 'reactionDays' && value === 0) return say('times.reactionNone');
  return say(`times.${name}`, { time: timeText(name, value) });
}

/** `From 1 to 72 hours.` */
export function timeRangeText(name: TimeName): string {
  const { unit, perUnit, least, most } = timeRanges[name];
  return say(`time.range.${unit}`, { least: least / perUnit, most: most / perUnit });
}

function timeText(name: TimeName, value: number): string {
  if (timeRanges[name].unit === 'days') return count('days', value);
  if (timeRanges[name].unit === 'minutes') return duration(value * SECOND);
  return value >= 48 && value % 24 === 0 ? count('days', value / 24) : count('hours', value);
}

function valueText(field: RuleField, rule: Rule): string {
  switch (field) {
    case 'level':
      return say(`level.${rule.level}`);
    case 'purpose':
      return say(`purpose.${rule.purpose}`);
    case 'basis':
      return say(`basis.${rule.basis}`);
    case 'retentionDays':
      return count('days', rule.retentionDays);
    case 'viewers':
      return rolesText(rule.viewers);
    case 'employeeMayPause':
      return say(rule.employeeMayPause ? 'yes' : 'no');
    case 'schedule':
      return say(rule.schedule === null ? 'schedule.always' : 'schedule.working_hours');
  }
}
