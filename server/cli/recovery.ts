import type { Command } from 'commander';
import { systemClock } from '../clock.ts';
import { systemRandom } from '../random.ts';
import { beginRecovery, type RecoveryState, recoveryState, writeRecovery } from '../recoveryOnHost.ts';
import { dataOption, type Given, jsonOption, need, rootKeyGiven } from './options.ts';
import { exit, migrated, say } from './say.ts';

export function addRecovery(parent: Command): void {
  const recovery = parent
    .command('recovery')
    .description('The recovery set: one file with all that a lost machine would need beside the newest backup.');
  const surroundings = (options: Given) => ({
    ...{
      data: need(options, 'data'),
      rootKey: rootKeyGiven(options),
      clock: systemClock,
      random: systemRandom,
      migrated,
    },
  });
  recovery
    .command('begin')
    .description('Begin it: shows the identity that opens it, once. Works while the server runs.')
    .addOption(dataOption())
    .option('--file <file>', 'where it is written, on another disk than the data')
    .option('--again', 'anew, for another identity', false)
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nIt holds the keys of everything, encrypted with age (age-encryption.org) to an identity that is kept nowhere here, the ledger of what\n' +
        'was ended, and who may do what. The server overwrites it whenever one of these changes. Keep no older copies: what was erased since\n' +
        'could be opened with them.',
    )
    .action(async (options: Given) => {
      const begun = await beginRecovery(
        { file: need(options, 'file'), again: options['again'] === true },
        surroundings(options),
      );
      say(options, { event: 'begun', ...begun }, [
        `The recovery set is written to ${begun.file}, and overwritten whenever something of it changes.`,
        'This identity opens it. It is shown now and never again, and kept nowhere here:',
        `  ${begun.identity}`,
        'Write it down, or put it into a password safe that does not depend on this machine. Whoever has it and the file has every key.',
        'Without it nothing of a lost machine can be opened.',
      ]);
    });
  recovery
    .command('status')
    .description('Say when it was last written, and what keeps it from being written. Changes nothing.')
    .addOption(dataOption())
    .addOption(jsonOption())
    .action(async (options: Given) => {
      const state = await recoveryState(need(options, 'data'));
      say(options, state, stateWords(state));
      if (state.kind !== 'whole') process.exitCode = exit.attention;
    });
  recovery
    .command('write')
    .description('Write it now. Works while the server runs, which does so by itself.')
    .addOption(dataOption())
    .addOption(jsonOption())
    .action(async (options: Given) => {
      const { file, written } = await writeRecovery(surroundings(options));
      say(options, { event: 'written', file, ...written }, [`The recovery set is written: ${file}.`]);
    });
}

/** After an ending: whoever has a set of before opens with a backup what was ended. Exit code 6, as of `recovery status`. */
export async function sayWhatTheSetStillHolds(options: Given): Promise<void> {
  const state = await recoveryState(need(options, 'data'));
  if (state.kind === 'none' || state.kind === 'whole') return;
  process.exitCode = exit.attention;
  say(options, { event: 'recovery_set', ...state }, [
    'THE RECOVERY SET OF BEFORE STILL HOLDS THE KEYS of what was ended: with a backup it opens all of it. No certificate becomes final before it is overwritten.',
    ...stateWords(state),
    'Then run `daylight-server recovery write`, or start the server, which does so by itself.',
  ]);
}

function stateWords(state: RecoveryState): readonly string[] {
  if (state.kind === 'none') {
    return [
      'There is no recovery set: if this machine is lost, nothing can be read again, whatever backups there are.',
      'Begin one with `daylight-server recovery begin --file FILE`.',
    ];
  }
  const { file, written, failing } = state.settings;
  const last =
    written === null ? 'It was never written.' : `It was last written ${new Date(written.at).toISOString()}.`;
  if (state.kind === 'other_ledger') {
    return [
      `The ledger of this folder does not go on from the one in the recovery set, which is not overwritten: ${file}. ${last}`,
      'What was ended could come back: put the newest ledger.ndjson back, or restore it from the recovery set, as docs/OPERATIONS.md says.',
    ];
  }
  if (failing !== null) {
    const since = new Date(failing.since).toISOString();
    return [
      `The recovery set cannot be written since ${since} (${failing.code}): ${file}. ${last}`,
      'No backup is complete and no ending is final before it is. See that its folder is there, that its disk answers and has room, and that the server may write to it.',
    ];
  }
  if (state.kind === 'missing') {
    return [
      `The recovery set is not there, or is another one than was written: ${file}. ${last}`,
      'Write it again with `daylight-server recovery write`.',
    ];
  }
  return [`The recovery set is whole: ${file}. ${last}`];
}
