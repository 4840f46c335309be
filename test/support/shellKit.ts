import { join } from 'node:path';
import { openFolder } from '../../agent/core/files.ts';
import { writeIdentity } from '../../agent/core/identity.ts';
import type { Platform } from '../../agent/core/ports.ts';
import type { PageFile } from '../../agent/core/windowPage.ts';
import { createAutostart } from '../../agent/desktop/autostart.ts';
import { chooseSpoolKey } from '../../agent/desktop/keychain.ts';
import { powerLock } from '../../agent/desktop/lock.ts';
import { pageTable } from '../../agent/desktop/page.ts';
import { type Shell, type ShellDeps, startShell } from '../../agent/desktop/shell.ts';
import { createScriptedPlatform } from '../../agent/platform/scripted.ts';
import { scratch, systemRandom } from './agentKit.ts';
import { callsToFiles } from './atRest.ts';
import { officeDay } from './days/office.ts';
import { createElectronFake, type FakeElectron } from './electronFake.ts';
import { type ScriptedServer, startScriptedServer } from './scriptedServer.ts';
import { createTestClock, type TestClock } from './testClock.ts';

/** The moment of a picture within its time is its beginning, so that nobody waits for chance. */
const atOnce = (): number => 0;

const READS_EVERY_MS = 250;

/** The real shell with a real agent in a real folder, connected to a scripted server, in a fake Electron. */
export interface ShellKit {
  readonly fake: FakeElectron;
  readonly clock: TestClock;
  readonly server: ScriptedServer;
  readonly folder: string;
  readonly shell: Shell;
  /** Whether the desktop shows tray icons. */
  trayHost: boolean;
  readonly forgotten: string[];
  /** What was asked of the pairing. */
  readonly pairings: string[];
  [Symbol.asyncDispose](): Promise<void>;
}

export interface ShellKitOptions {
  readonly enrolled?: boolean;
  readonly trayHost?: boolean;
  readonly os?: NodeJS.Platform;
  readonly atLogin?: boolean;
  readonly prepare?: (fake: FakeElectron) => void;
  /** Nobody reads what is put in front of them before its first use; left out, they do at once, and say so. */
  readonly unread?: boolean;
}

export async function openShell(options: ShellKitOptions = {}): Promise<ShellKit> {
  const place = await scratch();
  const clock = createTestClock();
  const server = await startScriptedServer(() => clock.now());
  const fake = createElectronFake();
  options.prepare?.(fake);
  const folder = join(place.folder, 'agent');
  if (options.enrolled !== false) await enrolledFolder(folder, server);
  const os = options.os ?? 'linux';
  const state = { trayHost: options.trayHost ?? true };
  const forgotten: string[] = [];
  const pairings: string[] = [];
  const platform: Platform = createScriptedPlatform(officeDay, clock);
  const deps: ShellDeps = {
    ...{
      electron: fake.electron,
      os,
      clock,
      random: { ...systemRandom, fraction: atOnce },
      folder,
      agentVersion: '0.1.0',
    },
    platform: os === 'linux' ? platform : { ...platform, lock: powerLock(fake.electron.powerMonitor) },
    autostart: createAutostart({
      app: fake.electron.app,
      os,
      env: { XDG_CONFIG_HOME: join(place.folder, 'config') },
      command: ['/opt/Daylight/daylight'],
    }),
    pairing: { ask: async () => void pairings.push('ask'), renew: async () => void pairings.push('renew') },
    spoolKey: () => chooseSpoolKey({ safeStorage: fake.electron.safeStorage, os, folder, random: systemRandom }),
    pages: async () => pageTable(page('the window'), page('the enrolment')),
    preload: '/opt/Daylight/preload.cjs',
    icons: '/opt/Daylight/icons',
    hasTrayHost: async () => state.trayHost,
    atLogin: options.atLogin ?? false,
    userData: join(place.folder, 'electron'),
    forget: () => void forgotten.push('electron'),
  };
  const shell = await startShell(deps);
  if (shell === null) throw new Error('the shell is the second one');
  let cancel = options.unread === true ? (): void => undefined : clock.after(READS_EVERY_MS, read);
  function read(): void {
    cancel = clock.after(READS_EVERY_MS, read);
    const state = shell?.host.state();
    if (state?.kind !== 'running') return;
    for (const { parameter, shown } of state.agent.status().firstUse) {
      void state.agent.handle({ command: 'first_use', parameter, shown, how: 'seen' });
    }
  }
  return {
    ...{ fake, clock, server, folder, shell, forgotten, pairings },
    get trayHost() {
      return state.trayHost;
    },
    set trayHost(isThere) {
      state.trayHost = isThere;
    },
    async [Symbol.asyncDispose]() {
      cancel();
      await shell.host.close();
      await server.close();
      await place[Symbol.asyncDispose]();
    },
  };
}

export async function enrolledFolder(folder: string, server: ScriptedServer): Promise<void> {
  const files = await openFolder(folder);
  await files.write('device.key', server.deviceKey.export({ type: 'pkcs8', format: 'pem' }));
  await writeIdentity(files, server.identity, server.deviceKey, systemRandom.bytes(12));
}

function page(text: string): Map<string, PageFile> {
  const file = (type: string, content: string): PageFile => ({ type, read: async () => Buffer.from(content) });
  return new Map([
    ['/', file('text/html; charset=utf-8', text)],
    ['/a.js', file('text/javascript; charset=utf-8', '1')],
  ]);
}

/**
 * Lets the clock go on until `condition` holds. It stands still while files are read or written: on a busy machine the patience of the
 * agent, which goes by the clock, must not end before its disk has answered.
 */
export async function eventuallyBy(
  clock: TestClock,
  condition: () => boolean | Promise<boolean>,
  ms = 60_000,
): Promise<void> {
  const deadline = performance.now() + ms;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`waited ${ms} ms for ${condition.toString()}`);
    await clock.advance(250);
    await rest(deadline);
  }
}

/** Until nothing of this process is at a file for a moment, in which what came over a socket was heard. */
async function rest(deadline: number): Promise<void> {
  for (let quiet = 0; quiet < 3; quiet += 1) {
    await new Promise((resolve) => setTimeout(resolve, 2));
    if (callsToFiles() === 0) continue;
    // What another file of tests has left is named where that one ends (leavesNothingAtFiles.ts).
    if (performance.now() > deadline) throw new Error('something of this process has been at a file all the time');
    quiet = 0;
  }
}
