import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type BrowserContext, chromium } from 'playwright-core';

const run = promisify(execFile);

/** A real X server (Xvfb) with a real window manager (openbox). Everything that it starts ends with `stop()`. */
export interface Desktop {
  readonly display: string;
  /** The environment of a process that lives on this desktop: an X11 session, whatever the developer's own one is. */
  readonly env: NodeJS.ProcessEnv;
  /** Opens a real text window (xterm) and waits until it has the focus. */
  openWindow(title: string, options?: WindowOptions): Promise<DesktopWindow>;
  focus(window: DesktopWindow): Promise<void>;
  minimise(window: DesktopWindow): Promise<void>;
  /** Types into the window that has the focus, one key at a time, `delayMs` apart. */
  type(text: string, delayMs?: number): Promise<void>;
  /** Presses one key (xdotool's name, e.g. `Return`), holds it, releases it. It repeats itself only in `holdKey`. */
  keyWithDelay(key: string, heldMs: number): Promise<void>;
  /** The same as on a desktop of people: held for longer than most of a second, it repeats itself. */
  holdKey(key: string, heldMs: number): Promise<void>;
  /** Clicks where the pointer is; buttons 4 and 5 turn the wheel. */
  click(button?: number): Promise<void>;
  moveMouse(x: number, y: number): Promise<void>;
  /** Moves the pointer to each point in turn, `everyMs` apart. */
  sweepMouse(points: readonly { readonly x: number; readonly y: number }[], everyMs: number): Promise<void>;
  /** Everything that the X server shows, as a PNG file. */
  screenshot(file: string): Promise<void>;
  startChromium(options: ChromiumOptions): Promise<DesktopBrowser>;
  /** Splits the screen into two monitors, left and right, or joins them again. */
  monitors(count: 1 | 2): Promise<void>;
  /** Ends the X server at once, as a crash of it would, and leaves everything else to `stop()`. */
  killServer(): Promise<void>;
  stop(): Promise<void>;
}

export interface WindowOptions {
  /** The WM_CLASS, which is the application's name to the agent. Default `XTerm`. */
  readonly class?: string;
  /** Name of the executable, for rules about programs. Default `xterm`; anything else runs a copy of that name. */
  readonly program?: string;
  readonly x?: number;
  readonly y?: number;
  readonly columns?: number;
  readonly rows?: number;
  /** Text that the window shows when it opens. */
  readonly shows?: string;
  /** Points of the font. Default 12. */
  readonly fontSize?: number;
  readonly background?: string;
}

export interface DesktopWindow {
  readonly id: string;
  readonly title: string;
  /** What has been typed into it, line by line: proof that the typing arrived. A line counts once Return is pressed. */
  received(): Promise<string>;
  close(): Promise<void>;
}

export interface ChromiumOptions {
  /** Folder of an unpacked extension. */
  readonly extension?: string;
  /** The profile (user data) folder. Default: a new one, deleted at `stop()`. */
  readonly profile?: string;
  /** Opens a private window only. */
  readonly incognito?: boolean;
  /** Address to open. Default `about:blank`. */
  readonly url?: string;
  readonly args?: readonly string[];
}

export interface DesktopBrowser {
  readonly context: BrowserContext;
  readonly profile: string;
  /** Opens a private window beside the normal one, as the person would from the command line or the menu. */
  openPrivateWindow(url: string): Promise<void>;
  close(): Promise<void>;
}

/** Command and the Debian package that brings it. */
const needed = {
  Xvfb: 'xvfb',
  openbox: 'openbox',
  xdotool: 'xdotool',
  xterm: 'xterm',
  xprop: 'x11-utils',
  xwininfo: 'x11-utils',
  xrandr: 'x11-xserver-utils',
  xset: 'x11-xserver-utils',
  import: 'imagemagick',
  chromium: 'chromium',
} as const;

/** Debian packages that the desktop tests need and that are not installed here; empty where all of them can run. */
export function desktopMissing(): string[] {
  if (process.platform !== 'linux') return ['Linux with Xvfb'];
  const missing = Object.entries(needed).filter(([command]) => findCommand(command) === null);
  return [...new Set(missing.map(([, pack]) => pack))];
}

export async function startDesktop(
  size: { width: number; height: number } = { width: 1280, height: 720 },
): Promise<Desktop> {
  const missing = desktopMissing();
  if (missing.length > 0) throw new Error(`desktop tests need: apt-get install ${missing.join(' ')}`);

  const folder = await mkdtemp(join(tmpdir(), 'daylight-desktop-'));
  const closers: (() => Promise<void>)[] = [() => rm(folder, { recursive: true, force: true, maxRetries: 5 })];
  const stop = async () => {
    for (const close of closers.splice(0).reverse()) await close();
  };

  try {
    const server = await startServer(size);
    closers.push(() => end(server.child));
    const env = desktopEnvironment(server.display, folder);
    const manager = spawn('openbox', ['--sm-disable'], { env, stdio: 'ignore' });
    closers.push(() => end(manager));
    await until('the window manager to be ready', async () => (await windowManagerRuns(env)) || null);
    // On a busy machine a moment between press and release can be long enough for the key to repeat itself.
    await repeatKeys(env, 'off');
    return desktopOf({ server, env, folder, size, closers, stop });
  } catch (error) {
    await stop();
    throw error;
  }
}

