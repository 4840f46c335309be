import { mkdir, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { writeDurably } from '../core/files.ts';
import { say } from '../strings/say.ts';
import type { App } from './electron.ts';

/** Whether Daylight starts when the person signs in: off until they ask for it, and theirs to change. */
export interface Autostart {
  isOn(): Promise<boolean>;
  set(on: boolean): Promise<void>;
}

/** Said by what starts at sign-in: nobody has asked for the window. */
export const AT_LOGIN = '--at-login';

export interface AutostartDeps {
  readonly app: Pick<App, 'getLoginItemSettings' | 'setLoginItemSettings'>;
  readonly os: NodeJS.Platform;
  readonly env: NodeJS.ProcessEnv;
  /** What starts this very shell: program and arguments. */
  readonly command: readonly [string, ...string[]];
}

/** Windows and macOS keep it themselves; on Linux it is a file of the XDG Autostart specification. */
export function createAutostart({ app, os, env, command }: AutostartDeps): Autostart {
  const [path, ...rest] = command;
  const args = [...rest, AT_LOGIN];
  if (os === 'linux') return autostartFile(env, [path, ...args]);
  return {
    isOn: async () => app.getLoginItemSettings(os === 'win32' ? { path, args } : {}).openAtLogin,
    set: async (openAtLogin) => app.setLoginItemSettings({ openAtLogin, ...(os === 'win32' ? { path, args } : {}) }),
  };
}

function autostartFile(env: NodeJS.ProcessEnv, command: readonly string[]): Autostart {
  const { XDG_CONFIG_HOME: xdg } = env;
  const config = xdg !== undefined && isAbsolute(xdg) ? xdg : join(env.HOME ?? homedir(), '.config');
  const path = join(config, 'autostart', 'org.daylight.agent.desktop');
  return {
    isOn: () =>
      stat(path).then(
        () => true,
        () => false,
      ),
    async set(on) {
      if (!on) return rm(path, { force: true });
      await mkdir(dirname(path), { recursive: true });
      await writeDurably(path, entry(command));
    },
  };
}

function entry(command: readonly string[]): string {
  return [
    '[Desktop Entry]',
    'Type=Application',
    `Name=${say('product.name')}`,
    `Comment=${say('autostart.text')}`,
    `Exec=${command.map(quoted).join(' ')}`,
    'Terminal=false',
    '',
  ].join('\n');
}

/** Quoting of the Desktop Entry specification: first for the argument, then for the string that the line is, then for `%`. */
function quoted(argument: string): string {
  const inQuotes = argument.replace(/["`$\\]/g, '\\$&');
  return `"${inQuotes.replaceAll('\\', '\\\\').replaceAll('%', '%%')}"`;
}
