import { type Command, Option } from 'commander';
import { DaylightError } from '../../shared/errors.ts';
import { backupOnHost, backupsOnHost, checkOnHostBackups } from '../backupOnHost.ts';
import { systemClock } from '../clock.ts';
import { parseServerConfig } from '../config.ts';
import { backupLines, backupSayer, checkedLines, madeLine } from '../lifecycle/backup/backupWords.ts';
import { rebuiltLines, restoredLines, whatARestoreReplaces } from '../lifecycle/restore/restoreWords.ts';
import { systemRandom } from '../random.ts';
import { rebuildOnHost } from '../rebuildOnHost.ts';
import { confirmOnHost, lookAtBackup, restoreDrill, restoreOnHost } from '../restoreOnHost.ts';
import { agreed } from './ask.ts';
import { dataOption, type Given, jsonOption, need, rootKeyGiven } from './options.ts';
import { exit, migrated, say } from './say.ts';

export function addBackupCommands(parent: Command): void {
  addBackup(parent);
  addBackups(parent);
  addVerifyBackup(parent);
  addRestore(parent);
}

export function backupsOption(): Option {
  return new Option('--backups <folder>', 'where backups are kept, on another disk than the data').env(
    'DAYLIGHT_BACKUPS',
  );
}

export function keepOption(): Option {
  return new Option('--backup-keep <days>', 'days that a backup is kept, 1 to 90 (default: 30)').env(
    'DAYLIGHT_BACKUP_KEEP',
  );
}

function addBackup(parent: Command): void {
  parent
    .command('backup')
    .description('Make a backup now, also while the server runs: all data, sealed, without the keys that open it.')
    .addOption(dataOption())
    .addOption(backupsOption())
    .addOption(keepOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nIt is kept for --backup-keep days and then ends, also if it is the last one: first the key of it is destroyed, then its files go.\n' +
        'Images are copied once for all backups that have them. What opens the data is not in it: keep keys.db and root.key elsewhere.',
    )
    .action(async (options: Given) => {
      const surroundings = surroundingsOf(options);
      const { backupKeep } = parseServerConfig({
        data: surroundings.data,
        ...(options['backupKeep'] === undefined ? {} : { backupKeep: options['backupKeep'] }),
      });
      const tell = backupSayer(
        (json, lines) => say(options, json, lines),
        options['json'] !== true && process.stderr.isTTY,
      );
      const made = await backupOnHost({ ...surroundings, tell }, backupKeep);
      const { backup, at, expires, detail } = made;
      say(options, { event: 'made', backup, at, expires, ...detail }, madeLine(made));
    });
}

function addBackups(parent: Command): void {
  parent
    .command('backups')
    .description('List the backups: which there are, how large, until when, and when they were last checked.')
    .addOption(dataOption())
    .addOption(jsonOption())
    .action(async (options: Given) => {
      const all = await backupsOnHost({
        data: need(options, 'data'),
        clock: systemClock,
        random: systemRandom,
        migrated,
      });
      for (const { wrapped, ...one } of all) {
        const lines = backupLines({ wrapped, ...one }, systemClock.now());
        say(options, { ...one, hasKey: wrapped !== null }, lines);
      }
      if (all.length === 0)
        say(options, { event: 'none' }, ['There is no backup. Make one with `daylight-server backup`.']);
    });
}

