import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { DaylightError } from '../../shared/errors.ts';
import { PublicKey } from '../../shared/signed.ts';
import { systemClock } from '../clock.ts';
import { endOnHost } from '../endOnHost.ts';
import { stateWords } from '../lifecycle/cancellationWords.ts';
import { verifyCertificate } from '../lifecycle/certificate.ts';
import { certificateWords } from '../lifecycle/certificateWords.ts';
import { systemRandom } from '../random.ts';
import { agreed } from './ask.ts';
import { type Given, jsonOption, need, rootKeyGiven } from './options.ts';
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
    async ({ name, holdings: { days, counts, records } }) => {
      const much = `${counts.segments} segments and ${counts.images} screenshots of ${days} days, ${counts.devices} computers`;
      say(options, { event: 'will_go', days, counts, records }, [
        `Ending the account of ${name} ends for ever, with no way back: ${much}, and everything else that is kept of them`,
        `(${records} rows). All keys of theirs go first: from then on nothing of it can be opened.`,
        'What stays: in ledger.ndjson that a random id was ended; what they did to others, under that id; sealed bytes in backups, until those expire.',
      ]);
      if (options['yes'] !== true) await agreed(email, 'to end this account for ever', 'ended');
    },
    (state, at) => say(options, { event: state, at }, [`${new Date(at).toISOString()}  ${stateWords[state]}`]),
  );
  say(options, { event: 'ended', ending: ending.ending, certificate }, [
    `The account is ended. The certificate is ${certificate}; give it to the person: daylight-server verify-certificate checks it anywhere.`,
    'Start the server: it tells each of their computers to wipe when it connects, and makes the certificate final once the last lease is over',
    'and no backup holds sealed bytes of theirs.',
  ]);
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
    .addHelpText('after', '\nExit code 6: it is not as it was signed, or another key has signed it than --key says.')
    .action(async (file: string, options: Given) => {
      const pinned = options['key'] === undefined ? null : keyOf(need(options, 'key'));
      const found = verifyCertificate(await textOf(file), pinned);
      if (found.kind !== 'genuine') {
        process.exitCode = exit.attention;
        say(options, { event: found.kind }, [`${file}: ${wrong[found.kind]}`]);
        return;
      }
      const { certificate, publicKey } = found;
      const trust = pinned === null ? [TRUST] : [];
      say(options, { event: 'genuine', publicKey, ...certificate }, [
        'Genuine: this is what was signed.',
        ...certificateWords(certificate, publicKey),
        ...trust,
      ]);
    });
}

const TRUST =
  'Anybody can sign with a key of their own: compare this key with the one that the organisation tells you, or give it with --key.';

const wrong = {
  unreadable: 'this is no certificate of an ending.',
  changed: 'this is NOT as it was signed: something in it was changed since.',
  other_key: 'this was signed, but NOT by the key that --key says.',
} as const;

async function textOf(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((cause: unknown) => {
    throw new DaylightError('not_found', `${file}: it cannot be read`, { cause });
  });
}

function keyOf(text: string): PublicKey {
  const parsed = PublicKey.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new DaylightError('bad_request', '--key: expected 43 characters of base64url', { field: 'key' });
}
