import type { BackupProblem } from '../../../shared/protocol/http/backups.ts';
import type { SecurityEventKind } from '../../../shared/protocol/http/securityEvents.ts';
import type { UnixMs } from '../../../shared/time.ts';
import type { Store } from '../../store/store.ts';

/** What is put on record for each organisation of the server, as all of them are in its backups; the others stand on the page alone. */
const events: Partial<
  Readonly<Record<BackupProblem['kind'], { readonly kind: SecurityEventKind; readonly detail: string }>>
> = {
  failed: { kind: 'backup_failed', detail: 'a backup could not be made' },
  late: { kind: 'backup_failed', detail: 'no backup was made for more than twice as long as was set' },
  damaged: { kind: 'backup_damaged', detail: 'a backup is not what it was when it was made' },
  orphans: { kind: 'backup_strangers', detail: 'files lie with the backups that none of them names' },
  future: { kind: 'backup_strangers', detail: 'files lie with the backups that are from tomorrow or later' },
  recovery_set: { kind: 'recovery_set_failed', detail: 'the recovery set cannot be written' },
};

export async function noteBackupAlarm(
  store: Pick<Store, 'organisations' | 'recordSecurityEvent'>,
  problem: BackupProblem,
  at: UnixMs,
): Promise<void> {
  const event = events[problem.kind];
  if (event === undefined) return;
  for (const { org } of await store.organisations())
    await store.recordSecurityEvent({ org, at, person: null, ...event });
}
