import type {
  BrowserWindowConstructorOptions,
  CustomScheme,
  MenuItemConstructorOptions,
  MessageBoxOptions,
  NotificationConstructorOptions,
  Settings,
} from 'electron';

/**
 * What the shell uses of Electron, and nothing else: main.ts hands in the real modules, which the compiler checks against
 * these; the tests hand in a fake of exactly this size. Comments of Electron's own documentation hold.
 */
export interface ElectronParts {
  readonly app: App;
  readonly BrowserWindow: new (options: BrowserWindowConstructorOptions) => Window;
  readonly Tray: new (image: string) => TrayIcon;
  readonly Menu: {
    buildFromTemplate(template: MenuItemConstructorOptions[]): Menu;
    setApplicationMenu(menu: null): void;
  };
  readonly Notification: NotificationClass;
  readonly nativeTheme: { readonly shouldUseDarkColors: boolean; on(event: 'updated', listener: () => void): unknown };
  readonly dialog: { showMessageBox(options: MessageBoxOptions): Promise<{ readonly response: number }> };
  readonly ipcMain: IpcMain;
  readonly powerMonitor: PowerMonitor;
  readonly protocol: { registerSchemesAsPrivileged(schemes: CustomScheme[]): void };
  readonly safeStorage: SafeStorage;
  readonly shell: { openExternal(url: string): Promise<void> };
  readonly session: { fromPartition(partition: string): Session };
}

/** One event, as Electron's own overloads declare it: a name that it does not have does not compile. */
type On<Name extends string, Args extends readonly unknown[] = []> = (
  event: Name,
  listener: (...args: Args) => void,
) => unknown;

export interface App {
  readonly isPackaged: boolean;
  requestSingleInstanceLock(): boolean;
  whenReady(): Promise<void>;
  setPath(name: 'userData', path: string): void;
  quit(): void;
  exit(code: number): void;
  disableHardwareAcceleration(): void;
  readonly commandLine: { appendSwitch(name: string): void };
  getLoginItemSettings(options: { path?: string; args?: string[] }): { readonly openAtLogin: boolean };
  setLoginItemSettings(settings: Settings): void;
  readonly on: On<'second-instance'> &
    On<'activate'> &
    On<'window-all-closed'> &
    On<'quit'> &
    On<'before-quit', [event: Preventable]> &
    On<'web-contents-created', [event: object, contents: WebContents]>;
}

export interface Preventable {
  preventDefault(): void;
}

export interface Window {
  readonly webContents: WebContents;
  loadURL(url: string): Promise<void>;
  show(): void;
  focus(): void;
  restore(): void;
  isMinimized(): boolean;
  isVisible(): boolean;
  isDestroyed(): boolean;
  readonly on: On<'closed'> & On<'hide'> & On<'minimize'> & On<'show'> & On<'restore'> & On<'ready-to-show'>;
}

export interface WebContents {
  readonly mainFrame: Frame;
  isDestroyed(): boolean;
  send(channel: string, ...args: unknown[]): void;
  executeJavaScript(code: string): Promise<unknown>;
  setWindowOpenHandler(handler: (details: { readonly url: string }) => { action: 'deny' }): void;
  readonly on: On<'will-navigate', [event: Preventable & { readonly url: string }]> &
    On<'will-frame-navigate', [event: Preventable & { readonly url: string }]> &
    On<'will-redirect', [event: Preventable & { readonly url: string }]> &
    On<'will-attach-webview', [event: Preventable]>;
}

export interface Frame {
  readonly url: string;
}

export interface Asker {
  readonly sender: object;
  readonly senderFrame: Frame | null;
}

export interface IpcMain {
  handle(channel: string, listener: (event: Asker, payload: unknown) => Promise<unknown>): void;
  on(channel: string, listener: (event: Asker, payload: unknown) => void): unknown;
}

export interface Session {
  readonly protocol: { handle(scheme: string, handler: (request: Request) => Promise<Response>): void };
  readonly webRequest: {
    onBeforeRequest(
      listener: (details: { readonly url: string }, callback: (answer: { cancel?: boolean }) => void) => void,
    ): void;
  };
  setPermissionRequestHandler(
    handler: (contents: unknown, permission: unknown, callback: (granted: boolean) => void) => void,
  ): void;
  setPermissionCheckHandler(handler: () => boolean): void;
  setDevicePermissionHandler(handler: () => boolean): void;
  setSpellCheckerEnabled(enable: boolean): void;
  on(event: 'will-download', listener: (event: Preventable) => void): unknown;
}

export interface TrayIcon {
  setImage(image: string): void;
  setToolTip(text: string): void;
  setContextMenu(menu: Menu | null): void;
  isDestroyed(): boolean;
  destroy(): void;
  on(event: 'click', listener: () => void): unknown;
}

export interface Menu {
  readonly items: readonly unknown[];
}

export interface NotificationClass {
  new (options: NotificationConstructorOptions): { show(): void; on(event: 'click', listener: () => void): unknown };
  isSupported(): boolean;
}

export interface PowerMonitor {
  readonly on: On<'lock-screen'> &
    On<'unlock-screen'> &
    On<'suspend'> &
    On<'resume'> &
    On<'shutdown', [event?: Preventable]>;
  readonly off: On<'lock-screen'> & On<'unlock-screen'>;
  getSystemIdleState(idleThreshold: number): 'active' | 'idle' | 'locked' | 'unknown';
}

export interface SafeStorage {
  isAsyncEncryptionAvailable(): Promise<boolean>;
  /** Linux only. */
  getSelectedStorageBackend(): string;
  encryptStringAsync(plainText: string): Promise<Buffer>;
  decryptStringAsync(encrypted: Buffer): Promise<{ readonly result: string }>;
}
