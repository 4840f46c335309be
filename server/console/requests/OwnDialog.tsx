import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { SyntheticEvent } from 'react';
import type { RequestView } from '../../../shared/protocol/http/requests.ts';
import { call } from '../api/client.ts';
import { keys } from '../api/keys.ts';
import { Failure } from '../frame/Failure.tsx';
import { Dialog } from '../frame/Sheet.tsx';
import { say } from '../strings/say.ts';
import { ProofFields, useProof } from './ProofFields.tsx';
import { RequestState } from './RequestState.tsx';

interface OwnDialogProps {
  readonly request: RequestView;
  readonly what: 'agree' | 'withdraw';
  readonly opened: boolean;
  readonly onClose: () => void;
}

/** Agreeing to what somebody asked for them, and withdrawing or stopping a request; said in words before it is done. */
export function OwnDialog({ request: view, what, opened, onClose }: OwnDialogProps) {
  const { person, request, state, content } = view;
  const client = useQueryClient();
  const given = useProof();
  const words = what === 'withdraw' && content.kind === 'copy' ? 'withdrawCopy' : what;
  const asksProof = what === 'agree' || state === 'open';
  const send = useMutation({
    mutationFn: () => {
      const params = { person, request };
      if (what === 'withdraw') return call('withdrawRequest', { params, body: { ...given.proof } });
      return call('agreeToRequest', { params, body: { password: '', ...given.proof } });
    },
    onSuccess: () => {
      onClose();
      return client.invalidateQueries({ queryKey: keys.requests(person) });
    },
    onSettled: () => given.clear(),
  });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (!asksProof || given.proof !== null) send.mutate();
  };
  return (
    <Dialog opened={opened} onClose={onClose} title={say(`requests.${words}Title`)}>
      <form className="dl-stack" onSubmit={submit} noValidate>
        <p>{say(`requests.${words}Text`)}</p>
        <RequestState request={view} own />
        {asksProof && <ProofFields entered={given} error={send.error} />}
        {send.isError && <Failure error={send.error} fields={['password']} />}
        <div className="dl-row">
          <Button type="submit" loading={send.isPending} disabled={asksProof && given.proof === null}>
            {say(`requests.${what}`)}
          </Button>
          <Button variant="default" onClick={onClose} data-autofocus>
            {say('action.back')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
