import type { BrowserWindowConstructorOptions, MenuItemConstructorOptions, MessageBoxOptions } from 'electron';
import type { Asker, ElectronParts, Frame, Preventable, TrayIcon, Window } from '../../agent/desktop/electron.ts';

/**
 * As much of Electron as the shell uses, in memory, with what was done to it to be looked at. What is not here does not exist:
 * asking for it throws, and so does listening for an event of another name.
 */
export interface FakeElectron {
  readonly electron: ElectronParts;
  readonly app: FakeApp;
  readonly windows: FakeWindow[];
  readonly trays: FakeTray[];
  readonly sessions: Map<string, FakeSession>;
  readonly power: FakePower;
  readonly said: string[];
  /** Addresses that were handed to the person's browser. */
  readonly openedOutside: string[];
  readonly boxes: MessageBoxOptions[];
  /** What the person answers in message boxes, by the number of the button; by default the first. */
  answer: number;
  dark: boolean;
  keychain: { available: boolean; backend: string };
  canNotify: boolean;
  readonly schemes: unknown[];
  theme: Emitter;
  /** The page asks, as the preload does; from another sender or frame where they are given. */
  invoke(payload: unknown, from?: Asker): Promise<unknown>;
  watch(from?: Asker): void;
  /** The one window that is open. */
  window(): FakeWindow;
  tray(): FakeTray;
}

/** Whatever is not in the object is an error, not undefined. */
function strict<T extends object>(what: string, object: T): T {
  return new Proxy(object, {
    get(target, name) {
      if (typeof name === 'symbol' || name === 'then' || name in target) {
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' && !(name === 'constructor') && !isClass(value) ? value.bind(target) : value;
      }
      throw new Error(`${what}.${name} is not in the fake of Electron`);
    },
  });
}

function isClass(value: object): boolean {
  return /^class\b/.test(Function.prototype.toString.call(value));
}

type Listener = (...args: never[]) => void;

export class Emitter {
  readonly #listeners = new Map<string, Listener[]>();

  constructor(events: readonly string[]) {
    for (const event of events) this.#listeners.set(event, []);
  }

  on(event: string, listener: Listener): this {
    this.listeners(event).push(listener);
    return this;
  }

  off(event: string, listener: Listener): this {
    const listeners = this.listeners(event);
    const at = listeners.indexOf(listener);
    if (at >= 0) listeners.splice(at, 1);
    return this;
  }

  emit(event: string, ...args: unknown[]): void {
    for (const listener of [...this.listeners(event)]) (listener as (...given: unknown[]) => void)(...args);
  }

  listeners(event: string): Listener[] {
    const listeners = this.#listeners.get(event);
    if (listeners === undefined) throw new Error(`the event ${event} is not in the fake of Electron`);
    return listeners;
  }
}

/** An event that can be prevented. */
export function preventable<T extends object>(
  more: T = {} as T,
): T & Preventable & { readonly prevented: () => boolean } {
  let isPrevented = false;
  return { ...more, preventDefault: () => void (isPrevented = true), prevented: () => isPrevented };
}

export class FakeApp extends Emitter {
  isPackaged = false;
  isFirst = true;
  isReady = false;
  openAtLogin = false;
  readonly paths: string[] = [];
  readonly switches: string[] = [];
  readonly commandLine = { appendSwitch: (name: string): void => void this.switches.push(name) };
  drawsInHardware = true;
  exited: number | null = null;
  hasQuit = false;
  quits = 0;
  readonly #windows: FakeWindow[];

  constructor(windows: FakeWindow[]) {
    super(['second-instance', 'activate', 'window-all-closed', 'quit', 'before-quit', 'web-contents-created']);
    this.#windows = windows;
  }

