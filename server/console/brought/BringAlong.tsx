import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type SyntheticEvent, useEffect, useState } from 'react';
import { DaylightError } from '../../../shared/errors.ts';
import { type ArrivalView, type ImportContents, importLimits } from '../../../shared/protocol/http/imports.ts';
import { call } from '../api/client.ts';
import { keys } from '../api/keys.ts';
import { useArrival } from '../api/reads.ts';
import { useMe } from '../api/useMe.ts';
import { Proof, useProofFields } from '../erasing/Proof.tsx';
import { Failure } from '../frame/Failure.tsx';
import { Note } from '../frame/Note.tsx';
import { dateTime, size } from '../strings/format.ts';
import { count, say } from '../strings/say.ts';
import { Amounts } from './Amounts.tsx';
import classes from './brought.module.css';
import { useBring } from './useBring.ts';

/** A file on its way in: chosen, sent, checked, read about, and taken in. */
export function BringAlong() {
  const person = useMe().person.id;
  const client = useQueryClient();
  const arrival = useArrival(person);
  const { state, send, stop } = useBring();
  const isTaken = arrival.data?.state.kind === 'taken';
  useEffect(() => {
    if (isTaken) void client.invalidateQueries({ queryKey: keys.imports(person) });
  }, [isTaken, client, person]);
  return (
    <section className="dl-panel dl-stack" aria-labelledby="bring-heading">
      <h2 id="bring-heading">{say('brought.open')}</h2>
      {arrival.isError && <Failure error={arrival.error} retry={() => void arrival.refetch()} />}
      {state.kind === 'sending' ? (
        <Running
          words={say('brought.sending', { done: size(state.done), of: size(state.of) })}
          done={state.done}
          of={state.of}
          stop={stop}
        />
      ) : (
        <>
          {state.kind === 'failed' && <Failure error={state.error} />}
          {arrival.data !== undefined && <Arrived arrival={arrival.data} send={send} />}
        </>
      )}
    </section>
  );
}

function Arrived({ arrival, send }: { arrival: ArrivalView | null; send: (file: File) => void }) {
  const drop = useDrop();
  const state = arrival?.state;
  switch (state?.kind) {
    case 'checking':
    case 'taking': {
      const percent = String(Math.floor((100 * state.done) / Math.max(1, state.of)));
      return <Running words={say(`brought.${state.kind}`, { percent })} done={state.done} of={state.of} />;
    }
    case 'ready':
      return arrival === null ? null : <Ready arrival={arrival} contents={state.contents} />;
    case 'refused':
      return (
        <>
          <Failure
            error={
              new DaylightError('bad_request', `${say('brought.refused')}: ${state.why.message}`, remedyOf(state.why))
            }
          />
          <div>
            <Button variant="default" loading={drop.isPending} onClick={() => drop.mutate(arrival)}>
              {say('brought.another')}
            </Button>
          </div>
        </>
      );
    case 'taken':
      return (
        <>
          <Note tone="on">{say('brought.taken')}</Note>
          <Choose send={send} />
        </>
      );
    default:
      return <Choose send={send} />;
  }
}

function remedyOf({ remedy }: { remedy: string | null }): { remedy?: string } {
  return remedy === null ? {} : { remedy };
}

function useDrop() {
  const person = useMe().person.id;
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (arrival: ArrivalView | null) => {
      if (arrival !== null) await call('dropArrival', { params: { person, arrival: arrival.arrival } });
    },
    onSettled: () => client.invalidateQueries({ queryKey: keys.arrival(person) }),
  });
}

function Running({ words, done, of, stop }: { words: string; done: number; of: number; stop?: () => void }) {
  return (
    <div className="dl-stack">
      <progress className={classes.progress} value={done} max={Math.max(1, of)} aria-label={words} />
      <div className="dl-row">
        <p role="status">{words}</p>
        {stop !== undefined && (
          <Button variant="default" onClick={stop}>
            {say('brought.stop')}
          </Button>
        )}
      </div>
    </div>
  );
}

function Choose({ send }: { send: (file: File) => void }) {
  const [file, choose] = useState<File | null>(null);
  const most = size(importLimits.fileBytes);
  const isTooLarge = file !== null && file.size > importLimits.fileBytes;
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (file !== null && !isTooLarge) send(file);
  };
  return (
    <form className="dl-stack" onSubmit={submit} noValidate>
      <p>{say('brought.how')}</p>
      <label className={classes.file}>
        <span>{say('brought.file', { size: most })}</span>
        <input
          type="file"
          accept=".zip,application/zip"
          onChange={(event) => choose(event.currentTarget.files?.[0] ?? null)}
        />
      </label>
      {isTooLarge && <Note tone="gone">{say('brought.tooLarge', { size: most })}</Note>}
      <div>
        <Button type="submit" disabled={file === null || file.size === 0 || isTooLarge}>
          {say('brought.send')}
        </Button>
      </div>
    </form>
  );
}

function Ready({ arrival, contents }: { arrival: ArrivalView; contents: ImportContents }) {
  const { person } = useMe();
  const client = useQueryClient();
  const fields = useProofFields();
  const drop = useDrop();
  const take = useMutation({
    mutationFn: () =>
      call('takeArrival', { params: { person: person.id, arrival: arrival.arrival }, body: fields.body }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.arrival(person.id) }),
    onSettled: fields.clear,
  });
  const { source, parameters, images, recordsLeft, importedLeft, alreadyHere } = contents;
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    take.mutate();
  };
  return (
    <form className="dl-stack" onSubmit={submit} noValidate aria-labelledby="in-heading">
      <h3 id="in-heading">{say('brought.in')}</h3>
      <p>
        {say('brought.says', {
          organisation: source.organisation.name,
          person: source.person.name,
          time: dateTime(source.asOf),
        })}
      </p>
      {source.person.name !== person.name && <Note>{say('brought.notTheName', { name: person.name })}</Note>}
      <Amounts parameters={parameters} images={images} />
      {alreadyHere > 0 && <p>{count('brought.here', alreadyHere)}</p>}
      {recordsLeft > 0 && <p className="dl-quiet">{count('brought.left', recordsLeft)}</p>}
      {importedLeft > 0 && <p className="dl-quiet">{count('brought.importedLeft', importedLeft)}</p>}
      <h3>{say('brought.becomes')}</h3>
      <ul className="dl-list">
        <li>{say('brought.alone')}</li>
        <li>{say('brought.marked')}</li>
        <li>{say('brought.sealed')}</li>
        <li>{say('brought.year')}</li>
        <li>{say('brought.restricted')}</li>
        <li>{say('brought.end')}</li>
      </ul>
      <div className={`dl-stack ${classes.proof ?? ''}`}>
        <Proof fields={fields} error={take.error} />
      </div>
      {take.isError && <Failure error={take.error} fields={['password']} />}
      {drop.isError && <Failure error={drop.error} />}
      <div className="dl-row">
        <Button type="submit" loading={take.isPending} disabled={!fields.isWhole}>
          {say('brought.take')}
        </Button>
        <Button variant="default" loading={drop.isPending} onClick={() => drop.mutate(arrival)}>
          {say('brought.leave')}
        </Button>
      </div>
    </form>
  );
}
