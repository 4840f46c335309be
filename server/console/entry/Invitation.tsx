import { Button, TextInput } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { type SyntheticEvent, useState } from 'react';
import { useNavigate, useParams } from 'react-router';
import type { InvitationView } from '../../../shared/protocol/http/signIn.ts';
import { call } from '../api/client.ts';
import { keys } from '../api/keys.ts';
import { Failure } from '../frame/Failure.tsx';
import { fieldError, isAt } from '../frame/failureWords.ts';
import { Waiting } from '../frame/Waiting.tsx';
import { dateTime } from '../strings/format.ts';
import { say } from '../strings/say.ts';
import { Entrance } from './Entrance.tsx';
import { isUsedUp } from './isUsedUp.ts';
import { NewPassword, type PasswordChoice, passwordProblem } from './NewPassword.tsx';
import { useEnter } from './useEnter.ts';

/** An invitation: whom it is for and where to, before anything is asked; one that no longer works says so at once. */
export function Invitation() {
  const { token = '' } = useParams();
  const invitation = useQuery({
    queryKey: keys.invitation(token),
    queryFn: ({ signal }) => call('readInvitation', { body: { token } }, signal),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  if (invitation.isPending) {
    return (
      <Entrance title={say('product.name')}>
        <Waiting lines={3} />
      </Entrance>
    );
  }
  if (isUsedUp(invitation.error)) return <Over />;
  if (invitation.isError) {
    return (
      <Entrance title={say('product.name')}>
        <Failure error={invitation.error} retry={() => void invitation.refetch()} />
      </Entrance>
    );
  }
  return <Accepting token={token} invitation={invitation.data} />;
}

function Over() {
  const navigate = useNavigate();
  return (
    <Entrance title={say('invitation.goneTitle')} lead={say('invitation.goneHelp')}>
      <Button variant="default" onClick={() => void navigate('/', { replace: true })}>
        {say('link.toSignIn')}
      </Button>
    </Entrance>
  );
}

const fields = ['name', 'password'];

/** Name and password, then whatever the account's role still needs. */
function Accepting({ token, invitation }: { token: string; invitation: InvitationView }) {
  const { organisation, email, invitedBy, expiresAt } = invitation;
  const navigate = useNavigate();
  const enter = useEnter();
  const [name, setName] = useState(invitation.name);
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
  if (isUsedUp(accept.error) && !isAt(accept.error, fields)) return <Over />;
  return (
    <Entrance title={say('invitation.title')} lead={say('invitation.lead', { organisation })}>
      <dl className="dl-facts">
        {invitedBy !== null && (
          <>
            <dt>{say('invitation.by')}</dt>
            <dd>{invitedBy}</dd>
          </>
        )}
        <dt>{say('invitation.signIn')}</dt>
        <dd>{email}</dd>
        <dt>{say('invitation.ends')}</dt>
        <dd>{dateTime(expiresAt)}</dd>
      </dl>
      <form className="dl-stack" onSubmit={submit} noValidate>
        <TextInput
          label={say('field.yourName')}
          autoComplete="name"
          required
          value={name}
          error={tried && name.trim() === '' ? say('field.nameMissing') : fieldError(accept.error, 'name')}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <NewPassword choice={choice} onChange={setChoice} showProblem={tried} error={accept.error} autoFocus />
        {accept.isError && <Failure error={accept.error} fields={fields} />}
        <Button type="submit" loading={accept.isPending}>
          {say('invitation.accept')}
        </Button>
      </form>
    </Entrance>
  );
}
