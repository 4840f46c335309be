import { CONCERNS_TOLD, type ConcernsFrame } from '../../shared/protocol/messages.ts';
import { DAY, type UnixMs } from '../../shared/time.ts';
import { grantsIn } from '../control/operators.ts';
import { toldOf } from '../records/incidents.ts';
import { readRegister } from '../records/registers.ts';
import type { DeviceRecord, Store } from '../store/store.ts';
import type { Vault } from '../vault/vault.ts';

/** As long as the console shows it on every page. What is older stays there under *My data* and *Who looked*. */
const NEWS_MS = 30 * DAY;

export async function concernsOf(
  { store, vault }: { readonly store: Store; readonly vault: Vault },
  { org, person }: Pick<DeviceRecord, 'org' | 'person'>,
  now: UnixMs,
): Promise<ConcernsFrame> {
  const since = now - NEWS_MS;
  const incidents = toldOf(await readRegister(store, vault, org, 'incidents'), person).flatMap(({ number, tellings }) =>
    tellings
      .filter(({ at, people }) => at >= since && people.includes(person))
      .map(({ at, words }) => ({ number, at, words })),
  );
  const grants = (await grantsIn({ store, vault }, org, person)).filter(({ until }) => until >= since);
  return {
    type: 'concerns',
    incidents: incidents.toSorted((a, b) => b.at - a.at).slice(0, CONCERNS_TOLD),
    operators: grants
      .slice(0, CONCERNS_TOLD)
      .map(({ at, until, closedAt, by, reason }) => ({ at, until, closedAt, by, reason })),
  };
}
