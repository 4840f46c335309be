import { readdir, readFile } from 'node:fs/promises';

/** Clock ticks a second in /proc, the same on every Linux that Node runs on. */
export const TICKS = 100;

/** What a process and those that it started have used so far. */
export interface Usage {
  /** Ticks of the process itself. */
  readonly own: number;
  /** Ticks of those that it started: the ones that ended and were waited for, and the ones that run. */
  readonly children: number;
  readonly resident: number;
}

/** Throws when the process has ended. */
export async function usageOf(pid: number): Promise<Usage> {
  const all = new Map<number, { parent: number; own: number; waited: number; resident: number }>();
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const known = await processOf(name).catch(() => null); // it ended meanwhile
    if (known !== null) all.set(Number(name), known);
  }
  const root = all.get(pid);
  if (root === undefined) throw new Error('the measured process ended');
  const below = (parent: number): number[] =>
    [...all].filter(([, one]) => one.parent === parent).flatMap(([child]) => [child, ...below(child)]);
  const running = below(pid).flatMap((child) => all.get(child) ?? []);
  const sum = (of: (one: NonNullable<typeof root>) => number): number =>
    running.reduce((total, one) => total + of(one), 0);
  return {
    own: root.own,
    children: root.waited + sum((one) => one.own + one.waited),
    resident: root.resident + sum((one) => one.resident),
  };
}

/** proc_pid_stat(5): fields 4, 14 to 17 and 24; the name in field 2 may hold anything, so they are counted after it. */
async function processOf(pid: string): Promise<{ parent: number; own: number; waited: number; resident: number }> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const field = (number: number): number => fields[number - 3] ?? 0;
  const resident = (field(24) * PAGE_BYTES) / 1e6;
  return { parent: field(4), own: field(14) + field(15), waited: field(16) + field(17), resident };
}

const PAGE_BYTES = 4_096;
