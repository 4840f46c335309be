import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { DaylightError } from '../../shared/errors.ts';
import { printable } from '../../shared/printable.ts';
import { PublicKey } from '../../shared/signed.ts';
import { systemClock } from '../clock.ts';
import { endOnHost } from '../endOnHost.ts';
import { stateWords } from '../lifecycle/cancellationWords.ts';
import { verifyCertificate } from '../lifecycle/certificate.ts';
import { certificateWords } from '../lifecycle/certificateWords.ts';
import { systemRandom } from '../random.ts';
import { agreed } from './ask.ts';
import { type Given, jsonOption, need, rootKeyGiven } from './options.ts';
import { sayWhatTheSetStillHolds } from './recovery.ts';
import { exit, migrated, say } from './say.ts';

/** `cancel --person`: says what will go, asks for the address, and ends the account. */
export async function cancelPerson(options: Given): Promise<void> {
  const email = need(options, 'person').trim();
  const surroundings = {
    data: need(options, 'data'),
    rootKey: rootKeyGiven(options),
    clock: systemClock,
    random: systemRandom,
    migrated,
  };
  const { ending, certificate } = await endOnHost(
    email,
    surroundings,
    async ({ name, holdings: { days, counts, records }, horizon }) => {
      const much = `${counts.segments} segments and ${counts.images} screenshots of ${days} days, ${counts.devices} computers`;
      say(options, { event: 'will_go', days, counts, records }, [
        `Ending the account of ${name} ends for ever, with no way back: ${much}, and everything else that is kept of them`,
        `(${records} rows). All keys of theirs go first: from then on nothing of it can be opened.`,
        'What stays: in ledger.ndjson that a random id was ended; what they did to others, under that id; what a legal hold keeps, until that is over.',
        ...horizon,
      ]);
      if (options['yes'] !== true) await agreed(email, 'to end this account for ever', 'ended');
    },
    (state, at) => say(options, { event: state, at }, [`${new Date(at).toISOString()}  ${stateWords[state]}`]),
  );
  say(options, { event: 'ended', ending: ending.ending, certificate }, [
    certificate === null
      ? 'The account is ended. There is no certificate yet: the server makes it as soon as the recovery set is written.'
      : `The account is ended. The certificate is ${certificate}; give it to the person: daylight-server verify-certificate checks it anywhere.`,
    ...(ending.kept === null
      ? []
      : [
          'A legal hold keeps a part, which nobody is shown; the server deletes it when the hold is over. The certificate names it.',
        ]),
    'Start the server: it tells each of their computers to wipe when it connects, and makes the certificate final once the last lease is over',
    'and no backup holds sealed bytes of theirs.',
  ]);
  await sayWhatTheSetStillHolds(options);
}

export function addVerifyCertificate(parent: Command): void {
  parent
    .command('verify-certificate')
    .description(
      'Check a certificate of an ending, without a server, a data folder or a network, and say what is in it.',
    )
    .argument('<file>', 'the certificate, as JSON')
    .option('--key <key>', 'the key that must have signed it, as somebody else knows it')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExit code 6: it is not as it was signed, another key has signed it than --key says, or it says what no server signs. Exit code 7: without\n' +
        '--key, because anybody can sign a file of this form with a key of their own. Whoever runs the server reads the key with\n' +
        '`daylight-server keys status`, and publishes it before anything ends.',
    )
    .action(async (file: string, options: Given) => {
      const pinned = options['key'] === undefined ? null : keyOf(need(options, 'key'));
      const found = verifyCertificate(await textOf(file), pinned);
      if (found.kind !== 'genuine') {
        process.exitCode = exit.attention;
        say(options, { event: found.kind }, [`${file}: ${wrong[found.kind]}`]);
        return;
      }
      const { certificate, publicKey } = found;
      if (pinned === null) process.exitCode = exit.unproven;
      say(options, { event: pinned === null ? 'unproven' : 'genuine', publicKey, ...certificate }, [
        ...(pinned === null ? UNPROVEN : ['Genuine: this is what was signed, by the key that --key says.']),
        ...certificateWords(certificate, publicKey).map(printable),
      ]);
    });
}

const UNPROVEN = [
  'NOT PROVED: the signature fits the key in this file, which anybody could have made: that alone says nothing about who made it.',
  'Ask the organisation for its key of certificates, not whoever gave you this file, and give it with --key. What the file says:',
];

const wrong = {
  unreadable: 'this is no certificate of an ending.',
  changed: 'this is NOT as it was signed: something in it was changed since.',
  out_of_order: 'this was signed, but its states are not those of an ending in their order: no server signs that.',
  other_key: 'this was signed, but NOT by the key that --key says.',
} as const;

async function textOf(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((cause: unknown) => {
    throw new DaylightError('not_found', `${file}: it cannot be read`, {
      field: 'file',
      remedy: 'Name the file of the certificate, as it was downloaded; see that it is there and that you may read it.',
      cause,
    });
  });
}

function keyOf(text: string): PublicKey {
  const parsed = PublicKey.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new DaylightError('bad_request', '--key: expected 43 characters of base64url', {
    field: 'key',
    remedy: 'Whoever runs the server reads the key of certificates with `daylight-server keys status`.',
  });
}
