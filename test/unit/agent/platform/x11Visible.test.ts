import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createWindowSensor } from '../../../../agent/platform/activeWindow.ts';

const onLinux = process.platform === 'linux';
const VIEWABLE = 'echo "  Map State: IsViewable"';
const UNMAPPED = 'echo "  Map State: IsUnMapped"';

/** A window in a shell script: what xprop and what xwininfo do when asked for it. */
interface Written {
  readonly xprop: string;
  readonly xwininfo: string;
}

const code: Written = { xprop: properties('Code', 'notes.md', { desktop: 0 }), xwininfo: VIEWABLE };

function properties(name: string, title: string, { desktop = 0, state = '', machine = hostname() } = {}): string {
  return [
    `WM_CLASS(STRING) = "${name.toLowerCase()}", "${name}"`,
    '_NET_WM_PID:  not found.',
    `_NET_WM_STATE(ATOM) = ${state}`,
    `_NET_WM_DESKTOP(CARDINAL) = ${desktop}`,
    `WM_CLIENT_MACHINE(STRING) = "${machine}"`,
    `_NET_WM_NAME(UTF8_STRING) = "${title}"`,
  ]
    .map((line) => `echo '${line}'`)
    .join('; ');
}

/** A desktop whose xprop and xwininfo say what is written here, as i3 would: the desktop in front is number 0. */
async function visible(...windows: readonly Written[]) {
  const folder = await mkdtemp(join(tmpdir(), 'daylight-x11-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const ids = windows.map((_, at) => `0x${at + 1}00`);
  const cases = (of: keyof Written) => windows.map((window, at) => `"-id ${ids[at]} "*) ${window[of]};;`).join('\n');
  const root = [
    `"-root _NET_CLIENT_LIST_STACKING") echo '_NET_CLIENT_LIST_STACKING(WINDOW): window id # ${ids.join(', ')}';;`,
    `"-root _NET_CURRENT_DESKTOP") echo '_NET_CURRENT_DESKTOP(CARDINAL) = 0';;`,
  ].join('\n');
  const scripts = { xprop: `${root}\n${cases('xprop')}`, xwininfo: cases('xwininfo') };
  for (const [name, body] of Object.entries(scripts)) {
    await writeFile(join(folder, name), `#!/bin/sh\ncase "$*" in\n${body}\nesac\n`);
    await chmod(join(folder, name), 0o755);
  }
  const sensor = createWindowSensor({ ...process.env, PATH: `${folder}:${process.env.PATH}` });
  return sensor.visible();
}

it.runIf(onLinux)('a window on the desktop of the other monitor is visible, as i3 and bspwm show it', async () => {
  const other: Written = { xprop: properties('KeePassXC', 'Passwords', { desktop: 1 }), xwininfo: VIEWABLE };
  const found = await visible(other, code);
  expect(found.map(({ program, title }) => [program, title])).toEqual([
    ['code', 'notes.md'],
    ['keepassxc', 'Passwords'],
  ]);
});

it.runIf(onLinux)('a window that the server does not show is not visible, and neither is a minimised one', async () => {
  const elsewhere: Written = { xprop: properties('Away', 'away', { desktop: 1 }), xwininfo: UNMAPPED };
  const minimised: Written = {
    xprop: properties('Small', 'small', { state: '_NET_WM_STATE_HIDDEN' }),
    xwininfo: VIEWABLE,
  };
  expect((await visible(elsewhere, minimised, code)).map(({ program }) => program)).toEqual(['code']);
});

it.runIf(onLinux)('the title bar of a shaded window counts', async () => {
  const state = '_NET_WM_STATE_SHADED, _NET_WM_STATE_HIDDEN';
  const shaded: Written = { xprop: properties('KeePassXC', 'Passwords', { state }), xwininfo: UNMAPPED };
  expect((await visible(shaded)).map(({ program }) => program)).toEqual(['keepassxc']);
});

it.runIf(onLinux)('a title that looks like a map state hides nothing', async () => {
  const sly: Written = {
    xprop: properties('KeePassXC', 'Passwords'),
    xwininfo: `echo 'xwininfo: Window id: 0x100 "a'; echo '  Map State: IsUnMapped'; ${VIEWABLE}`,
  };
  expect((await visible(sly)).map(({ program }) => program)).toEqual(['keepassxc']);
});

it.runIf(onLinux).each([
  ['xprop fails', { ...code, xprop: 'exit 1' }],
  ['xprop says nothing', { ...code, xprop: 'true' }],
  ['xwininfo fails', { ...code, xwininfo: 'exit 1' }],
  ['xwininfo says nothing', { ...code, xwininfo: 'true' }],
  ['the display is lost', { ...code, xprop: 'echo "xprop:  unable to open display" >&2; exit 1' }],
])('the list is unknown when %s', async (_how, window) => {
  await expect(visible(window, code)).rejects.toThrow();
});

it.runIf(onLinux)('a window that has gone in the meantime is not there', async () => {
  const gone: Written = {
    xprop: 'echo "X Error of failed request:  BadWindow (invalid Window parameter)" >&2; exit 1',
    xwininfo: 'echo "xwininfo: error: No such window with id 0x100." >&2; exit 1',
  };
  expect((await visible(gone, code)).map(({ program }) => program)).toEqual(['code']);
});

it.runIf(onLinux)('the process number of another machine says nothing about this one', async () => {
  const own = properties('XTerm', 'remote', { machine: 'elsewhere.example' });
  const remote: Written = {
    xprop: own.replace('_NET_WM_PID:  not found.', `_NET_WM_PID(CARDINAL) = ${process.pid}`),
    xwininfo: VIEWABLE,
  };
  expect(await visible(remote)).toEqual([{ app: 'XTerm', program: 'xterm', title: 'remote', remote: true }]);
});
