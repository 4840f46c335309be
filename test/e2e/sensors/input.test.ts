import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { createInputSensor } from '../../../agent/platform/input.ts';
import { type Desktop, type DesktopWindow, desktopMissing, startDesktop, until } from '../../support/desktop.ts';
import { desktopTests } from '../../support/desktopTests.ts';
import { type Finding, searchMemory, searchSnapshot, typed } from '../../support/heapSearch.ts';

/** A heap of a few hundred thousand objects takes seconds to write and to search, more on a busy machine. */
const SEARCH_MS = 300_000;

desktopTests('the input sensor, with real typing', desktopMissing(), () => {
  let desktop: Desktop;
  let window: DesktopWindow;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'daylight-input-'));
    desktop = await startDesktop();
    window = await desktop.openWindow('a text window');
  });
  afterAll(async () => {
    await desktop?.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  it('counts keys as they are pressed, one held down once, clicks, notches of the wheel and movements', async () => {
    const counting = await startCounting('none');
    const counted = async (act: () => Promise<unknown>, events: number) => {
      await act();
      await counting.until(events);
      await sleep(250); // for what must not come
      return JSON.parse(await counting.ask('count'));
    };
    const none = { key: 0, click: 0, scroll: 0, move: 0 };
    expect({
      typing: await counted(() => desktop.type('seven and 5\n'), 12),
      held: await counted(() => desktop.holdKey('a', 1_500), 1),
      clicks: await counted(async () => [await desktop.click(1), await desktop.click(3)], 2),
      wheel: await counted(async () => [await desktop.click(4), await desktop.click(5), await desktop.click(5)], 3),
      pointer: await counted(async () => [await desktop.moveMouse(300, 300), await desktop.moveMouse(310, 290)], 2),
    }).toEqual({
      typing: { ...none, key: 12 },
      held: { ...none, key: 1 },
      clicks: { ...none, click: 2 },
      wheel: { ...none, scroll: 3 },
      pointer: { ...none, move: 2 },
    });
  });

  it('counts nothing after it was stopped, again after it was started again, and has one listener at most', async () => {
    const { ask, until: counted } = await startCounting('none');
    const said: string[] = [await ask('start')];
    for (let round = 0; round < 3; round += 1) {
      await desktop.type('ab');
      await counted(2);
      said.push(await ask('stop'), await ask('stop'));
      await desktop.type('cdefgh');
      await sleep(200);
      said.push(await ask('count'), await ask('start'));
    }
    const round = ['stopped', 'stopped', '{"key":2,"click":0,"scroll":0,"move":0}', 'started'];
    expect(said).toEqual(['Error: the input sensor is already running', ...round, ...round, ...round]);
  });

  it('refuses to start without a display, in words and without harm to the process', async () => {
    const blind = createInputSensor({ ...desktop.env, DISPLAY: ':98' });
    await expect(blind.start(() => undefined)).rejects.toThrow('the display :98 does not answer');
    const none = createInputSensor({ ...desktop.env, DISPLAY: '' });
    await expect(none.start(() => undefined)).rejects.toThrow('DISPLAY is not set');
  });

  it(
    'remembers nothing of what was typed: neither text nor codes, in its heap or anywhere in its memory',
    async () => {
      const { findings, keys, signalled } = await typeInto('none');
      expect({ findings, keys, signalled }).toEqual({ findings: [], keys: 14, signalled: [] });
    },
    SEARCH_MS,
  );

  it.each([
    ['an array of numbers', 'numbers'],
    ['a string of numbers', 'string'],
    ['a buffer of bytes', 'bytes'],
    ['a list of the events themselves', 'events'],
  ])(
    'the search finds a leak kept in %s',
    async (_what, leak) => {
      const { findings } = await typeInto(leak, 'with numbers only');
      expect(findings).not.toEqual([]);
    },
    SEARCH_MS,
  );

  /** Types fourteen random letters while a process with this leak listens, and searches what the process remembers. */
  async function typeInto(
    leak: string,
    snapshots: 'with numbers only' | 'both kinds' = 'both kinds',
  ): Promise<{ findings: Finding[]; signalled: Finding[]; keys: number }> {
    const { child, ask, own, until: counted } = await startCounting(leak);
    const secret = typed(Array.from({ length: 14 }, () => String.fromCharCode(97 + randomInt(26))).join(''));
    await desktop.type(secret.text);
    await counted(secret.text.length);
    await sleep(400); // for what must not come

    const inMemory = searchMemory(child.pid ?? 0, secret);
    const { key } = JSON.parse(await ask('count')) as { key: number };
    const inHeap = searchSnapshot(await ask(`snapshot ${join(own, 'numbers.heapsnapshot')}`), secret);
    if (snapshots === 'with numbers only') return { findings: [...inMemory, ...inHeap], signalled: [], keys: key };
    child.kill('SIGUSR2');
    const file = await until('the snapshot that the signal asks for', async () => {
      const names = await readdir(own);
      return names.find((name) => /^Heap.*\.heapsnapshot$/.test(name)) ?? null;
    });
    // Writing it holds the process until the file is complete: an answer means that it is.
    await ask('nothing');
    return { findings: [...inMemory, ...inHeap], signalled: searchSnapshot(join(own, file), secret), keys: key };
  }

  async function startCounting(leak: string) {
    const own = await mkdtemp(join(folder, 'process-'));
    const child = spawn(
      process.execPath,
      [
        ...['--heapsnapshot-signal=SIGUSR2', `--diagnostic-dir=${own}`, '--import', import.meta.resolve('tsx')],
        ...[resolve(import.meta.dirname, '../../support/inputProcess.ts'), leak],
      ],
      { env: desktop.env, stdio: ['pipe', 'pipe', 'inherit'] },
    );
    onTestFinished(async () => {
      child.stdin.end();
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    });
    const lines = createInterface({ input: child.stdout });
    const answer = async () => String((await once(lines, 'line'))[0]);
    await answer();
    await desktop.focus(window);
    const ask = (command: string) => {
      const answered = answer();
      child.stdin.write(`${command}\n`);
      return answered;
    };
    const counted = async () => Object.values(JSON.parse(await ask('peek')) as Record<string, number>);
    /** Resolves when so many events have been counted since the last time. */
    const untilCounted = async (events: number) => {
      const isCounted = async () => ((await counted()).reduce((sum, count) => sum + count) >= events ? true : null);
      await until(`${events} events to be counted`, isCounted);
    };
    return { child, ask, own, until: untilCounted };
  }
});
