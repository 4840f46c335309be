import type { Backup } from '../backup/catalogue.ts';
import type { Rebuilt } from './rebuild.ts';
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
  const of = new Date(restored.at).toISOString();
  if (how === 'drill') return [`The backup of ${of} can be restored. Nothing was changed:`, ...leftOut(restored)];
  return [
    `Restored the backup of ${of}:`,
    ...leftOut(restored),
    'Start the server and see that everything is there; then run `daylight-server restore --confirm`.',
  ];
}

/** Null: it was decided before, and only finished now. */
export function rebuiltLines(rebuilt: Rebuilt | null): readonly string[] {
  if (rebuilt === null) return ['The rebuilding that was interrupted is finished.', ...WHAT_NEXT];
  const { at, missingPeople, off, lostKeys } = rebuilt;
  const people =
    missingPeople === 0 ? [] : [`  ${missingPeople} people came after the backup and are not in it: invite them again`];
  const policies = off.map(
    ({ name }) => `  ${name}: its last policy is lost. Everything is off until an owner publishes one in the console.`,
  );
  const keys = lostKeys.map(
    ({ name }) =>
      `  ${name}: the key that signs its policies was replaced after the backup, and is lost. Enrol its computers again.`,
  );
  return [
    `Rebuilt from the backup of ${new Date(at).toISOString()} and the recovery set:`,
    ...leftOut(rebuilt),
    ...people,
    ...policies,
    ...keys,
    ...WHAT_NEXT,
  ];
}

const WHAT_NEXT = [
  'Start the server under the address that it had. Everyone signs in anew, with the password of the day of the backup.',
  'If the machine was off for more than a day, look at the clock and run `daylight-server clock --confirm`: until then nothing is deleted by the date.',
  'Look at Endings in the console: a last day of an account that was set or moved after the recovery set was written is lost, and no other one ends an account before somebody sets it anew.',
  'Run `daylight-server recovery begin` and delete every copy of the recovery set of before.',
];

function leftOut({ ended, unreadable, expired, images, missingImages, opened }: Restored): readonly string[] {
  const past = expired === null ? '' : ` and ${expired} past their day`;
  return [
    `  ${unreadable} entries nobody can read any more${past} were left out; ${ended} that had ended are not in it`,
    ...(expired === null
      ? [
          '  the clock is in doubt: nothing was left out by its date. What is past its day is shown to nobody, and goes when `daylight-server clock` says that the clock is right',
        ]
      : []),
    `  ${images} images${missingImages === 0 ? '' : `, ${missingImages} that were nowhere any more left out`}; of ${opened} people an entry was opened`,
  ];
}
