import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Left, openDying } from './dying.ts';

/** A command that must come to its right end wherever it dies. */
export interface Crashable {
  readonly name: string;
  /** Makes what is there before it, in a folder that is empty. Called once. */
  prepare(folder: string): Promise<Prepared>;
}

export interface Prepared {
  /** What Node is started with, on a copy of the folder. */
  command(folder: string): readonly string[];
  /** Goes on with what is left, as the next start would. Throws where it does not come to a right end; says which it was. */
  resume(folder: string): Promise<string>;
}

export interface Crashed {
  readonly name: string;
  readonly points: number;
  /** How many changes the command makes when nothing stops it. */
  readonly changes: number;
  /** How often it came to each end. */
  readonly ends: Readonly<Record<string, number>>;
}

export interface CrashOptions {
  readonly points: number;
  /** Told of each point that is done. */
  readonly tell?: (done: number, of: number) => void;
}

/** As many at once as this machine has spare. */
const AT_ONCE = 2;

/**
 * Lets it die at this many of its changes, spread over all of them, and goes on with each: at every second as after kill -9, at the others as
 * after a power cut. Throws at the first that does not come to a right end, and names the change.
 */
export async function crashed(one: Crashable, { points, tell }: CrashOptions): Promise<Crashed> {
  const folder = await mkdtemp(join(tmpdir(), 'daylight-crash-'));
  const dying = await openDying();
  try {
    const first = join(folder, 'first');
    await mkdir(first);
    const prepared = await one.prepare(first);
    const ends: Record<string, number> = {};

    const runTo = async (at: number, left: Left, place: number): Promise<number> => {
      const data = join(folder, `point ${place}`);
      await cp(first, data, { recursive: true });
      const ended = await dying.run(prepared.command(data), { folder: data, at, left });
      if (ended.code !== null && ended.code !== 0) throw new Error(`it failed by itself: ${ended.err}`);
      const end = await prepared.resume(data);
      ends[end] = (ends[end] ?? 0) + 1;
      await rm(data, { recursive: true });
      return ended.changes;
    };

    const changes = await runTo(0, 'written', 0);
    const waiting = Array.from({ length: points }, (_, place) => place);
    let done = 0;
    const work = async (): Promise<void> => {
      for (let place = waiting.shift(); place !== undefined; place = waiting.shift()) {
        const at = 1 + Math.floor((place * changes) / points);
        const left = place % 2 === 0 ? 'written' : 'durable';
        await runTo(at, left, place + 1).catch((cause: unknown) => {
          waiting.length = 0;
          throw new Error(
            `${one.name}, dead before change ${at} of ${changes}, what was ${left} is left: ${String(cause)}`,
            {
              cause,
            },
          );
        });
        tell?.((done += 1), points);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    return { name: one.name, points, changes, ends };
  } finally {
    await dying.close();
    await rm(folder, { recursive: true, force: true });
  }
}
