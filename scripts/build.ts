import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { buildExtension } from './extension.ts';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** Builds what is out of date into dist/, saying what it does. Safe to call at every start: nothing to do takes a second. */
export async function build(): Promise<void> {
  await step('agent and server', () => run('tsc', ['-b', 'shared', 'agent', 'agent/desktop', 'server']));
  await step('console', () => buildPage('dist/console', 'server/console'));
  await step("the employee's window", () => buildPage('dist/window', 'agent/window', WORDS));
  await step('enrolment page', () => buildPage('dist/agent/desktop/enrol', 'agent/desktop/enrol', WORDS));
  await step('browser extension', () => buildExtension(path.join(root, 'dist', 'agent', 'browser-extension')));
  await step('icons', copyIcons);
  await Promise.all(['dist/agent/cli.js', 'dist/server/cli.js'].map((file) => chmod(path.join(root, file), 0o755)));
}

const WORDS = 'agent/strings';

/** What the shell loads beside its code and its pages. */
async function copyIcons(): Promise<void> {
  const to = path.join(root, 'dist', 'agent', 'desktop', 'icons');
  await rm(to, { recursive: true, force: true });
  await cp(path.join(root, 'agent', 'desktop', 'icons'), to, { recursive: true });
}

/** Vite has no incremental mode, so a page is built only when the digest of what it is made of has changed. */
async function buildPage(to: string, source: string, ...more: readonly string[]): Promise<void> {
  const stamp = path.join(root, to, '.built-from');
  const digest = await digestOf([source, ...more, 'look', 'shared', 'package-lock.json']);
  const built = await readFile(stamp, 'utf8').catch(() => '');
  if (built === digest) return;
  await run('vite', ['build', '--config', `${source}/vite.config.ts`, '--logLevel', 'warn']);
  await mkdir(path.dirname(stamp), { recursive: true });
  await writeFile(stamp, digest);
}

async function digestOf(places: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const place of places) {
    for (const file of await filesIn(path.join(root, place))) {
      hash.update(path.relative(root, file)).update('\0');
      hash.update(await readFile(file)).update('\0');
    }
  }
  return hash.digest('hex');
}

async function filesIn(place: string): Promise<string[]> {
  const entries = await readdir(place, { withFileTypes: true, recursive: true }).catch(() => null);
  if (entries === null) return [place];
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
}

async function step(what: string, work: () => Promise<void>): Promise<void> {
  const began = performance.now();
  process.stdout.write(`Building ${what} …`);
  await work();
  process.stdout.write(` done in ${((performance.now() - began) / 1000).toFixed(1)} s\n`);
}

async function run(command: string, args: readonly string[]): Promise<void> {
  const binary = path.join(root, 'node_modules', '.bin', process.platform === 'win32' ? `${command}.cmd` : command);
  const child = spawn(binary, args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} failed; its own words are above`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await build().catch((error: unknown) => {
    process.stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
}
