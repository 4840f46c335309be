import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/**
 * Runs a command line from its sources to its end, with nothing of this environment but what it needs. One that has not
 * ended after 30 seconds is ended, and its code is null.
 */
export async function sourceCli(
  which: 'agent' | 'server',
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  input = '',
): Promise<Ended> {
  const cli = fileURLToPath(new URL(`../../${which}/cli.ts`, import.meta.url));
  const child: ChildProcess = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), cli, ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent', ...env },
  });
  const limit = setTimeout(() => child.kill('SIGKILL'), 30_000);
  // A program that ends without reading its input closes the pipe.
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(input);
  let [out, err] = ['', ''];
  child.stdout?.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  clearTimeout(limit);
  return { code, out, err };
}

/** Words that only somebody who reads the source understands. */
export const PROGRAMMERS_WORDS =
  /Invalid|Too (big|small)|NaN|undefined|expected (string|number|object|int)\b|<=|>=|\bnull\b|\b[a-z]+[A-Z]\w*:|configuration:|input:|request:|\.ts\b|\bat .*\(|Error\b|[a-z], (open|mkdir|scandir|stat)/;
