import { classOf } from '../../shared/policy/changeClass.ts';
import { changeText } from '../../shared/policy/changeWords.ts';
import type { PersonalTerms } from '../../shared/policy/personal.ts';
import { phrasesIn } from '../../shared/policy/phrases/languages.ts';
import { type ReadPolicy, readPolicy, wholeDocument } from '../../shared/policy/policy.ts';
import type { LastNotice } from '../../shared/protocol/messages.ts';
import type { NoticeNews } from '../../shared/protocol/window.ts';
import { longDate } from '../strings/format.ts';
import { toldBy } from './notice.ts';

/**
 * What is new in the notice of the policy for whoever has to acknowledge it, against the one that they acknowledged last on any computer;
 * both as they are told of them, with what is left out for them. `last` null: nobody has said here what that was.
 */
export function newsOf(
  policy: ReadPolicy,
  terms: PersonalTerms | undefined,
  last: LastNotice | null,
  language: string,
): NoticeNews {
  const phrases = phrasesIn(language);
  const { title, first, unknown, none, recipients, since, whole } = phrases.changes;
  const said = (lead: string, change: NoticeNews['change'] = null): NoticeNews => {
    return { language: phrases.language, title, lead, change, whole };
  };
  if (last === null) return said(unknown);
  if (last.notice === null) return said(first);
  const { version, at, policy: document } = last.notice;
  const read = readPolicy(document);
  const before = read.ok ? wholeDocument(read.policy) : null;
  const { parameters: rules } = toldBy(policy, terms);
  const after = wholeDocument({ ...policy, rules });
  if (before === null || after === null) return said(unknown);
  const day = longDate(at, phrases);
  const change = changeText(before, after, phrases);
  // What asks anything of them has a class, also where no line says it.
  if (change.lines.length === 0 && classOf(before, after).whole === null)
    return said(`${since(version, day)} ${none} ${recipients}`);
  return said(since(version, day), { ...change, meaning: [...change.meaning, recipients] });
}
