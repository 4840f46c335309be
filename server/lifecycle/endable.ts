import { DaylightError } from '../../shared/errors.ts';
import type { EndObstacle } from '../../shared/protocol/http/endings.ts';
import type { Clock } from '../clock.ts';
import { holdsView } from '../records/holds.ts';
import { readRegister } from '../records/registers.ts';
import type { PersonRecord, Store } from '../store/store.ts';
import type { Vault } from '../vault/vault.ts';

export interface EndableDeps {
  readonly store: Pick<Store, 'people' | 'settingRevisions'>;
  readonly vault: Pick<Vault, 'open'>;
  readonly clock: Pick<Clock, 'now'>;
}

/** What keeps the account from being ended now. */
export async function endObstacle(
  { store, vault, clock }: EndableDeps,
  { org, person, role }: PersonRecord,
): Promise<EndObstacle | null> {
  const owners = (await store.people(org)).filter((one) => one.role === 'owner' && one.status === 'active');
  if (role === 'owner' && !owners.some((one) => one.person !== person)) return { kind: 'only_owner' };
  const now = clock.now();
  const { holds } = holdsView(await readRegister(store, vault, org, 'holds'), now);
  const days = holds.flatMap((hold) => (hold.state === 'holds' && hold.person === person ? hold.until : [])).toSorted();
  const until = days.at(-1);
  return until === undefined ? null : { kind: 'held', until };
}

/** Throws DaylightError `conflict` where the account cannot be ended now, with who can change that and how. */
export async function requireEndable(deps: EndableDeps, record: PersonRecord): Promise<void> {
  const obstacle = await endObstacle(deps, record);
  if (obstacle === null) return;
  if (obstacle.kind === 'only_owner') {
    throw new DaylightError('conflict', 'an organisation needs an owner, and this is its only one', {
      remedy: 'Make someone else an owner first, or cancel the organisation.',
    });
  }
  throw new DaylightError('conflict', 'a legal hold keeps something of this person', {
    remedy: 'See it under Records, Legal holds: release it, or wait for its last day, and end the account then.',
  });
}
