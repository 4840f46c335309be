import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { call } from '../api/client.ts';
import { useProposals } from '../api/reads.ts';
import { useMe } from '../api/useMe.ts';
import { may } from '../frame/may.ts';
import { RegisterForm } from '../records/RegisterForm.tsx';
import { say } from '../strings/say.ts';

/** Whether what raises something needs a second person, and how an owner changes that. */
export function SecondPerson() {
  const { person } = useMe();
  const { data } = useProposals();
  const [opened, dialog] = useDisclosure(false);
  if (data === undefined) return null;
  const { secondRequired, proposals } = data;
  const isOnItsWay = proposals.some(
    ({ content, state }) => content.kind === 'second_off' && (state === 'waiting' || state === 'scheduled'),
  );
  const change = say(secondRequired ? 'second.turnOff' : 'second.turnOn');
  return (
    <section className="dl-panel dl-stack" aria-labelledby="second-person">
      <h2 id="second-person">{say('second.title')}</h2>
      <p>{say(secondRequired ? 'second.on' : 'second.off')}</p>
      <p className="dl-quiet dl-small">{say('second.help')}</p>
      {isOnItsWay && <p>{say('second.onItsWay')}</p>}
      {may.requireSecond(person.role) && !isOnItsWay && (
        <div>
          <Button size="xs" variant="default" onClick={dialog.open}>
            {change}
          </Button>
        </div>
      )}
      <RegisterForm
        key={String(opened)}
        title={change}
        save={change}
        opened={opened}
        onClose={dialog.close}
        write={(reason) => call('requireSecond', { body: { required: !secondRequired, reason } })}
      >
        {() => <p>{say(secondRequired ? 'second.willOff' : 'second.willOn')}</p>}
      </RegisterForm>
    </section>
  );
}
