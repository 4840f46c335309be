import { type Command, Option } from 'commander';
import { DaylightError } from '../../shared/errors.ts';
import { KeyReason } from '../../shared/policy/keys.ts';
import { systemClock } from '../clock.ts';
import { keyStatus, rollOnHost, rotateRootOnHost } from '../keysOnHost.ts';
import { systemRandom } from '../random.ts';
import { type KeyInForce, keyInForce, rotateOnHost } from '../rotateOnHost.ts';
import { agreed, named } from './ask.ts';
import { dataOption, type Given, jsonOption, need, rootKeyGiven } from './options.ts';
import { exit, migrated, say } from './say.ts';

export function addKeys(parent: Command): void {
  const keys = parent
    .command('keys')
    .description('The keys of this server: what is sealed with them, and what signs policies.');
  addStatus(keys);
  addRoll(keys);
  addRotateRoot(keys);
  keys
    .command('rotate')
    .description(
      'Put a new key in the place of the one that signs policies; computers learn of it as they connect. The server must be stopped.',
    )
    .addOption(dataOption())
    .option('--organisation <name>', 'its name or id; given here alone, never in the environment')
    .addOption(new Option('--reason <reason>', 'why').choices(KeyReason.options).default('scheduled'))
    .option('--yes', 'without asking', false)
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nWhat is collected stays as it is. Owners can do the same in the console while the server runs. The new key is signed by the one\n' +
        'before it and by the key of the server, or no computer would take it. On record as a security event. What is stored is sealed\n' +
        'with other keys: see `keys roll`.',
    )
    .action(async (options: Given) => {
      const surroundings = {
        data: need(options, 'data'),
        rootKey: rootKeyGiven(options),
        clock: systemClock,
        random: systemRandom,
        migrated,
      };
      const before = await keyInForce(named(options['organisation']), surroundings);
      say(options, { event: 'will_change', ...before }, whatWillChange(before));
      if (options['yes'] !== true) await agreed(before.name, 'to change its key', 'changed');
      const after = await rotateOnHost(before, KeyReason.parse(options['reason']), surroundings);
      say(options, { event: 'changed', ...after }, [
        `Key ${after.sequence + 1} signs the policies of "${after.name}" now: ${shortened(after.keyId)}.`,
        'Start the server again: `daylight-server serve`.',
      ]);
    });
}

function addStatus(keys: Command): void {
  keys
    .command('status')
    .description('Say which keys there are, and when they were last replaced. Works while the server runs.')
    .addOption(dataOption())
    .addOption(jsonOption())
    .action(async (options: Given) => {
      const status = await keyStatus({
        data: need(options, 'data'),
        rootKey: rootKeyGiven(options),
        clock: systemClock,
        random: systemRandom,
        migrated,
      });
      say(options, status, [
        `The root key comes from ${status.rootKey}.`,
        status.rolledAt === null
          ? 'The keys were never replaced yet: the server does so once a day, or `daylight-server keys roll` now.'
          : `The keys were last replaced ${new Date(status.rolledAt).toISOString()}; the server does so once a day.`,
        status.certificateKey === null
          ? 'There is no key of certificates yet: it is made when the server starts.'
          : `Certificates of endings are signed by ${status.certificateKey}: publish it now, where people can see it and this server cannot change it.`,
        ...status.organisations.map(
          ({ name, version, dataKeys }) =>
            `  ${name}: key ${version} of the organisation, under which ${dataKeys} keys are wrapped`,
        ),
      ]);
      if (status.organisations.some(({ versions }) => versions > 1)) {
        say({ ...options, json: undefined }, {}, [
          'A replacement was begun and is not finished: run `daylight-server keys roll`.',
        ]);
        process.exitCode = exit.attention;
      }
    });
}

function addRoll(keys: Command): void {
  keys
    .command('roll')
    .description(
      'Put a new key in the place of the one of each organisation, and destroy the old one, as the server does once a day. Works while it runs.',
    )
    .addOption(dataOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nWhat is stored stays readable. An older copy of the keys opens nothing any more with the keys of now. If it is interrupted, run it\n' +
        'again: it goes on where it was.',
    )
    .action(async (options: Given) => {
      const rolled = await rollOnHost({
        data: need(options, 'data'),
        rootKey: rootKeyGiven(options),
        clock: systemClock,
        random: systemRandom,
        migrated,
      });
      if (!rolled.scrubbed) {
        throw new DaylightError(
          'conflict',
          'the old keys are destroyed, but the log of keys.db is being read and could not be emptied',
          {
            remedy: 'Run `daylight-server keys roll` again; nothing is lost.',
          },
        );
      }
      say(options, { event: 'rolled', ...rolled }, [
        `${rolled.organisations === 1 ? 'One organisation has' : `${rolled.organisations} organisations have`} a new key, under which ${rolled.dataKeys} keys are wrapped now. No old one is left.`,
      ]);
    });
}

function addRotateRoot(keys: Command): void {
  keys
    .command('rotate-root')
    .description(
      'Put another root key in the place of the one that all others are wrapped under. The server must be stopped.',
    )
    .addOption(dataOption())
    .option(
      '--to <where>',
      'where it comes from now: file:PATH, passphrase:FILE or env:NAME (default: a new root.key in the folder)',
    )
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nA key file is made where there is none; a passphrase file and a variable are there before. What is stored stays as it is and readable. If\n' +
        'it is interrupted, the next command goes on with it. A copy of the old root key opens older copies of keys.db, and nothing here.',
    )
    .action(async (options: Given) => {
      const to = typeof options['to'] === 'string' ? options['to'] : undefined;
      const { recoveryFailed, ...rotated } = await rotateRootOnHost(
        {
          data: need(options, 'data'),
          rootKey: rootKeyGiven(options),
          clock: systemClock,
          random: systemRandom,
          migrated,
        },
        to,
      );
      const isWritten = recoveryFailed === null;
      say(options, { event: 'rotated', ...rotated, recoverySet: isWritten }, [
        `The root key comes from ${rotated.to} now. The one before, of ${rotated.from}, opens nothing here any more.`,
        ...(isWritten
          ? []
          : [
              'The recovery set could not be written, and still holds the one before: see `daylight-server recovery status`.',
            ]),
        'Start the server again: `daylight-server serve`.',
      ]);
      if (!isWritten) process.exitCode = exit.attention;
    });
}

function whatWillChange({ name, sequence, keyId, since }: KeyInForce): readonly string[] {
  const from = since === null ? 'from the beginning' : `since ${new Date(since).toISOString()}`;
  return [
    `Key ${sequence + 1} signs the policies of "${name}" ${from}: ${shortened(keyId)}.`,
    'It is deleted here, and signs nothing any more. A new one takes its place; what is collected stays as it is.',
    'Each computer takes the new one when it connects, and until then goes by what it has, as long as that was confirmed for.',
  ];
}

/** As it is shown in the console. */
function shortened(keyId: string): string {
  return (keyId.slice(0, 16).match(/.{4}/g) ?? []).join(' ');
}
