/* eslint-disable @typescript-eslint/unified-signatures -- in a union a misspelled event would compile; alone each is checked against Electron */
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
  readonly session: { fromPartition(partition: string): Session };
}

export interface App {
  readonly isPackaged: boolean;
  requestSingleInstanceLock(): boolean;
  whenReady(): Promise<void>;
  setPath(name: 'userData', path: string): void;
  quit(): void;
  exit(code: number): void;
  getLoginItemSettings(options: { path?: string; args?: string[] }): { readonly openAtLogin: boolean };
  setLoginItemSettings(settings: Settings): void;
  on(event: 'second-instance', listener: () => void): unknown;
  on(event: 'activate', listener: () => void): unknown;
  on(event: 'window-all-closed', listener: () => void): unknown;
  on(event: 'quit', listener: () => void): unknown;
  on(event: 'before-quit', listener: (event: Preventable) => void): unknown;
  on(event: 'web-contents-created', listener: (event: object, contents: WebContents) => void): unknown;
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
  on(event: 'closed', listener: () => void): unknown;
  on(event: 'hide', listener: () => void): unknown;
  on(event: 'minimize', listener: () => void): unknown;
  on(event: 'show', listener: () => void): unknown;
  on(event: 'restore', listener: () => void): unknown;
  on(event: 'ready-to-show', listener: () => void): unknown;
}

export interface WebContents {
  readonly mainFrame: Frame;
  isDestroyed(): boolean;
  send(channel: string, ...args: unknown[]): void;
  executeJavaScript(code: string): Promise<unknown>;
  setWindowOpenHandler(handler: () => { action: 'deny' }): void;
  on(event: 'will-navigate', listener: (event: Preventable & { readonly url: string }) => void): unknown;
  on(event: 'will-frame-navigate', listener: (event: Preventable & { readonly url: string }) => void): unknown;
  on(event: 'will-redirect', listener: (event: Preventable & { readonly url: string }) => void): unknown;
  on(event: 'will-attach-webview', listener: (event: Preventable) => void): unknown;
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
  on(event: 'lock-screen', listener: () => void): unknown;
  on(event: 'unlock-screen', listener: () => void): unknown;
  on(event: 'suspend', listener: () => void): unknown;
  on(event: 'resume', listener: () => void): unknown;
  on(event: 'shutdown', listener: (event?: Preventable) => void): unknown;
  off(event: 'lock-screen', listener: () => void): unknown;
  off(event: 'unlock-screen', listener: () => void): unknown;
  getSystemIdleState(idleThreshold: number): 'active' | 'idle' | 'locked' | 'unknown';
}

export interface SafeStorage {
  isAsyncEncryptionAvailable(): Promise<boolean>;
  /** Linux only. */
  getSelectedStorageBackend(): string;
  encryptStringAsync(plainText: string): Promise<Buffer>;
  decryptStringAsync(encrypted: Buffer): Promise<{ readonly result: string }>;
}
