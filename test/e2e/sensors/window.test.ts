import { afterAll, beforeAll, expect, it } from 'vitest';
import { createWindowSensor } from '../../../agent/platform/activeWindow.ts';
import { type Desktop, desktopMissing, startDesktop } from '../../support/desktop.ts';
import { desktopTests, withEnvironment } from '../../support/desktopTests.ts';

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
    expect((await sensor.visible()).map(({ title }) => title)).toEqual(['first', 'second = 2']);
    for (const window of [first, second, third]) await window.close();
  });

  it('fails rather than calling an unreadable list of windows an empty one', async () => {
    const blind = createWindowSensor({ ...desktop.env, DISPLAY: ':98' });
    await expect(blind.visible()).rejects.toThrow();
  });
});
