import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const root = fileURLToPath(new URL('../../', import.meta.url));
const sources = ['server/console', 'shared'];

/** Builds the console into dist/console, unless what is there is newer than every source of it. */
export async function buildConsole(): Promise<void> {
  const built = await changed(join(root, 'dist/console/index.html'));
  const newest = Math.max(...(await Promise.all(sources.map((folder) => newestIn(join(root, folder))))));
  if (built > newest) return;
  await build({ configFile: join(root, 'server/console/vite.config.ts'), logLevel: 'warn' });
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