interface Parts {
  readonly server: { child: ChildProcess; display: string };
  readonly env: NodeJS.ProcessEnv;
  readonly folder: string;
  readonly size: { width: number; height: number };
  readonly closers: (() => Promise<void>)[];
  readonly stop: () => Promise<void>;
}

function desktopOf({ server, env, folder, size, closers, stop }: Parts): Desktop {
  const xdotool = (...args: string[]) => run('xdotool', args, { env });
  const keyWithDelay = async (key: string, heldMs: number) => {
    await xdotool('keydown', key);
    await sleep(heldMs);
    await xdotool('keyup', key);
  };
  const focus = async (window: { id: string }) => {
    await xdotool('windowactivate', window.id);
    await until(`window ${window.id} to have the focus`, async () => (await activeWindowId(env)) === window.id || null);
  };

  return {
    display: server.display,
    env,
    focus,
    stop,
    openWindow: async (title, options = {}) => {
      const window = await openTerminal(env, folder, title, options);
      closers.push(window.close);
      await focus(window);
      return window;
    },
    minimise: async (window) => {
      await xdotool('windowminimize', window.id);
      await until('the window to be minimised', async () =>
        (await property(env, window.id, 'WM_STATE')).includes('Iconic') ? true : null,
      );
    },
    type: async (text, delayMs = 12) => {
      await xdotool('type', '--delay', String(delayMs), '--', text);
    },
    keyWithDelay,
    holdKey: async (key, heldMs) => {
      await repeatKeys(env, 'on');
      await keyWithDelay(key, heldMs);
      await repeatKeys(env, 'off');
    },
    click: async (button = 1) => {
      await xdotool('click', String(button));
    },
    moveMouse: async (x, y) => {
      await xdotool('mousemove', String(x), String(y));
    },
    sweepMouse: async (points, everyMs) => {
      const pause = ['sleep', String(everyMs / 1_000)];
      await xdotool(...points.flatMap(({ x, y }) => ['mousemove', String(x), String(y), ...pause]));
    },
    screenshot: async (file) => {
      await run('import', ['-silent', '-window', 'root', `png:${file}`], { env });
    },
    startChromium: async (options) => {
      const browser = await startBrowser(env, folder, options);
      closers.push(browser.close);
      return browser;
    },
    monitors: (count) => setMonitors(env, size, count),
    killServer: () => end(server.child),
  };
}

async function startServer({ width, height }: Parts['size']): Promise<Parts['server']> {
  const args = ['-displayfd', '3', '-screen', '0', `${width}x${height}x24`, '-nolisten', 'tcp', '-noreset'];
  const child = spawn('Xvfb', args, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
  const numbers = child.stdio[3];
  if (numbers === null || numbers === undefined) throw new Error('Xvfb was started without a pipe for its number');
  const number = await new Promise<string>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('Xvfb did not start within 60 s')), 60_000);
    let said = '';
    numbers.on('data', (chunk: Buffer) => {
      said += chunk.toString('utf8');
      if (!said.includes('\n')) return;
      clearTimeout(timer);
      resolve(said.trim());
    });
    child.once('exit', (code) => reject(new Error(`Xvfb ended with code ${code} before it was ready`)));
  });
  return { child, display: `:${number}` };
}

function desktopEnvironment(display: string, folder: string): NodeJS.ProcessEnv {
  const { WAYLAND_DISPLAY: _w, DBUS_SESSION_BUS_ADDRESS: _d, XAUTHORITY: _x, ...rest } = process.env;
  return {
    ...rest,
    DISPLAY: display,
    XDG_SESSION_TYPE: 'x11',
    XDG_CACHE_HOME: join(folder, 'cache'),
    LC_ALL: 'C.UTF-8',
  };
}

async function openTerminal(
  env: NodeJS.ProcessEnv,
  folder: string,
  title: string,
  options: WindowOptions,
): Promise<DesktopWindow> {
  const own = await mkdtemp(join(folder, 'window-'));
  const [shown, typed] = [join(own, 'shown'), join(own, 'typed')];
  await writeFile(shown, options.shows ?? '');
  await writeFile(typed, '');
  const place = `${options.columns ?? 60}x${options.rows ?? 12}+${options.x ?? 40}+${options.y ?? 40}`;
  const child = spawn(
    await terminalNamed(own, options.program ?? 'xterm'),
    [
      ...['-class', options.class ?? 'XTerm', '-title', title, '-geometry', place],
      ...[
        '-fa',
        'Monospace',
        '-fs',
        String(options.fontSize ?? 12),
        '-bg',
        options.background ?? 'white',
        '-fg',
        'black',
      ],
      ...['-xrm', '*allowTitleOps: false', '-xrm', '*utf8Title: true', '-u8'],
      ...['-e', 'sh', '-c', 'cat "$0"; exec cat >> "$1"', shown, typed],
    ],
    { env, stdio: 'ignore' },
  );
  const id = await until(`the window of process ${child.pid}`, () => windowOf(env, child.pid ?? 0));
  return { id, title, received: () => readFile(typed, 'utf8'), close: () => end(child) };
}

