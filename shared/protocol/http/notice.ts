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

const headings = [
  ...(['title', 'version', 'published', 'updated', 'collected', 'nothing', 'notCollected', 'everything'] as const),
  ...(['never', 'whomToAsk', 'table', 'fingerprint'] as const),
  ...(['level', 'purpose', 'basis', 'retentionDays', 'viewers'] as const),
] as const;

/** To whom else it is given (GDPR Art. 13(1)(e) and (f)), as the register of processors says it. */
export const NoticeRecipients = z.strictObject({
  heading: z.string(),
  said: z.string(),
  columns: z.strictObject({
    name: z.string(),
    purpose: z.string(),
    region: z.string(),
    fields: z.string(),
    safeguard: z.string(),
    from: z.string(),
  }),
  processors: z.array(
    z.strictObject({
      number: z.int().min(1),
      name: z.string(),
      purpose: z.string(),
      region: Region,
      /** As `app.name`. */
      fields: z.array(z.string()),
      safeguard: z.string(),
      /** Before it they may get nothing of what is new. Left out of entries from before there was such a day. */
      from: UnixMs.optional(),
      /** All of it in words. */
      text: z.string(),
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
  organisation: z.string(),
  /** The version of the policy that it tells of. */
  version: z.int().min(1),
  /** 1, 2 … of this version: another one when whom people can turn to, or to whom it is given, has changed. 0: made on a device, which has not had it from the server. */
  edition: z.int().min(0),
  policyHash: Digest,
  publishedAt: UnixMs,
  /** When this very text was made. */
  updatedAt: UnixMs,
  headings: z.strictObject(
    Object.fromEntries(headings.map((one) => [one, z.string()])) as Record<(typeof headings)[number], z.ZodString>,
  ),
  collected: z.array(
    z.strictObject({
      parameter: ParameterId,
      label: z.string(),
      level: z.string(),
      text: z.string(),
      purpose: Purpose,
      basis: LawfulBasis,
      retentionDays: z.int(),
      viewers: z.array(Role),
      terms: z.string(),
    }),
  ),
  notCollected: z.array(z.strictObject({ parameter: ParameterId, label: z.string() })),
  never: z.string(),
  retention: z.string(),
  ...Contacts.shape,
  appeal: z.string(),
  prevails: z.string(),
  /** Left out of texts from before it was told, and of those that a device makes: it does not have the register. */
  recipients: NoticeRecipients.optional(),
});
export type NoticeContent = z.infer<typeof NoticeContent>;

/** With its hash, which an acknowledgement names. */
export const NoticeView = NoticeContent.extend({ hash: Digest });
export type NoticeView = z.infer<typeof NoticeView>;

export const NoticeHead = NoticeView.pick({ version: true, edition: true, updatedAt: true, hash: true });
export type NoticeHead = z.infer<typeof NoticeHead>;

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
      "Puts the organisation's own translation of the text with the hash `master` (whoever may publish the policy); `content` null removes it. 409 when that text is not in force any more, 400 when the translation says other facts.",
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
    summary: 'Every text of a notice that is stored, oldest first, by its hash. None is ever changed or removed.',
    body: null,
    response: z.strictObject({ texts: z.array(NoticeHead) }),
  }),
  noticeText: route({
    method: 'GET',
    path: '/notice/texts/:hash',
    auth: 'session',
    params: z.strictObject({ hash: Digest }),
    query: empty,
    summary: 'The text with this hash, as it was shown: what an acknowledgement that names the hash was about.',
    body: null,
    response: NoticeView,
  }),
};
