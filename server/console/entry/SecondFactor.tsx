import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type SyntheticEvent, useState } from 'react';
import type { Me } from '../../../shared/protocol/http/signIn.ts';
import { type Answer, call } from '../api/client.ts';
import { Failure } from '../frame/Failure.tsx';
import { say } from '../strings/say.ts';
import { CodeInput } from './CodeInput.tsx';
import classes from './entry.module.css';
import { QrCode } from './QrCode.tsx';
import { RecoveryCodes } from './RecoveryCodes.tsx';

/** Sets up a second factor: begin, scan, confirm with a code, keep the recovery codes. Done only when they are kept. */
export function SecondFactor({ onDone }: { onDone: (me: Me) => void }) {
  const [code, setCode] = useState('');
  const begin = useMutation({ mutationFn: () => call('beginTotp', { body: {} }) });
  const confirm = useMutation({ mutationFn: () => call('confirmTotp', { body: { totp: code } }) });
  if (confirm.data !== undefined) {
    const { recoveryCodes, me } = confirm.data;
    return <RecoveryCodes codes={recoveryCodes} onSaved={() => onDone(me)} />;
  }
  if (begin.data === undefined) {
    return (
      <>
        <p>{say('factor.why')}</p>
        {begin.isError && <Failure error={begin.error} />}
        <Button loading={begin.isPending} onClick={() => begin.mutate()}>
          {say('factor.begin')}
        </Button>
      </>
    );
  }
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    confirm.mutate();
  };
  return (
    <form className="dl-stack" onSubmit={submit} noValidate>
      <Secret secret={begin.data} />
      <CodeInput value={code} onChange={setCode} />
      {confirm.isError && <Failure error={confirm.error} />}
      <Button type="submit" loading={confirm.isPending} disabled={code.length !== 6}>
        {say('factor.confirm')}
      </Button>
    </form>
  );
}

function Secret({ secret: { secret, uri } }: { secret: Answer<'beginTotp'> }) {
  return (
    <>
      <p>{say('factor.scan')}</p>
      <div className={classes.qr}>
        <QrCode text={uri} label={say('factor.qrLabel')} />
      </div>
      <div>
        <p className="dl-quiet dl-small">{say('factor.byHand')}</p>
        <p className="dl-code" data-testid="totp-secret">
          {secret.match(/.{1,4}/g)?.join(' ')}
        </p>
      </div>
    </>
  );
}
