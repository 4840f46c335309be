import { z } from 'zod';
import { ParameterId, Purpose } from '../../catalog.ts';
import { LawfulBasis } from '../../policy/policy.ts';
import { Role } from '../../roles.ts';
import { Digest } from '../../signed.ts';
import { UnixMs } from '../../time.ts';
import { Contacts } from './contacts.ts';
import { versionInPath } from './policy.ts';
import { Region } from './region.ts';
import { empty, route } from './route.ts';

/** A BCP 47 tag in its common form: `en`, `de`, `pt-BR`. */
export const LanguageTag = z
  .string()
  .regex(/^[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?$/, 'expected a language tag like de');

/** What the hash of a text can be over: canonical JSON holds no lone surrogates. */
const words = z.string().refine((said) => said.isWellFormed(), 'expected well-formed Unicode');

const headings = [
  ...(['title', 'version', 'published', 'updated', 'collected', 'nothing', 'notCollected', 'everything'] as const),
  ...(['never', 'whomToAsk', 'table', 'fingerprint'] as const),
  ...(['level', 'purpose', 'basis', 'retentionDays', 'viewers'] as const),
] as const;

/** To whom else it is given (GDPR Art. 13(1)(e) and (f)), as the register of processors says it. */
export const NoticeRecipients = z.strictObject({
  heading: words,
  said: words,
  columns: z.strictObject({
    name: words,
    purpose: words,
    region: words,
    fields: words,
    safeguard: words,
    from: words,
  }),
  processors: z.array(
    z.strictObject({
      number: z.int().min(1),
      name: words,
      purpose: words,
      region: Region,
      /** As `app.name`. */
      fields: z.array(words),
      safeguard: words,
      /** Before it they may get nothing of what is new. Left out of entries from before there was such a day. */
      from: UnixMs.optional(),
      /** All of it in words. */
      text: words,
    }),
  ),
  /** Entries of the register that were damaged in the store. */
  unreadable: z.int().min(0),
});
export type NoticeRecipients = z.infer<typeof NoticeRecipients>;

/**
 * A notice, whole: every word that a person reads, and the facts of it under keys that stay. What `hash` is over, as canonical JSON
 * (RFC 8785).
 */
export const NoticeContent = z.strictObject({
  format: z.literal('daylight-notice/1'),
  language: LanguageTag,
  organisation: words,
  /** The version of the policy that it tells of. */
  version: z.int().min(1),
  /** 1, 2 … of this version: another one when whom people can turn to, or to whom it is given, has changed. 0: made on a device, which has not had it from the server. */
  edition: z.int().min(0),
  policyHash: Digest,
  publishedAt: UnixMs,
  /** When this very text was made. */
  updatedAt: UnixMs,
  headings: z.strictObject(
    Object.fromEntries(headings.map((one) => [one, words])) as Record<(typeof headings)[number], z.ZodString>,
  ),
  collected: z.array(
    z.strictObject({
      parameter: ParameterId,
      label: words,
      level: words,
      text: words,
      purpose: Purpose,
      basis: LawfulBasis,
      retentionDays: z.int(),
      viewers: z.array(Role),
      terms: words,
    }),
  ),
  notCollected: z.array(z.strictObject({ parameter: ParameterId, label: words })),
  never: words,
  retention: words,
  ...Contacts.shape,
  appeal: words,
  prevails: words,
  /** Left out of texts from before it was told, and of those that a device makes: it does not have the register. */
  recipients: NoticeRecipients.optional(),
});
export type NoticeContent = z.infer<typeof NoticeContent>;

/** Of a text in another language than the one that counts. */
const translation = z.strictObject({
  /** Whose words they are. Before those of an organisation Daylight says so. */
  by: z.enum(['daylight', 'organisation']),
  /** Of its own words, by which it is kept for ever and named in an acknowledgement. */
  hash: Digest,
});

/** With the hash of the text that counts, which an acknowledgement names. */
export const NoticeView = NoticeContent.extend({
  hash: Digest,
  /** Left out: this is the text that counts. */
  translation: translation.optional(),
});
export type NoticeView = z.infer<typeof NoticeView>;

export const NoticeHead = NoticeView.pick({ version: true, edition: true, updatedAt: true, hash: true });
export type NoticeHead = z.infer<typeof NoticeHead>;

/** A translation that somebody was shown; `master` is the hash of the text that it translates, `at` when it was first kept. */
export const TranslationHead = z.strictObject({
  ...{
    ...NoticeView.pick({ version: true, edition: true, language: true, hash: true }).shape,
    ...translation.pick({ by: true }).shape,
  },
  ...{ master: Digest, at: UnixMs },
});
export type TranslationHead = z.infer<typeof TranslationHead>;

const language = z.strictObject({ language: LanguageTag });

/** The notice in force in the language that somebody chose. */
export const NoticeInLanguage = z.strictObject({
  /** Its `hash` is the one of the English text, whatever language it is in: that is the text that counts and that is acknowledged. */
  notice: NoticeView,
  /** `stale`: the translation is of another text, so that the English one is shown. `none`: nobody has translated it. */
  is: z.enum(['master', 'translation', 'stale', 'none']),
  languages: z.array(LanguageTag),
});
export type NoticeInLanguage = z.infer<typeof NoticeInLanguage>;

export const noticeRoutes = {
  noticeIn: route({
    method: 'GET',
    path: '/notice/in/:language',
    auth: 'session',
    params: language,
    query: empty,
    summary:
      'The notice in force in a language: a translation of that very text, or the English one where there is none or it is out of date, which `is` says.',
    body: null,
    response: NoticeInLanguage,
  }),
  translateNotice: route({
    method: 'PUT',
    path: '/notice/in/:language',
    auth: 'session',
    params: language,
    query: empty,
    summary:
      "Puts the organisation's own translation of the text with the hash `master` (owner, privacy officer); `content` null removes it. 409 when that text is not in force any more, 400 with the field when the translation says other facts, or in a language that Daylight has something else than Daylight says.",
    body: z.strictObject({ master: Digest, content: NoticeContent.nullable() }),
    response: NoticeInLanguage,
  }),
  notice: route({
    method: 'GET',
    path: '/notice',
    auth: 'session',
    params: empty,
    query: empty,
    summary: 'The notice that people get: the newest text of the version in force, as it is stored.',
    body: null,
    response: NoticeView,
  }),
  noticeVersion: route({
    method: 'GET',
    path: '/notice/versions/:version',
    auth: 'session',
    params: z.strictObject({ version: versionInPath }),
    query: empty,
    summary: 'The newest text of the notice of one published version. Everyone in the organisation may read it.',
    body: null,
    response: NoticeView,
  }),
  noticeTexts: route({
    method: 'GET',
    path: '/notice/texts',
    auth: 'session',
    params: empty,
    query: empty,
    summary:
      'Every text of a notice that is stored, oldest first, by its hash, and every translation that somebody was shown. None is ever changed or removed.',
    body: null,
    response: z.strictObject({ texts: z.array(NoticeHead), translations: z.array(TranslationHead) }),
  }),
  noticeText: route({
    method: 'GET',
    path: '/notice/texts/:hash',
    auth: 'session',
    params: z.strictObject({ hash: Digest }),
    query: empty,
    summary:
      'The text or translation with this hash, as it was shown: what an acknowledgement that names the hash was about. Of a translation `hash` is that of the text that counts, and `translation.hash` its own.',
    body: null,
    response: NoticeView,
  }),
};
