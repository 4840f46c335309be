import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { limits } from '../../shared/protocol/limits.ts';
import { CAPTURES } from '../core/leftovers.ts';
import type { Availability, CapturedImage, ScreenSensor } from '../core/ports.ts';
import { displayAvailability, works } from './display.ts';
import type { Monitor, Pixels } from './picture.ts';

/**
 * One picture of all monitors, by screenshot-desktop (on Linux: ImageMagick's `import`, which draws into a pipe; no
 * file is written there) and sharp. `folder` is the agent's data folder: what the system's tools do write is in a folder
 * below it, which only this user can read and which is removed when the capture ends, or by `removeLeftovers` when the
 * agent was killed meanwhile. Nothing is touched before the first capture.
 */
export function createScreenSensor(folder: string, env: NodeJS.ProcessEnv = process.env): ScreenSensor {
  const temporary = join(folder, CAPTURES);
  let before: Promise<unknown> = Promise.resolve();
  return {
    availability: () => screenAvailability(env),
    capture: (level) => {
      // One after the other: two captures at once would empty each other's folder.
      const next = before.then(() => inPrivateFolder(temporary, env, () => capture(level)));
      before = next.catch(() => null);
      return next;
    },
  };
}

async function capture(level: 'blurred' | 'full'): Promise<CapturedImage | null> {
  // Loaded with the first picture: an agent that takes none does not carry the image library.
  const { blurBeyondReading, fitInto, isBlack, joinMonitors, readPicture } = await import('./picture.ts');
  const monitors = await photographMonitors(readPicture);
  if (monitors.length === 0) return null;
  const picture = await joinMonitors(monitors);
  if (await isBlack(picture)) return null;
  return fitInto(limits.imageBytes, level === 'blurred' ? await blurBeyondReading(picture) : picture);
}

async function screenAvailability(env: NodeJS.ProcessEnv): Promise<Availability> {
  if (process.platform === 'linux') {
    return displayAvailability(env, 'the screen', { import: 'imagemagick', xrandr: 'x11-xserver-utils' });
  }
  // macOS without its permission gives pictures without windows; the window sensor asks for the same one.
  return works;
}

async function photographMonitors(read: (file: Uint8Array) => Promise<Pixels>): Promise<Monitor[]> {
  // Imported here, inside the private folder: one of its parts remembers the temporary folder of its first moment.
  const { default: photograph } = await import('screenshot-desktop');
  const displays: readonly object[] = await photograph.listDisplays();
  const monitors: Monitor[] = [];
  for (const display of displays) {
    const id =
      'id' in display && (typeof display.id === 'string' || typeof display.id === 'number') ? display.id : null;
    if (id === null) continue;
    const file = await photograph({ screen: id, format: process.platform === 'darwin' ? 'png' : 'jpg' });
    monitors.push({ picture: await read(file), at: position(display) });
  }
  return monitors;
}

/** X11 says `offsetX` and `offsetY`, Windows `left` and `top`, macOS nothing. */
function position(display: object): Monitor['at'] {
  const { offsetX, offsetY, left, top } = display as Readonly<Record<string, unknown>>;
  const [x, y] = [offsetX ?? left, offsetY ?? top];
  return typeof x === 'number' && typeof y === 'number' && Number.isFinite(x + y) ? { x, y } : null;
}

const temporaryFolderNames = ['TMPDIR', 'TMP', 'TEMP', 'MAGICK_TEMPORARY_PATH'] as const;

/** While `work` runs, whatever asks the environment for a temporary folder is given one that only this user can read. */
async function inPrivateFolder<T>(folder: string, env: NodeJS.ProcessEnv, work: () => Promise<T>): Promise<T> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const before = temporaryFolderNames.map((name) => [name, env[name]] as const);
  for (const name of temporaryFolderNames) env[name] = folder;
  try {
    return await work();
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) Reflect.deleteProperty(env, name);
      else env[name] = value;
    }
    await rm(folder, { recursive: true, force: true });
  }
}
