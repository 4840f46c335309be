import { appealSentence } from '../appeal.ts';
import { canonical } from '../canonical.ts';
import { catalog, type ParameterId, type Purpose, parameterIds } from '../catalog.ts';
import { type Contacts, NO_CONTACTS } from '../protocol/http/contacts.ts';
import type { NoticeContent, NoticeView } from '../protocol/http/notice.ts';
import type { Role } from '../roles.ts';
import { intendedLevels } from './ceilings.ts';
import { type Exclusions, NO_EXCLUSIONS } from './exclusions.ts';
import { NO_PERSONAL_TERMS } from './personal.ts';
import { english } from './phrases/en.ts';
import type { Phrases } from './phrases/phrases.ts';
import type { LawfulBasis, PolicyDocument, PolicyRule } from './policy.ts';
import { type Recipients, recipientsPart } from './recipients.ts';
import { NEVER_ASSESSED } from './review.ts';
import type { WorkingHours } from './workingHours.ts';

/** What a person is told, generated from the catalogue and a policy and never written by hand. */
export interface Notice {
  /** The policy version that it describes. Acknowledging the notice means acknowledging this version. */
  readonly version: number;
  readonly collected: readonly NoticeLine[];
  readonly notCollected: readonly { readonly parameter: ParameterId; readonly label: string }[];
  /** What no policy can switch on. */
  readonly never: string;
  /** How long what is collected is kept in fact; empty where nothing is collected. */
  readonly retention: string;
}

/** One parameter: the facts, and what is told of them. */
export interface NoticeLine {
  readonly parameter: ParameterId;
  readonly label: string;
  readonly level: string;
  readonly text: string;
  readonly purpose: Purpose;
  readonly basis: LawfulBasis;
  readonly retentionDays: number;
  readonly viewers: readonly Role[];
  /** Purpose, basis, days and viewers in words. */
  readonly terms: string;
}

export const NEVER = english.never;

/** Stands wherever a person is told for how many days something is kept, until those days are kept to. */
export const RETENTION = english.retention;

type Terms = Pick<PolicyDocument, 'screenshotReviewSeconds' | 'idleSeconds' | 'leaseHours' | 'exclusions'>;

/** A policy as somebody holds it: a rule that is missing, or was not understood, is off. */
export type Told = Pick<PolicyDocument, 'version' | 'jurisdiction' | 'workingHours'> & {
  readonly parameters: { readonly [P in ParameterId]?: PolicyRule<P> };
} & Terms;

export function noticeOf(policy: Told, phrases: Phrases = english): Notice {
  const collected: NoticeLine[] = [];
  const notCollected: { parameter: ParameterId; label: string }[] = [];
  const levels = intendedLevels({ ...policy, rules: policy.parameters }, NO_PERSONAL_TERMS);
  for (const parameter of parameterIds) {
    const level = levels[parameter];
    const { label } = phrases.parameters[parameter];
    const rule = policy.parameters[parameter];
    const text = noticeText(parameter, level, policy, phrases);
    if (rule === undefined || text === undefined) {
      notCollected.push({ parameter, label });
      continue;
    }
    const { purpose, basis, retentionDays, viewers } = rule;
    const facts = { parameter, level, purpose, basis, retentionDays, viewers };
    collected.push({
      ...facts,
      label,
      text: [text, ...boundsText(parameter, rule, policy.workingHours, phrases)].join(' '),
      terms: termsOf(rule, phrases),
    });
  }
  const retention = collected.length === 0 ? '' : phrases.retention;
  return { version: policy.version, collected, notCollected, never: phrases.never, retention };
}

/** Of which text it is: who published it, and when. */
export interface NoticeOrigin {
  readonly organisation: string;
  readonly policyHash: string;
  readonly publishedAt: number;
  readonly updatedAt: number;
  readonly edition: number;
  /** Left out where nobody has said whom people can turn to: then nothing is said of that. */
  readonly contacts?: Contacts;
  /** Left out where the register of processors is not there: then nothing is said of it. */
  readonly recipients?: Recipients;
}

/** The notice as the document that is stored, hashed and shown. */
export function noticeContent(policy: Told, origin: NoticeOrigin, phrases: Phrases = english): NoticeContent {
  const { organisation, policyHash, publishedAt, updatedAt, edition, contacts, recipients } = origin;
  const { version, collected, notCollected, never, retention } = noticeOf(policy, phrases);
  const { authority, privacy } = contacts ?? NO_CONTACTS;
  return {
    format: 'daylight-notice/1',
    language: phrases.language,
    ...{ organisation, version, edition, policyHash, publishedAt, updatedAt },
    headings: phrases.headings,
    collected: collected.map((line) => ({ ...line, viewers: [...line.viewers] })),
    notCollected: notCollected.map((line) => ({ ...line })),
    ...{ never, retention, authority, privacy },
    appeal: contacts === undefined ? '' : appealSentence(contacts, phrases),
    prevails: phrases.prevails,
    ...(recipients === undefined ? {} : { recipients: recipientsPart(recipients, phrases) }),
  };
}

