import { spawn } from 'node:child_process';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ask } from './askCommands.ts';
import { CliEnd, exitCodes } from './exit.ts';
import type { Terminal } from './terminal.ts';

/** Where the build puts the page; see scripts/build.ts. */
export function windowPage(): string {
  return fileURLToPath(new URL('../../window/', import.meta.url));
}

/** Opens the employee's window in the browser of this computer, or prints the address where none can be opened. */
export async function windowCommand(terminal: Terminal, folder: string, options: { open: boolean }): Promise<void> {
  const { window } = await ask(folder, { command: 'window' });
  if (window === undefined) {
    throw new CliEnd(exitCodes.failed, 'the agent answered without an address', 'stop it and start it again');
  }
  // The file leads to the address: its token would be seen by everybody in the arguments of a program.
  if (options.open && (await openFile(window.file))) {
    terminal.say("Daylight's window opens in your browser. Nothing of it leaves this computer.");
    // A browser from a snap may not look into hidden folders of the home, where the agent has its own.
    if (process.platform === 'linux')
      terminal.say(
        'If the browser says that it cannot read the file, say "daylight-agent window --no-open" and open that address.',
      );
    return;
  }
  terminal.say('Open this address in a browser on this computer. It works once, within a minute:');
  terminal.say(window.address);
}

/** An opener that fails does so at once; one that is still there after this is the browser itself. */
const FAILS_WITHIN_MS = 3_000;

async function openFile(file: string): Promise<boolean> {
  const opener = openerOf(process.platform, process.env, file);
  if (opener === null) return false;
  const [command, ...args] = opener;
  const child = spawn(command, args, { stdio: 'ignore', detached: true });
  const isOver = new AbortController();
  const ended = new Promise<boolean>((done) => {
    child.once('error', () => done(false));
    child.once('exit', (code) => done(code === 0));
  });
  const stillThere = setTimeout(FAILS_WITHIN_MS, true, { signal: isOver.signal }).catch(() => true);
  const opened = await Promise.race([ended, stillThere]);
  isOver.abort();
  child.unref();
  return opened;
}

/** Null where there is no screen to open a browser on. */
function openerOf(platform: NodeJS.Platform, env: NodeJS.ProcessEnv, file: string): [string, ...string[]] | null {
  if (platform === 'win32') return ['rundll32.exe', 'url.dll,FileProtocolHandler', file];
  if (platform === 'darwin') return ['open', file];
  return env['DISPLAY'] === undefined && env['WAYLAND_DISPLAY'] === undefined ? null : ['xdg-open', file];
}
