import { Button } from '@mantine/core';
import type { SyntheticEvent } from 'react';
import { Failure } from '../frame/Failure.tsx';
import { Note } from '../frame/Note.tsx';
import { ProofFields, useProof } from '../requests/ProofFields.tsx';
import { size } from '../strings/format.ts';
import { say } from '../strings/say.ts';
import type { Downloading } from './useDownload.ts';

/** Asks for the proof, and shows how far a download is. */
export function Receive(props: { download: Downloading<{ password: string; totp?: string }>; button: string }) {
  const { state, start, stop } = props.download;
  const given = useProof();
  const error = state.kind === 'failed' ? state.error : null;
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (given.proof === null) return;
    void start(given.proof);
    given.clear();
  };
  if (state.kind === 'receiving') {
    return (
      <div className="dl-row">
        <p role="status">{say('download.running', { size: size(state.bytes) })}</p>
        <Button variant="default" onClick={stop}>
          {say('download.stop')}
        </Button>
      </div>
    );
  }
  return (
    <form className="dl-stack" style={{ maxWidth: '26rem' }} onSubmit={submit} noValidate>
      <ProofFields entered={given} error={error} />
      {error !== null && <Failure error={error} fields={['password']} />}
      {state.kind === 'done' && (
        <Note tone="on">{say('download.done', { name: state.name, size: size(state.bytes) })}</Note>
      )}
      <div>
        <Button type="submit" disabled={given.proof === null}>
          {props.button}
        </Button>
      </div>
    </form>
  );
}
