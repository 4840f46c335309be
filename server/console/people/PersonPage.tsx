import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Link, useParams } from 'react-router';
import { Mark } from '../../../look/Mark.tsx';
import type { PersonView } from '../../../shared/protocol/http/people.ts';
import type { TeamView } from '../../../shared/protocol/http/teams.ts';
import { useAccessLogs, usePerson, useTeams } from '../api/reads.ts';
import { useMe } from '../api/useMe.ts';
import { EndDialog } from '../endings/EndDialog.tsx';
import { LeavingPanel } from '../endings/LeavingPanel.tsx';
import { Failure } from '../frame/Failure.tsx';
import { may } from '../frame/may.ts';
import { Empty, Page } from '../frame/Page.tsx';
import { Waiting } from '../frame/Waiting.tsx';
import { PersonLeavings } from '../layers/PersonLeavings.tsx';
import { PersonObjections } from '../objections/PersonObjections.tsx';
import { listed, say } from '../strings/say.ts';
import { AgePanel } from './AgePanel.tsx';
import { ChangePersonDialog } from './ChangePersonDialog.tsx';
import { Devices } from './Devices.tsx';
import { OpenInvitations } from './OpenInvitations.tsx';

/** One person: who they are here, and their devices. */
export function PersonPage() {
  const { person: id = '' } = useParams();
  const { person, isPending, error, retry } = usePerson(id);
  const teams = useTeams();
  if (isPending) return <Waiting />;
  if (person === undefined && error !== null) return <Failure error={error} retry={retry} />;
  if (person === undefined) return <Unseen id={id} />;
  return <Person person={person} teams={teams.data ?? []} />;
}

/** A privacy officer, who sees nothing of anybody's, finds the one thing here that is theirs to say of a person. */
function Unseen({ id }: { id: string }) {
  const { role } = useMe().person;
  const reachable = may.sayAge(role) && may.seeAccessLogs(role);
  const logs = useAccessLogs(reachable);
  if (reachable && logs.isPending) return <Waiting />;
  const known = logs.data?.find((one) => one.id === id);
  if (known === undefined) {
    return (
      <Page title={say('person.missing')}>
        <Empty>{say('person.missingText')}</Empty>
      </Page>
    );
  }
  return (
    <Page title={known.name} lead={known.email}>
      <div className="dl-stack">
        <p className="dl-quiet">{say('person.ageOnly')}</p>
        <AgePanel person={id} name={known.name} />
      </div>
    </Page>
  );
}

function Person({ person, teams }: { person: PersonView; teams: readonly TeamView[] }) {
  const me = useMe();
  const [changing, change] = useDisclosure(false);
  const [ending, end] = useDisclosure(false);
  const own = person.id === me.person.id;
  const mayChange = may.changePeople(me.person.role);
  const mayEnd = may.endAccounts(me.person.role) && (me.person.role === 'owner' || person.role !== 'owner');
  const named = (ids: readonly string[]) => listed(teams.filter(({ id }) => ids.includes(id)).map(({ name }) => name));
  return (
    <Page
      title={person.name}
      lead={person.email}
      actions={
        <>
          {mayChange && (
            <Button variant="default" onClick={change.open}>
              {say('person.change')}
            </Button>
          )}
          {(own || may.seeDaysOfOthers(me.person.role)) && (
            <Button component={Link} to={own ? '/my-day' : `/people/${person.id}/day`}>
              {say('people.seeDay')}
            </Button>
          )}
        </>
      }
    >
      <div className="dl-stack">
        <section className="dl-panel" aria-label={say('person.facts')}>
          <dl className="dl-facts">
            <dt>{say('field.role')}</dt>
            <dd>
              {say(`role.${person.role}`)} <span className="dl-quiet dl-small">{say(`role.${person.role}.may`)}</span>
            </dd>
            <dt>{say('field.status')}</dt>
            <dd>
              <Mark tone={person.status === 'active' ? 'on' : 'wait'}>{say(`status.${person.status}`)}</Mark>
            </dd>
            <dt>{say('field.teams')}</dt>
            <dd>{named(person.teams) || say('people.noTeam')}</dd>
            {person.managesTeams.length > 0 && (
              <>
                <dt>{say('field.managesTeams')}</dt>
                <dd>{named(person.managesTeams)}</dd>
              </>
            )}
            <dt>{say('field.secondFactor')}</dt>
            <dd>
              <Mark tone={person.secondFactor ? 'on' : person.role === 'employee' ? 'off' : 'wait'}>
                {say(person.secondFactor ? 'factor.set' : 'factor.notSet')}
              </Mark>
            </dd>
          </dl>
        </section>
        {mayChange && person.status === 'invited' && (
          <section className="dl-panel" aria-labelledby="invitation-heading">
            <h2 id="invitation-heading">{say('invitation.heading')}</h2>
            <OpenInvitations people={[person]} />
          </section>
        )}
        <PersonLeavings person={person} />
        {!own && <PersonObjections person={person.id} />}
        <Devices
          person={person}
          own={own}
          mayEnrol={own || mayChange}
          mayTest={own || may.seeDaysOfOthers(me.person.role)}
        />
        {!own && may.sayAge(me.person.role) && <AgePanel person={person.id} name={person.name} />}
        {mayChange && !own && (
          <section className="dl-panel dl-stack" aria-labelledby="leaving-heading">
            <h2 id="leaving-heading">{say('leaving.heading')}</h2>
            <ul className="dl-list">
              <li>{say('leaving.devices')}</li>
              <li>{say('leaving.teams')}</li>
              <li>{say('leaving.ends')}</li>
            </ul>
            {mayEnd && <LeavingPanel person={person.id} name={person.name} />}
            {mayEnd && (
              <div>
                <Button color="red" variant="outline" onClick={end.open}>
                  {say('end.open')}
                </Button>
                <EndDialog person={person.id} name={person.name} opened={ending} onClose={end.close} />
              </div>
            )}
          </section>
        )}
      </div>
      {mayChange && <ChangePersonDialog person={person} teams={teams} opened={changing} onClose={change.close} />}
    </Page>
  );
}
