import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Availability, LockSensor } from '../core/ports.ts';
import { commandExists, missingTool, works } from './display.ts';
import { callSessionBus, hasBusOwner, readBusBoolean } from './sessionBus.ts';

/**
 * Whether the screen is locked. On Linux it is what the desktop's screen saver says on the session bus, heard by one
 * long-lived `dbus-monitor`. A desktop without such a service (a bare window manager with i3lock, say), macOS and
 * Windows without the desktop shell cannot be observed: the agent then treats a long pause in input as a lock.
 * While the bus cannot be heard after it could, the screen counts as locked.
 */
export function createLockSensor(env: NodeJS.ProcessEnv = process.env): LockSensor {
  return {
    availability: () => lockAvailability(env),
    start: async (onChange) => {
      const saver = await findSaver(env);
      if (saver === null) throw new Error('locking cannot be observed here');
      return follow(env, saver, onChange);
    },
  };
}

/** The services that desktops offer; all have the method GetActive and the signal ActiveChanged with one boolean. */
const savers = [
  { name: 'org.gnome.ScreenSaver', path: '/org/gnome/ScreenSaver' },
  { name: 'org.freedesktop.ScreenSaver', path: '/org/freedesktop/ScreenSaver' },
  { name: 'org.freedesktop.ScreenSaver', path: '/ScreenSaver' },
  { name: 'org.cinnamon.ScreenSaver', path: '/org/cinnamon/ScreenSaver' },
  { name: 'org.mate.ScreenSaver', path: '/org/mate/ScreenSaver' },
  { name: 'org.xfce.ScreenSaver', path: '/org/xfce/ScreenSaver' },
] as const;
type Saver = (typeof savers)[number];

const whatFollows = 'a pause in input longer than the idle time counts as a lock';

async function lockAvailability(env: NodeJS.ProcessEnv): Promise<Availability> {
  if (process.platform !== 'linux') {
    return {
      works: false,
      why: `locking cannot be observed by an agent without its desktop shell: ${whatFollows}`,
      remedy: 'nothing needs to be done',
    };
  }
  const missing = ['dbus-monitor', 'dbus-send'].find((command) => !commandExists(env, command));
  if (missing !== undefined) return missingTool('locking', missing, 'dbus-bin');
  if ((await findSaver(env)) !== null) return works;
  return {
    works: false,
    why: `locking cannot be observed: no screen saver answers on the session bus; ${whatFollows}`,
    remedy: 'nothing needs to be done; desktops such as GNOME, KDE Plasma, Cinnamon, MATE and Xfce bring one',
  };
}

async function findSaver(env: NodeJS.ProcessEnv): Promise<Saver | null> {
  if (process.platform !== 'linux') return null;
  for (const saver of savers) {
    if ((await isActive(env, saver)) !== null) return saver;
  }
  return null;
}

/** Null when the service does not answer. `NO_AUTO_START` is dbus-send's habit already: nothing is started by asking. */
async function isActive(env: NodeJS.ProcessEnv, { name, path }: Saver): Promise<boolean | null> {
  if (!(await hasBusOwner(env, name))) return null;
  const reply = await callSessionBus(env, [`--dest=${name}`, path, `${name}.GetActive`]);
  return readBusBoolean(reply);
}

/** Tells the state now and every change of it, until the returned function is called. */
async function follow(env: NodeJS.ProcessEnv, saver: Saver, onChange: (locked: boolean) => void) {
  let told: boolean | null = null;
  let stopped = false;
  let monitor: ChildProcess | null = null;
  let retry: NodeJS.Timeout | undefined;
  const tell = (locked: boolean) => {
    if (stopped || told === locked) return;
    told = locked;
    onChange(locked);
  };

  const ask = async () => tell((await isActive(env, saver)) ?? true);

  const listen = async () => {
    const opened = openMonitor(env, saver, { onSignal: tell, onOwner: () => void ask() });
    monitor = opened.child;
    opened.child.once('close', () => {
      if (stopped) return;
      tell(true);
      retry = setTimeout(() => void listen(), RETRY_MS).unref();
    });
    // Asked once signals are heard, so that no change falls in between.
    await opened.hears;
    await ask();
  };
  await listen();

  return async () => {
    stopped = true;
    clearTimeout(retry);
    await endOf(monitor);
  };
}

const RETRY_MS = 5_000;

interface Heard {
  readonly onSignal: (locked: boolean) => void;
  /** The screen saver has come or gone. */
  readonly onOwner: () => void;
}

function openMonitor(env: NodeJS.ProcessEnv, saver: Saver, { onSignal, onOwner }: Heard) {
  const rules = [
    `type='signal',interface='${saver.name}',member='ActiveChanged'`,
    `type='signal',sender='org.freedesktop.DBus',member='NameOwnerChanged',arg0='${saver.name}'`,
  ];
  const child = spawn('dbus-monitor', ['--session', ...rules], { env, stdio: ['ignore', 'pipe', 'ignore'] });
  const lines = createInterface({ input: child.stdout });
  let inSignal = false;
  lines.on('line', (line) => {
    if (/^\S/.test(line)) inSignal = line.includes(`interface=${saver.name}; member=ActiveChanged`);
    if (line.includes('member=NameOwnerChanged')) onOwner();
    const value = inSignal ? readBusBoolean(line) : null;
    if (value !== null) onSignal(value);
  });
  child.once('error', () => undefined); // 'close' follows
  child.unref();
  // The bus greets its monitor; one that never greets has ended, or says nothing else either.
  const hears = new Promise<void>((resolve) => {
    lines.once('line', () => resolve());
    child.once('close', () => resolve());
    setTimeout(resolve, 2_000).unref();
  });
  return { child, hears };
}

async function endOf(child: ChildProcess | null): Promise<void> {
  if (child === null || child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise<void>((resolve) => child.once('close', () => resolve()));
  child.kill('SIGTERM');
  await gone;
}
