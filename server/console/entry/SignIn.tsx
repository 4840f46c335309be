import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type SyntheticEvent, useState } from 'react';
import { DaylightError } from '../../../shared/errors.ts';
import { call } from '../api/client.ts';
import { useOrganisationEnded } from '../api/signedOut.ts';
import { Failure } from '../frame/Failure.tsx';
import { fieldError } from '../frame/failureWords.ts';
import { Note } from '../frame/Note.tsx';
import { say } from '../strings/say.ts';
import { CodeInput } from './CodeInput.tsx';
import { Entrance } from './Entrance.tsx';
import { useEnter } from './useEnter.ts';

interface Secrets {
  readonly email: string;
  readonly password: string;
}

/** E-mail and password first; the code is asked for once they are right and the account has one. */
export function SignIn() {
  const [secrets, setSecrets] = useState<Secrets>({ email: '', password: '' });
  const [codeAsked, setCodeAsked] = useState(false);
  const [code, setCode] = useState('');
  const [recovery, setRecovery] = useState(false);
  const isEnded = useOrganisationEnded();
  const enter = useEnter();
  const signIn = useMutation({
    mutationFn: () => call('signIn', { body: { ...secrets, ...secondFactor(codeAsked, recovery, code) } }),
    onSuccess: enter,
    onError: (error) => {
      if (codeAsked || !asksForCode(error)) return;
      setCodeAsked(true);
      if (error.code === 'second_factor_required') signIn.reset();
    },
  });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    signIn.mutate();
  };
  const startAgain = () => {
    setCodeAsked(false);
    setCode('');
    signIn.reset();
  };
  if (!codeAsked) {
    return (
      <Entrance title={say('signIn.title')} lead={say('signIn.lead')}>
        {isEnded && (
          <Note>
            <p>
              <strong>{say('signIn.ended')}</strong>
            </p>
            <p>{say('signIn.endedRemedy')}</p>
          </Note>
        )}
        <form className="dl-stack" onSubmit={submit} noValidate>
          <TextInput
            label={say('field.email')}
            type="email"
            autoComplete="username"
            autoFocus
            required
            value={secrets.email}
            error={fieldError(signIn.error, 'email')}
            onChange={(event) => setSecrets({ ...secrets, email: event.currentTarget.value })}
          />
          <PasswordInput
            label={say('field.password')}
            autoComplete="current-password"
            required
            value={secrets.password}
            onChange={(event) => setSecrets({ ...secrets, password: event.currentTarget.value })}
          />
          {signIn.isError && !asksForCode(signIn.error) && <Failure error={signIn.error} fields={['email']} />}
          <Button type="submit" loading={signIn.isPending}>
            {say('action.signIn')}
          </Button>
          <p className="dl-quiet dl-small">{say('signIn.help')}</p>
        </form>
      </Entrance>
    );
  }
  return (
    <Entrance title={say('signIn.codeTitle')} lead={say('signIn.codeLead', { email: secrets.email })}>
      <form className="dl-stack" onSubmit={submit} noValidate>
        {recovery ? (
          <TextInput
            key="recovery"
            label={say('field.recoveryCode')}
            autoFocus
            autoComplete="off"
            spellCheck={false}
            value={code}
            onChange={(event) => setCode(event.currentTarget.value)}
          />
        ) : (
          <CodeInput key="totp" value={code} onChange={setCode} />
        )}
        {signIn.isError && <Failure error={signIn.error} />}
        <Button type="submit" loading={signIn.isPending}>
          {say('action.signIn')}
        </Button>
        <div className="dl-row dl-between">
          <Button
            variant="subtle"
            size="compact-sm"
            onClick={() => {
              setRecovery(!recovery);
              setCode('');
              signIn.reset();
            }}
          >
            {say(recovery ? 'signIn.useCode' : 'signIn.useRecovery')}
          </Button>
          <Button variant="subtle" size="compact-sm" onClick={startAgain}>
            {say('action.back')}
          </Button>
        </div>
      </form>
    </Entrance>
  );
}

/** Also where too many wrong ones were sent by others: then only both together are taken. */
function asksForCode(error: unknown): error is DaylightError {
  if (!(error instanceof DaylightError)) return false;
  return error.code === 'second_factor_required' || (error.code === 'rate_limited' && error.field === 'totp');
}

function secondFactor(asked: boolean, recovery: boolean, code: string): { totp?: string; recoveryCode?: string } {
  if (!asked) return {};
  return recovery ? { recoveryCode: code.trim() } : { totp: code };
}