  requestSingleInstanceLock(): boolean {
    return this.isFirst;
  }
  async whenReady(): Promise<void> {
    this.isReady = true;
  }
  setPath(name: string, path: string): void {
    this.paths.push(`${name}=${path}`);
  }
  getLoginItemSettings() {
    return { openAtLogin: this.openAtLogin };
  }
  setLoginItemSettings({ openAtLogin }: { openAtLogin?: boolean }): void {
    this.openAtLogin = openAtLogin === true;
  }
  /** As Electron does: asks the listeners, closes the windows, and ends. */
  quit(): void {
    this.quits += 1;
    const event = preventable();
    this.emit('before-quit', event);
    if (event.prevented() || this.hasQuit) return;
    this.hasQuit = true;
    for (const window of this.#windows.filter((open) => !open.isDestroyed())) window.destroy();
    this.emit('quit');
  }
  exit(code: number): void {
    this.exited = code;
  }
  disableHardwareAcceleration(): void {
    this.drawsInHardware = false;
  }
}

class FakeContents extends Emitter {
  readonly mainFrame: Frame & { url: string } = { url: '' };
  readonly sent: unknown[][] = [];
  readonly #window: FakeWindow;
  openHandler: ((details: { url: string }) => { action: 'deny' }) | null = null;

  constructor(window: FakeWindow) {
    super(['will-navigate', 'will-frame-navigate', 'will-redirect', 'will-attach-webview']);
    this.#window = window;
  }
  isDestroyed(): boolean {
    return this.#window.isDestroyed();
  }
  send(...args: unknown[]): void {
    if (this.isDestroyed()) throw new Error('Object has been destroyed');
    this.sent.push(args);
  }
  async executeJavaScript(): Promise<unknown> {
    throw new Error('the fake of Electron has no page');
  }
  setWindowOpenHandler(handler: (details: { url: string }) => { action: 'deny' }): void {
    this.openHandler = handler;
  }
}

export class FakeWindow extends Emitter {
  readonly options: BrowserWindowConstructorOptions;
  readonly webContents: FakeContents;
  readonly loaded: string[] = [];
  shown = false;
  minimised = false;
  focused = 0;
  #destroyed = false;
  readonly #onDestroyed: () => void;

  constructor(options: BrowserWindowConstructorOptions, onDestroyed: () => void) {
    super(['closed', 'hide', 'minimize', 'show', 'restore', 'ready-to-show']);
    this.options = options;
    this.webContents = strict('webContents', new FakeContents(this));
    this.#onDestroyed = onDestroyed;
  }
  async loadURL(url: string): Promise<void> {
    this.loaded.push(url);
    this.webContents.mainFrame.url = url;
    this.emit('ready-to-show');
  }
  show(): void {
    this.shown = true;
    this.emit('show');
  }
  focus(): void {
    this.focused += 1;
  }
  minimise(): void {
    this.minimised = true;
    this.emit('minimize');
  }
  restore(): void {
    this.minimised = false;
    this.emit('restore');
  }
  isMinimized(): boolean {
    return this.minimised;
  }
  isVisible(): boolean {
    return this.shown;
  }
  isDestroyed(): boolean {
    return this.#destroyed;
  }
  destroy(): void {
    this.#destroyed = true;
    this.emit('closed');
    this.#onDestroyed();
  }
}

class FakeTray extends Emitter {
  readonly images: string[];
  tip = '';
  menu: readonly MenuItemConstructorOptions[] = [];
  #destroyed = false;

