import { Radio, Select, Textarea } from '@mantine/core';
import { useState } from 'react';
import type { RequestView } from '../../../shared/protocol/http/requests.ts';
import { IdentityCheck, RefusalReason } from '../../../shared/rightsRequest.ts';
import { call } from '../api/client.ts';
import { keys } from '../api/keys.ts';
import { DialogForm } from '../frame/DialogForm.tsx';
import { say } from '../strings/say.ts';

export type OfficerTask = 'fulfil' | 'refuse' | 'extend' | 'identify';

interface OfficerDialogProps {
  readonly request: RequestView;
  readonly name: string;
  readonly task: OfficerTask;
  readonly opened: boolean;
  readonly onClose: () => void;
}

/** What a human says about a request of somebody else; every one of them with words that the person reads. */
export function OfficerDialog({ request: view, name, task, opened, onClose }: OfficerDialogProps) {
  const { person, request } = view;
  const [words, setWords] = useState('');
  const [reason, setReason] = useState<RefusalReason | null>(null);
  const [how, setHow] = useState<IdentityCheck>('identity_document');
  const isMissing = words.trim() === '' || (task === 'refuse' && reason === null);
  const send = async () => {
    const [params, said] = [{ person, request }, { words: words.trim() }];
    if (task === 'extend') await call('extendRequest', { params, body: said });
    else if (task === 'identify') await call('confirmIdentity', { params, body: { ...said, how } });
    else if (task === 'fulfil' || reason === null)
      await call('answerRequest', { params, body: { answer: 'fulfilled', ...said } });
    else await call('answerRequest', { params, body: { answer: 'refused', reason, ...said } });
    setWords('');
  };
  return (
    <DialogForm
      title={say(`allRequests.${task}Of`, { name })}
      button={say(`allRequests.${task}`)}
      opened={opened}
      onClose={onClose}
      send={isMissing ? null : send}
      stale={[keys.allRequests]}
    >
      {(tried) => (
        <>
          <p>{say(`allRequests.${task}Text`)}</p>
          {task === 'refuse' && (
            <Select
              label={say('allRequests.reason')}
              placeholder={say('allRequests.chooseReason')}
              data={RefusalReason.options.map((value) => ({ value, label: say(`requests.reason.${value}`) }))}
              value={reason}
              error={tried && reason === null ? say('allRequests.chooseReason') : null}
              onChange={(value) => setReason(RefusalReason.safeParse(value).data ?? null)}
            />
          )}
          {task === 'identify' && (
            <Radio.Group
              label={say('allRequests.how')}
              value={how}
              onChange={(value) => setHow(IdentityCheck.safeParse(value).data ?? how)}
            >
              <div className="dl-stack">
                {IdentityCheck.options.map((value) => (
                  <Radio key={value} value={value} label={say(`allRequests.how.${value}`)} />
                ))}
              </div>
            </Radio.Group>
          )}
          <Textarea
            label={say('allRequests.words')}
            description={say('openObjections.wordsHelp', { name })}
            autosize
            minRows={3}
            maxLength={4_000}
            value={words}
            error={tried && words.trim() === '' ? say('openObjections.wordsMissing') : null}
            onChange={(event) => setWords(event.currentTarget.value)}
          />
        </>
      )}
    </DialogForm>
  );
}
