import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { call } from '../api/client.ts';
import { usePreviewOfEnding } from '../api/reads.ts';
import { useProofFields } from '../erasing/Proof.tsx';
import { ProvedForm } from '../erasing/ProvedForm.tsx';
import { Failure } from '../frame/Failure.tsx';
import { Note } from '../frame/Note.tsx';
import { Dialog } from '../frame/Sheet.tsx';
import { Waiting } from '../frame/Waiting.tsx';
import { say } from '../strings/say.ts';
import { isTyped, TypedName } from './TypedName.tsx';
import { WhatGoes } from './WhatGoes.tsx';

interface EndProps {
  readonly person: string;
  readonly name: string;
  readonly opened: boolean;
  readonly onClose: () => void;
}

/** Says exactly what will go, what stays and until when, asks for the name and for who orders it, and ends the account. */
export function EndDialog({ person, name, opened, onClose }: EndProps) {
  const [address, setAddress] = useState<string | null>(null);
  const client = useQueryClient();
  const navigate = useNavigate();
  const close = () => {
    if (address === null) {
      onClose();
      return;
    }
    // Only now: the page behind the dialog is of somebody who is not known any more.
    void client.invalidateQueries();
    void navigate('/endings');
  };
  return (
    <Dialog opened={opened} onClose={close} title={say('end.title', { name })}>
      {opened && address === null && <Asking person={person} onEnded={setAddress} onClose={onClose} />}
      {address !== null && (
        <div className="dl-stack">
          <p role="status">{say('end.done')}</p>
          <p>{say('end.give')}</p>
          <p style={{ overflowWrap: 'anywhere' }}>
            <code>{address}</code>
          </p>
          <div>
            <Button onClick={close}>{say('end.toList')}</Button>
          </div>
        </div>
      )}
    </Dialog>
  );
}

interface AskingProps {
  readonly person: string;
  readonly onEnded: (address: string) => void;
  readonly onClose: () => void;
}

function Asking({ person, onEnded, onClose }: AskingProps) {
  const preview = usePreviewOfEnding(person);
  const fields = useProofFields();
  const [name, setName] = useState('');
  const end = useMutation({
    mutationFn: () => call('endAccount', { params: { person }, body: { name, ...fields.body } }),
    onSuccess: ({ address }) => onEnded(address),
    onSettled: fields.clear,
  });
  if (preview.isError) return <Failure error={preview.error} retry={() => void preview.refetch()} />;
  if (preview.data === undefined) return <Waiting lines={5} />;
  const asked = preview.data;
  const isPrevented = asked.obstacle !== null;
  return (
    <ProvedForm
      fields={fields}
      asks={isPrevented ? 'prevented' : 'proof'}
      button={say('end.now')}
      isWhole={isTyped(asked.name, name)}
      named={['name']}
      sending={end}
      onClose={onClose}
    >
      <WhatGoes preview={asked} />
      {isPrevented ? (
        <Note tone="wait">
          <p>{say('end.onlyOwner')}</p>
        </Note>
      ) : (
        <TypedName name={asked.name} typed={name} error={end.error} onType={setName} />
      )}
    </ProvedForm>
  );
}
