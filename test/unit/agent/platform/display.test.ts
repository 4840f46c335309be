import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { createWindowSensor } from '../../../../agent/platform/activeWindow.ts';
import { createInputSensor } from '../../../../agent/platform/input.ts';
import { createLockSensor } from '../../../../agent/platform/lock.ts';
import { createRealPlatform } from '../../../../agent/platform/real.ts';
import { createScreenSensor } from '../../../../agent/platform/screen.ts';
import { createSystemClock } from '../../../../agent/platform/system.ts';
import { loopTimeOf } from '../../../support/loopTime.ts';

const onLinux = process.platform === 'linux';

it.runIf(onLinux).each([
  [{ XDG_SESSION_TYPE: 'wayland', WAYLAND_DISPLAY: 'wayland-0', DISPLAY: ':0' }, 'Wayland'],
  [{ WAYLAND_DISPLAY: 'wayland-0' }, 'Wayland'],
  [{ XDG_SESSION_TYPE: 'tty' }, 'DISPLAY is not set'],
  [{}, 'DISPLAY is not set'],
])('every sensor that needs a display says in words why it cannot work with %j', async (env, why) => {
  const all = [createWindowSensor(env), createInputSensor(env), createScreenSensor('/nonexistent', env)];
  for (const sensor of all) {
    const availability = await sensor.availability();
    expect(availability).toMatchObject({ works: false, why: expect.stringContaining(why) });
    expect(availability.works ? '' : availability.remedy).not.toBe('');
  }
});

it.runIf(onLinux)('a missing command is named together with the package that brings it', async () => {
  const empty = await mkdtemp(join(tmpdir(), 'daylight-path-'));
  onTestFinished(() => rm(empty, { recursive: true }));
  const env = { DISPLAY: ':0', XDG_SESSION_TYPE: 'x11', PATH: empty };
  const words = await Promise.all(
    [createWindowSensor(env), createScreenSensor(empty, env), createLockSensor(env)].map((sensor) =>
      sensor.availability(),
    ),
  );
  expect(words.map((word) => (word.works ? 'works' : `${word.why} | ${word.remedy}`))).toEqual([
    expect.stringMatching(/xprop is not installed.*apt-get install x11-utils/),
    expect.stringMatching(/import is not installed.*apt-get install imagemagick/),
    expect.stringMatching(/dbus-monitor is not installed.*apt-get install dbus-bin/),
  ]);
});

it.runIf(onLinux).each([
  ['refuses at first, as one without any other client does while it begins anew', 'once', 'works'],
  ['always refuses', 'always', 'the display :0 does not answer or refuses this user'],
  ['never answers', 'hang', 'the display :0 does not answer in time'],
])(
  'a display that %s: no sensor is given up too early, and none is waited for longer than five seconds',
  async (_what, how, said) => {
    const folder = await mkdtemp(join(tmpdir(), 'daylight-path-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    // Stands in for the X server: xprop is all that is asked.
    const answers = {
      once: 'mkdir "$0.asked" 2> /dev/null && exit 1; exit 0',
      always: 'exit 1',
      hang: 'exec sleep 20',
    };
    const script = `#!/bin/sh\n${answers[how as keyof typeof answers]}\n`;
    await writeFile(join(folder, 'xprop'), script, { mode: 0o755 });
    const env = { DISPLAY: ':0', XDG_SESSION_TYPE: 'x11', PATH: `${folder}:/usr/bin:/bin` };
    const asked = createInputSensor(env).availability();
    expect(await loopTimeOf(asked)).toBeLessThan(5_000);
    const availability = await asked;
    expect(availability.works ? 'works' : availability.why).toContain(said);
  },
);

it('making the sensors touches nothing in a folder that nobody has looked at yet', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'daylight-captures-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const name of ['captures', 'daylight-captures']) {
    await mkdir(join(folder, name));
    await writeFile(join(folder, name, 'holiday.png'), 'a picture');
  }
  createRealPlatform({ folder, clock: createSystemClock() });
  await setTimeout(100);
  expect((await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.png'))).toHaveLength(2);
});

it.runIf(onLinux)('where locking cannot be observed, it says so and what follows', async () => {
  const { DBUS_SESSION_BUS_ADDRESS: _none, ...env } = process.env;
  const availability = await createLockSensor(env).availability();
  expect(availability).toMatchObject({ works: false, why: expect.stringContaining('counts as a lock') });
});
