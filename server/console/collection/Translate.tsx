import { Button, FileButton } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { contentOf } from '../../../shared/policy/notice.ts';
import { type NoticeContent, NoticeView } from '../../../shared/protocol/http/notice.ts';
import { call } from '../api/client.ts';
import { keys } from '../api/keys.ts';
import { Failure } from '../frame/Failure.tsx';
import { say } from '../strings/say.ts';

/** For the organisation's own translation of the text in force: a file with the same facts and other words. */
export function Translate({ master }: { master: string }) {
  const client = useQueryClient();
  const put = useMutation({
    mutationFn: async (file: File) => {
      const content = contentIn(await file.text());
      if (content === null) return null;
      return call('translateNotice', { params: { language: content.language }, body: { master, content } });
    },
    onSuccess: () => client.invalidateQueries({ queryKey: keys.notice }),
  });
  return (
    <section className="dl-panel dl-stack dl-noprint" aria-label={say('translate.title')}>
      <h2>{say('translate.title')}</h2>
      <p>{say('translate.help')}</p>
      <div className="dl-row">
        <FileButton accept="application/json,.json" onChange={(file) => file !== null && put.mutate(file)}>
          {(props) => (
            <Button {...props} variant="default" loading={put.isPending}>
              {say('translate.choose')}
            </Button>
          )}
        </FileButton>
        {put.isSuccess && <p role="status">{say(put.data === null ? 'translate.unreadable' : 'translate.done')}</p>}
      </div>
      {put.isError && <Failure error={put.error} />}
    </section>
  );
}

/** The file as it was saved: with the hash of the English text, and whose words they were, which says nothing of these. */
function contentIn(text: string): NoticeContent | null {
  try {
    return contentOf(NoticeView.partial({ hash: true }).parse(JSON.parse(text)));
  } catch {
    return null;
  }
}
