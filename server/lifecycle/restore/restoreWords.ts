import type { Backup } from '../backup/catalogue.ts';
import type { Restored } from './restore.ts';

/** What is said before a backup takes the place of what is there. */
export function whatARestoreReplaces({ backup, at }: Backup): readonly string[] {
  return [
    `The backup ${backup} takes the place of what is here: everything that was recorded since ${new Date(at).toISOString()} is not in it.`,
    'What has ended or was deleted since does not come back. Objections, withdrawals, roles, policies and who looked stay as they are now.',
    'What is here is kept in before-restore, until `daylight-server restore --confirm` deletes it.',
  ];
}

export function restoredLines(restored: Restored, how: 'drill' | 'real'): readonly string[] {
  const { at, ended, unreadable, expired, images, missingImages, opened } = restored;
  const lines = [
    `  ${unreadable} entries nobody can read any more and ${expired} past their day were left out; ${ended} that had ended are not in it`,
    `  ${images} images${missingImages === 0 ? '' : `, ${missingImages} that were nowhere any more left out`}; of ${opened} people an entry was opened`,
  ];
  const of = new Date(at).toISOString();
  if (how === 'drill') return [`The backup of ${of} can be restored. Nothing was changed:`, ...lines];
  return [
    `Restored the backup of ${of}:`,
    ...lines,
    'Start the server and see that everything is there; then run `daylight-server restore --confirm`.',
  ];
}
