import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { build } from './build.ts';
import { electronBinary } from './electronBinary.ts';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** What the tests of desktops, terminals and disks need, as the command that proves it and the Debian package that brings it. */
const tools = [
  { command: 'Xvfb', package: 'xvfb' },
  { command: 'openbox', package: 'openbox' },
  { command: 'xdotool', package: 'xdotool' },
  { command: 'xprop', package: 'x11-utils' },
  { command: 'xrandr', package: 'x11-xserver-utils' },
  { command: 'import', package: 'imagemagick' },
  { command: 'xterm', package: 'xterm' },
  { command: 'chromium', package: 'chromium' },
  { command: 'firefox-esr', package: 'firefox-esr' },
  { command: 'faketime', package: 'faketime' },
  { command: 'dbus-daemon', package: 'dbus' },
  { command: 'gdbus', package: 'libglib2.0-bin' },
  { command: 'gcc', package: 'gcc' },
  { command: 'openssl', package: 'openssl' },
  { command: 'prlimit', package: 'util-linux' },
  { command: 'python3', package: 'python3' },
  { command: 'script', package: 'bsdutils' },
] as const;

/** A test file that imports one of these needs those tools. */
const NEEDS_TOOLS =
  /support\/(desktop|browser|unsynced\/unsynced|crash\/crash|faketime)(\.ts|')|\b(startAgent|runAgent|inTerminal)\b/;

/**
 * The test command: brings the tools that the tests need where it may (root on Debian), builds, runs Vitest, and
 * ends with a line that counts. Where tools are missing it names the tests that it leaves out; in CI that is a failure.
 */
async function main(filters: readonly string[]): Promise<number> {
  const leftOut = await prepareTools();
  await build();
  const counts = await vitest(filters, leftOut);
  if (leftOut.length > 0) {
    console.log(`\nLeft out, because their tools are missing:\n${leftOut.map((file) => `  ${file}`).join('\n')}`);
    console.log(`Install them with: apt-get install ${missing().join(' ')}`);
  }
  console.log(
    `\n${counts.passed} passed, ${counts.failed} failed${counts.skipped > 0 ? `, ${counts.skipped} skipped` : ''}`,
  );
  if (filters.length === 0 && electronBinary() === null) {
    console.log(
      'Among those that passed, one says that real Electron was not run: its binary is not here ("npm run desktop" fetches it).',
    );
  }
  if (counts.skipped > 0) console.log('A skipped test counts as a failure: it could have run here.');
  if (leftOut.length > 0 && process.env['CI'] !== undefined) return 1;
  return counts.failed > 0 || counts.skipped > 0 || counts.passed === 0 || counts.broken ? 1 : 0;
}

/** Returns the test files that cannot run here. */
async function prepareTools(): Promise<string[]> {
  if (missing().length === 0) return [];
  if (process.getuid?.() === 0 && existsSync('/etc/debian_version')) {
    const packages = missing();
    console.log(`Installing what the tests need: ${packages.join(' ')}`);
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const options = { env, stdio: ['ignore', 'ignore', 'inherit'] as ('ignore' | 'inherit')[] };
    spawnSync('apt-get', ['update', '-qq'], options);
    spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], options);
  }
  if (missing().length === 0) return [];
  const files = await testFiles();
  const needing = await Promise.all(
    files.map(async (file) => (NEEDS_TOOLS.test(await readFile(path.join(root, file), 'utf8')) ? [file] : [])),
  );
  return needing.flat();
}

function missing(): string[] {
  const places = (process.env['PATH'] ?? '').split(path.delimiter);
  return tools
    .filter(({ command }) => !places.some((place) => existsSync(path.join(place, command))))
    .map((tool) => tool.package);
}

async function testFiles(): Promise<string[]> {
  const entries = await readdir(path.join(root, 'test'), { recursive: true });
  return entries.filter((name) => name.endsWith('.test.ts')).map((name) => path.posix.join('test', name));
}

interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** A file that could not even be loaded, or Vitest itself, failed. */
  readonly broken: boolean;
}

async function vitest(filters: readonly string[], leftOut: readonly string[]): Promise<Counts> {
  const folder = await mkdtemp(path.join(tmpdir(), 'daylight-test-'));
  const report = path.join(folder, 'report.json');
  const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...filters];
  const env = { ...process.env, DAYLIGHT_TESTS_LEFT_OUT: leftOut.join('\n') };
  const child = spawn(path.join(root, 'node_modules', '.bin', 'vitest'), args, { cwd: root, stdio: 'inherit', env });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
  const result = JSON.parse(await readFile(report, 'utf8').catch(() => '{}')) as Partial<Record<string, number>>;
  await rm(folder, { recursive: true, force: true });
  return {
    passed: result['numPassedTests'] ?? 0,
    failed: result['numFailedTests'] ?? 0,
    skipped: (result['numPendingTests'] ?? 0) + (result['numTodoTests'] ?? 0),
    broken: code !== 0,
  };
}

process.exitCode = await main(process.argv.slice(2));
