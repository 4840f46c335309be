import { Button, Radio, Textarea } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type SyntheticEvent, useState } from 'react';
import { catalog } from '../../../shared/catalog.ts';
import type { ObjectionView } from '../../../shared/protocol/http/objections.ts';
import { call } from '../api/client.ts';
import { keys } from '../api/keys.ts';
import { Failure } from '../frame/Failure.tsx';
import { Dialog } from '../frame/Sheet.tsx';
import { say } from '../strings/say.ts';
import { WORDS } from './length.ts';

type Answer = 'upheld' | 'refused';

/** The answer of a person, with a reason that the other one reads. */
export function AnswerDialog(props: { objection: ObjectionView; name: string; opened: boolean; onClose: () => void }) {
  const { objection, name, opened, onClose } = props;
  const { person, parameter, revision } = objection;
  const [answer, setAnswer] = useState<Answer | null>(null);
  const [words, setWords] = useState('');
  const [tried, setTried] = useState(false);
  const client = useQueryClient();
  const send = useMutation({
    mutationFn: (chosen: Answer) =>
      call('answerObjection', {
        params: { person, parameter },
        body: { revision, answer: chosen, words: words.trim() },
      }),
    onSuccess: () => {
      onClose();
      return client.invalidateQueries({ queryKey: keys.openObjections });
    },
  });
  const isMissing = words.trim() === '';
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    setTried(true);
    if (answer !== null && !isMissing) send.mutate(answer);
  };
  const label = catalog[parameter].label;
  return (
    <Dialog opened={opened} onClose={onClose} title={say('openObjections.answerOf', { name, label })}>
      <form className="dl-stack" onSubmit={submit} noValidate>
        <p>{say('openObjections.law')}</p>
        <Radio.Group
          label={say('openObjections.choose')}
          value={answer}
          onChange={(value) => setAnswer(value === 'upheld' ? 'upheld' : 'refused')}
          error={tried && answer === null ? say('openObjections.chooseOne') : null}
        >
          <div className="dl-stack">
            <Radio value="upheld" label={say('openObjections.uphold')} description={say('openObjections.upholdHelp')} />
            <Radio
              value="refused"
              label={say('openObjections.refuse')}
              description={say('openObjections.refuseHelp')}
            />
          </div>
        </Radio.Group>
        <Textarea
          label={say('openObjections.words')}
          description={say('openObjections.wordsHelp', { name })}
          autosize
          minRows={3}
          maxLength={WORDS}
          value={words}
          error={tried && isMissing ? say('openObjections.wordsMissing') : null}
          onChange={(event) => setWords(event.currentTarget.value)}
        />
        {send.isError && <Failure error={send.error} />}
        <div className="dl-row">
          <Button type="submit" loading={send.isPending}>
            {say('openObjections.send')}
          </Button>
          <Button variant="default" onClick={onClose}>
            {say('action.back')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
