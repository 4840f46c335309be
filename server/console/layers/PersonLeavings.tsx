import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Link } from 'react-router';
import type { PersonView } from '../../../shared/protocol/http/people.ts';
import { useLeftOutOfPerson } from '../api/reads.ts';
import { useMe } from '../api/useMe.ts';
import { Failure } from '../frame/Failure.tsx';
import { may } from '../frame/may.ts';
import { say } from '../strings/say.ts';
import { LeaveOutDialog } from './LeaveOutDialog.tsx';
import { LeftOutLines } from './LeftOutLines.tsx';

/** What is left out for one person, alone and with their teams, and the way to why each parameter is on or off. */
export function PersonLeavings({ person: { id, name } }: { person: PersonView }) {
  const me = useMe();
  const leftOut = useLeftOutOfPerson(id);
  const [opened, dialog] = useDisclosure(false);
  return (
    <section className="dl-panel dl-stack" aria-labelledby="left-out-heading">
      <h2 id="left-out-heading">{say('leftOut.title')}</h2>
      <p className="dl-quiet">{say('leftOut.ofPerson')}</p>
      {leftOut.isError && <Failure error={leftOut.error} retry={() => void leftOut.refetch()} />}
      {leftOut.data?.teams.map((team) => (
        <div key={team.team}>
          <h3>{say('leftOut.ofTheTeam', { team: team.name ?? say('why.anotherTeam') })}</h3>
          <LeftOutLines leftOut={team} />
        </div>
      ))}
      {leftOut.data !== undefined && (
        <div>
          <h3>{say('leftOut.alone')}</h3>
          <LeftOutLines leftOut={leftOut.data.person} />
        </div>
      )}
      <div className="dl-row">
        {leftOut.data !== undefined && may.leaveOut(me.person.role) && (
          <Button variant="default" onClick={dialog.open}>
            {say('leftOut.change')}
          </Button>
        )}
        <Link to={`/people/${id}/why`}>{say('why.ofPerson', { name })}</Link>
      </div>
      {leftOut.data !== undefined && (
        <LeaveOutDialog
          whose={{ kind: 'person', id, name }}
          now={leftOut.data.person}
          opened={opened}
          onClose={dialog.close}
        />
      )}
    </section>
  );
}
