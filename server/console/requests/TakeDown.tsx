import { Button, Radio, Select, Textarea } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type SyntheticEvent, useState } from 'react';
import { PersonId } from '../../../shared/ids.ts';
import { ReceivedThrough } from '../../../shared/rightsRequest.ts';
import { call } from '../api/client.ts';
import { keys } from '../api/keys.ts';
import { Failure } from '../frame/Failure.tsx';
import { Note } from '../frame/Note.tsx';
import { say } from '../strings/say.ts';
import { ContentFields, contentOf, NOTHING_ENTERED } from './ContentFields.tsx';
import { ProofFields, useProof } from './ProofFields.tsx';
import { useOthers } from './Represent.tsx';

/** What somebody asked outside the console; it counts once they have said so themself. */
export function TakeDown() {
  const [opened, open] = useState(false);
  return (
    <section className="dl-panel dl-stack" aria-labelledby="received-heading">
      <h2 id="received-heading">{say('received.title')}</h2>
      <p>{say('received.text')}</p>
      {opened ? (
        <TakeDownForm />
      ) : (
        <div>
          <Button variant="default" onClick={() => open(true)}>
            {say('received.begin')}
          </Button>
        </div>
      )}
    </section>
  );
}

function TakeDownForm() {
  const people = useOthers();
  const client = useQueryClient();
  const given = useProof();
  const [person, setPerson] = useState<string | null>(null);
  const [entered, setEntered] = useState(NOTHING_ENTERED);
  const [through, setThrough] = useState<ReceivedThrough>('letter');
  const [words, setWords] = useState('');
  const [tried, setTried] = useState(false);
  const whose = PersonId.safeParse(person);
  const content = contentOf(entered);
  const file = useMutation({
    mutationFn: (request: Parameters<typeof call<'receiveRequest'>>[1]) => call('receiveRequest', request),
    onSuccess: () => {
      setEntered(NOTHING_ENTERED);
      setWords('');
      setTried(false);
      return client.invalidateQueries({ queryKey: keys.allRequests });
    },
    onSettled: () => given.clear(),
  });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    setTried(true);
    if (!whose.success || content === null || words.trim() === '' || given.proof === null) return;
    const body = { ...given.proof, content, through, words: words.trim() };
    file.mutate({ params: { person: whose.data }, body });
  };
  const missing = (is: boolean) => (tried && is ? say('represent.missing') : null);
  return (
    <form className="dl-stack" style={{ maxWidth: '34rem' }} onSubmit={submit} noValidate>
      <Select
        label={say('received.person')}
        data={people}
        searchable
        value={person}
        error={missing(!whose.success)}
        onChange={setPerson}
      />
      <Radio.Group
        label={say('received.through')}
        value={through}
        onChange={(value) => setThrough(ReceivedThrough.safeParse(value).data ?? through)}
      >
        <div className="dl-row">
          {ReceivedThrough.options.map((value) => (
            <Radio key={value} value={value} label={say(`received.through.${value}`)} />
          ))}
        </div>
      </Radio.Group>
      <Textarea
        label={say('received.words')}
        description={say('received.wordsHelp')}
        autosize
        minRows={2}
        maxLength={4_000}
        value={words}
        error={missing(words.trim() === '')}
        onChange={(event) => setWords(event.currentTarget.value)}
      />
      <ContentFields whose="other" entered={entered} onChange={setEntered} tried={tried} />
      <ProofFields entered={given} error={file.error} />
      {file.isError && <Failure error={file.error} fields={['password']} />}
      {file.isSuccess && <Note tone="on">{say('received.done')}</Note>}
      <div>
        <Button type="submit" loading={file.isPending} disabled={given.proof === null}>
          {say('received.file')}
        </Button>
      </div>
    </form>
  );
}
