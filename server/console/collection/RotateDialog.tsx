import { Button, PasswordInput, Radio } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type SyntheticEvent, useState } from 'react';
import { Link } from 'react-router';
import { KeyReason } from '../../../shared/policy/keys.ts';
import type { PolicyKeyView } from '../../../shared/protocol/http/policyKeys.ts';
import { call } from '../api/client.ts';
import { keys } from '../api/keys.ts';
import { useSecondFactor } from '../api/reads.ts';
import { CodeInput } from '../entry/CodeInput.tsx';
import { Failure } from '../frame/Failure.tsx';
import { fieldError } from '../frame/failureWords.ts';
import { Note } from '../frame/Note.tsx';
import { Dialog } from '../frame/Sheet.tsx';
import { say } from '../strings/say.ts';

/** Says what changes, and what does not, before the key is changed. */
export function RotateDialog(props: { inForce: PolicyKeyView; opened: boolean; onClose: () => void }) {
  const { inForce, opened, onClose } = props;
  return (
    <Dialog opened={opened} onClose={onClose} title={say('keys.rotateTitle')}>
      <div className="dl-stack">
        <ul className="dl-list">
          <li>{say('keys.rotateStays')}</li>
          <li>{say('keys.rotateGone', { number: inForce.sequence + 1 })}</li>
          <li>{say('keys.rotateComputers')}</li>
          <li>{say('keys.rotateTold')}</li>
        </ul>
        <Asking inForce={inForce} onClose={onClose} />
      </div>
    </Dialog>
  );
}

function Asking({ inForce: { sequence }, onClose }: { inForce: PolicyKeyView; onClose: () => void }) {
  const client = useQueryClient();
  const factor = useSecondFactor();
  const [reason, setReason] = useState<KeyReason>('scheduled');
  const [password, setPassword] = useState('');
  const [totp, setTotp] = useState('');
  const asksCode = factor.data?.set === true;
  const rotate = useMutation({
    mutationFn: () => call('rotatePolicyKey', { body: { sequence, reason, password, totp } }),
    onSuccess: () => {
      onClose();
      return client.invalidateQueries({ queryKey: keys.policyKeys });
    },
    onSettled: () => {
      setPassword('');
      setTotp('');
    },
  });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    rotate.mutate();
  };
  return (
    <form className="dl-stack" onSubmit={submit} noValidate>
      <Radio.Group
        label={say('keys.why')}
        value={reason}
        onChange={(value) => setReason(KeyReason.catch('scheduled').parse(value))}
      >
        <div className="dl-stack">
          {KeyReason.options.map((one) => (
            <Radio
              key={one}
              value={one}
              label={say(`keys.choose.${one}`)}
              description={say(`keys.chooseHelp.${one}`)}
            />
          ))}
        </div>
      </Radio.Group>
      {factor.isError && <Failure error={factor.error} retry={() => void factor.refetch()} />}
      <PasswordInput
        label={say('field.currentPassword')}
        autoComplete="current-password"
        required
        value={password}
        error={fieldError(rotate.error, 'password')}
        onChange={(event) => setPassword(event.currentTarget.value)}
      />
      {factor.data?.set === false && (
        <Note>
          {say('keys.noFactor')} <Link to="/account">{say('nav.account')}</Link>
        </Note>
      )}
      {asksCode && <CodeInput value={totp} onChange={setTotp} focus={false} />}
      {rotate.isError && <Failure error={rotate.error} fields={['password']} />}
      <div className="dl-row">
        <Button type="submit" loading={rotate.isPending} disabled={password === '' || !asksCode || totp.length < 6}>
          {say('keys.rotate')}
        </Button>
        <Button variant="default" onClick={onClose}>
          {say('action.back')}
        </Button>
      </div>
    </form>
  );
}
