import type { OrgId } from '../../shared/ids.ts';
import type { Store } from '../store/store.ts';

/**
 * Takes what a Daylight without an audit tree recorded into the tree, before anything new is recorded: so it comes first. Whenever it is
 * stopped, the next start goes on. Returns how many entries there were.
 */
export async function takeEarlierEntries(store: Pick<Store, 'takeIntoAudit'>, orgs: readonly OrgId[]): Promise<number> {
  let taken = 0;
  for (const org of orgs) {
    let some = -1;
    while (some !== 0) {
      some = await store.takeIntoAudit(org, AT_ONCE);
      taken += some;
    }
  }
  return taken;
}

/** A batch holds the writer, which commands beside the server wait for, some tens of milliseconds. */
const AT_ONCE = 1_000;
