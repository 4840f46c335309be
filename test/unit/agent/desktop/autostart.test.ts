import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createAutostart } from '../../../../agent/desktop/autostart.ts';
import { hasTrayHost } from '../../../../agent/desktop/trayHost.ts';
import { scratch } from '../../../support/agentKit.ts';
import { createElectronFake } from '../../../support/electronFake.ts';

test('on Linux it is a file of the XDG Autostart specification, there while it is on, quoted whatever the path', async () => {
  await using place = await scratch();
  const { app } = createElectronFake().electron;
  const command: [string, string] = ['/opt/My "Daylight" $HOME/day\\light', '100%'];
  const autostart = createAutostart({ app, os: 'linux', env: { XDG_CONFIG_HOME: place.folder }, command });
  expect(await autostart.isOn()).toBe(false);
  await autostart.set(true);
  expect(await autostart.isOn()).toBe(true);
  const entry = await readFile(join(place.folder, 'autostart', 'org.daylight.agent.desktop'), 'utf8');
  expect(entry).toContain(String.raw`Exec="/opt/My \\"Daylight\\" \\$HOME/day\\\\light" "100%%" "--at-login"` + '\n');
  await autostart.set(false);
  expect(await autostart.isOn()).toBe(false);
});

test.each(['win32', 'darwin'] as const)('on %s the system keeps it, off until it is switched on', async (os) => {
  const { electron } = createElectronFake();
  const autostart = createAutostart({ app: electron.app, os, env: {}, command: ['daylight'] });
  expect(await autostart.isOn()).toBe(false);
  await autostart.set(true);
  expect(await autostart.isOn()).toBe(true);
});

test('without a session bus no icon is taken for shown on Linux; macOS and Windows always show it', async () => {
  expect(await hasTrayHost('linux', { PATH: process.env.PATH })).toBe(false);
  expect(await hasTrayHost('darwin', {})).toBe(true);
  expect(await hasTrayHost('win32', {})).toBe(true);
});
