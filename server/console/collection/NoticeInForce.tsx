import { NativeSelect } from '@mantine/core';
import { useState } from 'react';
import { english } from '../../../shared/policy/phrases/en.ts';
import { nameOfLanguage } from '../../../shared/policy/translation.ts';
import { useNoticeIn } from '../api/reads.ts';
import { useMe } from '../api/useMe.ts';
import { Failure } from '../frame/Failure.tsx';
import { may } from '../frame/may.ts';
import { Note } from '../frame/Note.tsx';
import { Waiting } from '../frame/Waiting.tsx';
import { say } from '../strings/say.ts';
import { NoticeShown } from './NoticeSheet.tsx';
import { Translate } from './Translate.tsx';

/** The notice in force in the language that the reader chooses; where a translation is of another text, the English one and why. */
export function NoticeInForce() {
  const { role } = useMe().person;
  const [language, setLanguage] = useState(english.language);
  const shown = useNoticeIn(language);
  if (shown.isPending) return <Waiting />;
  if (shown.isError) return <Failure error={shown.error} retry={() => void shown.refetch()} />;
  const { notice, is, languages } = shown.data;
  const name = nameOfLanguage(language);
  return (
    <>
      <div className="dl-panel dl-stack">
        <NativeSelect
          className="dl-noprint"
          label={say('notice.language')}
          value={language}
          onChange={(event) => setLanguage(event.currentTarget.value)}
          data={languages.map((tag) => ({ value: tag, label: nameOfLanguage(tag) }))}
        />
        {(is === 'stale' || is === 'none') && (
          <Note tone="wait">
            <p>{say(is === 'stale' ? 'notice.stale' : 'notice.untranslated', { language: name })}</p>
          </Note>
        )}
        <NoticeShown notice={notice} readEnglish={() => setLanguage(english.language)} />
      </div>
      {may.translateNotice(role) && <Translate master={notice.hash} />}
    </>
  );
}
