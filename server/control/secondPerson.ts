import type { OrgId } from '../../shared/ids.ts';
import type { Actor } from '../authorize.ts';
import type { Store } from '../store/store.ts';

/** Everybody with an account, as who they are now. Whoever has no second factor yet can set one up, and counts as if they had. */
export async function activePeople(store: Pick<Store, 'people'>, org: OrgId): Promise<readonly Actor[]> {
  const people = await store.people(org);
  return people
    .filter(({ status }) => status === 'active')
    .map(({ person, role, managesTeams }) => ({ org, person, role, managesTeams, complete: true }));
}
