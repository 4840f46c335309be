import type { PersonalTerms } from '../../shared/policy/personal.ts';
import { languagesOf, type NoticeTranslation, noticeIn, type ShownNotice } from '../../shared/policy/translation.ts';
import type { NoticeView } from '../../shared/protocol/http/notice.ts';
import type { Digest } from '../../shared/signed.ts';
import type { VerifiedPolicy } from './gate/policyCache.ts';
import { digestOf, noticeFor, tellsOf, toldBy } from './notice.ts';

/** The text of the notice in force, as the server has stored it for ever. In memory: it names people, and comes with each connection. */
export interface NoticeBox {
  /** Of the text that is here; null when there is none. */
  hash(): Digest | null;
  /** Keeps it, unless it does not tell of the policy in force. */
  arrived(notice: NoticeView): void;
  /** The text in force does not come here: one that is held is not it. */
  dropped(): void;
  /** What the organisation translated itself, in the place of what came before. */
  translated(translations: readonly NoticeTranslation[]): void;
  /** The same in a language; without a translation of that very text it is the text itself, which is said. */
  inLanguage(
    language: string,
    policy: VerifiedPolicy,
    terms?: PersonalTerms,
  ): ShownNotice & { readonly languages: readonly string[] };
  /** What is shown of the policy: the server's text where it tells of this very policy, else this agent's own words. */
  of(policy: VerifiedPolicy, terms?: PersonalTerms): NoticeView;
}

export function createNoticeBox(organisation: string, policy: () => VerifiedPolicy | null): NoticeBox {
  let held: NoticeView | null = null;
  let theirs: readonly NoticeTranslation[] = [];
  const of = (now: VerifiedPolicy, terms?: PersonalTerms): NoticeView =>
    held !== null && tellsOf(held, now, terms) ? held : noticeFor(now, organisation, terms);
  return {
    translated: (translations) => {
      theirs = translations;
    },
    inLanguage(language, now, terms) {
      const master = of(now, terms);
      const telling = { policy: toldBy(now, terms), digest: digestOf };
      return { ...noticeIn(language, master, theirs, telling), languages: languagesOf(master, theirs) };
    },
    hash: () => held?.hash ?? null,
    arrived(notice) {
      const now = policy();
      if (now !== null && tellsOf(notice, now)) held = notice;
    },
    dropped: () => {
      held = null;
    },
    of,
  };
}
