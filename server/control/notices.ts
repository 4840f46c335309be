import { canonical } from '../../shared/canonical.ts';
import { DaylightError } from '../../shared/errors.ts';
import type { OrgId } from '../../shared/ids.ts';
import { hashedText, noticeContent } from '../../shared/policy/notice.ts';
import { english } from '../../shared/policy/phrases/en.ts';
import type { Phrases } from '../../shared/policy/phrases/phrases.ts';
import { recipientsPart, tellsOfAll } from '../../shared/policy/recipients.ts';
import {
  hasWordsIn,
  languagesOf,
  mistakeIn,
  type NoticeTranslation,
  noticeIn,
  type ShownNotice,
} from '../../shared/policy/translation.ts';
import {
  NoticeContent,
  type NoticeHead,
  type NoticeView,
  type TranslationHead,
} from '../../shared/protocol/http/notice.ts';
import type { Digest } from '../../shared/signed.ts';
import type { Clock } from '../clock.ts';
import { createRecipients } from '../records/processors.ts';
import { type NoticeRecord, type Store, StoreError } from '../store/store.ts';
import { type SealScope, type Vault, VaultError } from '../vault/vault.ts';
import { contactsOf } from './contacts.ts';
import type { PublishedPolicy } from './control.ts';
import { createShownTranslations } from './shownTranslations.ts';
import { type Organisations, payloadHash } from './signer.ts';
import { translationsOf } from './translations.ts';

/** The notices of every organisation. No text is given to anybody before it is stored, and what is given is what is stored. */
export interface Notices {
  /**
   * The newest text of the notice of a published policy. The first call for a version makes and keeps its text, in the words of
   * this Daylight; a later Daylight gives that one. Of the version in force another edition is made when whom people can turn to, or the register of processors, has changed.
   */
  of(policy: PublishedPolicy, which: 'in_force' | 'past'): Promise<NoticeView>;
  /** The text or translation with this hash, unchanged for ever; null when nobody was ever shown one. */
  byHash(org: OrgId, hash: Digest): Promise<NoticeView | null>;
  /** The text in force as whoever chose a language is shown it. What is a translation is kept before. */
  inLanguage(
    policy: PublishedPolicy,
    master: NoticeView,
    language: string,
  ): Promise<ShownNotice & { readonly languages: readonly string[] }>;
  /** What a device needs to show it in every language beside its own words. All that it can show is kept before. */
  forDevice(policy: PublishedPolicy, master: NoticeView): Promise<readonly NoticeTranslation[]>;
  /** Every text, by version and edition. */
  heads(org: OrgId): Promise<readonly NoticeHead[]>;
  /** Every translation that somebody was shown. */
  translationHeads(org: OrgId): Promise<readonly TranslationHead[]>;
}

export interface NoticesDeps {
  readonly store: Pick<
    Store,
    'putNotice' | 'notice' | 'noticeByHash' | 'notices' | 'putSetting' | 'setting' | 'settingRevisions'
  >;
  readonly vault: Vault;
  readonly organisations: Organisations;
  readonly clock: Clock;
  /** The words of the texts that are made from now on; left out: those of this Daylight. */
  readonly phrases?: Phrases;
}

