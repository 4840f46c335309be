import { spawn } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { build } from './build.ts';
import { electronBinary, fetchElectron } from './electronBinary.ts';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** Builds what is out of date, fetches Electron where it is missing, and starts the tray application with the arguments given. */
async function desktop(args: readonly string[]): Promise<number> {
  await build();
  const binary = electronBinary() ?? (await fetchElectron());
  if (!args.includes('--self-test')) {
    process.stdout.write('Daylight starts: look for its icon in the tray, or its window. Ctrl-C ends it.\n');
  }
  // In a container for root Chromium has no sandbox of the system to use; nobody else gets here without one.
  const isRoot = process.platform === 'linux' && process.getuid?.() === 0;
  if (isRoot)
    process.stderr.write('You are root: Electron runs without its sandbox. Do not do this on a real computer.\n');
  const child = spawn(binary, [...(isRoot ? ['--no-sandbox'] : []), root, ...args], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

await desktop(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  },
);
