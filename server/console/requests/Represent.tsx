import { Button, Select, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type SyntheticEvent, useState } from 'react';
import { PersonId } from '../../../shared/ids.ts';
import { Representative } from '../../../shared/rightsRequest.ts';
import { call } from '../api/client.ts';
import { keys } from '../api/keys.ts';
import { useAccessLogs, usePeople } from '../api/reads.ts';
import { useMe } from '../api/useMe.ts';
import { Failure } from '../frame/Failure.tsx';
import { Note } from '../frame/Note.tsx';
import { say } from '../strings/say.ts';
import { ContentFields, contentOf, NOTHING_ENTERED } from './ContentFields.tsx';

/** A request on the written authority of a representative; it stays as it is until the person agrees to it. */
export function Represent() {
  const [opened, open] = useState(false);
  return (
    <section className="dl-panel dl-stack" aria-labelledby="represent-heading">
      <h2 id="represent-heading">{say('represent.title')}</h2>
      <p>{say('represent.text')}</p>
      {opened ? (
        <RepresentForm />
      ) : (
        <div>
          <Button variant="default" onClick={() => open(true)}>
            {say('represent.begin')}
          </Button>
        </div>
      )}
    </section>
  );
}

function RepresentForm() {
  const people = useOthers();
  const client = useQueryClient();
  const [person, setPerson] = useState<string | null>(null);
  const [entered, setEntered] = useState(NOTHING_ENTERED);
  const [name, setName] = useState('');
  const [reference, setReference] = useState('');
  const [words, setWords] = useState('');
  const [tried, setTried] = useState(false);
  const representative = Representative.safeParse({ name, reference, words: words.trim() });
  const whose = PersonId.safeParse(person);
  const content = contentOf(entered);
  const file = useMutation({
    mutationFn: (request: Parameters<typeof call<'representRequest'>>[1]) => call('representRequest', request),
    onSuccess: () => {
      setEntered(NOTHING_ENTERED);
      setTried(false);
      return client.invalidateQueries({ queryKey: keys.allRequests });
    },
  });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    setTried(true);
    if (!whose.success || content === null || !representative.success) return;
    file.mutate({ params: { person: whose.data }, body: { content, representative: representative.data } });
  };
  const missing = (is: boolean) => (tried && is ? say('represent.missing') : null);
  return (
    <form className="dl-stack" style={{ maxWidth: '34rem' }} onSubmit={submit} noValidate>
      <Select
        label={say('represent.person')}
        data={people}
        searchable
        value={person}
        error={missing(!whose.success)}
        onChange={setPerson}
      />
      <TextInput
        label={say('represent.name')}
        value={name}
        maxLength={120}
        error={missing(name.trim() === '')}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <TextInput
        label={say('represent.reference')}
        description={say('represent.referenceHelp')}
        value={reference}
        maxLength={200}
        error={missing(reference.trim() === '')}
        onChange={(event) => setReference(event.currentTarget.value)}
      />
      <Textarea
        label={say('represent.words')}
        autosize
        minRows={2}
        maxLength={1_000}
        value={words}
        error={missing(words.trim() === '')}
        onChange={(event) => setWords(event.currentTarget.value)}
      />
      <ContentFields whose="other" entered={entered} onChange={setEntered} tried={tried} />
      {file.isError && <Failure error={file.error} />}
      {file.isSuccess && <Note tone="on">{say('represent.done')}</Note>}
      <div>
        <Button type="submit" loading={file.isPending}>
          {say('represent.file')}
        </Button>
      </div>
    </form>
  );
}

/** An owner knows everybody as people, a privacy officer by whose access logs they may read. */
export function useOthers() {
  const { person: me } = useMe();
  const isOwner = me.role === 'owner';
  const people = usePeople(isOwner);
  const logs = useAccessLogs(!isOwner);
  const all = (isOwner ? people.data : logs.data) ?? [];
  return all
    .filter(({ id }) => id !== me.id)
    .map(({ id, name, email }) => ({ value: id, label: `${name} (${email})` }));
}
