import { DaylightError } from '../../shared/errors.ts';
import type { Clock } from '../clock.ts';
import { readHeld } from '../records/holds.ts';
import type { PersonRecord, Store } from '../store/store.ts';
import type { Vault } from '../vault/vault.ts';

export interface EndableDeps {
  readonly store: Pick<Store, 'people' | 'settingRevisions'>;
  readonly vault: Pick<Vault, 'open'>;
  readonly clock: Pick<Clock, 'now'>;
}

/** Throws DaylightError `conflict` where the account cannot be ended now, with who can change that and how. */
export async function requireEndable(deps: EndableDeps, { org, person, role }: PersonRecord): Promise<void> {
  const { store, vault, clock } = deps;
  const owners = (await store.people(org)).filter((one) => one.role === 'owner' && one.status === 'active');
  if (role === 'owner' && !owners.some((one) => one.person !== person)) {
    throw new DaylightError('conflict', 'an organisation needs an owner, and this is its only one', {
      remedy: 'Make someone else an owner first, or cancel the organisation.',
    });
  }
  if (!(await readHeld(store, vault, org, clock.now())).ofPerson(person)) return;
  throw new DaylightError('conflict', 'a legal hold keeps something of this person', {
    remedy: 'See it under Records, Legal holds: release it, or wait for its last day, and end the account then.',
  });
}
