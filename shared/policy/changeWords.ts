import { z } from 'zod';
import { dayOf, type UnixMs } from '../time.ts';
import { type ChangeClasses, classOf } from './changeClass.ts';
import { type Difference, differences, type Rule, type RuleField, type TimeName } from './differences.ts';
import { hoursInWords, hoursText, inWords } from './notice.ts';
import type { Phrases } from './phrases/phrases.ts';
import type { PolicyDocument } from './policy.ts';
import { NEVER_ASSESSED } from './review.ts';

/** One change in words. */
export const ChangeLine = z.strictObject({
  /** What it is about: a parameter, one of the times, what is left out, or what bounds all of it. */
  subject: z.string(),
  /** From what to what. */
  text: z.string(),
  /** Whether that is less or more collected, or neither. */
  direction: z.string(),
});
export type ChangeLine = z.infer<typeof ChangeLine>;

/** What a policy changes of another for people: line by line, its class, and how long they have to react. */
export const ChangeText = z.strictObject({ lines: z.array(ChangeLine), meaning: z.array(z.string()) });
export type ChangeText = z.infer<typeof ChangeText>;

/** The two documents differ as a console's history says, which is made of the same `differences`. */
export function changeText(before: PolicyDocument, after: PolicyDocument, phrases: Phrases): ChangeText {
  const lines = differences(before, after).map((one) => changeLine(one, phrases));
  return { lines, meaning: meaningOf(classOf(before, after), before, after, phrases) };
}

function meaningOf(
  { whole }: ChangeClasses,
  before: PolicyDocument,
  after: PolicyDocument,
  { changes, days }: Phrases,
): string[] {
  if (whole === null) return [];
  // A version in between may have been declared more than these two documents show; there is nothing above this one.
  if (after.version > before.version + 1 && whole !== 'rights_reducing') return [];
  const reaction = Math.max(before.reactionDays ?? 0, after.reactionDays ?? 0);
  return [changes.classes[whole], ...(whole === 'minor' || reaction === 0 ? [] : [changes.reaction(days(reaction))])];
}

function changeLine(change: Difference, phrases: Phrases): ChangeLine {
  const direction = phrases.changes.directions[change.direction];
  return { subject: subjectOf(change, phrases), text: textOf(change, phrases), direction };
}

function subjectOf(change: Difference, { changes, parameters }: Phrases): string {
  switch (change.kind) {
    case 'rule':
    case 'review':
      return parameters[change.parameter].label;
    case 'time':
      return changes.times[change.name];
    case 'exclusion':
      return changes.exclusions[change.list];
    case 'bound':
      return changes.bounds[change.bound];
  }
}

function textOf(change: Difference, phrases: Phrases): string {
  const { changes } = phrases;
  switch (change.kind) {
    case 'exclusion':
      return change.direction === 'lower' ? changes.added(change.glob) : changes.removed(change.glob);
    case 'bound':
      return fromTo(change, (policy) => boundText(change.bound, policy, phrases));
    case 'time':
      return fromTo(change, (value) => timeText(change.name, value, phrases));
    case 'rule':
      return `${changes.fields[change.field]}: ${fromTo(change, (rule) => valueText(change.field, rule, phrases))}`;
    case 'review':
      return `${changes.review.ends}: ${fromTo(change, (reviewBy) => reviewText(reviewBy, phrases))}`;
  }
}

/** When it ends by itself. */
function reviewText(reviewBy: UnixMs | undefined, { changes: { review } }: Phrases): string {
  if (reviewBy === undefined) return review.never;
  return reviewBy === NEVER_ASSESSED ? review.unassessed : dayOf(reviewBy);
}

function fromTo<T>({ before, after }: { readonly before: T; readonly after: T }, words: (value: T) => string): string {
  return `${words(before)} → ${words(after)}`;
}

function boundText(
  bound: 'workingHours' | 'jurisdiction',
  { workingHours, jurisdiction }: Pick<PolicyDocument, 'workingHours' | 'jurisdiction'>,
  phrases: Phrases,
): string {
  const { noLaw, laws, noHours } = phrases.changes;
  if (bound === 'jurisdiction') return jurisdiction === undefined ? noLaw : laws[jurisdiction];
  return workingHours === undefined ? noHours : hoursText(workingHours, phrases);
}

function timeText(name: TimeName, value: number, phrases: Phrases): string {
  switch (name) {
    case 'reactionDays':
      return phrases.days(value);
    case 'reviewSeconds':
    case 'idleSeconds':
      return inWords(value, phrases);
    case 'observedHours':
    case 'enteredHours':
      return hoursInWords(value, phrases);
  }
}

function valueText(
  field: RuleField,
  rule: Rule,
  { changes, purposes, bases, days, viewers, ...phrases }: Phrases,
): string {
  switch (field) {
    case 'level':
      return changes.levels[rule.level];
    case 'purpose':
      return purposes[rule.purpose];
    case 'basis':
      return bases[rule.basis];
    case 'retentionDays':
      return days(rule.retentionDays);
    case 'viewers': {
      const roles = rule.viewers.map((role) => viewers[role]).join(', ');
      return roles === '' ? phrases.onlyYou : phrases.youAnd(roles);
    }
    case 'employeeMayPause':
      return rule.employeeMayPause ? changes.yes : changes.no;
    case 'schedule':
      return rule.schedule === null ? changes.always : changes.workingHours;
  }
}