  constructor(image: string) {
    super(['click']);
    this.images = [image];
  }
  setImage(image: string): void {
    this.images.push(image);
  }
  setToolTip(text: string): void {
    this.tip = text;
  }
  setContextMenu(menu: { readonly items: readonly unknown[] } | null): void {
    this.menu = (menu?.items ?? []) as readonly MenuItemConstructorOptions[];
  }
  isDestroyed(): boolean {
    return this.#destroyed;
  }
  destroy(): void {
    this.#destroyed = true;
  }
  /** What the person reads, `·` before what cannot be chosen. */
  words(items: readonly MenuItemConstructorOptions[] = this.menu): string[] {
    return items
      .filter(({ type }) => type !== 'separator')
      .map(({ label, enabled, checked }) => `${enabled === false ? '· ' : checked === true ? '✓ ' : ''}${label}`);
  }
  below(label: string): readonly MenuItemConstructorOptions[] {
    return this.item(label).submenu as MenuItemConstructorOptions[];
  }
  choose(label: string, items: readonly MenuItemConstructorOptions[] = this.menu): void {
    const item = this.item(label, items);
    const { click } = item;
    if (click === undefined) throw new Error(`"${label}" cannot be chosen`);
    // Electron turns the tick of a chosen item itself, whatever comes of it.
    if (item.type === 'checkbox') item.checked = item.checked !== true;
    (click as () => void)();
  }
  item(label: string, items: readonly MenuItemConstructorOptions[] = this.menu): MenuItemConstructorOptions {
    const found = items.find((item) => item.label === label);
    if (found === undefined) throw new Error(`"${label}" is not in the menu: ${this.words(items).join(' | ')}`);
    return found;
  }
}

class FakeSession extends Emitter {
  readonly handlers = new Map<string, (request: Request) => Promise<Response>>();
  readonly protocol = {
    handle: (scheme: string, handler: (request: Request) => Promise<Response>) =>
      void this.handlers.set(scheme, handler),
  };
  beforeRequest: ((details: { url: string }, callback: (answer: { cancel?: boolean }) => void) => void) | null = null;
  readonly webRequest = {
    onBeforeRequest: (listener: NonNullable<FakeSession['beforeRequest']>) => void (this.beforeRequest = listener),
  };
  request: ((contents: unknown, permission: unknown, callback: (granted: boolean) => void) => void) | null = null;
  check: (() => boolean) | null = null;
  device: (() => boolean) | null = null;
  spellChecker = true;

  constructor() {
    super(['will-download']);
  }
  setPermissionRequestHandler(handler: NonNullable<FakeSession['request']>): void {
    this.request = handler;
  }
  setPermissionCheckHandler(handler: () => boolean): void {
    this.check = handler;
  }
  setDevicePermissionHandler(handler: () => boolean): void {
    this.device = handler;
  }
  setSpellCheckerEnabled(enable: boolean): void {
    this.spellChecker = enable;
  }
  isCancelled(url: string): boolean {
    let isCancelled: boolean | undefined;
    this.beforeRequest?.({ url }, ({ cancel }) => void (isCancelled = cancel));
    if (isCancelled === undefined) throw new Error('nobody decides about requests');
    return isCancelled;
  }
}

class FakePower extends Emitter {
  idleState: 'active' | 'idle' | 'locked' | 'unknown' = 'active';
  readonly thresholds: number[] = [];

