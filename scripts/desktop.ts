import { spawn } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { build } from './build.ts';
import { electronBinary, fetchElectron } from './electronBinary.ts';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** Fetches Electron where it is missing, builds what is out of date, and starts the tray application with the arguments given. */
async function desktop(args: readonly string[]): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(HELP);
    return 0;
  }
  // First what may be refused: a build takes a minute.
  const binary = electronBinary() ?? (await fetchElectron());
  await build();
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

const HELP = `npm run desktop -- [options]

Fetches Electron once (about 100 MB; that needs Node 22 or newer, or Electron's folder in ELECTRON_OVERRIDE_DIST_PATH), builds
what is out of date, and starts the tray application. Without Electron, "npm start" and "daylight-agent window" do the same
in a browser.

  --data <folder>  where it keeps what it records until that is sent
  --pair           pairs the browser extension, as the tray does
  --wipe           retires this device and deletes everything, without a window
  --self-test      opens a window on a new, empty folder, prints what works, and ends
  --help           shows this

`;

await desktop(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  },
);
