import { spawn } from 'node:child_process';
import { mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileLayer, startUnsynced } from '../unsynced/unsynced.ts';

/** What is left of a process that died: all that it wrote, as after kill -9; or what it made durable, as after a power cut. */
export type Left = 'written' | 'durable';

export interface Ended {
  /** Null for one that died. */
  readonly code: number | null;
  /** How often it changed something under the folder, or made it durable. */
  readonly changes: number;
  readonly err: string;
}

/** Runs programs that die at a change of a folder which is named by its number. Linux, with gcc. */
export interface Dying {
  /**
   * Runs Node until just before its `at`-th change under `folder`; 0 lets it end by itself. In the end the folder has what is `left`,
   * and no process has it open.
   */
  run(args: readonly string[], options: { folder: string; at: number; left: Left }): Promise<Ended>;
  close(): Promise<void>;
}

export async function openDying(): Promise<Dying> {
  const own = await mkdtemp(join(tmpdir(), 'daylight-dying-'));
  const [dying, unsynced] = [await compileLayer('dying', own), await compileLayer('unsynced', own)];
  let runs = 0;
  return {
    async run(args, { folder, at, left }) {
      const count = join(own, `count ${(runs += 1)}`);
      await writeFile(count, Buffer.alloc(8));
      const env = { DYING_FOLDER: await realpath(folder), DYING_AT: String(at), DYING_COUNT: count };
      const ended = left === 'written' ? await plain(args, env, dying) : await cut(args, env, folder, dying, unsynced);
      const changes = Number((await readFile(count)).readBigUInt64LE());
      await rm(count);
      return { ...ended, changes };
    },
    close: () => rm(own, { recursive: true }),
  };
}

type Env = Readonly<Record<string, string>>;

async function plain(args: readonly string[], env: Env, dying: string): Promise<Omit<Ended, 'changes'>> {
  const child = spawn(process.execPath, args, {
    env: { ...process.env, ...env, LD_PRELOAD: dying },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  return ending(child);
}

async function cut(
  args: readonly string[],
  env: Env,
  folder: string,
  above: string,
  compiled: string,
): Promise<Omit<Ended, 'changes'>> {
  const layer = await startUnsynced(process.execPath, args, { folder, env, compiled, above });
  layer.child.stdout?.resume();
  const ended = await ending(layer.child).catch(async (cause: unknown) => {
    await layer.release();
    throw cause;
  });
  await layer.powerCut();
  return ended;
}

async function ending(child: ReturnType<typeof spawn>): Promise<Omit<Ended, 'changes'>> {
  let err = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (err += text));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, err }));
  });
}
