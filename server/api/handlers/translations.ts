import { DaylightError } from '../../../shared/errors.ts';
import type { OrgId } from '../../../shared/ids.ts';
import { languagesOf, noticeIn } from '../../../shared/policy/translation.ts';
import type { NoticeInLanguage } from '../../../shared/protocol/http/notice.ts';
import { putTranslation } from '../../control/translations.ts';
import type { Context } from '../context.ts';
import type { HandlersOf } from '../handler.ts';
import { noteEvent } from '../securityEvents.ts';

/** The notice in the language that somebody chose. */
export function translations(context: Context): HandlersOf<'noticeIn' | 'translateNotice'> {
  const { control, notices, clock } = context;

  async function shown(org: OrgId, language: string): Promise<NoticeInLanguage> {
    const current = await control.current(org);
    const [master, theirs] = await Promise.all([notices.of(current, 'in_force'), notices.translations(org)]);
    const { notice, is } = noticeIn(language, master, theirs, current.document);
    return { notice, is, languages: [...languagesOf(master, theirs)] };
  }

  return {
    noticeIn: ({ params: { language }, signedIn: { actor } }) => shown(actor.org, language),
    async translateNotice({ params: { language }, body: { master: hash, content }, leave: { actor } }) {
      const { org } = actor;
      const master = await notices.of(await control.current(org), 'in_force');
      if (master.hash !== hash) throw anotherText();
      await noteEvent(context, actor, 'notice_translated');
      await putTranslation(context, { org, language, at: clock.now() }, master, content);
      return shown(org, language);
    },
  };
}

function anotherText(): DaylightError {
  return new DaylightError('conflict', 'master: another text is in force by now', {
    field: 'master',
    remedy: 'Save the notice as JSON again, and translate that.',
  });
}
