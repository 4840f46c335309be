import type { Clock } from '../clock.ts';
import type { KeyStore, Store } from '../store/store.ts';

export interface TakeInDeps {
  readonly store: Pick<Store, 'organisations' | 'takeIntoAudit'>;
  readonly keyStore: Pick<KeyStore, 'mark' | 'raiseMark'>;
  readonly clock: Pick<Clock, 'now'>;
}

/**
 * Takes what a Daylight without an audit tree recorded into the tree, before anything new is recorded: so it comes first in whatever opens a
 * folder. Whenever it is stopped, the next one goes on; once it was done it is never done again, which the key store keeps: what has no leaf
 * then was put in by somebody else. Returns how many entries there were.
 */
export async function takeEarlierEntries({ store, keyStore, clock }: TakeInDeps): Promise<number> {
  if ((await keyStore.mark('audit_begun')) !== null) return 0;
  let taken = 0;
  for (const { org } of await store.organisations()) {
    let some = -1;
    while (some !== 0) {
      some = await store.takeIntoAudit(org, AT_ONCE, clock.now());
      taken += some;
    }
  }
  await keyStore.raiseMark('audit_begun', 1);
  return taken;
}

/** A batch holds the writer, which commands beside the server wait for, some tens of milliseconds. */
const AT_ONCE = 1_000;
