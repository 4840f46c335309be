import { Button, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type SyntheticEvent, useState } from 'react';
import { useNavigate, useParams } from 'react-router';
import { DaylightError } from '../../../shared/errors.ts';
import { call } from '../api/client.ts';
import { Failure, fieldError } from '../frame/Failure.tsx';
import { Note } from '../frame/Note.tsx';
import { say } from '../strings/say.ts';
import { Entrance } from './Entrance.tsx';
import { NewPassword, type PasswordChoice, passwordProblem } from './NewPassword.tsx';
import { useEnter } from './useEnter.ts';

/** Accepts an invitation: name and password, then whatever the account's role still needs. */
export function Invitation() {
  const { token = '' } = useParams();
  const navigate = useNavigate();
  const enter = useEnter();
  const [name, setName] = useState('');
  const [choice, setChoice] = useState<PasswordChoice>({ password: '', again: '' });
  const [tried, setTried] = useState(false);
  const accept = useMutation({
    mutationFn: () => call('acceptInvitation', { body: { token, name, password: choice.password } }),
    onSuccess: (me) => {
      enter(me);
      void navigate('/', { replace: true });
    },
  });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    setTried(true);
    if (name.trim() !== '' && passwordProblem(choice) === null) accept.mutate();
  };
  if (isGone(accept.error)) {
    return (
      <Entrance title={say('invitation.goneTitle')}>
        <Failure error={accept.error} />
        <Note>{say('invitation.goneHelp')}</Note>
        <Button variant="default" onClick={() => void navigate('/', { replace: true })}>
          {say('link.toSignIn')}
        </Button>
      </Entrance>
    );
  }
  return (
    <Entrance title={say('invitation.title')} lead={say('invitation.lead')}>
      <form className="dl-stack" onSubmit={submit} noValidate>
        <TextInput
          label={say('field.yourName')}
          autoComplete="name"
          autoFocus
          required
          value={name}
          error={tried && name.trim() === '' ? say('field.nameMissing') : fieldError(accept.error, 'name')}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <NewPassword choice={choice} onChange={setChoice} showProblem={tried} />
        {accept.isError && <Failure error={accept.error} />}
        <Button type="submit" loading={accept.isPending}>
          {say('invitation.accept')}
        </Button>
      </form>
    </Entrance>
  );
}

function isGone(error: unknown): boolean {
  if (!(error instanceof DaylightError)) return false;
  if (error.code === 'bad_request') return error.field?.endsWith('token') === true;
  return error.code === 'gone' || error.code === 'not_found' || error.code === 'wrong_credentials';
}
