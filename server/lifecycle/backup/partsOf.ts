import type { Clock } from '../../clock.ts';
import type { Foundation } from '../../foundation.ts';
import type { Random } from '../../random.ts';
import { openLedger } from '../ledger.ts';
import type { BackupParts } from './parts.ts';

/** What a data folder brings to its backups. */
export function backupPartsOf(
  { folder, keyStore, vault, recovery }: Pick<Foundation, 'folder' | 'keyStore' | 'vault' | 'recovery'>,
  { clock, random }: { readonly clock: Clock; readonly random: Random },
): Omit<BackupParts, 'target'> {
  return {
    folder,
    keyStore,
    vault,
    clock,
    random,
    ledgerHead: async () => (await openLedger(folder)).head,
    writeRecoverySet: async () => {
      const written = await recovery.write();
      if (written.kind === 'failed') throw written.cause;
    },
  };
}
