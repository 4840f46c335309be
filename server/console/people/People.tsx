import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus } from '@tabler/icons-react';
import { Link } from 'react-router';
import { Mark } from '../../../look/Mark.tsx';
import type { PersonView } from '../../../shared/protocol/http/people.ts';
import type { TeamView } from '../../../shared/protocol/http/teams.ts';
import { useLeavingDates, usePeople, useTeams } from '../api/reads.ts';
import { useMe } from '../api/useMe.ts';
import { Failure } from '../frame/Failure.tsx';
import { may } from '../frame/may.ts';
import { Page } from '../frame/Page.tsx';
import { Waiting } from '../frame/Waiting.tsx';
import { dayOfYear } from '../strings/format.ts';
import { count, listed, say } from '../strings/say.ts';
import { InviteDialog } from './InviteDialog.tsx';
import { OpenInvitations } from './OpenInvitations.tsx';
import classes from './people.module.css';
import { SearchedPeople } from './SearchedPeople.tsx';
import { searchPeople } from './search.ts';
import { TeamDialog } from './TeamDialog.tsx';
import { Teams } from './Teams.tsx';

/** Everyone in the viewer's scope. */
export function People() {
  const { person: me } = useMe();
  const people = usePeople();
  const teams = useTeams();
  const [inviting, invite] = useDisclosure(false);
  const [naming, team] = useDisclosure(false);
  const mayChange = may.changePeople(me.role);
  return (
    <Page
      title={say('people.title')}
      lead={say(mayChange ? 'people.lead' : 'people.leadManager')}
      actions={
        mayChange && (
          <>
            <Button variant="default" onClick={team.open}>
              {say('team.create')}
            </Button>
            <Button leftSection={<IconPlus size={17} aria-hidden />} onClick={invite.open}>
              {say('invite.open')}
            </Button>
          </>
        )
      }
    >
      {people.isPending && <Waiting lines={5} />}
      {people.isError && <Failure error={people.error} retry={() => void people.refetch()} />}
      <div className="dl-stack">
        {people.data !== undefined && <PeopleList people={people.data} teams={teams.data ?? []} />}
        {mayChange && people.data !== undefined && <Invited people={people.data} />}
        {teams.isError && <Failure error={teams.error} retry={() => void teams.refetch()} />}
        {teams.data !== undefined && <Teams teams={teams.data} />}
      </div>
      {mayChange && <InviteDialog opened={inviting} onClose={invite.close} teams={teams.data ?? []} />}
      {mayChange && <TeamDialog opened={naming} onClose={team.close} />}
    </Page>
  );
}

function Invited({ people }: { people: readonly PersonView[] }) {
  const invited = people.filter(({ status }) => status === 'invited').length;
  if (invited === 0) return null;
  return (
    <section className="dl-panel" aria-labelledby="invited-heading">
      <h2 id="invited-heading">{count('invitations.open', invited)}</h2>
      <p className="dl-quiet dl-small">{say('invitations.text')}</p>
      <OpenInvitations people={people} />
    </section>
  );
}

function PeopleList({ people, teams }: { people: readonly PersonView[]; teams: readonly TeamView[] }) {
  const leaving = useLeavingDates(may.seeEndings(useMe().person.role));
  const lastDays = new Map(leaving.data?.people.map((one) => [one.person, one.leaving?.day]));
  return (
    <SearchedPeople
      label={say('people.search')}
      search={(text) => searchPeople(people, teams, text)}
      none={(text) => say(text === '' ? 'people.none' : 'people.noneFound')}
    >
      {(person) => <PersonItem key={person.id} person={person} teams={teams} lastDay={lastDays.get(person.id)} />}
    </SearchedPeople>
  );
}

interface PersonItemProps {
  readonly person: PersonView;
  readonly teams: readonly TeamView[];
  readonly lastDay: string | undefined;
}

function PersonItem({ person, teams, lastDay }: PersonItemProps) {
  const me = useMe();
  const names = teams.filter(({ id }) => person.teams.includes(id)).map(({ name }) => name);
  const own = person.id === me.person.id;
  return (
    <li className={classes.person}>
      <div className={classes.name}>
        <Link to={`/people/${person.id}`}>{person.name}</Link>
        {own && <span className="dl-quiet"> {say('people.you')}</span>}
        <div className="dl-quiet dl-small">{person.email}</div>
        {lastDay !== undefined && <Mark tone="wait">{say('leavingDate.leaves', { day: dayOfYear(lastDay) })}</Mark>}
      </div>
      <div>
        {person.status === 'invited' ? <Mark tone="wait">{say('status.invited')}</Mark> : say(`role.${person.role}`)}
      </div>
      <div className="dl-quiet">{names.length === 0 ? say('people.noTeam') : listed(names)}</div>
      <div className={`${classes.facts} ${classes.wide}`}>
        <span>{count('devices', person.devices)}</span>
        {person.secondFactor ? (
          <Mark tone="on">{say('factor.yes')}</Mark>
        ) : (
          <Mark tone={person.role === 'employee' ? 'off' : 'wait'}>{say('factor.no')}</Mark>
        )}
      </div>
      <div className={classes.wide}>
        {(own || may.seeDaysOfOthers(me.person.role)) && (
          <Button component={Link} to={own ? '/my-day' : `/people/${person.id}/day`} variant="default" size="xs">
            {say('people.seeDay')}
            <span className="dl-hidden"> {person.name}</span>
          </Button>
        )}
      </div>
    </li>
  );
}
