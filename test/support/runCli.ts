import { fileURLToPath } from 'node:url';
import { serverCli } from './agentProcess.ts';
import { type Finished, finished, fromSource, startNode } from './nodeProcess.ts';

/** The server as it was built, in half the time; the agent from its sources, where its words name it by its own name. */
const programs = {
  agent: [...fromSource, fileURLToPath(new URL('../../agent/cli.ts', import.meta.url))],
  server: [serverCli],
} as const;

/**
 * Runs a command line to its end, with nothing of this environment but what it needs. One that has not ended after 100
 * seconds is ended, and its code is null.
 */
export function runCli(
  which: 'agent' | 'server',
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  input = '',
): Promise<Finished> {
  const least = { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent' };
  const options = { env: { ...least, ...env }, input, limitMs: 100_000 };
  return finished(startNode([...programs[which], ...args], options));
}

/** Words that only somebody who reads the source understands. */
export const PROGRAMMERS_WORDS =
  /Invalid|Too (big|small)|NaN|undefined|expected (string|number|object|int)\b|<=|>=|\bnull\b|\b[a-z]+[A-Z]\w*:|configuration:|input:|request:|\.ts\b|\bat .*\(|Error\b|[a-z], (open|mkdir|scandir|stat)/;
