import { callSessionBus, hasBusOwner, readBusBoolean } from '../platform/sessionBus.ts';

const WATCHER = 'org.kde.StatusNotifierWatcher';

/**
 * Whether the desktop shows tray icons to anybody. macOS and Windows always do. On Linux an icon is shown by a host of the
 * StatusNotifierItem specification; where none is registered, Electron makes a tray all the same, which nobody sees.
 */
export async function hasTrayHost(os: NodeJS.Platform, env: NodeJS.ProcessEnv): Promise<boolean> {
  if (os === 'darwin' || os === 'win32') return true;
  if (!(await hasBusOwner(env, WATCHER))) return false;
  const get = ['/StatusNotifierWatcher', 'org.freedesktop.DBus.Properties.Get'];
  const asked = [`string:${WATCHER}`, 'string:IsStatusNotifierHostRegistered'];
  return readBusBoolean(await callSessionBus(env, [`--dest=${WATCHER}`, ...get, ...asked])) === true;
}
