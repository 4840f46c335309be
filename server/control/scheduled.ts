import { setTimeout } from 'node:timers/promises';
import type { OrgId } from '../../shared/ids.ts';
import { SECOND } from '../../shared/time.ts';
import type { Store } from '../store/store.ts';
import type { PolicyControl, PublishedPolicy } from './control.ts';

export interface ScheduledDeps {
  readonly store: Pick<Store, 'organisations'>;
  readonly control: Pick<PolicyControl, 'proposals'>;
  readonly published: (org: OrgId, policy: PublishedPolicy) => void;
  /** Told what kept one from being published; it is tried again with the next round. */
  readonly failed: (cause: unknown) => void;
}

/** Publishes what has a date once that has come, until it is closed. What became due while no server ran is published soon after it starts. */
export function startScheduled(deps: ScheduledDeps, everyMs = SECOND): { close(): Promise<void> } {
  const closing = new AbortController();
  const rested = (): Promise<boolean> =>
    setTimeout(everyMs, true, { signal: closing.signal, ref: false }).catch(() => false);
  const running = (async () => {
    while (await rested()) await round(deps);
  })();
  return {
    async close() {
      closing.abort();
      await running;
    },
  };
}

async function round({ store, control, published, failed }: ScheduledDeps): Promise<void> {
  try {
    for (const { org } of await store.organisations()) {
      const policies = await control.proposals.publishDue(org).catch((cause: unknown) => {
        failed(cause);
        return [];
      });
      for (const policy of policies) published(org, policy);
    }
  } catch (cause) {
    failed(cause);
  }
}
