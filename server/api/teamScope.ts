import type { TeamId } from '../../shared/ids.ts';
import type { Actor } from '../authorize.ts';
import type { PersonRecord } from '../store/store.ts';

/** Whether somebody is told that there is this team, and how it is called. */
export function seesTeam(actor: Actor, self: PersonRecord, team: TeamId): boolean {
  if (actor.role === 'owner' || actor.role === 'admin') return true;
  return actor.managesTeams.includes(team) || self.teams.includes(team);
}
