import { execFile } from 'node:child_process';
import { readlink } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Windows as X11 describes them, read with the tool that active-win uses as well (xprop). active-win cuts a title at
 * its first quotation mark, loses one that contains `=`, skips windows that do not name their process, and does not
 * know which windows are on the screen.
 */
export interface X11Window {
  readonly id: string;
  readonly pid: number | null;
  readonly app: string;
  readonly path: string | undefined;
  readonly title: string | null;
}

/** The window that has the focus, or null when there is none. */
export async function x11ActiveWindow(env: NodeJS.ProcessEnv): Promise<X11Window | null> {
  const id = windowIds(await rootProperty(env, '_NET_ACTIVE_WINDOW'))[0];
  if (id === undefined) return null;
  return (await readWindow(env, id))?.window ?? null;
}

/**
 * The windows on the current desktop that are not minimised, front first. Windows hidden behind others count as
 * visible. Throws when the list cannot be read: an unknown list must not pass for an empty one.
 */
export async function x11VisibleWindows(env: NodeJS.ProcessEnv): Promise<X11Window[]> {
  const [stacking, desktop] = await Promise.all([
    rootProperty(env, '_NET_CLIENT_LIST_STACKING'),
    rootProperty(env, '_NET_CURRENT_DESKTOP'),
  ]);
  if (!stacking.startsWith('_NET_CLIENT_LIST_STACKING(WINDOW)')) {
    throw new Error('the window manager does not say which windows are open');
  }
  const current = cardinal(desktop);
  const found = await Promise.all(windowIds(stacking).map((id) => readWindow(env, id)));
  return found
    .filter((window) => window !== null)
    .filter(({ minimised, desktop: on }) => !minimised && (on === null || on === EVERY_DESKTOP || on === current))
    .map(({ window }) => window)
    .reverse();
}

const EVERY_DESKTOP = 0xffffffff;

interface ReadWindow {
  readonly window: X11Window;
  readonly minimised: boolean;
  readonly desktop: number | null;
}

/** The titles come last: what a page writes into its title must not pass for another property. */
const wanted = ['WM_CLASS', '_NET_WM_PID', '_NET_WM_STATE', '_NET_WM_DESKTOP', '_NET_WM_NAME', 'WM_NAME'];

/** Null when the window has gone in the meantime. */
async function readWindow(env: NodeJS.ProcessEnv, id: string): Promise<ReadWindow | null> {
  const properties = parseProperties(await xprop(env, ['-id', id, ...wanted]).catch(() => ''));
  if (properties.size === 0) return null;
  const pid = cardinal(properties.get('_NET_WM_PID') ?? '');
  const [instance, className] = quoted(properties.get('WM_CLASS') ?? '');
  return {
    window: {
      id,
      pid,
      app: className ?? instance ?? '',
      path: pid === null ? undefined : await executable(pid),
      title: titleOf(properties.get('_NET_WM_NAME') ?? '') ?? titleOf(properties.get('WM_NAME') ?? ''),
    },
    minimised: (properties.get('_NET_WM_STATE') ?? '').includes('_NET_WM_STATE_HIDDEN'),
    desktop: cardinal(properties.get('_NET_WM_DESKTOP') ?? ''),
  };
}

/**
 * xprop's lines by property name: `NAME(TYPE) = value`, or `NAME:  not found.`, which gives an empty value. The value
 * keeps every `=` after the first; the first line of a name counts.
 */
export function parseProperties(output: string): Map<string, string> {
  const properties = new Map<string, string>();
  for (const line of output.split('\n')) {
    const match = /^(\w+)(?:\([A-Z0-9_]+\) = (.*)|:.*)$/.exec(line);
    const name = match?.[1];
    if (name !== undefined && !properties.has(name)) properties.set(name, match?.[2] ?? '');
  }
  return properties;
}

/** A title stands between quotation marks with nothing escaped; one with a line break is cut there. */
export function titleOf(value: string): string | null {
  if (!value.startsWith('"')) return null;
  return value.slice(1, value.length > 1 && value.endsWith('"') ? -1 : undefined);
}

/** The quoted strings of a list such as WM_CLASS, where quotation marks and backslashes are escaped. */
export function quoted(value: string): string[] {
  return [...value.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map((match) => unescape(match[1] ?? ''));
}

/** Bytes that xprop prints as `\ooo` are read as UTF-8. */
function unescape(text: string): string {
  return text.replace(/(?:\\[0-7]{3})+|\\(.)/g, (escape: string, character: string | undefined) => {
    if (character !== undefined) return { n: '\n', t: '\t', r: '\r' }[character] ?? character;
    const bytes = (escape.match(/[0-7]{3}/g) ?? []).map((octal) => Number.parseInt(octal, 8));
    return new TextDecoder().decode(Uint8Array.from(bytes));
  });
}

async function rootProperty(env: NodeJS.ProcessEnv, name: string): Promise<string> {
  return (await xprop(env, ['-root', name])).trim();
}

async function xprop(env: NodeJS.ProcessEnv, args: readonly string[]): Promise<string> {
  const { stdout } = await run('xprop', [...args], { env: { ...env, LC_ALL: 'C.UTF-8' }, timeout: 5_000 });
  return stdout;
}

function windowIds(value: string): string[] {
  return [...value.matchAll(/0x[0-9a-f]+/g)].map(([id]) => id).filter((id) => id !== '0x0');
}

function cardinal(value: string): number | null {
  const digits = /(?:^|= )(\d+)$/.exec(value)?.[1];
  return digits === undefined ? null : Number(digits);
}

async function executable(pid: number): Promise<string | undefined> {
  return readlink(`/proc/${pid}/exe`).catch(() => undefined);
}
