import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Availability } from '../core/ports.ts';

const run = promisify(execFile);

export const works: Availability = { works: true };

/**
 * Whether an X server can be reached for a sensor that needs one, in words where not. Only Linux is asked; elsewhere
 * there is always a display. `tools` are the commands that the sensor runs, each with the Debian package it comes in.
 */
export async function displayAvailability(
  env: NodeJS.ProcessEnv,
  what: string,
  tools: Readonly<Record<string, string>> = {},
): Promise<Availability> {
  if (process.platform !== 'linux') return works;
  const session = sessionProblem(env, what);
  if (session !== null) return session;
  const tool = Object.entries(tools).find(([command]) => !commandExists(env, command));
  if (tool !== undefined) return missingTool(what, tool[0], tool[1]);
  return serverAnswers(env, what);
}

function sessionProblem(env: NodeJS.ProcessEnv, what: string): Availability | null {
  if (isWayland(env)) {
    return {
      works: false,
      why: `${what} cannot be observed in a Wayland session: windows are unknown and screenshots are black`,
      remedy: 'sign in with an X11 session (on the sign-in screen: "on Xorg"), or leave these parameters off',
    };
  }
  if ((env.DISPLAY ?? '') === '') {
    return {
      works: false,
      why: `${what} cannot be observed: there is no graphical display (DISPLAY is not set)`,
      remedy: 'run the agent inside the graphical session of the person who uses it',
    };
  }
  return null;
}

/** XWayland sets DISPLAY too, and shows only some of the windows: a Wayland session never counts as X11. */
export function isWayland(env: NodeJS.ProcessEnv): boolean {
  if (env.XDG_SESSION_TYPE === 'wayland') return true;
  return env.XDG_SESSION_TYPE !== 'x11' && (env.WAYLAND_DISPLAY ?? '') !== '';
}

export function commandExists(env: NodeJS.ProcessEnv, command: string): boolean {
  return (env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

export function missingTool(what: string, command: string, debianPackage: string): Availability {
  return {
    works: false,
    why: `${what} cannot be observed: the command ${command} is not installed`,
    remedy: `install it (Debian and Ubuntu: apt-get install ${debianPackage})`,
  };
}

/**
 * `xset q` would do as well; xprop is what the window sensor needs anyway. Without it the sensor itself finds out. An X
 * server that nobody else uses begins anew when its last client leaves, and refuses whoever comes meanwhile: several
 * sensors that ask at once do that to each other. So a refusal counts when it is repeated.
 */
async function serverAnswers(env: NodeJS.ProcessEnv, what: string): Promise<Availability> {
  if (!commandExists(env, 'xprop')) return missingTool(what, 'xprop', 'x11-utils');
  const until = performance.now() + PATIENCE_MS;
  for (let pause = FIRST_PAUSE_MS; ; pause *= 2) {
    const left = until - performance.now();
    const answer = await askServer(env, left);
    if (answer === 'answers') return works;
    if (answer === 'silent' || left < 2 * pause) return silentServer(env, what, answer);
    await setTimeout(pause);
  }
}

/** Altogether, and less than the five seconds that a sensor may take to say whether it works. */
const PATIENCE_MS = 4_000;
const FIRST_PAUSE_MS = 100;

async function askServer(env: NodeJS.ProcessEnv, timeout: number): Promise<'answers' | 'refuses' | 'silent'> {
  try {
    await run('xprop', ['-root', '_NET_SUPPORTING_WM_CHECK'], {
      env,
      timeout: Math.ceil(timeout),
      killSignal: 'SIGKILL',
    });
    return 'answers';
  } catch (error) {
    return error instanceof Error && 'killed' in error && error.killed === true ? 'silent' : 'refuses';
  }
}

function silentServer(env: NodeJS.ProcessEnv, what: string, how: 'refuses' | 'silent'): Availability {
  const display = `the display ${env.DISPLAY ?? ''}`;
  const why =
    how === 'silent' ? `${display} does not answer in time` : `${display} does not answer or refuses this user`;
  return {
    works: false,
    why: `${what} cannot be observed: ${why}`,
    remedy: 'run the agent inside the graphical session of the person who uses it',
  };
}
