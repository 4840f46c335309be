import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { PassThrough } from 'node:stream';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { nativeHostArguments, runNativeHost } from '../../../../agent/desktop/nativeHost.ts';
import { NATIVE_HOST } from '../../../../agent/desktop/ownProgram.ts';
import { createBrowserSensor } from '../../../../agent/platform/browser.ts';
import { EXTENSION_ORIGIN } from '../../../../agent/platform/extensionId.ts';
import { installNativeHost } from '../../../../agent/platform/installNativeHost.ts';
import { createNativeDecoder, encodeNativeFrame } from '../../../../agent/platform/nativeFrame.ts';
import { chromiumIn } from '../../../../agent/platform/pairableBrowsers.ts';
import { createSystemClock } from '../../../../agent/platform/system.ts';
import { until } from '../../../support/desktop.ts';
import { createElectronFake } from '../../../support/electronFake.ts';

const root = resolve(import.meta.dirname, '../../../..');
const word = { browser: 'chromium', private: false, focused: true, url: 'https://example.org/', title: 'Example' };
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daylight-packaged-host-'));
  return () => rm(folder, { recursive: true, force: true });
});

const isWindows = process.platform === 'win32';

test.skipIf(isWindows)(
  'a browser that starts the packaged application is answered by the relay alone: no lock, no window, no tray, nothing drawn',
  async () => {
    const host = await startApplication();
    const sensor = createBrowserSensor({ folder, clock: createSystemClock() });
    onTestFinished(await sensor.start());
    await until('the host to be told to listen', () => (host.said.at(-1) === 'listen' ? true : null));
    host.child.stdin.write(encodeNativeFrame(word));
    expect(await until('the word', () => sensor.tab())).toMatchObject({ title: 'Example', focused: true });
    const [place] = await readdir(host.temporary);
    host.child.stdin.end();
    expect([await host.ended, host.errors()]).toEqual([0, '']);
    expect(await host.used()).toEqual([
      `app.setPath userData ${join(host.temporary, place ?? '')}`,
      'app.disableHardwareAcceleration',
      'app.commandLine.appendSwitch disable-gpu',
      'app.commandLine.appendSwitch disable-software-rasterizer',
      'app.exit 0',
    ]);
    expect(await readdir(host.temporary)).toEqual([]);
  },
);

test.skipIf(isWindows)('started for another extension it says so, ends, and is no second shell', async () => {
  const host = await startApplication('chrome-extension://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/');
  expect(await host.ended).toBe(2);
  expect(host.errors()).toBe(
    'daylight native host: this command is for the Daylight browser extension, and starts with it\n',
  );
  expect((await host.used()).at(-1)).toBe('app.exit 2');
  expect(await readdir(host.temporary)).toEqual([]);
});

test.skipIf(isWindows)('ended from outside it leaves nothing behind', async () => {
  const host = await startApplication();
  await until('the host to run', async () => ((await readdir(host.temporary)).length > 0 ? true : null));
  await until('its signals', async () => ((await host.used()).length >= 4 ? true : null));
  host.child.kill('SIGTERM');
  expect(await host.ended).toBe(0);
  expect(await readdir(host.temporary)).toEqual([]);
});

test('only the word of our launcher makes it the native host, after switches that Chromium was given', () => {
  const [origin, data] = [EXTENSION_ORIGIN, '/home/me/data'];
  expect(nativeHostArguments(['daylight', NATIVE_HOST, data, origin])).toEqual([data, origin]);
  expect(nativeHostArguments(['electron', '--no-sandbox', '.', NATIVE_HOST, data])).toEqual([data]);
  expect(nativeHostArguments(['daylight', '--data', data, origin])).toBeNull();
});

test('on Windows, where Electron has no input, it says so and ends at once instead of being deaf', () => {
  const { electron, app } = createElectronFake();
  const complaints: string[] = [];
  const [input, output] = [new PassThrough(), new PassThrough()];
  const complain = (line: string) => void complaints.push(line);
  runNativeHost({ app: electron.app, os: 'win32', input, output, complain }, [folder, EXTENSION_ORIGIN]);
  expect([app.exited, complaints]).toEqual([
    2,
    ['daylight native host: on Windows this application cannot be the native host; see docs/BROWSER-EXTENSION.md'],
  ]);
});

/**
 * Starts the real entry of the desktop as a browser does, by the launcher in the manifest, in a process of its own. Electron is
 * stood for by one that writes down what is done with it.
 */
async function startApplication(from: string = EXTENSION_ORIGIN) {
  const [temporary, trace] = [join(folder, 'tmp'), join(folder, 'trace')];
  await mkdir(temporary);
  const preload = join(root, 'test/support/electronTraced.mjs');
  const main = join(root, 'agent/desktop/main.ts');
  const { launcher } = await installNativeHost({
    browser: chromiumIn(join(folder, 'profile')),
    agentFolder: folder,
    hostCommand: [
      ...([process.execPath, '--import', import.meta.resolve('tsx'), '--import', preload, main] as const),
      NATIVE_HOST,
    ],
  });
  const child = spawn(launcher, [from], {
    env: { ...process.env, TMPDIR: temporary, TSX_DISABLE_CACHE: '1', ELECTRON_TRACE: trace },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const said: string[] = [];
  const decode = createNativeDecoder();
  child.stdout.on('data', (chunk: Buffer) => {
    for (const message of decode(chunk)) said.push((message as { say: string }).say);
  });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString('utf8');
  });
  child.stdin.on('error', () => undefined);
  return {
    ...{ child, said, temporary },
    errors: () => errors,
    ended: once(child, 'close').then(([code]) => code as number | null),
    used: async () => (await readFile(trace, 'utf8').catch(() => '')).split('\n').filter((line) => line !== ''),
  };
}
