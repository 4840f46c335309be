import { z } from 'zod';
import { NoticeContent, type NoticeView } from '../protocol/http/notice.ts';
import { Digest } from '../signed.ts';
import { factsOf, noticeContent, type Told } from './notice.ts';
import { languages } from './phrases/languages.ts';
import { sameRecipients } from './recipients.ts';

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

/** `policy` as the master tells of it. Whatever an organisation translated itself goes before Daylight's own words. */
export function noticeIn(
  language: string,
  master: NoticeView,
  translations: readonly NoticeTranslation[],
  policy: Told,
): ShownNotice {
  if (language === master.language) return { notice: master, is: 'master' };
  const theirs = translations.find(({ content }) => content.language === language);
  const one = theirs ?? ownWords(language, master, policy);
  if (one === null) return { notice: master, is: 'none' };
  if (!isTranslationOf(master, one)) return { notice: master, is: 'stale' };
  return { notice: { ...one.content, hash: master.hash }, is: 'translation' };
}

/** Of this very text, with the same facts: then nothing that the master tells is missing in its table. */
export function isTranslationOf(master: NoticeView, { master: hash, content }: NoticeTranslation): boolean {
  const { language, edition, publishedAt, updatedAt } = content;
  return (
    hash === master.hash &&
    language !== master.language &&
    edition === master.edition &&
    publishedAt === master.publishedAt &&
    updatedAt === master.updatedAt &&
    factsOf(content) === factsOf(master) &&
    tellOfTheSame(content, master)
  );
}

function tellOfTheSame({ recipients: a }: NoticeContent, { recipients: b }: NoticeContent): boolean {
  return a === undefined || b === undefined ? a === b : sameRecipients(a, b);
}

/** Every language in which there are words of a notice. */
export function languagesOf(master: NoticeView, translations: readonly NoticeTranslation[]): readonly string[] {
  const own = languages.map(({ language }) => language);
  return [...new Set([master.language, ...own, ...translations.map(({ content }) => content.language)])];
}

/** What a language calls itself; its tag where Daylight has no words in it. */
export function nameOfLanguage(tag: string): string {
  return languages.find(({ language }) => language === tag)?.called ?? tag;
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
