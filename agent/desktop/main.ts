import { mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import {
  app,
  BrowserWindow,
  dialog,
  ipcMain,
  Menu,
  Notification,
  nativeTheme,
  powerMonitor,
  protocol,
  safeStorage,
  session,
  shell,
  Tray,
} from 'electron';
import { DaylightError } from '../../shared/errors.ts';
import { dataFolder, readEnvironment } from '../cli/dataFolder.ts';
import { exitOf } from '../cli/exit.ts';
import { openTerminal } from '../cli/terminal.ts';
import { wipeCommand } from '../cli/wipeCommand.ts';
import { readWindowPage, type WindowPage } from '../core/windowPage.ts';
import { endOnCrash, keepOwnMemory } from '../platform/ownProcess.ts';
import { browsersFound } from '../platform/pairableBrowsers.ts';
import { createRealPlatform } from '../platform/real.ts';
import { createRegistrar } from '../platform/registrar.ts';
import { createSystemClock, createSystemRandom } from '../platform/system.ts';
import { say } from '../strings/say.ts';
import { AGENT_VERSION } from '../version.ts';
import { createAutostart } from './autostart.ts';
import type { ElectronParts } from './electron.ts';
import { chooseSpoolKey } from './keychain.ts';
import { powerLock } from './lock.ts';
import { nativeHostArguments, runNativeHost } from './nativeHost.ts';
import { hostCommand, type OwnProgram, ownCommand } from './ownProgram.ts';
import { pageTable } from './page.ts';
import { createPairing } from './pairing.ts';
import { selfTest } from './selfTest.ts';
import { startShell } from './shell.ts';
import { hasTrayHost } from './trayHost.ts';

/**
 * The desktop shell's entry: hands Electron and this computer to startShell. Nothing is awaited at the top level: Electron is
 * ready only when this module has been evaluated.
 *
 *     daylight [--data FOLDER] [--at-login]    the tray
 *     daylight --wipe [--data FOLDER]          retires this device and deletes everything, without a window
 *     daylight --pair [--data FOLDER]          pairs the browser extension, as the tray does, where no tray is shown
 *     daylight --native-host FOLDER ...        what a paired browser starts: the relay, and nothing else
 *     daylight --self-test                     a window on a new, empty folder; prints what works and ends
 */
const electron: ElectronParts = {
  app,
  BrowserWindow,
  dialog,
  ipcMain,
  Menu,
  Notification,
  nativeTheme,
  powerMonitor,
  protocol,
  safeStorage,
  session,
  shell,
  Tray,
};

const terminal = openTerminal();
endOnCrash(terminal.complain);
const clock = createSystemClock();
const random = createSystemRandom();
const registrar = createRegistrar();
const { values: options } = parseArgs({
  args: process.argv.slice(app.isPackaged ? 1 : 2),
  // Chromium's own switches come by the same way.
  strict: false,
  options: {
    data: { type: 'string' },
    wipe: { type: 'boolean' },
    pair: { type: 'boolean' },
    'self-test': { type: 'boolean' },
    'at-login': { type: 'boolean' },
  },
});

async function main(): Promise<void> {
  const fromBrowser = nativeHostArguments(process.argv);
  if (fromBrowser !== null) {
    serveBrowser(fromBrowser);
    return;
  }
  if (options.wipe === true) return wipe(folderOfThis());
  if (options['self-test'] === true) return testSelf();
  if (options.pair === true) return pair(folderOfThis());
  return run(folderOfThis());
}

function serveBrowser(args: readonly string[]): void {
  const { platform: os, stdin: input, stdout: output } = process;
  runNativeHost({ app, os, input, output, complain: terminal.complain }, args);
}

function folderOfThis(): string {
  return dataFolder(typeof options.data === 'string' ? options.data : undefined, readEnvironment(process.env));
}

async function run(folder: string): Promise<void> {
  // Beside the agent's folder, which is the agent's alone to fill and to wipe.
  const userData = join(dirname(folder), `${basename(folder)}-desktop`);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => app.quit());
  await keepOwnMemory();
  await startShell(shellDeps(folder, userData));
}

