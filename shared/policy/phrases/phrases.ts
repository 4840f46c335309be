import type { Level, LevelOf, ParameterId, Purpose } from '../../catalog.ts';
import type { ObservationOf } from '../../events/observation.ts';
import type { Contacts } from '../../protocol/http/contacts.ts';
import type { NoticeRecipients } from '../../protocol/http/notice.ts';
import type { Role } from '../../roles.ts';
import type { BoundName, Direction, RuleField, TimeName } from '../differences.ts';
import type { Exclusions } from '../exclusions.ts';
import type { Jurisdiction } from '../jurisdiction.ts';
import type { ChangeClass, LawfulBasis } from '../policy.ts';

/**
 * Every sentence of a notice in one language. A language that lacks one does not compile, so that none that is shipped is told
 * in part. Lists and times arrive in words of the same language.
 */
export interface Phrases {
  /** BCP 47 tag, for the `lang` of a page. */
  readonly language: string;
  /** What the language calls itself. */
  readonly called: string;
  readonly headings: NoticeHeadings;
  readonly parameters: { readonly [P in ParameterId]: ParameterPhrases<P> };
  readonly purposes: Readonly<Record<Purpose, string>>;
  readonly bases: Readonly<Record<LawfulBasis, string>>;
  /** Several of them, as those who may see something. */
  readonly viewers: Readonly<Record<Role, string>>;
  readonly never: string;
  readonly retention: string;
  readonly onlyYou: string;
  readonly youAnd: (roles: string) => string;
  readonly terms: (of: { purpose: string; basis: string; days: string; viewers: string }) => string;
  readonly mayPause: string;
  readonly mayNotPause: string;
  /** Monday first. */
  readonly weekdays: readonly [string, string, string, string, string, string, string];
  readonly span: (days: string, from: string, to: string) => string;
  readonly withinHours: (spans: string, zone: string) => string;
  /** `day` as 2026-11-22. */
  readonly untilReview: (day: string) => string;
  readonly notAssessed: string;
  readonly screenshotAtOnce: string;
  readonly screenshotReview: (time: string) => string;
  readonly enteredGoesOn: (withoutServer: string) => string;
  readonly observedGoesOn: (withoutInput: string, withoutServer: string) => string;
  readonly seconds: (n: number) => string;
  readonly minutes: (n: number) => string;
  readonly hours: (n: number) => string;
  readonly days: (n: number) => string;
  readonly theApps: (list: string) => string;
  readonly theSites: (list: string) => string;
  readonly and: (a: string, b: string) => string;
  readonly appHidden: (what: string) => string;
  readonly siteHidden: (what: string) => string;
  readonly titleHidden: (what: string) => string;
  readonly screenshotHidden: (what: string) => string;
  readonly question: (privacy: NonNullable<Contacts['privacy']>) => string;
  /** `where`: address and web page, either or both; empty when neither is known. */
  readonly complaint: (authority: string, where: string) => string;
  readonly complaintUnnamed: string;
  readonly recipients: RecipientPhrases;
  /** What stands around a notice where it is read, to be acknowledged. */
  readonly reading: {
    readonly language: string;
    readonly acknowledge: string;
    readonly acknowledged: string;
    /** The last one that was, where it is an earlier one. `day` in words of the same language. */
    readonly acknowledgedBefore: (version: number, day: string) => string;
    /** Of one that was not acknowledged and does not have to be. */
    readonly nothingWaits: string;
    /** In place of the fingerprint, as long as the device has not had the text from the server. */
    readonly ownWords: string;
    /** Before a translation that is not Daylight's. */
    readonly translatedBy: (organisation: string) => string;
  };
  /** Which of two languages counts, where they differ; empty for the one that does. */
  readonly prevails: string;
  readonly changes: ChangePhrases;
}

/** What is said of the changes from one notice to another. */
export interface ChangePhrases {
  readonly title: string;
  /** `day` in words of the same language. */
  readonly since: (version: number, day: string) => string;
  readonly first: string;
  /** Nothing that Daylight compares differs. */
  readonly none: string;
  /** What is not compared: processors are in the text alone. */
  readonly recipients: string;
  /** What was read before, or is to be, cannot be read here. */
  readonly unknown: string;
  readonly whole: string;
  readonly levels: Readonly<Record<Level, string>>;
  readonly fields: Readonly<Record<RuleField, string>>;
  readonly times: Readonly<Record<TimeName, string>>;
  readonly bounds: Readonly<Record<BoundName, string>>;
  readonly exclusions: Readonly<Record<keyof Exclusions, string>>;
  readonly added: (glob: string) => string;
  readonly removed: (glob: string) => string;
  readonly always: string;
  readonly workingHours: string;
  readonly noHours: string;
  readonly noLaw: string;
  readonly laws: Readonly<Record<Jurisdiction, string>>;
  readonly yes: string;
  readonly no: string;
  /** When something ends unless it is assessed again. */
  readonly review: { readonly ends: string; readonly never: string; readonly unassessed: string };
  readonly directions: Readonly<Record<Direction, string>>;
  readonly classes: Readonly<Record<ChangeClass, string>>;
  readonly reaction: (days: string) => string;
}

export interface ParameterPhrases<P extends ParameterId> {
  readonly label: string;
  readonly levels: { readonly [L in Exclude<LevelOf<P>, 'off'>]: string };
}

/** What is said of those who work with data for the organisation. */
export interface RecipientPhrases {
  readonly heading: string;
  readonly nothing: string;
  readonly these: string;
  readonly unreadable: string;
  readonly columns: NoticeRecipients['columns'];
  /** `country` with its code. */
  readonly where: (country: string) => string;
  readonly whatFor: (purpose: string) => string;
  readonly mayGet: (list: string) => string;
  readonly allOf: (label: string) => string;
  readonly someOf: (label: string, fields: string) => string;
  readonly noField: string;
  readonly safeguard: (safeguard: string) => string;
  /** `day` as 2026-11-22. */
  readonly notBefore: (day: string) => string;
  readonly everyField: Readonly<Record<EveryField, string>>;
  readonly fields: { readonly [P in ParameterId]: Readonly<Record<OwnField<P>, string>> };
}

/** Of every observation. */
type EveryField = 'level' | 'at' | 'mono' | 'span';
type OwnField<P extends ParameterId> = Exclude<KeysOf<ObservationOf<P>>, EveryField | 'parameter'>;
type KeysOf<T> = T extends unknown ? keyof T & string : never;

/** What stands above the parts of a notice, and beside its dates. */
export interface NoticeHeadings {
  readonly title: string;
  readonly version: string;
  readonly published: string;
  readonly updated: string;
  readonly collected: string;
  readonly nothing: string;
  readonly notCollected: string;
  readonly everything: string;
  readonly never: string;
  readonly whomToAsk: string;
  readonly table: string;
  readonly fingerprint: string;
  readonly level: string;
  readonly purpose: string;
  readonly basis: string;
  readonly retentionDays: string;
  readonly viewers: string;
}
