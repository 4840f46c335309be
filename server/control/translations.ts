import { z } from 'zod';
import { DaylightError } from '../../shared/errors.ts';
import type { OrgId } from '../../shared/ids.ts';
import type { Told } from '../../shared/policy/notice.ts';
import { hasWordsIn, mistakeIn, NoticeTranslation } from '../../shared/policy/translation.ts';
import type { NoticeView } from '../../shared/protocol/http/notice.ts';
import { type Settings, StoreError } from '../store/store.ts';
import type { Vault } from '../vault/vault.ts';
import { putSetting, readSetting } from './settings.ts';

/** Under this name the organisation's settings keep what they translated, one text a language. */
const TRANSLATIONS = 'notice_translations';
export const MOST_TRANSLATIONS = 10;

const Translations = z.array(NoticeTranslation).max(MOST_TRANSLATIONS);

export interface Translated {
  readonly revision: number;
  readonly translations: readonly NoticeTranslation[];
}

/** What the organisation translated itself. What was damaged in the store counts as none: then the master is shown. */
export async function translationsOf(store: Pick<Settings, 'setting'>, vault: Vault, org: OrgId): Promise<Translated> {
  const setting = await readSetting(store, vault, { org, name: TRANSLATIONS }, Translations);
  return { revision: setting?.revision ?? 0, translations: setting?.value ?? [] };
}

/** In the place of what there was in that language; null takes it away. */
export async function putTranslation(
  { store, vault }: { readonly store: Settings; readonly vault: Vault },
  { org, language, at }: { readonly org: OrgId; readonly language: string; readonly at: number },
  translation: NoticeTranslation | null,
): Promise<void> {
  const { revision, translations } = await translationsOf(store, vault, org);
  const others = translations.filter((one) => one.content.language !== language);
  const next = translation === null ? others : [...others, translation];
  if (next.length > MOST_TRANSLATIONS) {
    throw new DaylightError('conflict', `there are translations into ${MOST_TRANSLATIONS} languages already`, {
      remedy: 'Remove one first.',
    });
  }
  const place = { org, name: TRANSLATIONS, revision: revision + 1, at };
  await putSetting(store, vault, place, next).catch((cause: unknown) => {
    if (!(cause instanceof StoreError) || cause.code !== 'conflict') throw cause;
    throw new DaylightError('conflict', 'somebody has changed the translations meanwhile', {
      remedy: 'Look at what holds now, and try again.',
      cause,
    });
  });
}

/** Throws DaylightError, with the field, when it is not a translation of `master` that the organisation may put. */
export function requireTranslation(
  master: NoticeView,
  policy: Told,
  language: string,
  content: NoticeTranslation['content'],
): void {
  const field =
    content.language === language ? mistakeIn({ master: master.hash, content }, master, policy) : 'content.language';
  if (field === null) return;
  if (field !== 'content' && hasWordsIn(language) && language !== master.language) {
    throw new DaylightError('bad_request', `${field}: Daylight says this itself in "${language}"`, {
      field,
      remedy: `Choose that language, save the notice as JSON, and translate nothing but what your organisation wrote: what processors are for and what protects the data there, and name and address of the authority, each also where it stands in a sentence.`,
    });
  }
  throw new DaylightError('bad_request', `${field}: this is not the notice in force in that language`, {
    field,
    remedy: `Save the notice as JSON, put "${language}" for its language, translate its words, and leave everything else as it is.`,
  });
}
