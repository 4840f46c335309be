import { type ChildProcess, fork } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { DeviceId } from '../../shared/ids.ts';
import { UnixMs } from '../../shared/time.ts';
import type { Crew } from './crew.ts';

const members = z.array(z.int());

/** What a crew's process is told. */
export const Order = z.strictObject({
  id: z.int(),
  what: z.discriminatedUnion('do', [
    z.strictObject({ do: z.literal('enrol'), at: UnixMs, member: z.int(), code: z.string() }),
    z.strictObject({ do: z.literal('connect'), at: UnixMs, members, agreeing: members }),
    z.strictObject({ do: z.literal('work'), midnight: UnixMs, until: UnixMs, members }),
  ]),
});
export type Order = z.infer<typeof Order>;
export type What = Order['what'];

/** What it answers. */
const Reply = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('ready') }),
  z.strictObject({ kind: z.literal('time'), id: z.int(), at: UnixMs }),
  z.strictObject({
    kind: z.literal('done'),
    id: z.int(),
    device: z.string().optional(),
    stored: z.int().optional(),
    discarded: z.int().optional(),
  }),
  z.strictObject({ kind: z.literal('failed'), id: z.int(), why: z.string() }),
]);
export type Reply = z.infer<typeof Reply>;
type Done = Extract<Reply, { kind: 'done' }>;

/** All crews together: each member is in one of them, and `onTime` of `work` hears of the one that is furthest behind. */
export interface Crews extends Crew {
  /** The folder of their computer's agent; at rest while nobody works, connects or delivers. */
  computerOf(member: number): string;
  close(): void;
}

export interface CrewsOptions {
  readonly folder: string;
  readonly server: string;
  readonly start: UnixMs;
  readonly processes: number;
}

/** Each crew is a process of its own, so that more than one core is at work. */
export async function startCrews({ folder, server, start, processes }: CrewsOptions): Promise<Crews> {
  const folderOf = (index: number): string => path.join(folder, String(index));
  const all = Array.from({ length: processes }, (_, index) => startCrew([folderOf(index), server, String(start)]));
  const close = (): void => {
    for (const crew of all) crew.close();
  };
  try {
    await Promise.all(all.map((crew) => crew.ready));
  } catch (error) {
    close();
    throw error;
  }
  const crewOf = (member: number): RunningCrew => all[member % all.length] as RunningCrew;
  const share = (crew: RunningCrew, of: readonly number[]): number[] => of.filter((member) => crewOf(member) === crew);
  const each = (what: (crew: RunningCrew) => What, onTime?: (crew: RunningCrew, at: UnixMs) => void): Promise<Done[]> =>
    Promise.all(all.map((crew) => crew.order(what(crew), (at) => onTime?.(crew, at))));
  return {
    async enrol(at, member, code) {
      const { device } = await crewOf(member).order({ do: 'enrol', at, member, code });
      return DeviceId.parse(device);
    },
    async connect(at, of, agreeing) {
      await each((crew) => ({ do: 'connect', at, members: share(crew, of), agreeing: share(crew, agreeing) }));
    },
    async work(midnight, until, of, onTime) {
      const times = new Map(all.map((crew) => [crew, midnight]));
      const done = await each(
        (crew) => ({ do: 'work', midnight, until, members: share(crew, of) }),
        (crew, at) => {
          times.set(crew, at);
          onTime(Math.min(...times.values()));
        },
      );
      const total = (what: 'stored' | 'discarded'): number => done.reduce((sum, one) => sum + (one[what] ?? 0), 0);
      return { stored: total('stored'), discarded: total('discarded') };
    },
    computerOf: (member) => path.join(folderOf(member % processes), String(member)),
    close,
  };
}

interface RunningCrew {
  readonly ready: Promise<void>;
  order(what: What, onTime?: (at: UnixMs) => void): Promise<Done>;
  close(): void;
}

function startCrew(args: readonly string[]): RunningCrew {
  const child: ChildProcess = fork(fileURLToPath(new URL('./crewProcess.ts', import.meta.url)), args, {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    // What a look leaves behind is rubbish at once.
    execArgv: [...process.execArgv, '--max-semi-space-size=64'],
    // One file after the other: see `isAtFiles` in timeline.ts.
    env: { ...process.env, UV_THREADPOOL_SIZE: '1' },
  });
  const waiting = new Map<number, { resolve: (done: Done) => void; reject: (why: Error) => void; onTime: OnTime }>();
  let next = 0;
  const ready = new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () => {
      const gone = new Error('a process of the demo ended before its time; its own words are above');
      reject(gone);
      for (const { reject: fail } of waiting.values()) fail(gone);
    });
    child.on('message', (message) => {
      const reply = Reply.parse(message);
      if (reply.kind === 'ready') {
        resolve();
        return;
      }
      const order = waiting.get(reply.id);
      if (reply.kind === 'time') {
        order?.onTime(reply.at);
        return;
      }
      waiting.delete(reply.id);
      if (reply.kind === 'failed') order?.reject(new Error(reply.why));
      else order?.resolve(reply);
    });
  });
  return {
    ready,
    order(what, onTime = () => undefined) {
      next += 1;
      const id = next;
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject, onTime });
        child.send({ id, what } satisfies Order);
      });
    },
    close() {
      if (child.connected) child.disconnect();
    },
  };
}

type OnTime = (at: UnixMs) => void;
