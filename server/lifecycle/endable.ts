import { DaylightError } from '../../shared/errors.ts';
import type { OrgId } from '../../shared/ids.ts';
import type { EndObstacle, OrganisationEndObstacle } from '../../shared/protocol/http/endings.ts';
import type { Day } from '../../shared/time.ts';
import type { Clock } from '../clock.ts';
import { holdsView, isInForce, unreadableHolds } from '../records/holds.ts';
import { readRegister } from '../records/registers.ts';
import type { PersonRecord, Store } from '../store/store.ts';
import type { Vault } from '../vault/vault.ts';
import type { ClockBrake } from './clockBrake.ts';

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
    remedy: 'Make someone else an owner first, or end the organisation.',
  });
}

export interface OrganisationEndableDeps {
  readonly store: Pick<Store, 'settingRevisions'>;
  readonly vault: Pick<Vault, 'open'>;
  readonly brake: Pick<ClockBrake, 'check'>;
  readonly clock: Pick<Clock, 'now'>;
}

/**
 * What keeps the organisation from being ended now: with its keys, what a legal hold keeps could be opened by nobody, ever. One that nobody can read
 * keeps something unknown.
 */
export async function organisationObstacle(
  { store, vault, brake, clock }: OrganisationEndableDeps,
  org: OrgId,
): Promise<OrganisationEndObstacle | null> {
  const trust = brake.check() === 'free' ? 'trusted' : 'doubted';
  const now = clock.now();
  const written = await readRegister(store, vault, org, 'holds');
  const unreadable = unreadableHolds(written, now, trust);
  const unknownUntil = lastOf(unreadable);
  if (unknownUntil !== undefined)
    return { kind: 'unreadable', entries: unreadable.map(({ revision }) => revision), until: unknownUntil };
  const holds = holdsView(written, now).holds.filter((hold) => isInForce(hold, trust));
  const until = lastOf(holds);
  return until === undefined ? null : { kind: 'held', holds: holds.length, until };
}

/** Throws DaylightError `conflict` where the organisation cannot be ended now, with how long and who can change that. */
export async function requireOrganisationEndable(deps: OrganisationEndableDeps, org: OrgId): Promise<void> {
  const obstacle = await organisationObstacle(deps, org);
  if (obstacle === null) return;
  if (obstacle.kind === 'unreadable') throw unreadable(obstacle);
  throw new DaylightError('conflict', `a legal hold keeps records of people here until ${obstacle.until}`, {
    remedy: 'Release it among the legal holds if it is not needed any more; else wait until that day is over.',
  });
}

function lastOf(all: readonly { readonly until: Day }[]): Day | undefined {
  return all
    .map(({ until }) => until)
    .toSorted()
    .at(-1);
}

function unreadable({ entries, until }: Extract<OrganisationEndObstacle, { kind: 'unreadable' }>): DaylightError {
  const [which, they] = entries.length === 1 ? ['entry', 'it keeps'] : ['entries', 'they keep'];
  const named = `${which} ${entries.join(', ')}`;
  return new DaylightError(
    'conflict',
    `${named} of the register of legal holds cannot be read: nobody can say what ${they} until ${until}`,
    {
      remedy: `Restore the database from a backup in which the register is whole, then end the organisation; without one, wait until ${until} is over, as no hold of before lasts longer.`,
    },
  );
}
