import { HOUR } from '../../shared/time.ts';
import { startPeriodic } from '../periodic.ts';
import type { Store } from '../store/store.ts';
import type { Imports } from './imports.ts';

/** At the start and every hour: ends what is past its day, and takes away what a process that ended has left. `failed` is told why it could not; it is tried again. */
export function startImportSweep(
  { store }: { readonly store: Pick<Store, 'organisations'> },
  imports: Pick<Imports, 'sweep'>,
  failed: (cause: unknown) => void,
): { close(): Promise<void> } {
  const sweep = async (): Promise<void> => {
    for (const { org } of await store.organisations()) await imports.sweep(org);
  };
  return startPeriodic(() => sweep().catch(failed), { quietMs: 0, everyMs: HOUR });
}
