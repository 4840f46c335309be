import { execFile } from 'node:child_process';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../../', import.meta.url));
const run = promisify(execFile);

/** Builds the console into dist/console, unless what is there is newer than every source of it. */
export async function buildConsole(): Promise<void> {
  await buildPage('dist/console', 'server/console');
}

/** The same for the employee's window, into dist/window. */
export async function buildWindow(): Promise<void> {
  await buildPage('dist/window', 'agent/window');
}

/** The same for the page of a computer that is not enrolled; returns the folder that it is in. */
export async function buildEnrolment(): Promise<string> {
  const to = 'dist/agent/desktop/enrol';
  await buildPage(to, 'agent/desktop/enrol');
  return join(root, to);
}

async function buildPage(to: string, source: string): Promise<void> {
  const built = await changed(join(root, to, 'index.html'));
  const newest = Math.max(
    ...(await Promise.all([source, 'agent/strings', 'shared', 'look'].map((folder) => newestIn(join(root, folder))))),
  );
  if (built > newest) return;
  // In a process of its own: under a test this is another React than the one that ships, which mounts every page twice.
  const args = ['build', '--config', join(source, 'vite.config.ts'), '--logLevel', 'warn'];
  await run(join(root, 'node_modules', '.bin', 'vite'), args, {
    cwd: root,
    env: { ...process.env, NODE_ENV: 'production' },
  });
}

async function newestIn(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Math.max(...(await Promise.all(files.map(changed))));
}

async function changed(path: string): Promise<number> {
  return stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
}
