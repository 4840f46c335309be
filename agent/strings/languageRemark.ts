import { nameOfLanguage } from '../../shared/policy/translation.ts';
import type { NoticeInLanguage } from '../../shared/protocol/http/notice.ts';
import { say } from './say.ts';

/** Why a notice is not shown in the language that was chosen; empty where it is. */
export function languageRemark(is: NoticeInLanguage['is'], chosen: string): string {
  if (is !== 'stale' && is !== 'none') return '';
  return say(is === 'stale' ? 'notice.stale' : 'notice.untranslated', { language: nameOfLanguage(chosen) });
}
