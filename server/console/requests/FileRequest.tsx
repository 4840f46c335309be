import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type SyntheticEvent, useState } from 'react';
import { Link } from 'react-router';
import type { AnsweredContent } from '../../../shared/rightsRequest.ts';
import { call } from '../api/client.ts';
import { keys } from '../api/keys.ts';
import { useMe } from '../api/useMe.ts';
import { Failure } from '../frame/Failure.tsx';
import { say } from '../strings/say.ts';
import { ContentFields, contentOf, NOTHING_ENTERED } from './ContentFields.tsx';
import { ProofFields, useProof } from './ProofFields.tsx';

/** A new request of one's own: what needs nobody's answer is linked instead. */
export function FileRequest() {
  const { person } = useMe();
  const client = useQueryClient();
  const [entered, setEntered] = useState(NOTHING_ENTERED);
  const [tried, setTried] = useState(false);
  const given = useProof();
  const file = useMutation({
    mutationFn: (content: AnsweredContent) =>
      call('fileRequest', { params: { person: person.id }, body: { content, password: '', ...given.proof } }),
    onSuccess: () => {
      setEntered(NOTHING_ENTERED);
      setTried(false);
      return client.invalidateQueries({ queryKey: keys.requests(person.id) });
    },
    onSettled: () => given.clear(),
  });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    setTried(true);
    const content = contentOf(entered);
    if (content !== null && given.proof !== null) file.mutate(content);
  };
  return (
    <section className="dl-panel dl-stack" aria-labelledby="ask-heading">
      <h2 id="ask-heading">{say('requests.new')}</h2>
      <p>
        {say('requests.atOnce')} <Link to="/my-data">{say('requests.download')}</Link> ·{' '}
        <Link to="/my-objections">{say('requests.object')}</Link>
      </p>
      <form className="dl-stack" style={{ maxWidth: '34rem' }} onSubmit={submit} noValidate>
        <ContentFields whose="own" entered={entered} onChange={setEntered} tried={tried} />
        <p className="dl-quiet">{say('requests.thenDevice')}</p>
        <ProofFields entered={given} error={file.error} />
        {file.isError && <Failure error={file.error} fields={['password']} />}
        <div>
          <Button type="submit" loading={file.isPending} disabled={given.proof === null}>
            {say('requests.file')}
          </Button>
        </div>
      </form>
    </section>
  );
}
