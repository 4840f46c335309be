import { say } from '../strings/say.ts';
import type { ElectronParts, Preventable, WebContents, Window } from './electron.ts';
import { ENROL_URL, isOurs, PARTITION, WINDOW_URL } from './page.ts';

/** The one window, made when it is opened and gone when it is closed. */
export interface ShellWindow {
  /** Shows the window with the page, and brings it to the front. */
  open(page: WindowPageName): void;
  /** Another page in the window, if there is one. */
  turnTo(page: WindowPageName): void;
  /** A person can see it: there, shown and not minimised. */
  isSeen(): boolean;
  contents(): WebContents | null;
}

export type WindowPageName = 'window' | 'enrol';

export interface ShellWindowDeps {
  readonly electron: Pick<ElectronParts, 'BrowserWindow'>;
  /** Path of the compiled preload. */
  readonly preload: string;
  /** `isSeen` may say something else than before. */
  readonly onSeen: () => void;
}

const URLS: Readonly<Record<WindowPageName, string>> = { window: WINDOW_URL, enrol: ENROL_URL };

export function createShellWindow({ electron, preload, onSeen }: ShellWindowDeps): ShellWindow {
  let window: Window | null = null;

  function make(page: WindowPageName): Window {
    const made = new electron.BrowserWindow({
      title: say('product.name'),
      width: 440,
      height: 780,
      minWidth: 360,
      minHeight: 480,
      show: false,
      autoHideMenuBar: true,
      webPreferences: {
        preload,
        partition: PARTITION,
        contextIsolation: true,
        sandbox: true,
        nodeIntegration: false,
        nodeIntegrationInWorker: false,
        nodeIntegrationInSubFrames: false,
        webSecurity: true,
        allowRunningInsecureContent: false,
        experimentalFeatures: false,
        webviewTag: false,
        navigateOnDragDrop: false,
        spellcheck: false,
        devTools: false,
      },
    });
    made.on('ready-to-show', () => made.show());
    made.on('closed', () => {
      window = null;
      onSeen();
    });
    made.on('show', onSeen);
    made.on('hide', onSeen);
    made.on('minimize', onSeen);
    made.on('restore', onSeen);
    void made.loadURL(URLS[page]);
    return made;
  }

  return {
    open(page) {
      if (window === null) {
        window = make(page);
        return;
      }
      if (window.isMinimized()) window.restore();
      window.show();
      window.focus();
    },
    turnTo: (page) => void window?.loadURL(URLS[page]),
    isSeen: () => window !== null && !window.isDestroyed() && window.isVisible() && !window.isMinimized(),
    contents: () => window?.webContents ?? null,
  };
}

/**
 * Of every web contents that is ever made here: it stays on our pages, opens no window and embeds nothing. A link that would
 * open one is given to `openOutside`, which decides whether the person's browser opens it.
 */
export function confine(contents: WebContents, openOutside: (url: string) => void): void {
  const stay = (event: Preventable & { readonly url: string }): void => {
    if (!isOurs(event.url)) event.preventDefault();
  };
  contents.setWindowOpenHandler(({ url }) => {
    openOutside(url);
    return { action: 'deny' };
  });
  contents.on('will-navigate', stay);
  contents.on('will-frame-navigate', stay);
  contents.on('will-redirect', stay);
  contents.on('will-attach-webview', (event) => event.preventDefault());
}
