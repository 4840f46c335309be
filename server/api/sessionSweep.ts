import { setTimeout } from 'node:timers/promises';
import { MINUTE } from '../../shared/time.ts';
import type { Clock } from '../clock.ts';
import type { Store } from '../store/store.ts';
import { sessionLimits } from './sessions.ts';

export interface SessionSweepDeps {
  readonly store: Pick<Store, 'dropEndedSessions'>;
  readonly clock: Pick<Clock, 'now'>;
  /** Told why it could not; it is tried again. */
  readonly failed: (cause: unknown) => void;
}

/** From one round to the next: from where somebody used their account is kept for this long after the session at the most. */
const EVERY_MS = 10 * MINUTE;

/** At the start and then every ten minutes: takes away sessions that ended by themselves. */
export function startSessionSweep(deps: SessionSweepDeps, everyMs = EVERY_MS): { close(): Promise<void> } {
  const closing = new AbortController();
  const rested = (): Promise<boolean> =>
    setTimeout(everyMs, true, { signal: closing.signal, ref: false }).catch(() => false);
  const running = (async () => {
    do await sweepSessions(deps);
    while (await rested());
  })();
  return {
    async close() {
      closing.abort();
      await running;
    },
  };
}

async function sweepSessions({ store, clock, failed }: SessionSweepDeps): Promise<void> {
  const now = clock.now();
  await store.dropEndedSessions(now, now - sessionLimits.idleMs).catch(failed);
}
