import { activeWindow, openWindows, type Result } from 'active-win';
import type { ActiveWindow, Availability, WindowSensor } from '../core/ports.ts';
import { displayAvailability, works } from './display.ts';
import { describeWindow } from './program.ts';
import { type X11Window, x11ActiveWindow, x11VisibleWindows } from './x11.ts';

/**
 * Which window is in front, by active-win. On X11 it is asked once for each window that comes to the front; the title,
 * which it cannot read faithfully there, is read every time with xprop (which also costs less: 8 instead of 12 ms of
 * CPU). On macOS the title needs the permission to record the screen; the address of a browser's tab is never asked
 * for, as the paired extension is its only source.
 */
export function createWindowSensor(env: NodeJS.ProcessEnv = process.env): WindowSensor {
  const onX11 = process.platform === 'linux';
  return {
    availability: () => windowAvailability(env),
    active: onX11 ? activeOnX11(env) : activeElsewhere,
    visible: () => (onX11 ? visibleOnX11(env) : visibleElsewhere()),
  };
}

const noUrl = { accessibilityPermission: false, screenRecordingPermission: true } as const;

async function windowAvailability(env: NodeJS.ProcessEnv): Promise<Availability> {
  if (process.platform === 'linux') {
    return displayAvailability(env, 'the window in front', { xprop: 'x11-utils', xwininfo: 'x11-utils' });
  }
  if (process.platform !== 'darwin') return works;
  try {
    await activeWindow(noUrl);
    return works;
  } catch {
    return {
      works: false,
      why: 'the window in front cannot be observed: macOS has not given the permission to record the screen',
      remedy:
        'allow it in System Settings → Privacy & Security → Screen & System Audio Recording, then restart the agent',
    };
  }
}

function activeOnX11(env: NodeJS.ProcessEnv): () => Promise<ActiveWindow | null> {
  let known: { id: string; pid: number | null; owner: Owner } | null = null;
  return async () => {
    const read = await x11ActiveWindow(env).catch(() => null);
    if (read === null) return null;
    if (known?.id !== read.id || known.pid !== read.pid)
      known = { id: read.id, pid: read.pid, owner: await ownerOf(read) };
    return describeWindow({ ...known.owner, title: read.title, remote: read.remote });
  };
}

interface Owner {
  readonly app: string;
  readonly path: string | undefined;
}

/**
 * What active-win says of the window's process; what X11 says, where active-win cannot, another has come to the front,
 * or the process is on another machine.
 */
async function ownerOf(read: X11Window): Promise<Owner> {
  if (read.remote) return { app: read.app, path: undefined };
  const found = await activeWindow(noUrl).catch(() => undefined);
  if (found === undefined || found.owner.processId !== read.pid || found.owner.name === '') {
    return { app: read.app, path: read.path };
  }
  return { app: found.owner.name, path: found.owner.path };
}

async function activeElsewhere(): Promise<ActiveWindow | null> {
  const found = await activeWindow(noUrl).catch(() => undefined);
  return found === undefined ? null : describe(found);
}

async function visibleOnX11(env: NodeJS.ProcessEnv): Promise<readonly ActiveWindow[]> {
  return (await x11VisibleWindows(env)).map(describeWindow);
}

/** The system lists windows on the screen only, front first. Throws when it cannot: unknown must not pass for none. */
async function visibleElsewhere(): Promise<readonly ActiveWindow[]> {
  return (await openWindows(noUrl)).map(describe);
}

function describe(found: Result): ActiveWindow {
  return describeWindow({ app: found.owner.name, path: found.owner.path, title: found.title });
}
