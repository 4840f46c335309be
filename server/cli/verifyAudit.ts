import { readFile } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import { z } from 'zod';
import { DaylightError } from '../../shared/errors.ts';
import { PublicKey, Signed } from '../../shared/signed.ts';
import { checkProof } from '../audit/checkProof.ts';
import type { AuditFault, AuditFinding } from '../audit/verify.ts';
import { systemClock } from '../clock.ts';
import { systemRandom } from '../random.ts';
import { type VerifiedTree, verifyOnHost } from '../verifyOnHost.ts';
import { dataOption, type Given, jsonOption, need, rootKeyGiven } from './options.ts';
import { exit, migrated, say } from './say.ts';

export function addVerifyAudit(parent: Command): void {
  parent
    .command('verify-audit')
    .description(
      'Compute the audit trees anew and name the first entry that was changed, taken out, put in or moved; or check one saved proof.',
    )
    .addOption(dataOption())
    .addOption(new Option('--organisation <name>', 'its name or id (default: each)').env('DAYLIGHT_ORGANISATION'))
    .addOption(
      new Option(
        '--checkpoint <file>',
        'a proof or checkpoint that somebody kept elsewhere: the tree must begin with its',
      ),
    )
    .addOption(new Option('--server-key <key>', 'the key that must have signed, as somebody else knows it'))
    .addOption(new Option('--proof <file>', 'check this saved proof of an entry instead; needs no data folder'))
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Changes nothing, needs no server, and works while one runs. Exit code 6 says that something is wrong with a tree.
What was emptied is found: each tree begins with a leaf, and the key store knows each organisation. Whoever can write
to all of this folder can still make another tree from the start, take an organisation out with its keys, or put
an older copy of the folder in its place: only a checkpoint that somebody else has kept (an agent, a saved proof)
tells. Give it with --checkpoint.`,
    )
    .action(async (options: Given) => {
      const serverKey = options['serverKey'] === undefined ? null : keyOf(need(options, 'serverKey'));
      if (options['proof'] === undefined) await verifyTrees(options, serverKey);
      else await checkOne(options, serverKey);
    });
}

async function verifyTrees(options: Given, serverKey: PublicKey | null): Promise<void> {
  const which = options['organisation'];
  const kept = options['checkpoint'] === undefined ? [] : [await checkpointIn(need(options, 'checkpoint'))];
  const isWatched = process.stderr.isTTY && options['json'] !== true;
  const tell = (name: string, done: number, of: number): void => {
    if (isWatched) process.stderr.write(`\r${name}: ${Math.floor((100 * done) / Math.max(of, 1))} %\u001b[K`);
  };
  const surroundings = {
    data: need(options, 'data'),
    rootKey: rootKeyGiven(options),
    clock: systemClock,
    random: systemRandom,
    migrated,
  };
  const trees = await verifyOnHost(typeof which === 'string' ? which : null, {
    ...surroundings,
    kept,
    serverKey,
    tell,
  });
  if (isWatched) process.stderr.write('\r\u001b[K');
  for (const tree of trees) say(options, tree, lines(tree));
  if (trees.some(({ finding }) => finding !== null)) process.exitCode = exit.attention;
}

async function checkOne(options: Given, given: PublicKey | null): Promise<void> {
  const { row, seq, isEarlier, checkpoint, serverKey } = checkProof(await jsonIn(need(options, 'proof')), given);
  const before = isEarlier
    ? ['It was recorded before the tree was begun: nobody vouches for what it said until then.']
    : [];
  const trust = given === null ? ' Compare that key with the one that your computer has pinned.' : '';
  say(options, { row, seq, earlier: isEarlier, checkpoint, serverKey }, [
    `Proved: entry ${seq} is in the tree of ${checkpoint.size} entries that was signed at ${time(checkpoint.at)}.`,
    ...before,
    `Signed by ${serverKey}.${trust}`,
    ...Object.entries(row).map(([name, value]) => `  ${name}: ${JSON.stringify(value)}`),
  ]);
}

function lines({ name, size, checkpoints, leafless, finding }: VerifiedTree): string[] {
  if (finding === null) {
    return [
      `${name}: ${size} entries and ${checkpoints} checkpoints are as they were recorded and signed.`,
      ...(checkpoints === 0 ? [UNSIGNED] : []),
    ];
  }
  if (finding.fault === 'organisation_missing') return [`${name}: ${faultWords[finding.fault]}.`, KEEP];
  if (finding.fault === 'checkpoints_missing') return [`${name}: ${faultWords[finding.fault]}.`, UNSIGNED, KEEP];
  const { seq, to, at } = finding;
  const which = seq === to ? `entry ${seq}` : `one of the entries ${seq} to ${to}`;
  return [
    `${name}: the first that is wrong is ${which}${at === null ? '' : ` (${time(at)})`}: ${faultWords[finding.fault]}.`,
    ...(leafless === 0
      ? []
      : [`  Entries that are in no leaf: ${leafless}. The server did not record them, and shows them to nobody.`]),
    KEEP,
  ];
}

const UNSIGNED =
  '  Nothing signed is here to compare them with. Give a checkpoint that somebody kept, with --checkpoint.';
const KEEP = '  Keep this folder as it is, restore a backup into another one, and tell your data protection officer.';

const faultWords: Readonly<Record<AuditFault, string>> = {
  leaf_missing: 'it was taken out of the tree',
  leaf_unreadable: 'its leaf is not what the server writes',
  leaf_number: 'it was moved, or put in',
  wrong_successor: 'it stands for an entry that it may not stand for',
  let_go_forged: 'it says that older entries were let go because of their age, and this organisation did not sign that',
  erased_forged:
    'it says that entries were erased, and this organisation did not sign that, or not of this tree at this place',
  let_go_early: 'it says that entries were let go because of their age that were not old enough',
  row_changed: 'what is recorded is not what was',
  row_missing:
    'what was recorded was taken out, and no entry that may says that it was erased or let go because of its age',
  row_not_erased: 'something is recorded where nothing may be any more',
  row_unreadable: 'what is recorded cannot be read',
  row_without_leaf: 'something is recorded that is in no leaf',
  not_begun: 'the tree was emptied, or its beginning was taken out: each begins with a leaf that says so',
  taken_in_late: 'it says that it was recorded before the tree was begun, and stands after that',
  organisation_missing:
    'a checkpoint or the key store knows this organisation, it has not ended, and the database has nothing of it',
  node_changed: 'its leaf, or the tree above it, was changed',
  cut_off: 'the tree ends before it, and a signed checkpoint says that it was there',
  head_changed: 'the end of the tree is not that of its leaves',
  checkpoint_forged: 'a checkpoint since then was not signed by the key of this organisation',
  checkpoint_root: 'the tree is not the one that was signed',
  checkpoints_missing:
    'no checkpoint is here, although there are entries of more than a day and a server signs one each day: they were taken out, unless no server ever ran on this folder',
};

function time(at: AuditFinding['at'] & number): string {
  return new Date(at).toISOString();
}

async function checkpointIn(file: string): Promise<Signed> {
  const parsed = z.object({ checkpoint: Signed }).safeParse(await jsonIn(file));
  if (parsed.success) return parsed.data.checkpoint;
  throw new DaylightError('bad_request', `${file}: there is no checkpoint in it`, {
    field: 'checkpoint',
    remedy: 'Give a proof as *Who looked at my data* saves it, or the file with the checkpoint that an agent keeps.',
  });
}

async function jsonIn(file: string): Promise<unknown> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new DaylightError('not_found', `${file}: it cannot be read`, {
      remedy: 'Name the saved file; see that it is there and that you may read it.',
      cause,
    });
  });
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new DaylightError('bad_request', `${file}: it is no JSON`, {
      remedy: 'Give the file as it was saved: whole, and not what a program has made of it since.',
      cause,
    });
  }
}

function keyOf(text: string): PublicKey {
  const parsed = PublicKey.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new DaylightError('bad_request', '--server-key: expected 43 characters of base64url', {
    field: 'serverKey',
    remedy:
      'Copy it from where it was written down: `verify-audit --proof` names the key that has signed a saved proof.',
  });
}
