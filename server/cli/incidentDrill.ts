import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { DaylightError } from '../../shared/errors.ts';
import { systemClock } from '../clock.ts';
import { type DrillStep, drillIncident } from '../incidentDrill.ts';
import { systemRandom } from '../random.ts';
import { type Given, jsonOption, need } from './options.ts';
import { exit, say } from './say.ts';

const MOST_PEOPLE = 1_000;
/** So many looks a bundle of evidence has proofs of. */
const MOST_LOOKS = 2_000;

export function addIncidentDrill(parent: Command): void {
  parent
    .command('incident-drill')
    .description(
      'Try what is done about an incident, on made-up people in a folder that is taken away again, and say how long each step took.',
    )
    .option('--people <number>', `how many, 2 to ${MOST_PEOPLE}`, '100')
    .option('--looks <number>', `how often somebody looked, 2 to ${MOST_LOOKS}`, '500')
    .option(
      '--evidence <file>',
      'keep the evidence of the drill in this new file, to show what an authority would be given',
    )
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Touches no data: it needs no folder and no server. Everything in it is called DRILL. It goes through the same steps as a real incident:
whom it concerns, the 72 hours, telling people, what is found later, the evidence with its proofs, closing. Exit code 6: a step did not do
what it must.`,
    )
    .action(async (options: Given) => {
      const people = between(options, 'people', MOST_PEOPLE);
      const { evidence, ...drill } = await drillIncident({
        ...{ people, looks: between(options, 'looks', MOST_LOOKS) },
        ...{ clock: systemClock, random: systemRandom },
      });
      const file = options['evidence'] === undefined ? null : need(options, 'evidence');
      if (file !== null) await keep(file, JSON.stringify(evidence, null, 2));
      say(options, { ...drill, proofs: evidence.proofs.length, evidence: file }, [
        'DRILL: nothing of this is real, and nothing of it is left here.',
        ...drill.steps.map(line),
        `It concerned ${drill.affected[0]} of ${people} people first, and ${drill.affected[1]} with what was found later; ${evidence.proofs.length} looks were proved.`,
        ...(file === null ? [] : [`The evidence is in ${file}.`]),
      ]);
      if (drill.steps.some(({ wrong }) => wrong.length > 0)) process.exitCode = exit.attention;
    });
}

const names: Readonly<Record<DrillStep['step'], string>> = {
  prepare: 'people and looks made up',
  open: 'put on record, and worked out whom it concerns',
  clock: 'the 72 hours, and that the self-check says them',
  tell: 'everybody concerned told, and nobody else',
  find_more: 'more was found, and told again',
  evidence: 'evidence, each proof of it checked',
  close: 'closed',
};

function line({ step, ms, wrong }: DrillStep): string {
  const took = `${String(ms).padStart(7)} ms  ${names[step]}`;
  return wrong.length === 0 ? took : `${took}: WRONG: ${[...new Set(wrong)].join('; ')}`;
}

function between(options: Given, name: string, most: number): number {
  const value = Number(need(options, name));
  if (Number.isInteger(value) && value >= 2 && value <= most) return value;
  throw new DaylightError('bad_request', `--${name}: expected a whole number from 2 to ${most}`, {
    field: name,
    remedy: 'Leave it out, or give a smaller number.',
  });
}

async function keep(file: string, text: string): Promise<void> {
  await writeFile(file, text, { mode: 0o600, flag: 'wx' }).catch((cause: unknown) => {
    throw new DaylightError('conflict', `${file}: it cannot be written, or is there already`, {
      remedy: 'Give the name of a new file in a folder that is there.',
      cause,
    });
  });
}
