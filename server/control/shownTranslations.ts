import { z } from 'zod';
import type { OrgId } from '../../shared/ids.ts';
import { contentOf, hashedText } from '../../shared/policy/notice.ts';
import { NoticeTranslation } from '../../shared/policy/translation.ts';
import { NoticeView, type TranslationHead } from '../../shared/protocol/http/notice.ts';
import type { Digest } from '../../shared/signed.ts';
import type { Clock } from '../clock.ts';
import { type Settings, StoreError } from '../store/store.ts';
import type { Vault } from '../vault/vault.ts';
import { openSetting, putSetting } from './settings.ts';
import { payloadHash } from './signer.ts';

/** Under this name every translation that somebody was shown is kept for ever, one a revision. */
const NAME = 'notice translations shown';

const Shown = NoticeTranslation.extend({ by: NoticeView.shape.translation.unwrap().shape.by });
type Shown = z.infer<typeof Shown>;

/** The translations that were ever shown to anybody, by the hash of their own words. */
export interface ShownTranslations {
  /** Once each; whoever shows a translation keeps it before. */
  keep(org: OrgId, notice: NoticeView): Promise<void>;
  /** Null when nobody was ever shown one with this hash, or it was damaged in the store. */
  byHash(org: OrgId, hash: Digest): Promise<NoticeView | null>;
  /** In the order in which they were first kept. */
  heads(org: OrgId): Promise<readonly TranslationHead[]>;
}

export interface ShownTranslationsDeps {
  readonly store: Settings;
  readonly vault: Vault;
  readonly clock: Clock;
}

/** What was read of an organisation's: nothing of it ever changes, so that only what has come since is opened. */
interface Known {
  upTo: number;
  readonly heads: Map<Digest, TranslationHead & { readonly revision: number }>;
}

export function createShownTranslations({ store, vault, clock }: ShownTranslationsDeps): ShownTranslations {
  const known = new Map<OrgId, Known>();

  async function read(org: OrgId): Promise<Known> {
    const before = known.get(org) ?? { upTo: 0, heads: new Map() };
    known.set(org, before);
    for (const record of await store.settingRevisions(org, NAME)) {
      if (record.revision <= before.upTo) continue;
      const { revision, at, value } = await openSetting(vault, record, Shown);
      if (value !== null) {
        const { by, master, content } = value;
        const { version, edition, language } = content;
        const hash = payloadHash(hashedText(content));
        before.heads.set(hash, { version, edition, language, hash, by, master, at, revision });
      }
      before.upTo = Math.max(before.upTo, revision);
    }
    return before;
  }

  async function append(org: OrgId, hash: Digest, one: Shown): Promise<void> {
    const { upTo, heads } = await read(org);
    if (heads.has(hash)) return;
    const place = { org, name: NAME, revision: upTo + 1, at: clock.now() };
    try {
      await putSetting(store, vault, place, one);
    } catch (error) {
      if (!(error instanceof StoreError) || error.code !== 'conflict') throw error;
      // Somebody else kept one at the same moment: this one, or another.
      await append(org, hash, one);
    }
  }

  return {
    async keep(org, notice) {
      const { translation, hash: master } = notice;
      if (translation === undefined || known.get(org)?.heads.has(translation.hash)) return;
      await append(org, translation.hash, { by: translation.by, master, content: contentOf(notice) });
    },
    async byHash(org, hash) {
      const revision = (await read(org)).heads.get(hash)?.revision;
      const record = (await store.settingRevisions(org, NAME)).find((one) => one.revision === revision);
      if (record === undefined) return null;
      const { value } = await openSetting(vault, record, Shown);
      return value === null ? null : { ...value.content, hash: value.master, translation: { by: value.by, hash } };
    },
    heads: async (org) => [...(await read(org)).heads.values()].map(({ revision: _, ...head }) => head),
  };
}
