import { Button, Select } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link, useParams } from 'react-router';
import type { PersonView } from '../../../shared/protocol/http/people.ts';
import type { Me } from '../../../shared/protocol/http/signIn.ts';
import type { TeamView } from '../../../shared/protocol/http/teams.ts';
import { call } from '../api/client.ts';
import { keys } from '../api/keys.ts';
import { usePeople, useTeams } from '../api/reads.ts';
import { useMe } from '../api/useMe.ts';
import { Failure } from '../frame/Failure.tsx';
import { may } from '../frame/may.ts';
import { Empty, Page } from '../frame/Page.tsx';
import { Waiting } from '../frame/Waiting.tsx';
import { TeamLeavings } from '../layers/TeamLeavings.tsx';
import { say } from '../strings/say.ts';
import classes from './people.module.css';
import { TeamDialog } from './TeamDialog.tsx';
import { Managers } from './Teams.tsx';

/** One team: who is in it, and who sees what they do. */
export function TeamPage() {
  const { team: id = '' } = useParams();
  const teams = useTeams();
  const people = usePeople();
  if (teams.isPending || people.isPending) return <Waiting />;
  if (teams.isError) return <Failure error={teams.error} retry={() => void teams.refetch()} />;
  if (people.isError) return <Failure error={people.error} retry={() => void people.refetch()} />;
  const team = teams.data.find((candidate) => candidate.id === id);
  if (team === undefined) {
    return (
      <Page title={say('teams.missing')}>
        <Empty>{say('teams.missingText')}</Empty>
      </Page>
    );
  }
  return <Team key={team.id} team={team} people={people.data} />;
}

function Team({ team, people }: { team: TeamView; people: readonly PersonView[] }) {
  const me = useMe();
  const [naming, name] = useDisclosure(false);
  const mayChange = may.changePeople(me.person.role);
  const client = useQueryClient();
  const move = useMutation({
    mutationFn: ({ person, into }: { person: PersonView; into: boolean }) => {
      const others = person.teams.filter((id) => id !== team.id);
      const body = { teams: into ? [...others, team.id] : others };
      return call('changePerson', { params: { person: person.id }, body });
    },
    onSettled: () => {
      for (const queryKey of [keys.people, keys.teams]) void client.invalidateQueries({ queryKey });
    },
  });
  const [members, others] = [true, false].map((isIn) =>
    people.filter((person) => person.teams.includes(team.id) === isIn),
  );
  const busy = (person: PersonView) => move.isPending && move.variables.person.id === person.id;
  return (
    <Page
      title={team.name}
      lead={<Managers team={team} />}
      actions={
        mayChange && (
          <Button variant="default" onClick={name.open}>
            {say('team.rename')}
          </Button>
        )
      }
    >
      <div className="dl-stack">
        <section className="dl-panel dl-stack" aria-labelledby="members-heading">
          <h2 id="members-heading">{say('teams.members')}</h2>
          <p className="dl-quiet">{say('teams.effect')}</p>
          {members?.length === 0 && <Empty>{say('teams.nobody')}</Empty>}
          <ul className="dl-plain-list">
            {members?.map((person) => (
              <li key={person.id} className={classes.team}>
                <span>
                  <Link to={`/people/${person.id}`}>{person.name}</Link>{' '}
                  <span className="dl-quiet dl-small">{say(`role.${person.role}`)}</span>
                </span>
                {mayChange && (
                  <Button
                    variant="default"
                    size="xs"
                    loading={busy(person)}
                    onClick={() => move.mutate({ person, into: false })}
                  >
                    {say('teams.takeOut')}
                    <span className="dl-hidden"> {person.name}</span>
                  </Button>
                )}
              </li>
            ))}
          </ul>
          {move.isError && <Failure error={move.error} />}
          {mayChange && others !== undefined && others.length > 0 && (
            <Select
              className={classes.add ?? ''}
              label={say('teams.add')}
              placeholder={say('team.choose')}
              searchable
              value={null}
              data={others.map(({ id, name: label, email }) => ({ value: id, label: `${label} · ${email}` }))}
              onChange={(id) => {
                const person = others.find((candidate) => candidate.id === id);
                if (person !== undefined) move.mutate({ person, into: true });
              }}
            />
          )}
        </section>
        {maySayWhatIsLeftOut(me.person, team) && <TeamLeavings team={team} />}
      </div>
      {mayChange && <TeamDialog team={team} opened={naming} onClose={name.close} />}
    </Page>
  );
}

function maySayWhatIsLeftOut({ role, managesTeams }: Me['person'], { id }: TeamView): boolean {
  return may.leaveOut(role) && (role !== 'manager' || managesTeams.includes(id));
}
