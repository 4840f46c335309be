import type { PersonalTerms } from '../../shared/policy/personal.ts';
import type { NoticeView } from '../../shared/protocol/http/notice.ts';
import type { Digest } from '../../shared/signed.ts';
import type { VerifiedPolicy } from './gate/policyCache.ts';
import { noticeFor, tellsOf } from './notice.ts';

/** The text of the notice in force, as the server has stored it for ever. In memory: it names people, and comes with each connection. */
export interface NoticeBox {
  /** Of the text that is here; null when there is none. */
  hash(): Digest | null;
  /** Keeps it, unless it does not tell of the policy in force. */
  arrived(notice: NoticeView): void;
  /** What is shown of the policy: the server's text where it tells of this very policy, else this agent's own words. */
  of(policy: VerifiedPolicy, terms?: PersonalTerms): NoticeView;
}

export function createNoticeBox(organisation: string, policy: () => VerifiedPolicy | null): NoticeBox {
  let held: NoticeView | null = null;
  return {
    hash: () => held?.hash ?? null,
    arrived(notice) {
      const now = policy();
      if (now !== null && tellsOf(notice, now)) held = notice;
    },
    of: (now, terms) => (held !== null && tellsOf(held, now, terms) ? held : noticeFor(now, organisation, terms)),
  };
}
