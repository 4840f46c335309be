import { noticeOf } from '../../shared/policy/notice.ts';
import type { NoticeView } from '../../shared/protocol/http/notice.ts';
import type { PublishedPolicy } from './control.ts';

/** The notice of a published policy: what people read, with the hash that their acknowledgement names. */
export function noticeView(policy: PublishedPolicy): NoticeView {
  const { version, collected, notCollected, never } = noticeOf(policy.document);
  return {
    version,
    policyHash: policy.hash,
    publishedAt: policy.publishedAt,
    collected: collected.map((line) => ({ ...line, viewers: [...line.viewers] })),
    notCollected: notCollected.map((line) => ({ ...line })),
    never,
  };
}
