import { chmod, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { whatIsThere, wipeFolder } from '../../../../agent/core/wipe.ts';
import { type HostCommand, hostCommand, ownCommand } from '../../../../agent/desktop/ownProgram.ts';
import { createPairing } from '../../../../agent/desktop/pairing.ts';
import { copyExtension } from '../../../../agent/platform/extensionCopy.ts';
import { installNativeHost } from '../../../../agent/platform/installNativeHost.ts';
import { chromiumIn } from '../../../../agent/platform/pairableBrowsers.ts';
import { createRegistrar } from '../../../../agent/platform/registrar.ts';
import { scratch } from '../../../support/agentKit.ts';
import { createElectronFake } from '../../../support/electronFake.ts';

const registrar = createRegistrar('linux');
const packaged: HostCommand = { works: true, command: ['/opt/Daylight/daylight', '--native-host'] };
const EXTENSION = ['_locales', '_locales/en', '_locales/en/messages.json', 'background.js', 'manifest.json'];
const PAIRED = ['browser-extension-chromium', 'browser-token', 'native-host', 'native-manifests.json'];

async function desktop(host: HostCommand = packaged, installed = true) {
  const place = await scratch();
  const fake = createElectronFake();
  const folder = join(place.folder, 'agent');
  const profile = join(place.folder, 'chromium');
  if (installed) await mkdir(profile);
  const browser = chromiumIn(profile, 'Chromium');
  const pairing = createPairing({
    ...{ dialog: fake.electron.dialog, folder, host, registrar },
    browsers: () => (installed ? [browser] : []),
  });
  return { ...{ fake, folder, profile, browser, pairing }, [Symbol.asyncDispose]: () => place[Symbol.asyncDispose]() };
}

test('pairing says first what it writes and what it is for; who cancels has nothing written', async () => {
  await using kit = await desktop();
  kit.fake.answer = 1;
  await kit.pairing.ask();
  expect(kit.fake.boxes).toHaveLength(1);
  expect(kit.fake.boxes[0]).toMatchObject({ buttons: ['Pair', 'Cancel'], defaultId: 1, cancelId: 1 });
  const said = kit.fake.boxes[0]?.detail ?? '';
  for (const sentence of [
    'Chromium: not paired.',
    'Without this every browser window counts as private, and no site is recorded.',
    `• ${kit.browser.place}: Chromium may start the next file, for this extension only`,
    `• ${join(kit.folder, 'native-host')}: passes on what the extension tells`,
    `• a secret in ${kit.folder} by which the agent knows it`,
    `• a copy of the extension in ${kit.folder}, from where you load it in the browser`,
  ]) {
    expect(said).toContain(sentence);
  }
  await expect(readdir(kit.folder)).rejects.toThrow('ENOENT');
  expect(await readdir(kit.profile)).toEqual([]);
});

test('the browser then starts the application itself, and is shown an extension that it can load; ending it leaves nothing', async () => {
  await using kit = await desktop();
  await kit.pairing.ask();
  expect(await readFile(join(kit.folder, 'native-host'), 'utf8')).toBe(
    `#!/bin/sh\nexec '/opt/Daylight/daylight' '--native-host' '${kit.folder}' "$@"\n`,
  );
  const extension = join(kit.folder, 'browser-extension-chromium');
  expect(kit.fake.boxes[1]).toMatchObject({ message: 'Chromium may now talk to Daylight.', buttons: ['Close'] });
  expect(kit.fake.boxes[1]?.detail).toContain(`choose "Load unpacked" and open ${extension}`);
  expect((await readdir(extension, { recursive: true })).sort()).toEqual(EXTENSION);
  expect((await readdir(kit.folder)).sort()).toEqual(PAIRED);

  kit.fake.answer = 1;
  await kit.pairing.ask();
  expect(kit.fake.boxes[2]?.buttons).toEqual(['Pair again', 'End the pairing', 'Cancel']);
  expect(kit.fake.boxes[2]?.detail).toContain('Chromium: paired. Whether the extension is loaded');
  expect(kit.fake.boxes[3]?.message).toBe('Chromium can no longer talk to Daylight.');
  expect([await readdir(kit.folder), await readdir(kit.profile)]).toEqual([[], []]);
});

test('a wipe takes the copy of the extension with the rest of the pairing', async () => {
  await using kit = await desktop();
  await kit.pairing.ask();
  expect(await whatIsThere(kit.folder, registrar)).toContain('browser-extension-chromium/background.js');
  expect(await wipeFolder(kit.folder, registrar)).toEqual({ filesRemoved: 7, left: [] });
  await expect(readdir(kit.folder)).rejects.toThrow('ENOENT');
  expect(await readdir(kit.profile)).toEqual([]);
});

test('where a browser could not talk to it, it is said why and what would help, and nothing dead is paired', async () => {
  const program = { env: {}, appPath: null };
  const places = [
    ['win32', 'C:\\Users\\Ada\\AppData\\Local\\Programs\\Daylight\\Daylight.exe', 'run "daylight-agent extension"'],
    ['darwin', '/private/var/folders/x/AppTranslocation/1/d/Daylight.app/Contents/MacOS/Daylight', 'into Applications'],
    ['darwin', '/Volumes/Daylight/Daylight.app/Contents/MacOS/Daylight', 'into Applications'],
  ] as const;
  for (const [os, execPath, remedy] of places) {
    await using kit = await desktop(hostCommand({ ...program, os, execPath }));
    await kit.pairing.ask();
    await kit.pairing.renew();
    expect(kit.fake.boxes).toHaveLength(1);
    expect(kit.fake.boxes[0]).toMatchObject({ message: 'Your browsers cannot be paired here.', buttons: ['Close'] });
    expect(kit.fake.boxes[0]?.detail).toContain(remedy);
    expect(await readdir(kit.profile)).toEqual([]);
  }
});

test('where it cannot pair, a pairing by the command line is shown all the same, and can be ended', async () => {
  await using kit = await desktop({ works: false, why: 'Not here.', remedy: 'Elsewhere.' });
  await installNativeHost({
    browser: kit.browser,
    agentFolder: kit.folder,
    hostCommand: ['node', 'nativeHost.js'],
    registrar,
  });
  await kit.pairing.ask();
  expect(kit.fake.boxes[0]?.buttons).toEqual(['End the pairing', 'Cancel']);
  expect(await readdir(kit.profile)).toEqual([]);
});

test('without a browser, or where the disk refuses, there is a sentence instead of silence', async () => {
  await using none = await desktop(packaged, false);
  await none.pairing.ask();
  expect(none.fake.boxes[0]?.detail).toContain('No browser was found that this user has started: start it once');
  await using kit = await desktop();
  await writeFile(kit.folder, 'a file where the folder should be');
  await kit.pairing.ask();
  expect(kit.fake.boxes.at(-1)?.message).toBe('Your browsers could not be paired.');
});

test('an application that was moved or updated is found by the browsers again when it starts, and so is its extension', async () => {
  await using kit = await desktop();
  await kit.pairing.ask();
  const moved: HostCommand = { works: true, command: ['/home/ada/Daylight-2.AppImage', '--native-host'] };
  const part = join(kit.folder, 'browser-extension-chromium', 'background.js');
  await writeFile(part, 'of an older version');
  const dialog = kit.fake.electron.dialog;
  const next = createPairing({
    ...{ dialog, folder: kit.folder, host: moved, registrar },
    browsers: () => [kit.browser],
  });
  await next.renew();
  expect(await readFile(join(kit.folder, 'native-host'), 'utf8')).toContain("exec '/home/ada/Daylight-2.AppImage' ");
  expect(await readFile(part, 'utf8')).toBe(await readFile('agent/browser-extension/background.js', 'utf8'));
});

test('a start of the application pairs nobody, and leaves what the command line has paired as it is', async () => {
  await using kit = await desktop();
  await kit.pairing.renew();
  await expect(readdir(kit.folder)).rejects.toThrow('ENOENT');
  await installNativeHost({
    browser: kit.browser,
    agentFolder: kit.folder,
    hostCommand: ['node', 'nativeHost.js'],
    registrar,
  });
  const before = await readFile(join(kit.folder, 'native-host'), 'utf8');
  await kit.pairing.renew();
  expect(await readFile(join(kit.folder, 'native-host'), 'utf8')).toBe(before);
  expect((await readdir(kit.folder)).sort()).toEqual(PAIRED.slice(1));
});

test('the extension is copied whole, for this account only', async () => {
  await using place = await scratch();
  const from = join(place.folder, 'from');
  await mkdir(from);
  await mkdir(join(from, '_locales', 'en'), { recursive: true });
  for (const part of [...EXTENSION.slice(2), 'other.js']) await writeFile(join(from, part), part);
  await chmod(from, 0o755);
  const folder = await copyExtension('firefox', join(place.folder, 'agent'), from);
  expect((await readdir(folder, { recursive: true })).sort()).toEqual(EXTENSION);
  await rm(join(from, 'background.js'));
  await expect(copyExtension('firefox', join(place.folder, 'agent'), from)).rejects.toThrow('ENOENT');
});

test('what starts this program again: an AppImage by its own file, and no other program that was started from one', () => {
  const linux = { os: 'linux', appPath: null } as const;
  const env = { APPIMAGE: '/home/ada/Daylight.AppImage', APPDIR: '/tmp/.mount_Dayl1' };
  expect(ownCommand({ ...linux, env, execPath: '/tmp/.mount_Dayl1/daylight' })).toEqual([
    '/home/ada/Daylight.AppImage',
  ]);
  const others = { APPIMAGE: '/home/ada/Browser.AppImage', APPDIR: '/tmp/.mount_Brow2' };
  expect(ownCommand({ ...linux, env: others, execPath: '/opt/Daylight/daylight' })).toEqual(['/opt/Daylight/daylight']);
  expect(hostCommand({ ...linux, env: {}, execPath: '/n/electron', appPath: '/src' })).toEqual({
    works: true,
    command: ['/n/electron', '/src', '--native-host'],
  });
  expect(
    hostCommand({
      os: 'darwin',
      env: {},
      execPath: '/Applications/Daylight.app/Contents/MacOS/Daylight',
      appPath: null,
    }),
  ).toEqual({
    works: true,
    command: ['/Applications/Daylight.app/Contents/MacOS/Daylight', '--native-host'],
  });
});
