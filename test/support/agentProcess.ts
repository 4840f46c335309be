import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AgentStatus } from '../../shared/protocol/window.ts';
import { type Finished, finished, type Started, type StartOptions, startNode } from './nodeProcess.ts';

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

export interface AgentStart extends Pick<StartOptions, 'env' | 'terminal'> {
  /** A file with the day that it plays, instead of this computer. */
  readonly scripted?: string;
  /** Another build than that of this tree. */
  readonly cli?: string;
}

/** Starts the built agent of a folder, in a terminal of its own unless told otherwise: without one it observes nothing. */
export function startAgent(
  data: string,
  { scripted, cli = agentCli, env = {}, terminal = 'own' }: AgentStart = {},
): Started {
  const [day, allowed] = scripted === undefined ? [[], {}] : [['--scripted', scripted], { DAYLIGHT_SCRIPTED: '1' }];
  return startNode([cli, 'run', '--data', data, ...day], { env: { ...process.env, ...allowed, ...env }, terminal });
}

/** An agent that runs. */
export interface RunningAgent {
  readonly data: string;
  readonly pid: number;
  /** Runs another command of the agent beside it; fails unless it succeeds. */
  tell(...args: string[]): Promise<Finished>;
  status(): Promise<AgentStatus>;
  /** Asks it to end, as Ctrl-C does. */
  stop(): Promise<number | null>;
  kill(): Promise<void>;
}

export function runningAgent(data: string, { process: child, exit }: Pick<Started, 'process' | 'exit'>): RunningAgent {
  const tell = async (...args: string[]): Promise<Finished> => {
    const ended = await command(agentCli, [...args, '--data', data]);
    if (ended.code !== 0) throw new Error(`daylight-agent ${args[0]}: ${ended.err}`);
    return ended;
  };
  return {
    data,
    pid: child.pid ?? 0,
    tell,
    status: async () => JSON.parse((await tell('status', '--json')).out) as AgentStatus,
    stop() {
      child.kill('SIGINT');
      return exit;
    },
    async kill() {
      child.kill('SIGKILL');
      await exit;
    },
  };
}
