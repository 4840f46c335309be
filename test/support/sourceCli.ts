import { fileURLToPath } from 'node:url';
import { type Finished, finished, fromSource, startNode } from './nodeProcess.ts';

/**
 * Runs a command line from its sources to its end, with nothing of this environment but what it needs. One that has not
 * ended after 100 seconds is ended, and its code is null.
 */
export function sourceCli(
  which: 'agent' | 'server',
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  input = '',
): Promise<Finished> {
  const cli = fileURLToPath(new URL(`../../${which}/cli.ts`, import.meta.url));
  const least = { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent' };
  const options = { env: { ...least, ...env }, input, limitMs: 100_000 };
  return finished(startNode([...fromSource, cli, ...args], options));
}

/** Words that only somebody who reads the source understands. */
export const PROGRAMMERS_WORDS =
  /Invalid|Too (big|small)|NaN|undefined|expected (string|number|object|int)\b|<=|>=|\bnull\b|\b[a-z]+[A-Z]\w*:|configuration:|input:|request:|\.ts\b|\bat .*\(|Error\b|[a-z], (open|mkdir|scandir|stat)/;
