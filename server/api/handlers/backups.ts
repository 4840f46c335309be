import type { Context } from '../context.ts';
import type { HandlersOf } from '../handler.ts';
import { noteEvent } from '../securityEvents.ts';

/** The backups of the server, and one more now. */
export function backups(context: Context): HandlersOf<'backups' | 'makeBackup'> {
  const { backups: kept } = context;
  return {
    backups: () => kept.view(),
    async makeBackup({ leave: { actor } }) {
      await noteEvent(context, actor, 'backup_made');
      kept.make();
      return kept.view();
    },
  };
}
