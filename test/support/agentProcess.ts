import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
export const agentCli = join(root, 'dist', 'agent', 'cli.js');
export const serverCli = join(root, 'dist', 'server', 'cli.js');

export interface Finished {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs a built command line to its end. Its input is empty, or `input`. */
export async function command(
  cli: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  input?: string,
): Promise<Finished> {
  const running = start(cli, args, env, input);
  const code = await running.exit;
  return { code, out: running.out(), err: running.err() };
}

export interface Started {
  readonly process: ChildProcess;
  readonly exit: Promise<number | null>;
  out(): string;
  err(): string;
}

/** Starts a built command line; its output goes into a pipe that the test reads. */
export function start(cli: string, args: readonly string[], env: NodeJS.ProcessEnv = {}, input = ''): Started {
  const child = spawn(process.execPath, [cli, ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  // A program that ends without reading its input closes the pipe.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString();
  });
  const exit = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  return { process: child, exit, out: () => out, err: () => err };
}
