import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Finished, finished, type Started, startNode } from './nodeProcess.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
export const agentCli = join(root, 'dist', 'agent', 'cli.js');
export const serverCli = join(root, 'dist', 'server', 'cli.js');

/** Runs a built command line to its end. Its input is empty, or `input`. */
export function command(
  cli: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  input = '',
): Promise<Finished> {
  return finished(start(cli, args, env, input));
}

/** Starts a built command line. */
export function start(cli: string, args: readonly string[], env: NodeJS.ProcessEnv = {}, input = ''): Started {
  return startNode([cli, ...args], { env: { ...process.env, ...env }, input });
}
