import { createInterface } from 'node:readline/promises';
import { DaylightError } from '../../shared/errors.ts';
import type { Given } from './options.ts';

export function named(organisation: Given[string]): string {
  if (typeof organisation === 'string' && organisation.trim() !== '') return organisation;
  throw new DaylightError('bad_request', '--organisation: expected a value', {
    field: 'organisation',
    remedy: 'Give --organisation NAME.',
  });
}

/** Whoever does what cannot be taken back writes the name first. */
export async function agreed(name: string, to: string, done: string): Promise<void> {
  const answer = process.stdin.isTTY ? await asked(`Write the name ${to} (${name}): `) : '';
  if (answer.trim() === name) return;
  throw new DaylightError('bad_request', `nothing was ${done}: the name was not written`, {
    remedy: 'Write it in a terminal when you are asked, or give --yes.',
  });
}

/** Empty for whoever ends the question instead (Ctrl-C, Ctrl-D). */
async function asked(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const ended = new Promise<string>((resolve) => lines.once('close', () => resolve('')));
  try {
    return await Promise.race([lines.question(question).catch(() => ''), ended]);
  } finally {
    lines.close();
  }
}
