import type { Command } from 'commander';
import { catalog } from '../../shared/catalog.ts';
import type { KeptView } from '../../shared/protocol/http/retention.ts';
import { systemClock } from '../clock.ts';
import { brakeWords, CLOCK_RIGHT } from '../lifecycle/clockWords.ts';
import { systemRandom } from '../random.ts';
import { clockOnHost, releaseOnHost, retentionOnHost } from '../retentionOnHost.ts';
import { dataOption, type Given, jsonOption, need, rootKeyGiven } from './options.ts';
import { exit, migrated, say } from './say.ts';

export function addRetention(parent: Command): void {
  parent
    .command('retention')
    .description(
      'Say how long everything is kept, how much is stored, and what goes next. Works while the server runs.',
    )
    .addOption(dataOption())
    .option('--organisation <name>', 'its name or id (default: each)')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nCounts alone: nothing of what is stored is opened. Exit code 6 says that the clock is in doubt.',
    )
    .action(async (options: Given) => {
      const which = options['organisation'];
      const { clock, organisations } = await retentionOnHost(
        typeof which === 'string' ? which : null,
        surroundings(options),
      );
      for (const { name, parameters, sweeps, ...rest } of organisations) {
        const [last] = sweeps;
        say(options, { name, clock, parameters, sweeps, ...rest }, [
          `${name}:`,
          ...parameters.map(keptWords),
          last === undefined
            ? '  No sweep is on record yet; the server looks every minute.'
            : `  The last sweep on record ended ${new Date(last.endedAt).toISOString()}.`,
        ]);
      }
      if (clock === 'free') return;
      say({ ...options, json: undefined }, {}, [brakeWords(clock)]);
      process.exitCode = exit.attention;
    });

  parent
    .command('clock')
    .description(
      'Say whether the clock is in doubt, by which what is past its day is deleted. Works while the server runs.',
    )
    .addOption(dataOption())
    .option('--confirm', 'the clock is right as it is: what is past its day by it is deleted from now on', false)
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nThe clock is in doubt when it is more than a day from what the server saw last: it was off or asleep, or somebody set the clock.\n' +
        'Exit code 6 says that it is. A server that runs follows within seconds.',
    )
    .action(async (options: Given) => {
      const looked = await clockOnHost(surroundings(options));
      const { now, seenAt, state } = looked;
      const times = [
        `The clock says ${new Date(now).toISOString()}.`,
        seenAt === null
          ? 'No server has noted the time here yet.'
          : `The server noted ${new Date(seenAt).toISOString()} last; it does so every hour.`,
      ];
      say(options, { event: 'looked', ...looked }, [...times, state === 'free' ? CLOCK_RIGHT : brakeWords(state)]);
      if (options['confirm'] !== true) {
        if (state !== 'free') process.exitCode = exit.attention;
        return;
      }
      await releaseOnHost(surroundings(options));
      say(options, { event: 'confirmed', at: now }, [
        'The clock counts as it is. What is past its day by it is deleted from now on.',
      ]);
    });
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

function keptWords({ parameter, days, stored }: KeptView): string {
  const kept = `  ${catalog[parameter].label}: kept for ${days} days`;
  if (stored === null) return `${kept}; nothing is stored`;
  const pictures = stored.images === 0 ? '' : `, ${stored.images} pictures`;
  const past = stored.past === 0 ? '' : `; ${stored.past} days of people are past their day and wait for the sweep`;
  return `${kept}; ${stored.days} days of people, ${stored.pieces} pieces${pictures}, from ${stored.oldest}; the next goes after ${stored.next}${past}`;
}
