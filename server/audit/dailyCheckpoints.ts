import { setTimeout } from 'node:timers/promises';
import { HOUR } from '../../shared/time.ts';
import type { ClockBrake } from '../lifecycle/clockBrake.ts';
import { type Store, StoreError } from '../store/store.ts';
import type { AuditLog } from './auditLog.ts';

export interface DailyCheckpointDeps {
  readonly store: Pick<Store, 'organisations'>;
  readonly auditLog: Pick<AuditLog, 'checkpoint'>;
  readonly brake: Pick<ClockBrake, 'check'>;
  /** Told why there is none of an organisation; it is tried again. */
  readonly failed: (cause: unknown) => void;
}

/** At the start and then every hour: nobody has to ask, so that each organisation has a checkpoint of each day. */
export function startDailyCheckpoints(deps: DailyCheckpointDeps, everyMs = HOUR): { close(): Promise<void> } {
  const closing = new AbortController();
  const rested = (): Promise<boolean> =>
    setTimeout(everyMs, true, { signal: closing.signal, ref: false }).catch(() => false);
  const running = (async () => {
    do await checkpointRound(deps);
    while (await rested());
  })();
  return {
    async close() {
      closing.abort();
      await running;
    },
  };
}

async function checkpointRound({ store, auditLog, brake, failed }: DailyCheckpointDeps): Promise<void> {
  // What is signed under a wrong clock is of no day.
  if (brake.check() !== 'free') return;
  try {
    for (const { org } of await store.organisations()) await auditLog.checkpoint(org).catch(failed);
  } catch (cause) {
    if (!(cause instanceof StoreError && cause.code === 'closed')) failed(cause);
  }
}
