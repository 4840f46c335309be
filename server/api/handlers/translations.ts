import { DaylightError } from '../../../shared/errors.ts';
import type { OrgId } from '../../../shared/ids.ts';
import type { NoticeInLanguage } from '../../../shared/protocol/http/notice.ts';
import { putTranslation, requireTranslation } from '../../control/translations.ts';
import type { Context } from '../context.ts';
import type { HandlersOf } from '../handler.ts';
import { noteEvent } from '../securityEvents.ts';

/** The notice in the language that somebody chose. */
export function translations(context: Context): HandlersOf<'noticeIn' | 'translateNotice'> {
  const { control, notices, clock } = context;

  async function shown(org: OrgId, language: string): Promise<NoticeInLanguage> {
    const current = await control.current(org);
    const master = await notices.of(current, 'in_force');
    const { notice, is, languages } = await notices.inLanguage(current, master, language);
    return { notice, is, languages: [...languages] };
  }

  return {
    noticeIn: ({ params: { language }, signedIn: { actor } }) => shown(actor.org, language),
    async translateNotice({ params: { language }, body: { master: hash, content }, leave: { actor } }) {
      const { org } = actor;
      const current = await control.current(org);
      const master = await notices.of(current, 'in_force');
      if (master.hash !== hash) throw anotherText();
      if (content !== null) requireTranslation(master, current.document, language, content);
      await noteEvent(context, actor, 'notice_translated');
      await putTranslation(
        context,
        { org, language, at: clock.now() },
        content === null ? null : { master: hash, content },
      );
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
