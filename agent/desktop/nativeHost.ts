import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { relay } from '../nativeRelay.ts';
import type { App } from './electron.ts';
import { NATIVE_HOST } from './ownProgram.ts';

/** What a browser has given the program that it started as native host; null when no browser did. What stands before are switches of Chromium. */
export function nativeHostArguments(argv: readonly string[]): readonly string[] | null {
  const at = argv.indexOf(NATIVE_HOST);
  return at < 0 ? null : argv.slice(at + 1);
}

export interface NativeHostDeps {
  readonly app: Pick<App, 'setPath' | 'disableHardwareAcceleration' | 'commandLine' | 'exit'>;
  readonly os: NodeJS.Platform;
  readonly input: Readable;
  readonly output: Writable;
  readonly complain: (line: string) => void;
}

/**
 * The relay between a browser and the agent, and nothing else: this process takes no lock, opens no window and no tray, and
 * draws nothing. Several run beside the shell, one for each browser. What Electron keeps while it runs goes with it.
 */
export function runNativeHost(deps: NativeHostDeps, args: readonly string[]): void {
  const { app, os, input, output, complain } = deps;
  const place = mkdtempSync(join(tmpdir(), 'daylight-native-host-'));
  const end = (code: number, problem?: string): void => {
    if (problem !== undefined) complain(`daylight native host: ${problem}`);
    rmSync(place, { recursive: true, force: true });
    app.exit(code);
  };
  app.setPath('userData', place);
  app.disableHardwareAcceleration();
  for (const drawing of ['disable-gpu', 'disable-software-rasterizer']) app.commandLine.appendSwitch(drawing);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => end(0));
  // Electron's input ends at once there, and the browser would start it again and again.
  if (os === 'win32') end(2, 'on Windows this application cannot be the native host; see docs/BROWSER-EXTENSION.md');
  else relay(args, { input, output, end });
}
