import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type SyntheticEvent, useState } from 'react';
import { assertNever } from '../../../shared/errors.ts';
import type { Me } from '../../../shared/protocol/http/signIn.ts';
import { call } from '../api/client.ts';
import { keys } from '../api/keys.ts';
import { Failure } from '../frame/Failure.tsx';
import { useAskFirst } from '../frame/Unsaved.tsx';
import { say } from '../strings/say.ts';
import { Entrance } from './Entrance.tsx';
import { NewPassword, type PasswordChoice, passwordProblem } from './NewPassword.tsx';
import { SecondFactor } from './SecondFactor.tsx';
import { useSignOut } from './useSignOut.ts';

/** What this session must do before it may do anything else, one thing at a time. */
export function Setup({ me }: { me: Me }) {
  const client = useQueryClient();
  const signOut = useSignOut();
  const askFirst = useAskFirst();
  const next = me.mustDo[0];
  if (next === undefined) return null;
  const done = (changed: Me) => client.setQueryData(keys.me, changed);
  return (
    <Entrance {...titleOf(next, me)}>
      {next === 'set_password' ? <FirstPassword onDone={done} /> : <SecondFactor onDone={done} />}
      <Button variant="subtle" size="compact-sm" onClick={() => askFirst(() => signOut.mutate())}>
        {say('action.signOut')}
      </Button>
      {signOut.isError && <Failure error={signOut.error} />}
    </Entrance>
  );
}

function titleOf(step: Me['mustDo'][number], me: Me): { title: string; lead: string } {
  switch (step) {
    case 'set_password':
      return { title: say('setup.passwordTitle'), lead: say('setup.passwordLead', { email: me.person.email }) };
    case 'set_up_second_factor':
      return { title: say('setup.factorTitle'), lead: say('setup.factorLead') };
    default:
      return assertNever(step);
  }
}

function FirstPassword({ onDone }: { onDone: (me: Me) => void }) {
  const [choice, setChoice] = useState<PasswordChoice>({ password: '', again: '' });
  const [tried, setTried] = useState(false);
  const set = useMutation({
    mutationFn: () => call('setPassword', { body: { password: choice.password } }),
    onSuccess: onDone,
  });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    setTried(true);
    if (passwordProblem(choice) === null) set.mutate();
  };
  return (
    <form className="dl-stack" onSubmit={submit} noValidate>
      <NewPassword choice={choice} onChange={setChoice} showProblem={tried} error={set.error} autoFocus />
      {set.isError && <Failure error={set.error} fields={['password']} />}
      <Button type="submit" loading={set.isPending}>
        {say('setup.passwordSet')}
      </Button>
    </form>
  );
}
