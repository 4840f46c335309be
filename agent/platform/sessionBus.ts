import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Calls a method on the session bus (D-Bus) and returns the reply as dbus-send prints it; empty when there is none. */
export async function callSessionBus(env: NodeJS.ProcessEnv, args: readonly string[]): Promise<string> {
  // Without an address dbus-send would start a bus of its own.
  if ((env.DBUS_SESSION_BUS_ADDRESS ?? '') === '') return '';
  return run('dbus-send', ['--session', '--print-reply', '--reply-timeout=2000', ...args], {
    env,
    timeout: 5_000,
  }).then(
    ({ stdout }) => stdout,
    () => '',
  );
}

/** Asked first, because a call to a name without an owner could start its service. */
export async function hasBusOwner(env: NodeJS.ProcessEnv, name: string): Promise<boolean> {
  const bus = ['--dest=org.freedesktop.DBus', '/org/freedesktop/DBus', 'org.freedesktop.DBus.NameHasOwner'];
  return readBusBoolean(await callSessionBus(env, [...bus, `string:${name}`])) === true;
}

/** The boolean of a reply or signal, also inside a variant; null when there is none. */
export function readBusBoolean(text: string): boolean | null {
  const value = /^\s*(?:variant\s+)?boolean (true|false)\s*$/m.exec(text)?.[1];
  return value === undefined ? null : value === 'true';
}
