import { z } from 'zod';
import { DaylightError } from '../../shared/errors.ts';
import type { OrgId } from '../../shared/ids.ts';
import { isTranslationOf, NoticeTranslation } from '../../shared/policy/translation.ts';
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

/** In the place of what there was in that language; `content` null takes it away. Throws DaylightError when it is not a translation of `master`. */
export async function putTranslation(
  { store, vault }: { readonly store: Settings; readonly vault: Vault },
  { org, language, at }: { readonly org: OrgId; readonly language: string; readonly at: number },
  master: NoticeView,
  content: NoticeTranslation['content'] | null,
): Promise<void> {
  const { revision, translations } = await translationsOf(store, vault, org);
  const others = translations.filter((one) => one.content.language !== language);
  const next = content === null ? others : [...others, requireTranslation(master, language, content)];
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

function requireTranslation(
  master: NoticeView,
  language: string,
  content: NoticeTranslation['content'],
): NoticeTranslation {
  const one = { master: master.hash, content };
  if (content.language === language && isTranslationOf(master, one)) return one;
  throw new DaylightError('bad_request', 'content: this is not the notice in force in that language', {
    field: 'content',
    remedy: `Save the notice as JSON, put "${language}" for its language, translate its words, and leave everything else as it is.`,
  });
}
