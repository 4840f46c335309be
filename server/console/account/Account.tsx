import { Button, PasswordInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type SyntheticEvent, useState } from 'react';
import { call } from '../api/client.ts';
import { keys } from '../api/keys.ts';
import { usePeople } from '../api/reads.ts';
import { useMe } from '../api/useMe.ts';
import { NewPassword, type PasswordChoice, passwordProblem } from '../entry/NewPassword.tsx';
import { Failure } from '../frame/Failure.tsx';
import { fieldError } from '../frame/failureWords.ts';
import { Note } from '../frame/Note.tsx';
import { Page } from '../frame/Page.tsx';
import { Devices } from '../people/Devices.tsx';
import { say } from '../strings/say.ts';
import { FactorPanel } from './FactorPanel.tsx';
import { Sessions } from './Sessions.tsx';

/** One's own account: devices, password, second factor, where one is signed in. */
export function Account() {
  const me = useMe();
  const people = usePeople();
  const self = people.data?.find(({ id }) => id === me.person.id);
  return (
    <Page
      title={say('nav.account')}
      lead={say('account.lead', { name: me.person.name, email: me.person.email, role: say(`role.${me.person.role}`) })}
    >
      <div className="dl-stack">
        {self !== undefined && <Devices person={self} own mayEnrol mayTest />}
        <PasswordPanel />
        <FactorPanel />
        <Sessions />
      </div>
    </Page>
  );
}

const noChoice: PasswordChoice = { password: '', again: '' };

function PasswordPanel() {
  const me = useMe();
  const client = useQueryClient();
  const [current, setCurrent] = useState('');
  const [choice, setChoice] = useState(noChoice);
  const [tried, setTried] = useState(false);
  const asksCurrent = me.secondFactor !== 'host_link' && me.secondFactor !== 'rescue_link';
  const set = useMutation({
    mutationFn: () => call('setPassword', { body: { password: choice.password, ...(asksCurrent ? { current } : {}) } }),
    onSuccess: (changed) => {
      client.setQueryData(keys.me, changed);
      void client.invalidateQueries({ queryKey: keys.sessions });
      setCurrent('');
      setChoice(noChoice);
      setTried(false);
    },
  });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    setTried(true);
    if (passwordProblem(choice) === null) set.mutate();
  };
  return (
    <section className="dl-panel" aria-labelledby="password-heading">
      <h2 id="password-heading">{say('account.password')}</h2>
      <form className="dl-stack" style={{ maxWidth: '26rem' }} onSubmit={submit} noValidate>
        <p className="dl-quiet">{say('account.passwordText')}</p>
        {asksCurrent && (
          <PasswordInput
            label={say('field.currentPassword')}
            autoComplete="current-password"
            required
            value={current}
            error={fieldError(set.error, 'current')}
            onChange={(event) => setCurrent(event.currentTarget.value)}
          />
        )}
        <NewPassword choice={choice} onChange={setChoice} showProblem={tried} error={set.error} />
        {set.isError && <Failure error={set.error} fields={['current', 'password']} />}
        {set.isSuccess && <Note tone="on">{say('account.passwordDone')}</Note>}
        <div>
          <Button type="submit" loading={set.isPending}>
            {say('account.passwordChange')}
          </Button>
        </div>
      </form>
    </section>
  );
}
