import { setTimeout } from 'node:timers/promises';
import { MINUTE, SECOND } from '../../../shared/time.ts';
import type { RecoverySet, RecoveryWritten } from './recoverySet.ts';

export interface RecoveryJobDeps {
  readonly recovery: RecoverySet;
  /** Told of each that was written, or could not be, that nobody else asked for. */
  readonly wrote: (what: RecoveryWritten) => void;
}

const timing = { gatherMs: SECOND, retryMs: MINUTE };

/** Writes the recovery set at the start and whenever something of it has changed, until it is closed; what failed is tried again each minute. */
export function startRecovery(
  { recovery, wrote }: RecoveryJobDeps,
  { gatherMs, retryMs } = timing,
): { close(): Promise<void> } {
  const closing = new AbortController();
  const { signal } = closing;
  const rested = (ms: number): Promise<boolean> => setTimeout(ms, true, { signal, ref: false }).catch(() => false);
  let wake = (): void => undefined;
  const changed = async (): Promise<void> => {
    if (recovery.behind || signal.aborted) return;
    await new Promise<void>((resolve) => (wake = resolve));
  };
  const stop = recovery.onChanged(() => wake());
  const running = (async () => {
    do {
      const written = await recovery.write();
      if (written.kind !== 'none') wrote(written);
      if (written.kind === 'failed') await rested(retryMs);
      else await changed();
      // Of many changes at once one set is written.
    } while (await rested(gatherMs));
  })();
  return {
    async close() {
      stop();
      closing.abort();
      wake();
      await running;
    },
  };
}
