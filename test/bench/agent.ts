import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { agentCli, command, startAgent } from '../support/agentProcess.ts';
import { enrolAgent, eventually, startServerProcess } from '../support/daylight.ts';
import { type Desktop, type DesktopWindow, desktopMissing, startDesktop } from '../support/desktop.ts';
import { makeOrganisation } from './organisation.ts';
import type { Bench } from './report.ts';
import { text } from './statistics.ts';
import { TICKS, usageOf } from './usage.ts';

/** Every parameter at its highest level, but screenshots. */
const ALL_BUT_SCREENSHOTS = {
  ...{ session: 'on', activity: 'counts', app: 'name', title: 'full', url: 'host_path', project: 'on', notes: 'on' },
  ...{ device: 'full', timezone: 'on', diagnostics: 'on', screenshot: 'off' },
} as const;

const WINDOWS = ['Quarterly report', 'Inbox', 'Tracker', 'Terminal'];
const SENTENCE = 'the quick brown fox jumps over the lazy dog ';

/**
 * What the built agent costs on a real X server while a person works: processor time of it and every process that it
 * starts, and the memory that all of them hold.
 */
export const agent: Bench = async ({ quick, say }) => {
  const missing = desktopMissing();
  if (missing.length > 0) throw new Error(`the agent is measured on a desktop: apt-get install ${missing.join(' ')}`);
  const seconds = quick ? 60 : 300;
  const organisation = await makeOrganisation(1, ALL_BUT_SCREENSHOTS);
  const folder = await mkdtemp(join(tmpdir(), 'daylight-bench-agent-'));
  const server = await startServerProcess({ data: organisation.data, port: 0 });
  const desktop = await startDesktop();
  try {
    const owner = await organisation.signIn(server.url);
    const { people } = await owner.ok('GET', '/people');
    const person = String(people[0].id);
    await enrolAgent(folder, owner, { url: server.url, person, notice: organisation.policyVersion });
    const windows: DesktopWindow[] = [];
    for (const [place, title] of WINDOWS.entries()) {
      windows.push(await desktop.openWindow(title, { x: 40 + 60 * place, y: 40 + 60 * place }));
    }
    const running = startAgent(folder, { env: desktop.env });
    await eventually('the agent runs', () => running.out().includes('Daylight runs for'));
    const told = await command(agentCli, ['start', '--data', folder, '--project', 'Benchmark']);
    if (told.code !== 0) throw new Error(`start: ${told.err}`);
    await setTimeout(5_000);
    const pid = running.process.pid ?? 0;

    const still = await measured(pid, () => setTimeout((quick ? 20 : 60) * 1_000));
    say('tracking, nobody touches anything', `${text(still.cpu, 2)} % of a core`);
    const worked = await measured(pid, () => work(desktop, windows, seconds));
    say(`scripted work for ${seconds} s, average`, `${text(worked.cpu, 2)} % of a core`, '≤ 1 %');
    say('… of which in processes that it started', `${text(worked.children, 2)} % of a core`);
    const moved = await measured(pid, () => movePointer(desktop, quick ? 20 : 60));
    say('pointer moving all the time, 125 times a second', `${text(moved.cpu, 2)} % of a core`, '≤ 4 %');
    say('resident at the end, all processes', `${text(moved.resident)} MB`, '≤ 100 MB');
    say('… the most seen', `${text(Math.max(still.most, worked.most, moved.most))} MB`, '≤ 100 MB');

    const status = await command(agentCli, ['status', '--data', folder, '--json']);
    const recorded = JSON.parse(status.out) as { sensors: { sensor: string; works: boolean }[] };
    const idle = recorded.sensors.filter(({ works }) => !works).map(({ sensor }) => sensor);
    say('sensors that could not work here', idle.length === 0 ? 'none' : idle.join(', '));
    running.process.kill('SIGTERM');
    await running.exit;
  } finally {
    await desktop.stop();
    await server.kill();
    await organisation.remove();
    await rm(folder, { recursive: true, force: true });
  }
};

/**
 * The script, a turn of fifteen seconds: to the next window; the pointer across the screen for two seconds, 50 moves a
 * second; one click; two sentences of 44 letters, twelve letters a second; the rest is reading.
 */
async function work(desktop: Desktop, windows: readonly DesktopWindow[], seconds: number): Promise<void> {
  const end = performance.now() + seconds * 1_000;
  for (let turn = 0; performance.now() < end; turn += 1) {
    const next = performance.now() + 15_000;
    const window = windows[turn % windows.length];
    if (window !== undefined) await desktop.focus(window);
    await sweep(desktop, 100, 20);
    await desktop.click();
    await desktop.type(SENTENCE + SENTENCE, 83);
    await setTimeout(Math.max(0, Math.min(next, end) - performance.now()));
  }
}

async function movePointer(desktop: Desktop, seconds: number): Promise<void> {
  const end = performance.now() + seconds * 1_000;
  while (performance.now() < end) await sweep(desktop, 250, 8);
}

/** `steps` moves of the pointer, `everyMs` apart. */
async function sweep(desktop: Desktop, steps: number, everyMs: number): Promise<void> {
  await desktop.sweepMouse(
    Array.from({ length: steps }, (_, step) => ({ x: 60 + ((step * 11) % 1_000), y: 80 + ((step * 7) % 500) })),
    everyMs,
  );
}

interface Cost {
  /** Per cent of one core. */
  readonly cpu: number;
  readonly children: number;
  /** Megabytes (10⁶ bytes) of resident memory, at the end and the most. */
  readonly resident: number;
  readonly most: number;
}

async function measured(pid: number, task: () => Promise<void>): Promise<Cost> {
  const before = await usageOf(pid);
  const began = performance.now();
  const sizes: number[] = [];
  const done = new AbortController();
  const watching = (async () => {
    for (; !done.signal.aborted; await setTimeout(1_000)) sizes.push((await usageOf(pid)).resident);
  })();
  await task();
  const took = (performance.now() - began) / 1_000;
  const after = await usageOf(pid);
  done.abort();
  await watching;
  const share = (ticks: number): number => (100 * ticks) / TICKS / took;
  return {
    cpu: share(after.own + after.children - before.own - before.children),
    children: share(after.children - before.children),
    resident: after.resident,
    most: Math.max(...sizes, after.resident),
  };
}
