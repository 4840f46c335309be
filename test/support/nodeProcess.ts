import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface Finished {
  /** Null when it was killed. */
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Started {
  readonly process: ChildProcess;
  readonly exit: Promise<number | null>;
  out(): string;
  err(): string;
}

export interface StartOptions {
  /** All of it; that of this process unless given. */
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** What it can read; nothing unless given. */
  readonly input?: string;
  /** It is killed when it runs for longer. */
  readonly limitMs?: number;
  /** Whether there is a terminal that the person could see, beside the pipes: `own`, or `none`. Otherwise that of the tests. */
  readonly terminal?: 'own' | 'none';
}

/** What Node needs to run TypeScript. */
export const fromSource = ['--import', import.meta.resolve('tsx')];

/** Before the words of a command: gives the process a terminal of its own, beside the streams that it has. */
export const inTerminal = ['python3', '-I', fileURLToPath(new URL('inTerminal.py', import.meta.url))];

/** Starts Node; its output goes into pipes that the test reads. */
export function startNode(
  args: readonly string[],
  { input = '', limitMs, terminal, ...options }: StartOptions = {},
): Started {
  const [program = '', ...rest] = [...(terminal === 'own' ? inTerminal : []), process.execPath, ...args];
  // Whoever leads a session of its own has no terminal.
  const detached = terminal === 'none';
  const child = spawn(program, rest, { stdio: ['pipe', 'pipe', 'pipe'], detached, ...options });
  // A program that ends without reading its input closes the pipe.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const limit = limitMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), limitMs);
  const exit = new Promise<number | null>((resolve) =>
    child.once('close', (code) => {
      clearTimeout(limit);
      resolve(code);
    }),
  );
  return { process: child, exit, out: () => out, err: () => err };
}

/** When it has come to its end. */
export async function finished({ exit, out, err }: Started): Promise<Finished> {
  const code = await exit;
  return { code, out: out(), err: err() };
}
