import { createHash } from 'node:crypto';
import { atLevels, intendedLevels } from '../../shared/policy/ceilings.ts';
import { factsOf, hashedText, noticeContent, type Told } from '../../shared/policy/notice.ts';
import { noticePlain } from '../../shared/policy/noticePage.ts';
import { NO_PERSONAL_TERMS, type PersonalTerms } from '../../shared/policy/personal.ts';
import type { ReadPolicy } from '../../shared/policy/policy.ts';
import type { NoticeContent, NoticeView } from '../../shared/protocol/http/notice.ts';
import type { VerifiedPolicy } from './gate/policyCache.ts';

/**
 * The notice of the verified policy in the words of this agent: for as long as it has not had the text from its server, and with what
 * their organisation leaves out for this person. What this agent does not understand is off here and listed as not collected.
 */
export function noticeFor(
  policy: VerifiedPolicy,
  organisation: string,
  terms: PersonalTerms = NO_PERSONAL_TERMS,
): NoticeView {
  const { hash: policyHash, notBefore } = policy;
  const origin = { organisation, policyHash, publishedAt: notBefore, updatedAt: notBefore, edition: 0 };
  const content = noticeContent(toldBy(policy, terms), origin);
  return { ...content, hash: hashOf(content) };
}

/** What the notice tells of the policy, with what their organisation leaves out for this person. */
export function toldBy(policy: ReadPolicy, terms: PersonalTerms = NO_PERSONAL_TERMS): Told {
  return { ...policy, parameters: atLevels(policy.rules, intendedLevels(policy, terms)) };
}

/**
 * Whether a text from the server may stand for this policy here: its hash is its own, and its table is the one that the signed
 * policy gives. Then nothing that is collected is missing in it, however it is worded.
 */
export function tellsOf(notice: NoticeView, policy: VerifiedPolicy, terms?: PersonalTerms): boolean {
  return hashOf(notice) === notice.hash && factsOf(notice) === factsOf(noticeFor(policy, notice.organisation, terms));
}

/** The whole notice in words, a line each, for a terminal. */
export function noticeLines(notice: NoticeView): readonly string[] {
  return noticePlain(notice);
}

function hashOf(notice: NoticeContent | NoticeView): string {
  return digestOf(hashedText(notice));
}

/** SHA-256 of a text. */
export function digestOf(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}