/** The class of a window can be chosen, the name of its program is that of its file: a copy gives it another one. */
async function terminalNamed(folder: string, program: string): Promise<string> {
  const original = findCommand('xterm');
  if (original === null) throw new Error('xterm is not installed');
  if (program === 'xterm') return original;
  const copy = join(folder, program);
  await copyFile(original, copy);
  await chmod(copy, 0o755);
  return copy;
}

async function startBrowser(env: NodeJS.ProcessEnv, folder: string, options: ChromiumOptions): Promise<DesktopBrowser> {
  const profile = options.profile ?? (await mkdtemp(join(folder, 'profile-')));
  await mkdir(profile, { recursive: true });
  const executable = findCommand('chromium');
  if (executable === null) throw new Error('chromium is not installed');
  const extension =
    options.extension === undefined
      ? []
      : [`--disable-extensions-except=${options.extension}`, `--load-extension=${options.extension}`];
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: executable,
    headless: false,
    env: textOnly(env),
    viewport: null,
    // Playwright adds this one, which would keep the extension out.
    ignoreDefaultArgs: ['--disable-extensions', '--enable-automation'],
    args: [
      ...browserArgs,
      ...extension,
      ...(options.incognito === true ? ['--incognito'] : []),
      ...(options.args ?? []),
    ],
  });
  const page = context.pages()[0] ?? (await context.newPage());
  if (options.url !== undefined) await page.goto(options.url);

  return {
    context,
    profile,
    // A second start with the same profile asks the running browser to open the window.
    openPrivateWindow: async (url) => {
      await run(executable, [...browserArgs, `--user-data-dir=${profile}`, '--incognito', url], { env: textOnly(env) });
    },
    close: () => context.close(),
  };
}

const browserArgs = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

async function setMonitors(env: NodeJS.ProcessEnv, { width, height }: Parts['size'], count: 1 | 2): Promise<void> {
  if (count === 1) {
    await run('xrandr', ['--delmonitor', 'left'], { env });
    await run('xrandr', ['--delmonitor', 'right'], { env });
    return;
  }
  const half = Math.floor(width / 2);
  // The right one first: while there is only a left one, the window manager may bring over what stands outside it.
  await run('xrandr', ['--setmonitor', 'right', `${width - half}/300x${height}/200+${half}+0`, 'none'], { env });
  await run('xrandr', ['--setmonitor', 'left', `${half}/300x${height}/200+0+0`, 'screen'], { env });
}

async function repeatKeys(env: NodeJS.ProcessEnv, how: 'on' | 'off'): Promise<void> {
  await run('xset', ['r', how], { env });
}

async function windowOf(env: NodeJS.ProcessEnv, pid: number): Promise<string | null> {
  const list = await property(env, null, '_NET_CLIENT_LIST');
  for (const [id] of list.matchAll(/0x[0-9a-f]+/g)) {
    if ((await property(env, id, '_NET_WM_PID')).endsWith(`= ${pid}`)) return id;
  }
  return null;
}

async function activeWindowId(env: NodeJS.ProcessEnv): Promise<string | null> {
  return /0x[0-9a-f]+/.exec(await property(env, null, '_NET_ACTIVE_WINDOW'))?.[0] ?? null;
}

async function windowManagerRuns(env: NodeJS.ProcessEnv): Promise<boolean> {
  return (await property(env, null, '_NET_SUPPORTING_WM_CHECK')).includes('0x');
}

/** A property of a window (null: of the root) as xprop prints it, empty where it cannot be read. */
async function property(env: NodeJS.ProcessEnv, id: string | null, name: string): Promise<string> {
  try {
    const { stdout } = await run('xprop', [...(id === null ? ['-root'] : ['-id', id]), name], { env });
    return stdout.trim();
  } catch {
    return '';
  }
}

/** Waits until `look` finds something; fails after a minute, saying what it waited for. */
export async function until<T>(what: string, look: () => Promise<T | null> | T | null, withinMs = 60_000): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== null) return found;
    if (performance.now() > deadline) throw new Error(`waited ${withinMs} ms for ${what}`);
    await sleep(50);
  }
}

/** Asks a child to end, then makes it; resolves when it has. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 2_000);
  await gone;
  clearTimeout(timer);
}

function findCommand(name: string): string | null {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return join(folder, name);
    } catch {
      // not in this folder
    }
  }
  return null;
}

function textOnly(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined));
}