  constructor() {
    super(['lock-screen', 'unlock-screen', 'suspend', 'resume', 'shutdown']);
  }
  getSystemIdleState(threshold: number) {
    this.thresholds.push(threshold);
    return this.idleState;
  }
}

/** A class whose instances come from a function: `new` returns the object that a function returns. */
function made<A, T extends object>(make: (argument: A) => T): new (argument: A) => T {
  return function (argument: A) {
    return make(argument);
  } as unknown as new (
    argument: A,
  ) => T;
}

/** Turns text round, so that what is kept is not what was given. */
function turned(text: string): string {
  return [...text].reverse().join('');
}

export function createElectronFake(): FakeElectron {
  const windows: FakeWindow[] = [];
  const trays: FakeTray[] = [];
  const sessions = new Map<string, FakeSession>();
  const app = new FakeApp(windows);
  const power = new FakePower();
  const theme = new Emitter(['updated']);
  const handlers = new Map<string, (event: Asker, payload: unknown) => Promise<unknown>>();
  const listeners = new Map<string, (event: Asker, payload: unknown) => void>();

  const page = (): Asker => {
    const { webContents } = fake.window();
    return { sender: webContents, senderFrame: webContents.mainFrame };
  };
  const fake: FakeElectron = {
    ...{ app, windows, trays, sessions, power, theme },
    said: [],
    openedOutside: [],
    boxes: [],
    answer: 0,
    dark: false,
    keychain: { available: true, backend: 'gnome_libsecret' },
    canNotify: true,
    schemes: [],
    invoke: async (payload, from = page()) => handlers.get('daylight:ask')!(from, structuredClone(payload)),
    watch: (from = page()) => listeners.get('daylight:watch')!(from, undefined),
    window() {
      const open = windows.filter((window) => !window.isDestroyed());
      if (open.length !== 1) throw new Error(`${open.length} windows are open`);
      return open[0]!;
    },
    tray() {
      if (trays.length !== 1) throw new Error(`${trays.length} trays were made`);
      return trays[0]!;
    },
    electron: strict<ElectronParts>('electron', {
      app: strict('app', app),
      BrowserWindow: made((options: BrowserWindowConstructorOptions) => {
        const window = new FakeWindow(options, () => {
          if (windows.every((other) => other.isDestroyed())) app.emit('window-all-closed');
        });
        windows.push(window);
        app.emit('web-contents-created', {}, window.webContents);
        return strict<Window>('BrowserWindow', window);
      }),
      Tray: made((image: string) => {
        const tray = new FakeTray(image);
        trays.push(tray);
        return strict<TrayIcon>('Tray', tray);
      }),
      Menu: strict('Menu', {
        buildFromTemplate: (items: MenuItemConstructorOptions[]) => ({ items }),
        setApplicationMenu: () => undefined,
      }),
      Notification: notifications(() => fake),
      nativeTheme: strict('nativeTheme', {
        get shouldUseDarkColors() {
          return fake.dark;
        },
        on: (event: string, listener: Listener) => theme.on(event, listener),
      }),
      dialog: strict('dialog', {
        async showMessageBox(options: MessageBoxOptions) {
          fake.boxes.push(options);
          return { response: fake.answer };
        },
      }),
      ipcMain: strict('ipcMain', {
        handle: (channel: string, listener: (event: Asker, payload: unknown) => Promise<unknown>) =>
          void handlers.set(channel, listener),
        on: (channel: string, listener: (event: Asker, payload: unknown) => void) =>
          void listeners.set(channel, listener),
      }),
      powerMonitor: strict('powerMonitor', power),
      protocol: strict('protocol', {
        registerSchemesAsPrivileged(schemes: unknown[]) {
          if (app.isReady) throw new Error('schemes are registered before the app is ready');
          fake.schemes.push(...schemes);
        },
      }),
      safeStorage: strict('safeStorage', {
        isAsyncEncryptionAvailable: async () => fake.keychain.available,
        getSelectedStorageBackend: () => fake.keychain.backend,
        encryptStringAsync: async (text: string) => Buffer.from(`sealed:${turned(text)}`),
        async decryptStringAsync(bytes: Buffer) {
          if (!bytes.toString().startsWith('sealed:')) throw new Error('cannot be decrypted');
          return { result: turned(bytes.toString().slice('sealed:'.length)) };
        },
      }),
      shell: strict('shell', { openExternal: async (url: string) => void fake.openedOutside.push(url) }),
      session: strict('session', {
        fromPartition(partition: string) {
          const session = sessions.get(partition) ?? new FakeSession();
          sessions.set(partition, session);
          return session;
        },
      }),
    }),
  };
  return fake;
}

function notifications(fake: () => FakeElectron): ElectronParts['Notification'] {
  return class {
    readonly #body: string;
    constructor({ body = '' }: { body?: string }) {
      this.#body = body;
    }
    static isSupported(): boolean {
      return fake().canNotify;
    }
    show(): void {
      fake().said.push(this.#body);
    }
    on(): void {
      // Nobody clicks here.
    }
  };
}
