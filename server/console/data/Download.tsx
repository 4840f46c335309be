import { Button, PasswordInput } from '@mantine/core';
import { type SyntheticEvent, useState } from 'react';
import { useSecondFactor } from '../api/reads.ts';
import { CodeInput } from '../entry/CodeInput.tsx';
import { Failure } from '../frame/Failure.tsx';
import { fieldError } from '../frame/failureWords.ts';
import { Note } from '../frame/Note.tsx';
import { size } from '../strings/format.ts';
import { say } from '../strings/say.ts';
import classes from './data.module.css';
import { useDownload } from './useDownload.ts';

/** Everything as one file: what is in it, who may have it, and how far it is. */
export function Download() {
  return (
    <section className="dl-panel dl-stack" aria-labelledby="download-heading">
      <h2 id="download-heading">{say('download.title')}</h2>
      <p>{say('download.text')}</p>
      <ul className={classes.contents}>
        <li>{say('download.data')}</li>
        <li>{say('download.days')}</li>
        <li>{say('download.records')}</li>
        <li>{say('download.told')}</li>
        <li>{say('download.brought')}</li>
        <li>{say('download.withheld')}</li>
      </ul>
      <p className="dl-quiet">{say('download.who')}</p>
      <Asking />
    </section>
  );
}

function Asking() {
  const factor = useSecondFactor();
  const { state, start, stop } = useDownload();
  const [password, setPassword] = useState('');
  const [totp, setTotp] = useState('');
  const asksCode = factor.data?.set === true;
  const error = state.kind === 'failed' ? state.error : null;
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    void start({ password, ...(asksCode ? { totp } : {}) });
    setPassword('');
    setTotp('');
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
      {factor.isError && <Failure error={factor.error} retry={() => void factor.refetch()} />}
      <PasswordInput
        label={say('field.currentPassword')}
        autoComplete="current-password"
        required
        value={password}
        error={fieldError(error, 'password')}
        onChange={(event) => setPassword(event.currentTarget.value)}
      />
      {asksCode && <CodeInput value={totp} onChange={setTotp} focus={false} />}
      {error !== null && <Failure error={error} fields={['password']} />}
      {state.kind === 'done' && (
        <Note tone="on">{say('download.done', { name: state.name, size: size(state.bytes) })}</Note>
      )}
      <div>
        <Button type="submit" disabled={password === '' || (asksCode && totp.length < 6) || factor.data === undefined}>
          {say('download.title')}
        </Button>
      </div>
    </form>
  );
}
