import { Button, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type SyntheticEvent, useState } from 'react';
import { useNavigate } from 'react-router';
import type { EndingPreview } from '../../../shared/protocol/http/endings.ts';
import { HeldKind } from '../../../shared/protocol/http/holdings.ts';
import { call } from '../api/client.ts';
import { usePreviewOfEnding } from '../api/reads.ts';
import { Proof, useProofFields } from '../erasing/Proof.tsx';
import { Failure } from '../frame/Failure.tsx';
import { fieldError } from '../frame/failureWords.ts';
import { Note } from '../frame/Note.tsx';
import { Dialog } from '../frame/Sheet.tsx';
import { Waiting } from '../frame/Waiting.tsx';
import { dateTime, longDay } from '../strings/format.ts';
import { count, say } from '../strings/say.ts';

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
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    end.mutate();
  };
  if (preview.isError) return <Failure error={preview.error} retry={() => void preview.refetch()} />;
  if (preview.data === undefined) return <Waiting lines={5} />;
  const isNamed = name.trim() === preview.data.name.trim();
  return (
    <form className="dl-stack" onSubmit={submit} noValidate>
      <WhatGoes preview={preview.data} />
      {preview.data.obstacle !== null ? (
        <Note tone="wait">
          <p>{say('end.onlyOwner')}</p>
        </Note>
      ) : (
        <>
          <TextInput
            label={say('end.name', { name: preview.data.name })}
            autoComplete="off"
            required
            value={name}
            error={fieldError(end.error, 'name')}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Proof fields={fields} error={end.error} />
        </>
      )}
      {end.isError && <Failure error={end.error} fields={['name', 'password']} />}
      <div className="dl-row">
        {preview.data.obstacle === null && (
          <Button type="submit" color="red" loading={end.isPending} disabled={!fields.isWhole || !isNamed}>
            {say('end.now')}
          </Button>
        )}
        <Button variant="default" onClick={onClose}>
          {say('action.back')}
        </Button>
      </div>
    </form>
  );
}

/** What goes with an account, what stays, and until when. */
export function WhatGoes({ preview }: { preview: EndingPreview }) {
  const { days, counts, computers, backups, beforeRestore, heldUntil } = preview;
  const stored = HeldKind.options.filter((kind) => counts[kind] > 0);
  const until = Math.max(0, ...computers.map(({ recordsUntil }) => recordsUntil ?? 0));
  return (
    <>
      <section className="dl-stack" style={{ gap: '0.5rem' }}>
        <h3>{say('end.goes')}</h3>
        <ul className="dl-list">
          <li>{count('end.days', days)}</li>
          {stored.map((kind) => (
            <li key={kind}>{say('end.kind', { what: say(`end.kind.${kind}`), n: counts[kind] })}</li>
          ))}
          {computers.length > 0 && (
            <li>
              {count('end.computers', computers.length)}{' '}
              {until > 0 ? say('end.computersUntil', { when: dateTime(until) }) : ''}
            </li>
          )}
        </ul>
        <p>{say('end.atOnce')}</p>
      </section>
      <section className="dl-stack" style={{ gap: '0.5rem' }}>
        <h3>{say('end.stays')}</h3>
        <ul className="dl-list">
          <li>
            {backups.until === null
              ? say('end.noBackups')
              : say('end.backups', { n: backups.many, when: dateTime(backups.until) })}
          </li>
          {beforeRestore && <li>{say('end.beforeRestore')}</li>}
          {heldUntil !== null && <li>{say('end.held', { day: longDay(heldUntil) })}</li>}
          <li>{say('end.ledger')}</li>
          <li>{say('end.toOthers')}</li>
          <li>{say('end.copies')}</li>
        </ul>
      </section>
      <Note tone="gone">
        <p>{say('end.forEver')}</p>
      </Note>
    </>
  );
}
