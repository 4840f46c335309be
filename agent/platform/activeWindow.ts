import { activeWindow, openWindows, type Result } from 'active-win';
import type { ActiveWindow, Availability, WindowSensor } from '../core/ports.ts';
import { displayAvailability, works } from './display.ts';
import { describeWindow } from './program.ts';
import { x11ActiveWindow, x11VisibleWindows } from './x11.ts';

/**
 * Which window is in front, by active-win. On X11 it cannot read every title (not those with a `=`) nor every window
 * (not those without a process id); these are read again with xprop. On macOS the title needs the permission to record
 * the screen; the address of a browser's tab is never asked for, as the paired extension is its only source.
 */
export function createWindowSensor(env: NodeJS.ProcessEnv = process.env): WindowSensor {
  return {
    availability: () => windowAvailability(env),
    active: () => (process.platform === 'linux' ? activeOnX11(env) : activeElsewhere()),
    visible: () => (process.platform === 'linux' ? visibleOnX11(env) : visibleElsewhere()),
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

async function activeOnX11(env: NodeJS.ProcessEnv): Promise<ActiveWindow | null> {
  const found = await activeWindow(noUrl).catch(() => undefined);
  if (found !== undefined && found.owner.name !== '' && hasTitle(found)) return describe(found);
  const read = await x11ActiveWindow(env).catch(() => null);
  return read === null ? null : describeWindow(read);
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

/** The package's types promise a title; on X11 it can be null. */
function hasTitle(found: { readonly title: string | null }): boolean {
  return found.title !== null && found.title !== '';
}
