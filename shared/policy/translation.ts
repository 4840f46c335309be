import { z } from 'zod';
import { canonical } from '../canonical.ts';
import type { Contacts } from '../protocol/http/contacts.ts';
import { NoticeContent, type NoticeRecipients, type NoticeView } from '../protocol/http/notice.ts';
import { Digest } from '../signed.ts';
import { factsOf, hashedText, noticeContent, type Told } from './notice.ts';
import { english } from './phrases/en.ts';
import { languages, phrasesIn } from './phrases/languages.ts';

/** A notice in another language, of the text with the hash `master` and of no other. The master is the one that counts. */
export const NoticeTranslation = z.strictObject({ master: Digest, content: NoticeContent });
export type NoticeTranslation = z.infer<typeof NoticeTranslation>;

/**
 * What is shown to whoever chose a language. `notice.hash` is the master's in any case, which is what is acknowledged. `stale`: there is a
 * translation, of another text than this one. `none`: there is none.
 */
export interface ShownNotice {
  readonly notice: NoticeView;
  readonly is: 'master' | 'translation' | 'stale' | 'none';
}

/** What is told, and what hashes a text. */
export interface Telling {
  readonly policy: Told;
  readonly digest: (text: string) => Digest;
}

/**
 * `policy` as the master tells of it. Whatever an organisation translated itself goes before Daylight's own words; where it is of another
 * text, or says something that is not its own to say, Daylight's stand there, and without any the master.
 */
export function noticeIn(
  language: string,
  master: NoticeView,
  translations: readonly NoticeTranslation[],
  { policy, digest }: Telling,
): ShownNotice {
  if (language === master.language) return { notice: master, is: 'master' };
  const shown = ({ content }: NoticeTranslation, by: 'daylight' | 'organisation'): ShownNotice => {
    const translation = { by, hash: digest(hashedText(content)) };
    return { notice: { ...content, hash: master.hash, translation }, is: 'translation' };
  };
  const own = ownWords(language, master, policy);
  const theirs = translations.find(({ content }) => content.language === language);
  if (theirs !== undefined && mistakeIn(theirs, master, policy) === null) {
    const isOwn = own !== null && canonical(own.content) === canonical(theirs.content);
    return shown(theirs, isOwn ? 'daylight' : 'organisation');
  }
  if (own !== null && hasItsFacts(own.content, master)) return shown(own, 'daylight');
  return { notice: master, is: own === null && theirs === undefined ? 'none' : 'stale' };
}

/**
 * The field of a translation that is not of this very text; null when all of it is. In a language that Daylight has it says what
 * Daylight says, and the organisation's own words alone are its own: see `withTheirWords`.
 */
export function mistakeIn(
  { master: hash, content }: NoticeTranslation,
  master: NoticeView,
  policy: Told,
): string | null {
  if (hash !== master.hash) return 'master';
  if (content.language === master.language) return 'content.language';
  if (!hasItsFacts(content, master)) return 'content';
  const expected = ownWords(content.language, withTheirWords(master, content), policy);
  return expected === null ? null : firstDifference(expected.content, content, 'content');
}

/** Every language in which there are words of a notice. */
export function languagesOf(master: NoticeView, translations: readonly NoticeTranslation[]): readonly string[] {
  const own = languages.map(({ language }) => language);
  return [...new Set([master.language, ...own, ...translations.map(({ content }) => content.language)])];
}

/** What a language calls itself. */
export function nameOfLanguage(tag: string): string {
  const own = languages.find(({ language }) => language === tag)?.called;
  return own ?? new Intl.DisplayNames([tag, english.language], { type: 'language' }).of(tag) ?? tag;
}

/** Whether Daylight has words in it, so that what it says itself is not for anybody else to translate. */
export function hasWordsIn(tag: string): boolean {
  return languages.some(({ language }) => language === tag);
}

/** A line of Daylight's own. */
export interface SaidBefore {
  readonly language: string;
  readonly text: string;
}

/**
 * What Daylight says before a translation that is not its own, in English and in that language where it has words: nothing in the
 * translation takes its place. Empty where nothing is to be said.
 */
export function saidBefore({ translation, language, organisation }: NoticeView): readonly SaidBefore[] {
  if (translation?.by !== 'organisation') return [];
  return [...new Set([english, phrasesIn(language)])].map((phrases) => {
    return { language: phrases.language, text: phrases.reading.translatedBy(organisation) };
  });
}

/** The same facts, dates and edition, of the same organisation, with the same people to turn to: then nothing that the master tells is missing in its table. */
function hasItsFacts(content: NoticeContent, master: NoticeView): boolean {
  const facts = ({ edition, publishedAt, updatedAt, organisation, authority, privacy, recipients }: NoticeContent) =>
    canonical({
      ...{ edition, publishedAt, updatedAt, organisation, privacy },
      authority: authority === null ? null : authority.web,
      ...(recipients === undefined ? {} : { recipients: factsOfRecipients(recipients) }),
    });
  return factsOf(content) === factsOf(master) && facts(content) === facts(master);
}

/** Without what an organisation may say in the words of the language. */
function factsOfRecipients({ processors, unreadable }: NoticeRecipients) {
  return {
    unreadable,
    processors: processors.map(({ number, name, region, fields, safeguard, from = null }) => {
      return { number, name, region, fields, hasSafeguard: safeguard !== '', from };
    }),
  };
}

/** The master with what the organisation wrote in sentences in the words of its translation: what processors are for and what protects it there, and the authority. */
function withTheirWords(master: NoticeView, { authority, recipients }: NoticeContent): NoticeView {
  const named = (was: Contacts['authority']): Contacts['authority'] =>
    was === null || authority === null ? was : { ...was, name: authority.name, address: authority.address };
  const given = master.recipients?.processors.map((was) => {
    const { purpose, safeguard } = recipients?.processors.find(({ number }) => number === was.number) ?? was;
    return { ...was, purpose, safeguard };
  });
  const told = master.recipients === undefined ? {} : { recipients: { ...master.recipients, processors: given ?? [] } };
  return { ...master, authority: named(master.authority), ...told };
}

/** Where the second of two texts first says something else, as `content.collected.0.text`; null: nowhere. */
function firstDifference(expected: unknown, found: unknown, at: string): string | null {
  if (canonical(expected ?? null) === canonical(found ?? null)) return null;
  if (!isTree(expected) || !isTree(found)) return at;
  for (const key of new Set([...Object.keys(expected), ...Object.keys(found)])) {
    const inside = firstDifference(expected[key], found[key], `${at}.${key}`);
    if (inside !== null) return inside;
  }
  return at;
}

function isTree(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function ownWords(language: string, master: NoticeView, policy: Told): NoticeTranslation | null {
  const phrases = languages.find((one) => one.language === language);
  if (phrases === undefined) return null;
  const { organisation, policyHash, publishedAt, updatedAt, edition, authority, privacy, appeal, recipients } = master;
  const origin = { organisation, policyHash, publishedAt, updatedAt, edition };
  const contacts = appeal === '' ? {} : { contacts: { authority, privacy } };
  const given = recipients === undefined ? {} : { recipients };
  return { master: master.hash, content: noticeContent(policy, { ...origin, ...contacts, ...given }, phrases) };
}
