import { writeFile } from 'node:fs/promises';
import { codeOf } from '../core/files.ts';
import { selfTestLines } from '../core/selfTest/selfTestWords.ts';
import { ask, parameterNamed } from './askCommands.ts';
import { CliEnd, exitCodes } from './exit.ts';
import { type Terminal, timeWords } from './terminal.ts';

/** Has the running agent prove that something is off, and prints what it tried. Ends with 1 when that is not proved. */
export async function proveCommand(
  terminal: Terminal,
  folder: string,
  what: string,
  { json, out }: { readonly json?: boolean; readonly out?: string },
  now: number,
): Promise<void> {
  const { proof, why = '' } = await ask(folder, { command: 'prove', parameter: parameterNamed('prove', what) });
  if (proof === undefined) throw new CliEnd(exitCodes.failed, 'the agent answered without a proof');
  const document = JSON.stringify(proof, null, 2);
  if (out !== undefined) await save(out, document);
  const lines = json === true ? document.split('\n') : selfTestLines(proof.said, why, timeWords(now));
  for (const line of lines) terminal.say(line);
  if (out !== undefined && json !== true) terminal.say(`Saved as ${out}.`);
  if (proof.said.verdict === 'not_off') {
    throw new CliEnd(exitCodes.failed, `it is not proved that ${what} is off`, 'tell those who look after Daylight');
  }
}

async function save(out: string, document: string): Promise<void> {
  await writeFile(out, `${document}\n`, { mode: 0o600, flag: 'wx' }).catch((error: unknown) => {
    throw new CliEnd(
      exitCodes.failed,
      `--out: ${out} could not be written (${codeOf(error)})`,
      'name a new file in a folder of yours',
    );
  });
}
