import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createWindowSensor } from '../../../agent/platform/activeWindow.ts';
import { type Desktop, desktopMissing, startDesktop, until } from '../../support/desktop.ts';
import { desktopTests, withEnvironment } from '../../support/desktopTests.ts';

const run = promisify(execFile);

desktopTests('the window sensor, on real windows', desktopMissing(), () => {
  let desktop: Desktop;
  let restore: () => void;

  beforeAll(async () => {
    desktop = await startDesktop();
    // active-win's own children take the environment of this process.
    restore = withEnvironment(desktop.env);
  });
  afterAll(async () => {
    restore?.();
    await desktop?.stop();
  });

  it('works here', async () => {
    expect(await createWindowSensor(desktop.env).availability()).toEqual({ works: true });
  });

  it('there is no window in front of an empty desktop, and none visible', async () => {
    const sensor = createWindowSensor(desktop.env);
    expect({ active: await sensor.active(), visible: await sensor.visible() }).toEqual({ active: null, visible: [] });
  });

  it.each([
    ['a plain one', 'Budget 2027'],
    ['one with an equals sign', 'a = b, query?x=1&y=2'],
    ['one with quotes and backslashes', 'say "hello" \\ C:\\temp'],
    ['one outside ASCII', 'Zürich — 東京 ✓'],
    ['one that looks like a property', '_NET_WM_PID(CARDINAL) = 1'],
  ])('gives the title as it is: %s', async (_kind, title) => {
    const window = await desktop.openWindow(title, { class: 'Ledger' });
    expect(await createWindowSensor(desktop.env).active()).toEqual({ app: 'Ledger', program: 'xterm', title });
    await window.close();
  });

  it('names the program after its executable, whatever class the window chooses', async () => {
    const window = await desktop.openWindow('vault', { class: 'Innocent', program: 'KeePassXC' });
    const active = await createWindowSensor(desktop.env).active();
    expect(active).toEqual({ app: 'Innocent', program: 'keepassxc', title: 'vault' });
    await window.close();
  });

  it('lists what is visible, front first, without what is minimised', async () => {
    const sensor = createWindowSensor(desktop.env);
    const first = await desktop.openWindow('first', { class: 'One' });
    const second = await desktop.openWindow('second = 2', { class: 'Two' });
    const third = await desktop.openWindow('third', { class: 'Three', program: 'keepass' });
    await desktop.focus(first);
    expect((await sensor.visible()).map(({ app, program, title }) => [app, program, title])).toEqual([
      ['One', 'xterm', 'first'],
      ['Three', 'keepass', 'third'],
      ['Two', 'xterm', 'second = 2'],
    ]);
    await desktop.minimise(third);
    await expect.poll(async () => (await sensor.visible()).map(({ title }) => title)).toEqual(['first', 'second = 2']);
    for (const window of [first, second, third]) await window.close();
  });

  it('a window that is on the screen counts, whatever desktop it says it is on; one on a desktop out of sight does not', async () => {
    const sensor = createWindowSensor(desktop.env);
    const onOtherMonitor = await desktop.openWindow('other monitor', { program: 'keepassxc' });
    const away = await desktop.openWindow('away');
    const front = await desktop.openWindow('front');
    // As under i3, bspwm or xmonad, where each monitor shows a desktop of its own.
    const desktopNumber = ['-f', '_NET_WM_DESKTOP', '32c', '-set', '_NET_WM_DESKTOP', '1'];
    await run('xprop', ['-id', onOtherMonitor.id, ...desktopNumber], { env: desktop.env });
    await run('xdotool', ['set_desktop_for_window', away.id, '1'], { env: desktop.env });
    const titles = async () => (await sensor.visible()).map(({ title }) => title);
    await until('the window to be away', async () => ((await titles()).includes('away') ? null : true));
    expect(await titles()).toEqual(['front', 'other monitor']);
    for (const window of [onOtherMonitor, away, front]) await window.close();
  });

  it('fails rather than calling an unreadable list of windows an empty one', async () => {
    const blind = createWindowSensor({ ...desktop.env, DISPLAY: ':98' });
    await expect(blind.visible()).rejects.toThrow();
  });
});