export function createNotices({ store, vault, organisations, clock, phrases = english }: NoticesDeps): Notices {
  const translated = createShownTranslations({ store, vault, clock });
  const recipientsOf = createRecipients(store, vault);

  async function first(policy: PublishedPolicy): Promise<NoticeContent> {
    const { document, hash: policyHash, publishedAt } = policy;
    const { identity } = await organisations.signer(document.org);
    const [contacts, recipients] = await besides(document.org);
    const updatedAt = Math.max(publishedAt, contacts.changedAt ?? 0, recipients.changedAt ?? 0);
    const origin = {
      organisation: identity.name,
      policyHash,
      publishedAt,
      updatedAt,
      edition: 1,
      contacts,
      recipients,
    };
    return noticeContent(document, origin, phrases);
  }

  /** Null when nothing of it has changed. */
  async function next(org: OrgId, last: NoticeView): Promise<NoticeContent | null> {
    const [{ authority, privacy, appeal, changedAt }, recipients] = await besides(org);
    const { hash: _, ...content } = last;
    const before = { authority: content.authority, privacy: content.privacy };
    const others = canonical({ authority, privacy }) === canonical(before) ? {} : { authority, privacy, appeal };
    const given = tellsOfAll(content.recipients, recipients) ? {} : { recipients: recipientsPart(recipients, phrases) };
    if (Object.keys({ ...others, ...given }).length === 0) return null;
    const changes = [changedAt, recipients.changedAt].flatMap((at) => at ?? []);
    const updatedAt = Math.max(content.updatedAt, ...(changes.length === 0 ? [clock.now()] : changes));
    return { ...content, ...others, ...given, updatedAt, edition: content.edition + 1 };
  }

  /** What a notice tells beside the policy. */
  function besides(org: OrgId) {
    return Promise.all([contactsOf(store, vault, org), recipientsOf(org)]);
  }

  async function keep(org: OrgId, content: NoticeContent): Promise<NoticeView> {
    const text = hashedText(content);
    const { version, edition } = content;
    const place = { org, version, edition, hash: payloadHash(text) };
    const sealed = await vault.seal(scopeOf(place), Buffer.from(text, 'utf8'), { compress: true });
    await store.putNotice({ ...place, at: content.updatedAt, text: sealed });
    return { ...content, hash: place.hash };
  }

  async function read(record: NoticeRecord): Promise<NoticeView> {
    const bytes = await vault.open(scopeOf(record), record.text).catch((cause: unknown) => {
      throw cause instanceof VaultError && cause.code === 'unavailable' ? cause : damaged(record, cause);
    });
    const text = Buffer.from(bytes).toString('utf8');
    if (payloadHash(text) !== record.hash) throw damaged(record);
    return { ...NoticeContent.parse(JSON.parse(text)), hash: record.hash };
  }

  async function newest(policy: PublishedPolicy, which: 'in_force' | 'past'): Promise<NoticeView> {
    const { org, version } = policy.document;
    const record = await store.notice(org, version);
    if (record === null) return keep(org, await first(policy));
    const last = await read(record);
    const changed = which === 'past' ? null : await next(org, last);
    return changed === null ? last : keep(org, changed);
  }

  async function shownIn(
    { document }: PublishedPolicy,
    master: NoticeView,
    theirs: readonly NoticeTranslation[],
    language: string,
  ): Promise<ShownNotice> {
    const shown = noticeIn(language, master, theirs, { policy: document, digest: payloadHash });
    await translated.keep(document.org, shown.notice);
    return shown;
  }

  return {
    async of(policy, which) {
      try {
        return await newest(policy, which);
      } catch (error) {
        // Somebody else was asked at the same moment and made it: theirs is the one.
        if (error instanceof StoreError && error.code === 'conflict') return newest(policy, which);
        throw error;
      }
    },
    async byHash(org, hash) {
      const record = await store.noticeByHash(org, hash);
      return record === null ? translated.byHash(org, hash) : read(record);
    },
    async inLanguage(policy, master, language) {
      const { translations } = await translationsOf(store, vault, policy.document.org);
      const shown = await shownIn(policy, master, translations, language);
      return { ...shown, languages: languagesOf(master, translations) };
    },
    async forDevice(policy, master) {
      const { translations } = await translationsOf(store, vault, policy.document.org);
      for (const language of languagesOf(master, translations)) await shownIn(policy, master, translations, language);
      // In Daylight's languages an older agent would show whatever comes, or the English text in the place of its own words.
      return translations.filter(
        (one) => !hasWordsIn(one.content.language) || mistakeIn(one, master, policy.document) === null,
      );
    },
    translationHeads: (org) => translated.heads(org),
    async heads(org) {
      return (await store.notices(org)).map(({ version, edition, at, hash }) => ({
        version,
        edition,
        updatedAt: at,
        hash,
      }));
    },
  };
}

function damaged({ version, edition }: NoticeRecord, cause?: unknown): DaylightError {
  return new DaylightError(
    'unavailable',
    `the text of notice ${version} (edition ${edition}) was changed in the store`,
    {
      remedy: 'Restore the database from a backup.',
      cause,
    },
  );
}

function scopeOf({ org, version, edition, hash }: Omit<NoticeRecord, 'at' | 'text'>): SealScope {
  const part = `notice edition ${edition} ${hash}`;
  return { org, person: null, parameter: 'profile', epoch: 0, record: org, part, policyVersion: version };
}
