import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { chmod, copyFile, mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** A process whose writes under a folder survive a power cut only when it made them durable. Linux, with gcc. */
export interface UnsyncedProcess {
  /** Its standard output and error are pipes. It leads a process group of its own. */
  readonly child: ChildProcess;
  /**
   * SIGKILL to the process and everything that it started, then the folder is put back to what was durable (see
   * unsynced.c for how strict that is). After it the folder can be used by another process.
   */
  powerCut(): Promise<void>;
  /** Ends it, leaves the folder as it is and removes the record. Every process needs one of the two. */
  release(): Promise<void>;
}

export interface UnsyncedOptions {
  /** Must exist. What is in it at the start is durable. */
  readonly folder: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** This layer, compiled before; otherwise it is compiled for this process alone. */
  readonly compiled?: string;
  /** What is preloaded before it: its calls go on to this layer. */
  readonly above?: string;
}

export async function startUnsynced(
  command: string,
  args: readonly string[],
  options: UnsyncedOptions,
): Promise<UnsyncedProcess> {
  const folder = await realpath(options.folder);
  const shadow = await mkdtemp(join(tmpdir(), 'unsynced-'));
  const own = options.compiled ?? (await compileLayer('unsynced', shadow));
  const preloaded = options.above === undefined ? own : `${options.above} ${own}`;
  const layer = { LD_PRELOAD: preloaded, UNSYNCED_FOLDER: folder, UNSYNCED_SHADOW: shadow };
  const child = spawn(command, args, {
    env: { ...process.env, ...options.env, ...layer },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  const gone = new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () => resolve());
  });
  // Whoever ends it waits for this; until then a failed start must not count as unhandled.
  gone.catch(() => undefined);

  async function end(): Promise<void> {
    await killGroup(child.pid);
    await gone;
  }

  const removeShadow = () => rm(shadow, { recursive: true });

  return {
    child,
    powerCut: () =>
      afterwards(removeShadow, async () => {
        await end();
        await restore(folder, shadow);
      }),
    release: () => afterwards(removeShadow, end),
  };
}

async function afterwards(last: () => Promise<void>, first: () => Promise<void>): Promise<void> {
  try {
    await first();
  } finally {
    await last();
  }
}

/** Compiles a layer of this folder into another; returns the library to be preloaded. */
export async function compileLayer(name: 'unsynced' | 'failing' | 'dying' | 'slow', into: string): Promise<string> {
  const source = fileURLToPath(new URL(`./${name}.c`, import.meta.url));
  const library = join(into, `${name}.so`);
  const flags = ['-shared', '-fPIC', '-O2', '-Wall', '-Wextra', '-Werror'];
  await promisify(execFile)('gcc', [...flags, '-o', library, source, '-ldl', '-pthread']);
  return library;
}

/** Resolves when no process of the group is left, so that none can write into the folder any more. */
async function killGroup(leader: number | undefined): Promise<void> {
  if (leader === undefined) return;
  while (signalGroup(leader)) await new Promise((resolve) => setTimeout(resolve, 5));
}

function signalGroup(leader: number): boolean {
  try {
    return process.kill(-leader, 'SIGKILL');
  } catch {
    return false;
  }
}

async function restore(folder: string, shadow: string): Promise<void> {
  const root = await readFile(join(shadow, 'root'), 'utf8').catch(() => '');
  if (root === '') {
    throw new Error('the process ran without the file layer: is it statically linked, or did it clear LD_PRELOAD?');
  }
  for (const name of await readdir(folder)) await rm(join(folder, name), { recursive: true });
  await restoreFolder(folder, root, shadow);
}

async function restoreFolder(path: string, key: string, shadow: string): Promise<void> {
  for (const entry of await durableNames(key, shadow)) {
    const target = join(path, entry.name);
    if (entry.kind === 'd') {
      await mkdir(target);
      await restoreFolder(target, entry.key, shadow);
    } else {
      await restoreFile(target, join(shadow, `${entry.key}.file`));
    }
    await chmod(target, entry.mode);
  }
}

/** A name that is durable without any content that is, is an empty file. */
async function restoreFile(target: string, content: string): Promise<void> {
  try {
    await copyFile(content, target);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    await writeFile(target, '');
  }
}

interface Name {
  readonly kind: 'f' | 'd';
  readonly key: string;
  readonly mode: number;
  readonly name: string;
}

/** A folder that was never synced has no durable names. */
async function durableNames(key: string, shadow: string): Promise<readonly Name[]> {
  const record = await readFile(join(shadow, `${key}.names`), 'utf8').catch(() => '');
  const fields = record.split('\0').slice(0, -1);
  const names: Name[] = [];
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [kind, entryKey, mode] = (fields[at] ?? '').split(' ');
    const name = fields[at + 1];
    if ((kind !== 'f' && kind !== 'd') || entryKey === undefined || mode === undefined || name === undefined) {
      throw new Error('the record of the file layer is damaged');
    }
    names.push({ kind, key: entryKey, mode: Number.parseInt(mode, 8), name });
  }
  return names;
}
