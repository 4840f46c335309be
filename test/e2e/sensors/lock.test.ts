import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { commandExists } from '../../../agent/platform/display.ts';
import { createLockSensor } from '../../../agent/platform/lock.ts';
import { until } from '../../support/desktop.ts';
import { desktopTests } from '../../support/desktopTests.ts';
import { type SessionBus, startSessionBus } from '../../support/screenSaver.ts';

const missing = Object.entries({ 'dbus-daemon': 'dbus-daemon', 'dbus-monitor': 'dbus-bin', 'dbus-send': 'dbus-bin' })
  .filter(([command]) => !commandExists(process.env, command))
  .map(([, pack]) => pack);

desktopTests('the lock sensor, on a real session bus', [...new Set(missing)], () => {
  let bus: SessionBus;
  let env: NodeJS.ProcessEnv;

  beforeEach(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'daylight-bus-'));
    bus = await startSessionBus(folder);
    env = { ...process.env, DBUS_SESSION_BUS_ADDRESS: bus.address };
    return async () => {
      await bus.stop();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    };
  });

  it('says that it cannot observe a desktop without a screen saver, and what follows', async () => {
    const sensor = createLockSensor(env);
    expect(await sensor.availability()).toMatchObject({
      works: false,
      why: expect.stringContaining('a pause in input longer than the idle time counts as a lock'),
    });
    await expect(sensor.start(() => undefined)).rejects.toThrow('cannot be observed');
  });

  it.each([
    ['org.gnome.ScreenSaver', '/org/gnome/ScreenSaver'],
    ['org.freedesktop.ScreenSaver', '/ScreenSaver'],
  ])('tells the state now and each change of it: %s', async (name, path) => {
    const saver = await bus.startScreenSaver(name, path);
    const sensor = createLockSensor(env);
    expect(await sensor.availability()).toEqual({ works: true });
    const told: boolean[] = [];
    const stop = await sensor.start((locked) => told.push(locked));
    onTestFinished(stop);
    for (const active of [true, false, true]) {
      saver.setActive(active);
      await until('the change', () => (told.at(-1) === active ? true : null));
    }
    expect(told).toEqual([false, true, false, true]);
    await stop();
    saver.setActive(false);
    expect(told).toEqual([false, true, false, true]);
  });

  it('begins as locked when the screen is locked', async () => {
    const saver = await bus.startScreenSaver('org.gnome.ScreenSaver', '/org/gnome/ScreenSaver');
    saver.setActive(true);
    const told: boolean[] = [];
    onTestFinished(await createLockSensor(env).start((locked) => told.push(locked)));
    expect(told).toEqual([true]);
  });

  it('counts as locked while the screen saver is gone, and asks it when it comes back', async () => {
    const saver = await bus.startScreenSaver('org.gnome.ScreenSaver', '/org/gnome/ScreenSaver');
    const told: boolean[] = [];
    onTestFinished(await createLockSensor(env).start((locked) => told.push(locked)));
    saver.quit();
    await until('the lock', () => (told.at(-1) === true ? true : null));
    await bus.startScreenSaver('org.gnome.ScreenSaver', '/org/gnome/ScreenSaver');
    await until('the unlocked state', () => (told.at(-1) === false ? true : null));
    expect(told).toEqual([false, true, false]);
  });

  it('counts as locked while the bus, heard before, cannot be heard', async () => {
    await bus.startScreenSaver('org.gnome.ScreenSaver', '/org/gnome/ScreenSaver');
    const told: boolean[] = [];
    onTestFinished(await createLockSensor(env).start((locked) => told.push(locked)));
    expect(told).toEqual([false]);
    await bus.stop();
    await until('the lock', () => (told.at(-1) === true ? true : null));
  });
});
