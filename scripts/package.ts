import { spawn } from 'node:child_process';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { build } from './build.ts';
import { type Lock, Locked, productionClosure } from './productionClosure.ts';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const staged = path.join(root, 'dist', 'desktop-app');

/** What the agent needs at run time; the rest of `dependencies` is the server's and stays out of a package. */
const AGENT_PACKAGES = [
  'active-win',
  'commander',
  'screenshot-desktop',
  'sharp',
  'tldts',
  'uiohook-napi',
  'ws',
  'zod',
] as const;
const AGENT_FOLDERS = ['agent', 'shared', 'window'] as const;
/** Not among the dependencies: it brings 200 packages, one of them with an install script, and only this command needs it. */
const BUILDER = 'electron-builder@26.17.0';

/** Stages the desktop application and packages it for this system. `--stage` only stages. */
async function packageDesktop(args: readonly string[]): Promise<number> {
  await build();
  const packages = await stage();
  console.log(`Staged ${packages} packages and the agent in dist/desktop-app`);
  if (args.includes('--stage')) return 0;
  console.log(`Packaging with ${BUILDER}, which is fetched when it is needed …`);
  const npx = process.platform === 'win32' ? 'npx.cmd' : 'npx';
  const given = ['--yes', BUILDER, '--config', 'electron-builder.yml', '--publish', 'never', ...args];
  const child = spawn(npx, given, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

async function stage(): Promise<number> {
  await rm(staged, { recursive: true, force: true });
  await mkdir(staged, { recursive: true });
  for (const folder of AGENT_FOLDERS) {
    await cp(path.join(root, 'dist', folder), path.join(staged, 'dist', folder), {
      recursive: true,
      filter: isProduct,
    });
  }
  const lock = Locked.parse(JSON.parse(await readFile(path.join(root, 'package-lock.json'), 'utf8')));
  const needed = productionClosure(lock, AGENT_PACKAGES);
  for (const place of needed) {
    await cp(path.join(root, place), path.join(staged, place), { recursive: true, filter: isProduct }).catch(
      (error: unknown) => {
        // Packages for another system are in the lock and not on this disk.
        if (lock.packages[place]?.optional !== true) throw error;
      },
    );
  }
  await writeFile(path.join(staged, 'package.json'), `${JSON.stringify(await manifest(lock), null, 2)}\n`);
  return needed.length;
}

/** A package has a package of its own below it: `node_modules` is not copied along, each place in the lock is. */
function isProduct(source: string): boolean {
  const name = path.basename(source);
  return !/\.(map|tsbuildinfo|d\.ts|d\.cts)$/.test(name) && name !== 'node_modules' && name !== '.built-from';
}

async function manifest(lock: Lock): Promise<object> {
  const Manifest = z.object({ version: z.string(), description: z.string(), license: z.string(), main: z.string() });
  const { version, description, license, main } = Manifest.parse(
    JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')),
  );
  const dependencies = Object.fromEntries(
    AGENT_PACKAGES.map((name) => [name, lock.packages['']?.dependencies?.[name]]),
  );
  return { name: 'daylight', version, description, license, author: 'Daylight', type: 'module', main, dependencies };
}

process.exitCode = await packageDesktop(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  return 1;
});