async function testSelf(): Promise<void> {
  const place = mkdtempSync(join(tmpdir(), 'daylight-self-test-'));
  app.on('quit', () => rmSync(place, { recursive: true, force: true }));
  const started = await startShell(shellDeps(join(place, 'agent'), join(place, 'electron')));
  if (started === null) throw new DaylightError('conflict', say('failed.another'));
  const report = await selfTest(started);
  process.stdout.write(`${JSON.stringify({ electron: process.versions['electron'], ...report })}\n`);
  app.exit(report.ok ? 0 : 1);
}

/** Beside a shell that may run: only files are written. */
async function pair(folder: string): Promise<void> {
  const place = mkdtempSync(join(tmpdir(), 'daylight-pair-'));
  app.setPath('userData', place);
  await app.whenReady();
  await pairing(folder).ask();
  rmSync(place, { recursive: true, force: true });
  app.exit(0);
}

/** For uninstallers: nobody is asked, and what Electron would keep goes to a folder that is deleted at the end. */
async function wipe(folder: string): Promise<void> {
  const place = mkdtempSync(join(tmpdir(), 'daylight-wipe-'));
  app.setPath('userData', place);
  try {
    await wipeCommand({ terminal, clock, random, places: registrar }, folder, { yes: true });
  } finally {
    // Also where a file of the agent could not be deleted: the program itself is about to go.
    await autostart().set(false);
    for (const path of [place, `${folder}-desktop`]) rmSync(path, { recursive: true, force: true });
  }
  app.exit(0);
}

function shellDeps(folder: string, userData: string) {
  const os = process.platform;
  const real = createRealPlatform({ folder, clock });
  return {
    ...{ electron, os, clock, random, folder, userData, agentVersion: AGENT_VERSION },
    platform: os === 'linux' ? real : { ...real, lock: powerLock(powerMonitor) },
    autostart: autostart(),
    pairing: pairing(folder),
    spoolKey: () => chooseSpoolKey({ safeStorage, os, folder, random }),
    pages: readPages,
    preload: here('./preload.cjs'),
    icons: here('./icons'),
    hasTrayHost: () => hasTrayHost(os, process.env),
    atLogin: options['at-login'] === true,
    forget: () => rmSync(userData, { recursive: true, force: true }),
  };
}

function ownProgram(): OwnProgram {
  const { platform: os, env, execPath } = process;
  return { os, env, execPath, appPath: app.isPackaged ? null : app.getAppPath() };
}

function autostart() {
  return createAutostart({ app, os: process.platform, env: process.env, command: ownCommand(ownProgram()) });
}

function pairing(folder: string) {
  const { XDG_CONFIG_HOME: configHome, LOCALAPPDATA: localAppData, APPDATA: appData } = readEnvironment(process.env);
  const place = { platform: process.platform, home: homedir(), configHome, localAppData, appData };
  const browsers = () => browsersFound(place);
  return createPairing({ dialog, folder, host: hostCommand(ownProgram()), registrar, browsers });
}

async function readPages(): Promise<WindowPage> {
  const window = await readWindowPage(here('../../window'));
  const enrol = await readWindowPage(here('./enrol'));
  if (window !== null && enrol !== null) return pageTable(window, enrol);
  throw new DaylightError('unavailable', say('failed.pages'), { remedy: say('failed.pagesRemedy') });
}

function here(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}

main().catch(async (error: unknown) => {
  const { code, line } = exitOf(error);
  terminal.complain(line);
  if (options.wipe !== true && options['self-test'] !== true && app.isReady()) {
    await dialog.showMessageBox({
      type: 'error',
      title: say('product.name'),
      message: say('failed.title'),
      detail: line,
    });
  }
  app.exit(code);
});
