import { execFile } from 'node:child_process';
import { readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Windows as X11 describes them, read with the tools that active-win uses as well (xprop, xwininfo). active-win cuts a title at
 * its first quotation mark, loses one that contains `=`, skips windows that do not name their process, and does not
 * know which windows are on the screen.
 */
export interface X11Window {
  readonly id: string;
  readonly pid: number | null;
  readonly app: string;
  readonly path: string | undefined;
  readonly title: string | null;
  /** Of a program on another machine: `pid` and `path` are unknown then. */
  readonly remote: boolean;
}

/** The window that has the focus, or null when there is none. */
export async function x11ActiveWindow(env: NodeJS.ProcessEnv): Promise<X11Window | null> {
  const id = windowIds(await rootProperty(env, '_NET_ACTIVE_WINDOW'))[0];
  if (id === undefined) return null;
  return (await readWindow(env, id))?.window ?? null;
}

/**
 * The windows that the X server shows, on every monitor, front first: those whose map state is IsViewable and that are
 * not minimised. The desktop number does not tell: several window managers show one desktop per monitor. Windows hidden
 * behind others count as visible, and so does a shaded one, whose title bar still shows. Throws when the list or one of
 * its windows cannot be read, unless that window has gone: what is unknown must not pass for nothing.
 */
export async function x11VisibleWindows(env: NodeJS.ProcessEnv): Promise<X11Window[]> {
  const stacking = await rootProperty(env, '_NET_CLIENT_LIST_STACKING');
  if (!stacking.startsWith('_NET_CLIENT_LIST_STACKING(WINDOW)')) {
    throw new Error('the window manager does not say which windows are open');
  }
  const found = await Promise.all(windowIds(stacking).map((id) => readVisible(env, id)));
  return found.filter((window) => window !== null).reverse();
}

async function readVisible(env: NodeJS.ProcessEnv, id: string): Promise<X11Window | null> {
  const [read, viewable] = await Promise.all([readWindow(env, id), isViewable(env, id)]);
  if (read === null) return null;
  return read.shaded || (viewable && !read.minimised) ? read.window : null;
}

/** False when it has gone. The title stands first in the output: what it says must not pass for the map state. */
async function isViewable(env: NodeJS.ProcessEnv, id: string): Promise<boolean> {
  const output = await unlessGone(tool(env, 'xwininfo', ['-id', id, '-stats']));
  if (output === null) return false;
  const state = [...output.matchAll(/^ {2}Map State: (\w+)$/gm)].at(-1)?.[1];
  if (state === undefined) throw new Error('the X server does not say whether a window is on the screen');
  return state === 'IsViewable';
}

interface ReadWindow {
  readonly window: X11Window;
  readonly minimised: boolean;
  readonly shaded: boolean;
}

/** The titles come last: what a page writes into its title must not pass for another property. */
const wanted = ['WM_CLASS', '_NET_WM_PID', '_NET_WM_STATE', 'WM_CLIENT_MACHINE', '_NET_WM_NAME', 'WM_NAME'];

/** Null when the window has gone in the meantime; throws when it cannot be read for another reason. */
async function readWindow(env: NodeJS.ProcessEnv, id: string): Promise<ReadWindow | null> {
  const output = await unlessGone(tool(env, 'xprop', ['-id', id, ...wanted]));
  if (output === null) return null;
  const properties = parseProperties(output);
  if (properties.size === 0) throw new Error('the X server says nothing of a window that is there');
  const remote = isRemote(properties.get('WM_CLIENT_MACHINE') ?? '');
  // A process number counts on its own machine only.
  const pid = remote ? null : cardinal(properties.get('_NET_WM_PID') ?? '');
  const [instance, className] = quoted(properties.get('WM_CLASS') ?? '');
  const state = properties.get('_NET_WM_STATE') ?? '';
  return {
    window: {
      id,
      pid,
      app: className ?? instance ?? '',
      path: pid === null ? undefined : await executable(pid),
      title: titleOf(properties.get('_NET_WM_NAME') ?? '') ?? titleOf(properties.get('WM_NAME') ?? ''),
      remote,
    },
    minimised: state.includes('_NET_WM_STATE_HIDDEN'),
    shaded: state.includes('_NET_WM_STATE_SHADED'),
  };
}

/** Whether the window belongs to a program on another machine, as with `ssh -X`. One that does not say is of this one. */
function isRemote(clientMachine: string): boolean {
  const machine = quoted(clientMachine)[0];
  return machine !== undefined && machine.toLowerCase() !== hostname().toLowerCase();
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
  return (await tool(env, 'xprop', ['-root', name])).trim();
}

async function tool(env: NodeJS.ProcessEnv, command: string, args: readonly string[]): Promise<string> {
  const { stdout } = await run(command, [...args], { env: { ...env, LC_ALL: 'C.UTF-8' }, timeout: 5_000 });
  return stdout;
}

/** Null when the tool failed because there is no such window any more; any other failure is passed on. */
async function unlessGone(output: Promise<string>): Promise<string | null> {
  try {
    return await output;
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr) : '';
    if (/BadWindow|Bad Drawable|No such window/.test(said)) return null;
    throw error;
  }
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
