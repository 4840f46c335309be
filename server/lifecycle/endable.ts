import { DaylightError } from '../../shared/errors.ts';
import type { EndObstacle } from '../../shared/protocol/http/endings.ts';
import type { PersonRecord, Store } from '../store/store.ts';

export interface EndableDeps {
  readonly store: Pick<Store, 'people'>;
}

/** What keeps the account from being ended now. What a legal hold keeps waits for that alone, and the rest goes. */
export async function endObstacle(
  { store }: EndableDeps,
  { org, person, role }: PersonRecord,
): Promise<EndObstacle | null> {
  const owners = (await store.people(org)).filter((one) => one.role === 'owner' && one.status === 'active');
  return role === 'owner' && !owners.some((one) => one.person !== person) ? { kind: 'only_owner' } : null;
}

/** Throws DaylightError `conflict` where the account cannot be ended now, with who can change that and how. */
export async function requireEndable(deps: EndableDeps, record: PersonRecord): Promise<void> {
  if ((await endObstacle(deps, record)) === null) return;
  throw new DaylightError('conflict', 'an organisation needs an owner, and this is its only one', {
    remedy: 'Make someone else an owner first, or cancel the organisation.',
  });
}
