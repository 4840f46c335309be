import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const root = fileURLToPath(new URL('../../', import.meta.url));
/** Builds the console into dist/console, unless what is there is newer than every source of it. */
export async function buildConsole(): Promise<void> {
  await buildPage('console', 'server/console');
}

/** The same for the employee's window, into dist/window. */
export async function buildWindow(): Promise<void> {
  await buildPage('window', 'agent/window');
}

async function buildPage(name: string, source: string): Promise<void> {
  const built = await changed(join(root, 'dist', name, 'index.html'));
  const newest = Math.max(...(await Promise.all([source, 'shared'].map((folder) => newestIn(join(root, folder))))));
  if (built > newest) return;
  await build({ configFile: join(root, source, 'vite.config.ts'), logLevel: 'warn' });
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