/** The bytes that the hash of a notice is over, in UTF-8: all of it but the hash itself, and whose translation it is, as canonical JSON (RFC 8785). */
export function hashedText(notice: NoticeContent | NoticeView): string {
  return canonical(contentOf(notice));
}

/** What a notice says, without what is said of it. */
export function contentOf(notice: NoticeContent | NoticeView): NoticeContent {
  const { hash: _, translation: __, ...content } = { hash: undefined, translation: undefined, ...notice };
  return content;
}

/** What a notice says of the policy, whatever its words: of two with the same facts neither hides anything that the other tells. */
export function factsOf({ version, policyHash, collected, notCollected }: NoticeContent): string {
  return canonical({
    ...{ version, policyHash },
    collected: collected.map(({ parameter, level, purpose, basis, retentionDays, viewers }) => {
      return { parameter, level, purpose, basis, retentionDays, viewers };
    }),
    notCollected: notCollected.map(({ parameter }) => parameter),
  });
}

/**
 * What is collected of a parameter at a level, in words, with the times that the policy sets: to review a screenshot,
 * without input, without contact with the server, and with what the organisation leaves out of it. Undefined where the register has no words: then it is not collected.
 */
export function noticeText(
  parameter: ParameterId,
  level: string,
  terms: Terms,
  phrases: Phrases = english,
): string | undefined {
  const text = (phrases.parameters[parameter].levels as Readonly<Record<string, string>>)[level];
  if (text === undefined) return undefined;
  const { screenshotReviewSeconds: review, idleSeconds, leaseHours } = terms;
  const sentences = [text];
  if (parameter === 'screenshot') {
    sentences.push(review === 0 ? phrases.screenshotAtOnce : phrases.screenshotReview(inWords(review, phrases)));
  }
  sentences.push(
    catalog[parameter].source === 'entered'
      ? phrases.enteredGoesOn(hoursInWords(leaseHours.entered, phrases))
      : phrases.observedGoesOn(inWords(idleSeconds, phrases), hoursInWords(leaseHours.observed, phrases)),
  );
  sentences.push(...excludedText(parameter, terms.exclusions ?? NO_EXCLUSIONS, phrases));
  return sentences.join(' ');
}

/** When it is not collected: out of working hours, once it should have been assessed again, and in pauses, which go by the rule of the session. */
function boundsText(
  parameter: ParameterId,
  { employeeMayPause, schedule, reviewBy }: PolicyRule,
  workingHours: PolicyDocument['workingHours'],
  phrases: Phrases,
): readonly string[] {
  const said: string[] = [];
  if (schedule === 'working_hours' && workingHours !== undefined) said.push(hoursText(workingHours, phrases));
  if (reviewBy === NEVER_ASSESSED) said.push(phrases.notAssessed);
  else if (reviewBy !== undefined) said.push(phrases.untilReview(new Date(reviewBy).toISOString().slice(0, 10)));
  if (parameter === 'session') said.push(employeeMayPause ? phrases.mayPause : phrases.mayNotPause);
  return said;
}

export function hoursText({ zone, spans }: WorkingHours, phrases: Phrases): string {
  const named = spans.map(({ days, from, to }) => {
    return phrases.span(days.map((day) => phrases.weekdays[day - 1] ?? '').join(', '), from, to);
  });
  return phrases.withinHours(named.join('; '), zone);
}

function termsOf({ purpose, basis, retentionDays, viewers }: PolicyRule, phrases: Phrases): string {
  const roles = viewers.map((role) => phrases.viewers[role]).join(', ');
  return phrases.terms({
    purpose: phrases.purposes[purpose],
    basis: phrases.bases[basis],
    days: phrases.days(retentionDays),
    viewers: roles === '' ? phrases.onlyYou : phrases.youAnd(roles),
  });
}

function excludedText(parameter: ParameterId, { apps, sites }: Exclusions, phrases: Phrases): readonly string[] {
  const ofApps = apps.length > 0 ? phrases.theApps(apps.join(', ')) : '';
  const ofSites = sites.length > 0 ? phrases.theSites(sites.join(', ')) : '';
  const all = ofApps === '' || ofSites === '' ? `${ofApps}${ofSites}` : phrases.and(ofApps, ofSites);
  switch (parameter) {
    case 'app':
      return ofApps === '' ? [] : [phrases.appHidden(ofApps)];
    case 'url':
      return ofSites === '' ? [] : [phrases.siteHidden(ofSites)];
    case 'title':
      return all === '' ? [] : [phrases.titleHidden(all)];
    case 'screenshot':
      return all === '' ? [] : [phrases.screenshotHidden(all)];
    default:
      return [];
  }
}

/** A time in seconds, in words. */
export function inWords(seconds: number, phrases: Phrases): string {
  return seconds % 60 === 0 ? phrases.minutes(seconds / 60) : phrases.seconds(seconds);
}

/** In days where they are whole ones. */
export function hoursInWords(hours: number, phrases: Phrases): string {
  return hours > 24 && hours % 24 === 0 ? phrases.days(hours / 24) : phrases.hours(hours);
}