function addVerifyBackup(parent: Command): void {
  parent
    .command('verify-backup')
    .description(
      'Open every byte of a backup and look whether it is whole: the newest, the one named, or with --all each.',
    )
    .argument('[id]', 'which one; `daylight-server backups` lists them')
    .addOption(dataOption())
    .addOption(backupsOption())
    .option('--all', 'every backup that can be opened', false)
    .option('--structure', 'only whether everything is there in its size', false)
    .addOption(jsonOption())
    .addHelpText('after', '\nChanges nothing. Exit code 6 says that something is wrong.')
    .action(async (id: string | undefined, options: Given) => {
      if (id !== undefined && options['all'] === true) {
        throw new DaylightError('bad_request', 'either one backup is named, or --all is given', {
          remedy: 'Leave one of them out.',
        });
      }
      const tell = backupSayer(
        (json, lines) => say(options, json, lines),
        options['json'] !== true && process.stderr.isTTY,
      );
      const which = id ?? (options['all'] === true ? 'all' : 'newest');
      const how = options['structure'] === true ? 'structure' : 'all';
      const { checked, orphans } = await checkOnHostBackups({ ...surroundingsOf(options), tell }, which, how);
      for (const one of checked) {
        const { backup, at } = one;
        say(
          options,
          { event: 'checked', backup, at, how, damage: one.detail.checked?.damage ?? [] },
          checkedLines(one),
        );
      }
      if (orphans.length > 0) {
        say(options, { event: 'strangers', files: orphans }, [
          'Files lie there that no backup names, links, or what is from tomorrow or later. Links are not followed. Look at them, and take them away yourself:',
          ...orphans.map((name) => `  ${name}`),
        ]);
      }
      const isDamaged = checked.some(({ detail }) => (detail.checked?.damage.length ?? 0) > 0);
      if (isDamaged || orphans.length > 0) process.exitCode = exit.attention;
    });
}

function addRestore(parent: Command): void {
  parent
    .command('restore')
    .description('Bring the data back as a backup has it: the newest, or the one named. The server must be stopped.')
    .argument('[id]', 'which one; `daylight-server backups` lists them')
    .addOption(dataOption())
    .addOption(backupsOption())
    .option('--recovery-set <file>', 'rebuild a lost machine: its newest recovery set; --data names a new folder')
    .option('--identity <file>', 'with --recovery-set: the file with the identity that `recovery begin` showed')
    .option('--drill', 'do all of it but to put it in the place of what is there; works while the server runs', false)
    .option(
      '--confirm',
      'delete what was there before the last restore, once you have seen that everything is there',
      false,
    )
    .option('--yes', 'without asking', false)
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nIt is brought back beside what is there, and swapped in at the end: interrupted before, nothing has changed; after, the next start\n' +
        'finishes it. What has ended or was deleted since the backup does not come back: its keys are gone. Objections, withdrawals, roles,\n' +
        'policies and who looked stay as they are now. What was there is kept in before-restore until --confirm.\n\n' +
        'With --recovery-set and --identity a lost machine is rebuilt in a folder in which nothing is: keys, rights and what has ended come from the set,\n' +
        'the rest from the backup. Everyone signs in anew. Interrupted, it is run again.',
    )
    .action(async (id: string | undefined, options: Given) => {
      if (options['confirm'] === true) {
        const was = await confirmOnHost(need(options, 'data'));
        say(options, { event: 'confirmed', deleted: was }, [
          was ? 'What was there before the restore is deleted.' : 'Nothing of before a restore is kept here.',
        ]);
        return;
      }
      const tell = backupSayer(
        (json, lines) => say(options, json, lines),
        options['json'] !== true && process.stderr.isTTY,
      );
      const surroundings = { ...surroundingsOf(options), tell };
      const which = id ?? 'newest';
      if (options['recoverySet'] !== undefined) {
        const [recoverySet, identity] = [need(options, 'recoverySet'), need(options, 'identity')];
        const rebuilt = await rebuildOnHost({ ...surroundings, recoverySet, identity }, which);
        say(options, { event: 'rebuilt', ...rebuilt }, rebuiltLines(rebuilt));
        return;
      }
      if (options['drill'] === true) {
        const restored = await restoreDrill(surroundings, which);
        say(options, { event: 'drilled', ...restored }, restoredLines(restored, 'drill'));
        return;
      }
      const record = await lookAtBackup(surroundings, which);
      say(options, { event: 'will_go', backup: record.backup, at: record.at }, whatARestoreReplaces(record));
      if (options['yes'] !== true) await agreed('restore', 'to go on', 'changed');
      const restored = await restoreOnHost(surroundings, record.backup);
      say(options, { event: 'restored', ...restored }, restoredLines(restored, 'real'));
    });
}

function surroundingsOf(options: Given) {
  const [data, backups] = [need(options, 'data'), need(options, 'backups')];
  return { data, backups, rootKey: rootKeyGiven(options), clock: systemClock, random: systemRandom, migrated };
}
