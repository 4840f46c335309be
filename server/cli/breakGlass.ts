import { userInfo } from 'node:os';
import { type Command, Option } from 'commander';
import { DaylightError } from '../../shared/errors.ts';
import { ReadPurpose } from '../../shared/protocol/http/reading.ts';
import { Day } from '../../shared/time.ts';
import { systemClock } from '../clock.ts';
import { type Grant, isOpen, MOST_HOURS } from '../control/operators.ts';
import { systemRandom } from '../random.ts';
import { closeGlass, listGlass, openGlass, showDay, type Whom } from '../showOnHost.ts';
import { dataOption, type Given, jsonOption, need, rootKeyGiven } from './options.ts';
import { migrated, say } from './say.ts';

const TOLD = `
The person reads under "Who looked" that somebody was let in, by which account of this computer, why and until when, before anything is
shown, and then each look. It is a security event, too. Works while the server runs.`;

/** Looking at what is recorded of somebody from the host: never without a reason, an end, and the person being told. */
export function addBreakGlass(parent: Command): void {
  const glass = parent
    .command('break-glass')
    .description('Let somebody on this host look at what is recorded of a person, with a reason and for a time.');
  whom(glass.command('open').description('Let in. The person is told, now.'))
    .requiredOption('--reason <text>', 'why, in words that the person may read')
    .requiredOption('--hours <number>', `for how long, 1 to ${MOST_HOURS}`)
    .addHelpText('after', TOLD)
    .action(async (options: Given) => {
      const { reason, hours } = { reason: need(options, 'reason'), hours: Number(need(options, 'hours')) };
      const opened = await openGlass(meant(options), { by: account(), reason, hours }, surroundings(options));
      say(options, opened, [
        `Let in until ${new Date(opened.until).toISOString()}. The person can read that, your account (${opened.by}) and the reason.`,
        'Look with `daylight-server show`; end it with `daylight-server break-glass close`.',
      ]);
    });
  whom(glass.command('close').description('End it before its time.')).action(async (options: Given) => {
    const closed = await closeGlass(meant(options), surroundings(options));
    say(options, { closed }, [closed === 0 ? 'Nobody was let in to look at this person.' : 'Closed.']);
  });
  glass
    .command('list')
    .description('Who was let in, to look at whom, why and until when, newest first.')
    .addOption(dataOption())
    .addOption(organisation())
    .addOption(jsonOption())
    .action(async (options: Given) => {
      const { name, grants } = await listGlass(need(options, 'organisation'), surroundings(options));
      const lines = grants.map(line);
      say(options, { name, grants }, lines.length === 0 ? [`Nobody was let in at "${name}".`] : lines);
    });
}

/** A day of somebody, as the interface gives it to an owner. */
export function addShow(parent: Command): void {
  whom(parent.command('show').description('Show a day of a person, where `break-glass open` let you in.'))
    .requiredOption('--day <date>', 'such as 2026-11-23')
    .addOption(
      new Option('--purpose <purpose>', 'what for').choices(ReadPurpose.options.filter((one) => one !== 'own_data')),
    )
    .option('--zone <zone>', 'whose calendar day it is', 'UTC')
    .addHelpText(
      'after',
      '\nPrints the report as JSON. What the policy shows to no owner is not in it. Each look is on record for the person before it is printed.',
    )
    .action(async (options: Given) => {
      const day = Day.safeParse(need(options, 'day'));
      if (!day.success) {
        throw new DaylightError('bad_request', '--day: expected a date such as 2026-11-23', {
          field: 'day',
          remedy: 'Write year, month and day with hyphens.',
        });
      }
      const look = { day: day.data, zone: need(options, 'zone'), purpose: ReadPurpose.parse(need(options, 'purpose')) };
      const report = await showDay(meant(options), look, surroundings(options));
      say(options, report, [JSON.stringify(report, null, 2)]);
    });
}

function whom(command: Command): Command {
  return command
    .addOption(dataOption())
    .addOption(organisation())
    .option('--person <email>', 'e-mail address of the person; given here alone, never in the environment')
    .addOption(jsonOption());
}

function organisation(): Option {
  return new Option('--organisation <name>', 'its name or id').env('DAYLIGHT_ORGANISATION');
}

function meant(options: Given): Whom {
  return { organisation: need(options, 'organisation'), email: need(options, 'person') };
}

function surroundings(options: Given) {
  return {
    data: need(options, 'data'),
    rootKey: rootKeyGiven(options),
    clock: systemClock,
    random: systemRandom,
    migrated,
  };
}

/** What the system says who runs this; for whom it was done is what `sudo` says. */
function account(): string {
  const { username } = userInfo();
  const asked = process.env['SUDO_USER'];
  return asked === undefined || asked === username ? username : `${username} for ${asked}`;
}

function line(grant: Grant): string {
  const at = (ms: number): string => new Date(ms).toISOString();
  const state = isOpen(grant, systemClock.now()) ? 'open' : 'over';
  const end = grant.closedAt === null ? `until ${at(grant.until)}` : `closed ${at(grant.closedAt)}`;
  return `${state}  ${at(grant.at)} ${end}  person ${grant.person}  by ${grant.by ?? '(gone)'}: ${grant.reason ?? '(gone)'}`;
}
