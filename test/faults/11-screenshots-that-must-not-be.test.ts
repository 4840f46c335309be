import { expect, test } from 'vitest';
import type { ActiveWindow, Platform } from '../../agent/core/ports.ts';
import { createScriptedPlatform, type ScriptEvent } from '../../agent/platform/scripted.ts';
import { HOUR, MINUTE } from '../../shared/time.ts';
import { atTheEditor, onAPage, script, typing } from '../support/days/moments.ts';
import { createRig, EVERYTHING } from '../support/recording.ts';

const secret: ActiveWindow = { app: 'KeePassXC', program: 'keepassxc', title: 'Passwords' };
const browser: ActiveWindow = { app: 'Firefox', program: 'firefox', title: 'Anything' };

async function screenshotsOf(
  events: readonly ScriptEvent[],
  change: (platform: Platform) => Platform = (same) => same,
) {
  const day = script([...events, typing]);
  const rig = await createRig({ platform: (clock) => change(createScriptedPlatform(day, clock)), levels: EVERYTHING });
  await rig.recorder.start();
  await rig.clock.advance(HOUR);
  return { ...rig, taken: rig.recorded('screenshot').length + rig.spool.held().length };
}

test('a picture is taken at the editor and on a page that the extension knows, at most one in five minutes, each announced', async () => {
  for (const scene of [atTheEditor, onAPage]) {
    const { taken, recorded, said } = await screenshotsOf(scene);
    expect(taken).toBeGreaterThan(3);
    expect(said.filter((line) => line.includes('took a picture'))).toHaveLength(taken);
    const times = recorded('screenshot').map(({ at }) => at);
    for (const [index, at] of times.entries()) expect(at - (times[index - 1] ?? 0)).toBeGreaterThanOrEqual(5 * MINUTE);
  }
});

test.each<[string, readonly ScriptEvent[]]>([
  ['a password manager in front', [...atTheEditor, { at: 0, do: 'front', ...secret }]],
  ['a password manager on a second monitor', [...atTheEditor, { at: 0, do: 'others', windows: [secret] }]],
  [
    'a lock screen on a second monitor',
    [...atTheEditor, { at: 0, do: 'others', windows: [{ app: 'i3lock', program: 'i3lock', title: null }] }],
  ],
  ['a browser behind the editor', [...atTheEditor, { at: 0, do: 'others', windows: [browser] }]],
  [
    'a second window of the browser in front',
    [...onAPage, { at: 0, do: 'others', windows: [{ ...browser, program: 'chromium' }] }],
  ],
  ['a browser of which the extension says nothing', [...onAPage, { at: 0, do: 'no_tab' }]],
  [
    'a page about health',
    [
      ...onAPage,
      {
        at: 0,
        do: 'tab',
        browser: 'chromium',
        url: 'https://www.nhs.uk/depression',
        title: 'Timers | Node.js',
        private: false,
        focused: true,
      },
    ],
  ],
  [
    'a private window',
    [...onAPage, { at: 0, do: 'tab', browser: 'chromium', url: null, title: null, private: true, focused: true }],
  ],
  ['nothing in front', [...atTheEditor, { at: 0, do: 'nothing_in_front' }]],
  ['no picture from the system', [...atTheEditor, { at: 0, do: 'picture', name: null }]],
])('no image with %s', async (_name, scene) => {
  const { taken, said } = await screenshotsOf(scene);
  expect([taken, said]).toEqual([0, []]);
});

/** Something happens while the picture is being taken. */
function duringCapture(happen: (platform: Platform) => void) {
  return (platform: Platform): Platform => ({
    ...platform,
    screen: {
      ...platform.screen,
      async capture(level) {
        const image = await platform.screen.capture(level);
        happen(platform);
        return image;
      },
    },
  });
}

test('no image when an excluded window comes up while it is being taken', async () => {
  let isUp = false;
  const { taken } = await screenshotsOf(atTheEditor, (platform) => {
    const disturbed = duringCapture(() => (isUp = true))(platform);
    const visible = async () => [...(await platform.window.visible()), ...(isUp ? [secret] : [])];
    return { ...disturbed, window: { ...platform.window, visible } };
  });
  expect([taken, isUp]).toEqual([0, true]);
});

test('no image when the screen is locked while it is being taken', async () => {
  let lockNow = (): void => undefined;
  const { taken, recorder } = await screenshotsOf(atTheEditor, (platform) => ({
    ...duringCapture(() => lockNow())(platform),
    lock: {
      availability: async () => ({ works: true }),
      async start(onChange) {
        lockNow = () => onChange(true);
        return async () => undefined;
      },
    },
  }));
  expect([taken, recorder.status().state]).toEqual([0, 'locked']);
});

test('a screenshot waits for its review, and one that the employee drops is gone and counted', async () => {
  const day = script([...atTheEditor, typing]);
  const rig = await createRig({ platform: (clock) => createScriptedPlatform(day, clock), levels: EVERYTHING });
  await rig.recorder.start();
  for (let minute = 0; minute < 30 && rig.spool.held().length === 0; minute += 1) await rig.clock.advance(MINUTE);
  const [held] = rig.spool.held();
  const dropped = await rig.recorder.dropScreenshot(held!.observation.image);
  const again = await rig.recorder.dropScreenshot(held!.observation.image);
  await rig.recorder.stop();
  await rig.clock.advance(10 * MINUTE);

  expect([dropped.ok, again.ok]).toEqual([true, false]);
  expect(rig.recorded('screenshot')).toEqual([]);
  expect(rig.spool.waiting().dropped).toEqual([{ parameter: 'screenshot', cause: 'dropped_by_employee', count: 1 }]);
});
