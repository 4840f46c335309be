import { DaylightError } from '../../shared/errors.ts';
import type { PersonId, TeamId } from '../../shared/ids.ts';
import { type Action, type Actor, type Authorized, authorize, type Target } from '../authorize.ts';
import type { PersonRecord, Store, TeamRecord } from '../store/store.ts';

/** Leave to do this, or the refusal as an error. */
export function requireLeave<A extends Action>(actor: Actor, action: A, target: Target): Authorized<A> {
  const verdict = authorize(actor, action, target);
  if (verdict.kind === 'granted') return verdict.leave;
  throw new DaylightError(verdict.code, verdict.reason, { ...remedies[verdict.code] });
}

/** A person of the actor's own organisation. Everyone else does not exist. */
export async function requirePerson(store: Store, actor: Actor, person: PersonId): Promise<PersonRecord> {
  const record = await store.person(actor.org, person);
  if (record === null || record.org !== actor.org) throw new DaylightError('not_found', 'there is no such person');
  return record;
}

/** A team of the actor's own organisation. */
export async function requireTeam(store: Store, actor: Actor, team: TeamId): Promise<TeamRecord> {
  const record = (await store.teams(actor.org)).find((one) => one.team === team);
  if (record === undefined) throw new DaylightError('not_found', 'there is no such team');
  return record;
}

const remedies = {
  not_found: {},
  forbidden: { remedy: 'Ask someone whose role allows it.' },
  second_factor_required: { remedy: 'Set up a second factor, or sign in again with it.' },
} as const;
