import { setTimeout } from 'node:timers/promises';
import { HOUR } from '../../shared/time.ts';
import type { Store } from '../store/store.ts';
import type { Imports } from './imports.ts';

/** At the start and every hour: ends what is past its day, and takes away what a process that ended has left. `failed` is told why it could not; it is tried again. */
export function startImportSweep(
  { store }: { readonly store: Pick<Store, 'organisations'> },
  imports: Pick<Imports, 'sweep'>,
  failed: (cause: unknown) => void,
): { close(): Promise<void> } {
  const closing = new AbortController();
  const rested = (): Promise<boolean> =>
    setTimeout(HOUR, true, { signal: closing.signal, ref: false }).catch(() => false);
  const running = (async () => {
    do {
      try {
        for (const { org } of await store.organisations()) await imports.sweep(org);
      } catch (cause) {
        failed(cause);
      }
    } while (await rested());
  })();
  return {
    async close() {
      closing.abort();
      await running;
    },
  };
}
