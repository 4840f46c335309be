import type { MonoMs, UnixMs } from '../../shared/time.ts';

/**
 * What the core needs of the machine. The real operating system is in `agent/platform`, one native package per file;
 * `agent/platform/scripted.ts` replays a written script of a working day. The core imports neither.
 *
 * A sensor that cannot work here says so in words (`Availability`) and is not called. Nothing is invented: a failed
 * reading is `null`, never a default.
 */
export interface Platform {
  readonly window: WindowSensor;
  readonly input: InputSensor;
  readonly screen: ScreenSensor;
  readonly browser: BrowserSensor;
  readonly machine: MachineSensor;
  readonly lock: LockSensor;
  readonly places: BrowserPlaces;
  /** Only where a script is played faster than it happened; what really runs has none (agent/platform/real.ts). */
  readonly pace?: Pace;
}

/** How often a played day is looked at and handed on: the usual five seconds and one minute cost too much for weeks of it. */
export interface Pace {
  /** How often the clock that the agent is given calls back. Readings this far apart still follow one another. */
  readonly lookMs: number;
  /** How long observations are gathered before their batch is closed. */
  readonly batchMs: number;
}

export type Availability =
  | { readonly works: true }
  | { readonly works: false; readonly why: string; readonly remedy: string };

export interface ActiveWindow {
  /** The application's name as the system gives it. */
  readonly app: string;
  /** Lower-case program name without path or extension, for rules: `firefox`, `code`. */
  readonly program: string;
  /** The title as the system gives it, in memory only; null when it has none or it cannot be read. */
  readonly title: string | null;
  /** The program runs on another machine, and nothing but what the window says of itself is known of it. */
  readonly remote?: boolean;
}

export interface WindowSensor {
  availability(): Promise<Availability>;
  /** The window in front. Null when there is none. Takes tens of milliseconds; never called concurrently with itself. */
  active(): Promise<ActiveWindow | null>;
  /** Every visible window on every monitor, front first: looked at in memory just before and after a screenshot. */
  visible(): Promise<readonly ActiveWindow[]>;
}

/** All that is ever known of an input event. */
export type InputKind = 'key' | 'click' | 'scroll' | 'move';

export interface InputSensor {
  availability(): Promise<Availability>;
  /**
   * Calls `onInput` once per event, on the main thread, until the returned function is called. At most one at a time.
   * The adapter reads nothing of an event but its kind.
   */
  start(onInput: (kind: InputKind) => void): Promise<() => Promise<void>>;
}

export interface CapturedImage {
  /** WebP, all metadata stripped, at most `limits.imageBytes`. */
  readonly bytes: Uint8Array;
  readonly width: number;
  readonly height: number;
}

export interface ScreenSensor {
  availability(): Promise<Availability>;
  /**
   * One picture of all monitors. `blurred` is blurred before it leaves the adapter, so that no text can be read.
   * Null when the system gave no picture or an all-black one. No file is written outside a private temporary folder
   * that is emptied before the promise resolves.
   */
  capture(level: 'blurred' | 'full'): Promise<CapturedImage | null>;
}

/** What the paired browser extension last said of the tab in front. */
export interface BrowserTab {
  readonly browser: string;
  /** Null for private windows: the extension sends nothing else of them. */
  readonly url: string | null;
  readonly title: string | null;
  readonly private: boolean;
  /** The window has the focus. */
  readonly focused: boolean;
  readonly receivedMono: MonoMs;
}

export interface BrowserSensor {
  availability(): Promise<Availability>;
  /** Begins listening to the extension; until then, and after the returned function, nothing it says is kept. */
  start(): Promise<() => Promise<void>>;
  /** The last word of the extension, or null when it has not spoken, or has been silent for more than 15 seconds. */
  tab(): BrowserTab | null;
}

export interface Machine {
  readonly platform: 'linux' | 'darwin' | 'win32';
  readonly arch: 'x64' | 'arm64' | 'other';
  readonly osVersion: string;
  readonly model: string | null;
  readonly memoryGiB: number;
}

export interface MachineSensor {
  device(): Promise<Machine>;
  timezone(): string;
}

export interface LockSensor {
  /** Whether locking can be observed here. Where it cannot, a pause longer than the idle time counts as a lock. */
  availability(): Promise<Availability>;
  start(onChange: (locked: boolean) => void): Promise<() => Promise<void>>;
}

/** Wall and monotonic time. Injected everywhere; the core never reads a clock of its own. */
export interface Clock {
  now(): UnixMs;
  mono(): MonoMs;
  /** Calls back once after `ms`; the returned function cancels. Timers do not keep the process alive by themselves. */
  after(ms: number, callback: () => void): () => void;
}

/** Injected randomness: ids, salts, the random moment of a screenshot. */
export interface Random {
  bytes(length: number): Uint8Array;
  uuid(): string;
  /** Uniform in [0, 1). */
  fraction(): number;
}

/** Words to the person: the terminal of a headless agent, the tray of the desktop. Its presence is a precondition of capture. */
export interface Indicator {
  /** Whether a person can see it now. False (output to a file, to nowhere, or with no terminal at all) keeps every observed parameter off. */
  visible(): boolean;
  say(line: string): void;
  /** Puts what is about to be recorded here for the first time in front of the person. Left out: `say` shows it. */
  introduce?(lines: readonly string[]): Introduction;
}

/**
 * `nowhere`: nobody can see it, it is tried again. `told`: they know where to see it, and that place says when they have. `shown`: it is
 * in front of them. `seen`: they have said so.
 */
export type Introduction = 'nowhere' | 'told' | 'shown' | 'seen';

/** With whom a browser is paired. */
export type Pairing = 'this_agent' | 'another_agent' | 'none';

/**
 * Where browsers are told of an agent's native host, which is outside its folder. A place is the path of a file in a folder of
 * the browser, or a key of the Windows registry. Both throw DaylightError `unavailable` when the system cannot be asked.
 */
export interface BrowserPlaces {
  /** With whom the browser that looks at `place` is paired. */
  pairingAt(place: string, agentFolder: string): Promise<Pairing>;
  /** Nothing is there when it resolves, whoever put it there. */
  unregister(place: string): Promise<void>;
}
