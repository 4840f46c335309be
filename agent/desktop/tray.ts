import { join } from 'node:path';
import type { MenuItemConstructorOptions } from 'electron';
import { assertNever } from '../../shared/errors.ts';
import type { Clock } from '../core/ports.ts';
import { nearTime } from '../strings/format.ts';
import { say } from '../strings/say.ts';
import type { ElectronParts, TrayIcon } from './electron.ts';
import {
  type TrayAction,
  type TrayEntry,
  type TrayIconName,
  type TrayView,
  trayIcon,
  trayMenu,
  trayWords,
} from './trayMenu.ts';

/** The icon, which is what shows the person that recording is on. */
export interface ShellTray {
  show(view: TrayView): void;
  /** The icon exists, and the desktop shows icons. */
  isShown(): boolean;
  close(): void;
}

export interface ShellTrayDeps {
  readonly electron: Pick<ElectronParts, 'Tray' | 'Menu' | 'nativeTheme'>;
  readonly os: NodeJS.Platform;
  readonly clock: Clock;
  /** The folder of the drawn icons. */
  readonly icons: string;
  readonly act: (action: TrayAction) => void;
  /** Whether the desktop shows icons at all; asked now and every HOST_MS. */
  readonly hasHost: () => Promise<boolean>;
  /** `isShown` says something else than before. */
  readonly onShown: () => void;
}

/** An icon that the desktop stops showing is missed so soon. */
export const HOST_MS = 10_000;

/** Resolves when it is known whether the desktop shows the icon. */
export async function createTray(deps: ShellTrayDeps): Promise<ShellTray> {
  const { electron, os, clock, icons, act, onShown } = deps;
  let hasHost = await deps.hasHost();
  let view: TrayView = { agent: { kind: 'starting' }, recent: [], autostart: false };
  let drawn = '';
  let isClosed = false;
  const icon: TrayIcon = new electron.Tray(iconPath('stopped'));
  let cancel = clock.after(HOST_MS, lookForHost);
  icon.on('click', () => act({ do: 'open' }));
  electron.nativeTheme.on('updated', () => show(view));

  /** macOS colours a template itself; elsewhere the icon has to stand out from a dark or a light panel. */
  function iconPath(name: TrayIconName): string {
    if (os === 'darwin') return join(icons, `${name}Template.png`);
    return join(icons, `${name}-${electron.nativeTheme.shouldUseDarkColors ? 'dark' : 'light'}.png`);
  }

  function show(next: TrayView): void {
    view = next;
    if (isClosed || icon.isDestroyed()) return;
    const now = clock.now();
    const time = (at: number): string => nearTime(at, now);
    const path = iconPath(trayIcon(view));
    const entries = trayMenu(view, time);
    const said = say('tray.tip', { words: trayWords(view, time) });
    // A menu that is replaced closes under the pointer.
    const all = JSON.stringify([path, entries, said]);
    if (all === drawn) return;
    drawn = all;
    icon.setImage(path);
    icon.setToolTip(said);
    icon.setContextMenu(electron.Menu.buildFromTemplate(entries.map((entry) => menuItem(entry, act, ticked))));
  }

  /** Electron turns the tick of a chosen entry itself: what is drawn is what is, and not what was asked for. */
  function ticked(action: TrayAction): void {
    act(action);
    drawn = '';
    show(view);
  }

  function lookForHost(): void {
    if (isClosed) return;
    cancel = clock.after(HOST_MS, lookForHost);
    void deps
      .hasHost()
      .catch(() => false)
      .then((now) => {
        if (now === hasHost || isClosed) return;
        hasHost = now;
        onShown();
      });
  }

  show(view);
  return {
    show,
    isShown: () => hasHost && !isClosed && !icon.isDestroyed(),
    close() {
      isClosed = true;
      cancel();
      if (!icon.isDestroyed()) icon.destroy();
    },
  };
}

type Act = (action: TrayAction) => void;

function menuItem(entry: TrayEntry, act: Act, ticked: Act): MenuItemConstructorOptions {
  switch (entry.kind) {
    case 'line':
      return { type: 'separator' };
    case 'words':
      return { label: escaped(entry.text), enabled: false };
    case 'choice':
      return { label: escaped(entry.text), click: () => act(entry.action) };
    case 'tick':
      return { label: escaped(entry.text), type: 'checkbox', checked: entry.on, click: () => ticked(entry.action) };
    case 'menu':
      return { label: escaped(entry.text), submenu: entry.entries.map((below) => menuItem(below, act, ticked)) };
    default:
      return assertNever(entry);
  }
}

/** `&` in a label would underline what follows it, and be gone. */
function escaped(text: string): string {
  return text.replaceAll('&', '&&');
}
