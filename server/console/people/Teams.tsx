import { Link } from 'react-router';
import type { TeamView } from '../../../shared/protocol/http/teams.ts';
import { Empty } from '../frame/Page.tsx';
import { useNames } from '../frame/useNames.ts';
import { count, listed, say } from '../strings/say.ts';
import classes from './people.module.css';

/** The teams in the viewer's scope: how many are in each, and who sees their activity. */
export function Teams({ teams }: { teams: readonly TeamView[] }) {
  return (
    <section className="dl-panel" aria-labelledby="teams-heading">
      <h2 id="teams-heading">{say('teams.heading')}</h2>
      {teams.length === 0 && <Empty>{say('teams.empty')}</Empty>}
      <ul className="dl-plain-list">
        {teams.map((team) => (
          <TeamItem key={team.id} team={team} />
        ))}
      </ul>
    </section>
  );
}

function TeamItem({ team }: { team: TeamView }) {
  return (
    <li className={classes.team}>
      <Link to={`/teams/${team.id}`}>{team.name}</Link>
      <span className="dl-quiet dl-small">
        {count('members', team.members)} · <Managers team={team} />
      </span>
    </li>
  );
}

/** Who sees the activity of the team, by name as far as the viewer may know them. */
export function Managers({ team }: { team: TeamView }) {
  const nameOf = useNames();
  if (team.managers.length === 0) return say('teams.noManager');
  const names = team.managers.map((id) => nameOf(id) ?? say('author.someone'));
  return say('teams.managedBy', { names: listed(names) });
}
