import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useNavigate, useParams } from 'react-router';
import { call } from '../api/client.ts';
import { Failure } from '../frame/Failure.tsx';
import { Note } from '../frame/Note.tsx';
import { say } from '../strings/say.ts';
import { Entrance } from './Entrance.tsx';
import { isUsedUp } from './isUsedUp.ts';
import { useEnter } from './useEnter.ts';

/**
 * Signs in with a one-time link. It waits for a click, so that a program that merely opens the address does not use the
 * link up; after it the token is gone from the address and from the history.
 */
export function OneTimeLink() {
  const { token = '' } = useParams();
  const navigate = useNavigate();
  const enter = useEnter();
  const exchange = useMutation({
    mutationFn: () => call('signInWithLink', { body: { token } }),
    onSuccess: (me) => {
      enter(me);
      void navigate('/', { replace: true });
    },
  });
  if (isUsedUp(exchange.error)) {
    return (
      <Entrance title={say('link.goneTitle')}>
        <Failure error={exchange.error} />
        <Note>
          <p>{say('link.goneHelp')}</p>
          <p className="dl-code">daylight-server sign-in-link --data FOLDER --email ADDRESS</p>
        </Note>
        <Button variant="default" onClick={() => void navigate('/', { replace: true })}>
          {say('link.toSignIn')}
        </Button>
      </Entrance>
    );
  }
  return (
    <Entrance title={say('link.title')} lead={say('link.lead')}>
      {exchange.isError && <Failure error={exchange.error} />}
      <Button loading={exchange.isPending} onClick={() => exchange.mutate()} autoFocus>
        {say('link.use')}
      </Button>
    </Entrance>
  );
}
