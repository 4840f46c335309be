import { Button } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import type { SyntheticEvent } from 'react';
import type { RequestView } from '../../../shared/protocol/http/requests.ts';
import { call } from '../api/client.ts';
import { Goes } from '../erasing/EraseDialog.tsx';
import { Failure } from '../frame/Failure.tsx';
import { Note } from '../frame/Note.tsx';
import { Dialog } from '../frame/Sheet.tsx';
import { Waiting } from '../frame/Waiting.tsx';
import { viewerZone } from '../strings/format.ts';
import { say } from '../strings/say.ts';
import { ProofFields, useProof } from './ProofFields.tsx';

interface CarryOutProps {
  readonly request: RequestView;
  readonly name: string;
  readonly onClose: () => void;
}

/** Says what exactly will go of somebody else, as they asked, before it goes. */
export function CarryOutErasure({ request: { person, request }, name, onClose }: CarryOutProps) {
  const zone = viewerZone();
  const params = { person, request };
  const given = useProof();
  const preview = useQuery({
    queryKey: ['requestedErasure', request, zone],
    queryFn: ({ signal }) => call('previewRequestedErasure', { params, body: { zone } }, signal),
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const erase = useMutation({
    mutationFn: () => call('carryOutErasure', { params, body: { password: '', ...given.proof, zone } }),
    onSuccess: onClose,
    onSettled: () => given.clear(),
  });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (given.proof !== null && !erase.isPending) erase.mutate();
  };
  const goes = preview.data?.goes ?? [];
  return (
    <Dialog opened onClose={onClose} title={say('carryOut.eraseOf', { name })}>
      <form className="dl-stack" onSubmit={submit} noValidate>
        <p>{say('carryOut.eraseText', { name, zone })}</p>
        {preview.isPending && <Waiting lines={4} />}
        {preview.isError && <Failure error={preview.error} retry={() => void preview.refetch()} />}
        {preview.data !== undefined && goes.length === 0 && <p>{say('erase.nothing')}</p>}
        {goes.length > 0 && <Goes goes={goes} />}
        {preview.data?.held === true && (
          <Note tone="wait">
            <p>{say('carryOut.held')}</p>
          </Note>
        )}
        {goes.length > 0 && (
          <>
            <ul className="dl-list">
              <li>{say('carryOut.eraseForEver')}</li>
              <li>{say('carryOut.eraseThen')}</li>
            </ul>
            <ProofFields entered={given} error={erase.error} />
          </>
        )}
        {erase.isError && <Failure error={erase.error} fields={['password']} />}
        <div className="dl-row">
          {goes.length > 0 && (
            <Button type="submit" color="red" loading={erase.isPending} disabled={given.proof === null}>
              {say('carryOut.eraseNow')}
            </Button>
          )}
          <Button variant="default" onClick={onClose} data-autofocus>
            {say('action.back')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
