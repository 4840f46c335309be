import { assertNever } from '../../shared/errors.ts';
import type { AgentStatus, PageRequest } from '../../shared/protocol/window.ts';
import { capitalised } from '../../shared/text.ts';
import { exitOf } from '../cli/exit.ts';
import type { AgentOptions } from '../core/agent.ts';
import type { Clock, Indicator, Introduction, Random } from '../core/ports.ts';
import type { SpoolKey } from '../core/spool/spoolKey.ts';
import type { WindowPage } from '../core/windowPage.ts';
import { endedLines } from '../strings/ended.ts';
import { count, listed, say } from '../strings/say.ts';
import type { Autostart } from './autostart.ts';
import { openBridge } from './bridge.ts';
import type { ElectronParts } from './electron.ts';
import { createHost, type Host, type HostState } from './host.ts';
import { closeSession, PARTITION, SCHEME } from './page.ts';
import type { Pairing } from './pairing.ts';
import { createTray, type ShellTray } from './tray.ts';
import type { TrayAction, TrayAgent } from './trayMenu.ts';
import { confine, createShellWindow, type ShellWindow } from './window.ts';

export interface ShellDeps extends Pick<AgentOptions, 'folder' | 'platform' | 'agentVersion'> {
  readonly electron: ElectronParts;
  readonly os: NodeJS.Platform;
  readonly clock: Clock;
  readonly random: Random;
  readonly autostart: Autostart;
  readonly pairing: Pairing;
  readonly spoolKey: () => Promise<SpoolKey>;
  readonly pages: () => Promise<WindowPage>;
  /** Path of the compiled preload. */
  readonly preload: string;
  /** The folder of the drawn icons. */
  readonly icons: string;
  readonly hasTrayHost: () => Promise<boolean>;
  /** Started by the system at sign-in: nobody has asked for the window. */
  readonly atLogin: boolean;
  /** Where Electron keeps what it keeps. */
  readonly userData: string;
  /** The last thing of a shell that was wiped: what Electron itself has kept is to go. */
  readonly forget: () => void;
}

export interface Shell {
  readonly host: Host;
  readonly window: ShellWindow;
  readonly tray: ShellTray;
}

/**
 * The desktop shell: one per data folder. Null when another one runs already, which shows its window instead. What has to
 * come before Electron is ready is done before this first awaits anything.
 */
export async function startShell(deps: ShellDeps): Promise<Shell | null> {
  const { electron, os, clock, atLogin, autostart } = deps;
  const { app, powerMonitor, protocol } = electron;
  app.setPath('userData', deps.userData);
  protocol.registerSchemesAsPrivileged([
    { scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
  if (!app.requestSingleInstanceLock()) {
    app.quit();
    return null;
  }
  app.on('web-contents-created', (_, contents) => confine(contents, openOutside));
  await app.whenReady();
  // No menu bar: its shortcuts would reload the page and open tools that have no place here.
  electron.Menu.setApplicationMenu(null);

  let recent: readonly string[] = [];
  let startsAtLogin = await autostart.isOn();
  let stopWatching = (): void => undefined;
  let closing: Promise<void> | null = null;
  let isClosed = false;

  closeSession(electron.session.fromPartition(PARTITION), await deps.pages());
  const window = createShellWindow({ electron, preload: deps.preload, onSeen: lookNow });
  const tray = await createTray({
    ...{ electron, os, clock, icons: deps.icons },
    hasHost: deps.hasTrayHost,
    act: (action) => void act(action).catch((error: unknown) => notify(exitOf(error).line)),
    onShown: () => {
      if (!tray.isShown() && !window.isSeen()) openWindow();
      lookNow();
    },
  });
  const indicator: Indicator = { visible: () => tray.isShown() || window.isSeen(), say: announce, introduce };
  const host = createHost({
    ...{ folder: deps.folder, platform: deps.platform, agentVersion: deps.agentVersion, clock, random: deps.random },
    ...{ indicator, autostart, spoolKey: deps.spoolKey, onState },
  });
  const bridge = openBridge({
    ipcMain: electron.ipcMain,
    contents: () => window.contents(),
    ask: (request) => host.ask(request),
    watch: (onStatus) => host.watch(onStatus),
  });

  app.on('second-instance', openWindow);
  app.on('activate', openWindow);
  app.on('window-all-closed', () => {
    // Without an icon nothing would show that Daylight is there, and nobody could open it again.
    if (!tray.isShown()) app.quit();
  });
  app.on('before-quit', (event) => {
    if (isClosed) return;
    event.preventDefault();
    closing ??= close();
  });
  app.on('quit', () => {
    if (host.state().kind === 'wiped') deps.forget();
  });
  powerMonitor.on('suspend', lookNow);
  powerMonitor.on('resume', lookNow);
  powerMonitor.on('shutdown', (event) => {
    event?.preventDefault();
    app.quit();
  });

  await deps.pairing.renew();
  await host.open();
  if (!atLogin || !tray.isShown() || host.state().kind !== 'running') openWindow();
  return { host, window, tray };

  // ── What the person does ─────────────────────────────────────────────────────────────────────────────────────────

  async function act(action: TrayAction): Promise<void> {
    switch (action.do) {
      case 'project':
        // The menu has no tasks: choosing the same project again would lose the one that was entered.
        if (workNow()?.project === action.project) return;
        return tell({ command: 'project', project: action.project, task: null });
      case 'start':
        return tell({ command: action.do, project: action.project, task: null });
      case 'stop':
      case 'pause':
      case 'resume':
        return tell({ command: action.do });
      case 'keep':
      case 'discard':
        return tell({ command: 'answer_idle', answer: action.do });
      case 'open':
        openWindow();
        return;
      case 'retry':
        return host.open();
      case 'autostart':
        await autostart.set(action.on);
        return show();
      case 'pair':
        return deps.pairing.ask();
      case 'remove':
        return remove();
      case 'quit':
        return quit();
      default:
        return assertNever(action);
    }
  }

  async function tell(request: PageRequest): Promise<void> {
    const answer = await host.ask(request);
    if (!answer.ok) return void notify(refusal(answer));
    // They have just asked for what is introduced to them now, so that a window takes nothing from under their hands.
    if (isIntroducing() && !window.isSeen()) openWindow();
  }

  function isIntroducing(): boolean {
    const state = host.state();
    return state.kind === 'running' && state.agent.status().firstUse.length > 0;
  }

  function workNow(): AgentStatus['work'] | null {
    const state = host.state();
    return state.kind === 'running' ? state.agent.status().work : null;
  }

  /** Only the console of the server that this computer is enrolled at: there are the person's days, and who looked at them. */
  function openOutside(url: string): void {
    const state = host.state();
    if (state.kind !== 'running') return;
    const home = new URL(state.agent.status().server);
    if (url === home.href && /^https?:$/.test(home.protocol)) void electron.shell.openExternal(url);
  }

  function openWindow(): void {
    window.open(host.state().kind === 'not_enrolled' ? 'enrol' : 'window');
  }

  async function quit(): Promise<void> {
    const state = host.state();
    const isTracking = state.kind === 'running' && state.agent.status().state !== 'stopped';
    const stops = { message: say('quit.ask'), detail: say('quit.text'), yes: say('quit.yes') };
    if (isTracking && !(await confirmed(stops))) return;
    app.quit();
  }

  async function remove(): Promise<void> {
    const removes = { message: say('remove.ask'), detail: say('remove.text'), yes: say('remove.yes') };
    if (!(await confirmed(removes))) return;
    const answer = await host.wipe();
    if (!answer.ok) notify(refusal(answer));
  }

  async function confirmed({ message, detail, yes }: Question): Promise<boolean> {
    const [title, buttons] = [say('product.name'), [yes, say('action.cancel')]];
    const box = { type: 'question', title, message, detail, buttons, defaultId: 1, cancelId: 1 } as const;
    return (await electron.dialog.showMessageBox(box)).response === 0;
  }

  // ── What the person is shown ─────────────────────────────────────────────────────────────────────────────────────

  function onState(state: HostState): void {
    stopWatching();
    stopWatching = host.watch((status) => {
      const { project } = status.work;
      if (project !== null) recent = [project, ...recent.filter((other) => other !== project)].slice(0, RECENT);
      tray.show({ agent: { kind: 'running', status }, recent, autostart: startsAtLogin });
    });
    if (state.kind === 'running') window.turnTo('window');
    else bridge.close();
    // The window may have been asked for before this was known.
    if (state.kind === 'not_enrolled') window.turnTo('enrol');
    void show();
    if (state.kind === 'wiped') void afterWipe(state);
  }

  async function show(): Promise<void> {
    startsAtLogin = await autostart.isOn();
    tray.show({ agent: agentNow(host.state()), recent, autostart: startsAtLogin });
  }

  async function afterWipe({ by, report }: Extract<HostState, { kind: 'wiped' }>): Promise<void> {
    // Started at the next sign-in once more, where the server has not heard yet that everything is gone here.
    const isNeeded = report.ended?.answered === false && (await autostart.isOn());
    const isOff = isNeeded || (await turnedOff());
    const left = [...report.left, ...(isOff ? [] : [say('removed.atSignIn')])];
    const sentences = [
      count('removed.files', report.filesRemoved),
      ...(left.length === 0 ? [] : [say('wiped.left', { what: listed(left) })]),
      ...(report.ended === undefined
        ? [say(report.retired ? 'removed.retired' : 'wiped.notTold')]
        : endedLines(report.ended)),
      say('removed.closes'),
    ];
    await electron.dialog.showMessageBox({
      type: 'info',
      title: say('product.name'),
      message: say(by === 'server' ? 'removed.byOrganisation' : 'removed.byYou'),
      detail: sentences.join(' '),
    });
    app.quit();
  }

  function turnedOff(): Promise<boolean> {
    return autostart.set(false).then(
      () => true,
      () => false,
    );
  }

  /** Throws where nobody is told: a screenshot that cannot be announced is not kept. */
  function announce(line: string): void {
    if (!notify(line)) throw new Error('this desktop shows no notifications');
  }

  /** The words are long, and a notification is cut off and may be held back: the window shows them, and says when it has. */
  function introduce(): Introduction {
    if (!window.isSeen()) notify(say('firstUse.notify'));
    return 'told';
  }

  /** Does not take the focus. */
  function notify(body: string): boolean {
    if (!electron.Notification.isSupported()) return false;
    const notification = new electron.Notification({ title: say('product.name'), body, silent: true });
    notification.on('click', openWindow);
    notification.show();
    return true;
  }

  // ── What happens ─────────────────────────────────────────────────────────────────────────────────────────────────

  /** The window or the icon has come or gone, or the computer goes to sleep or has woken. */
  function lookNow(): void {
    const state = host.state();
    if (state.kind === 'running') void state.agent.lookNow();
  }

  /** The icon stays until the agent has let go of everything. */
  async function close(): Promise<void> {
    const isWiped = host.state().kind === 'wiped';
    stopWatching();
    bridge.close();
    if (!isWiped) await host.close().catch(() => undefined);
    tray.close();
    isClosed = true;
    app.quit();
  }
}

/** So many projects are remembered for the menu, in memory. */
const RECENT = 5;

interface Question {
  readonly message: string;
  readonly detail: string;
  readonly yes: string;
}

/** Some parts of the agent answer in sentences, others in phrases. */
function refusal({ problem, remedy }: { readonly problem: string; readonly remedy: string }): string {
  return [problem, remedy].map((words) => `${capitalised(words).replace(/\.$/, '')}.`).join(' ');
}

function agentNow(state: HostState): TrayAgent {
  switch (state.kind) {
    case 'running':
      return { kind: 'running', status: state.agent.status() };
    case 'failed':
      return { kind: 'failed', problem: state.problem, remedy: state.remedy };
    case 'wiped':
    case 'closed':
      return { kind: 'ended', isWiped: state.kind === 'wiped' };
    case 'not_enrolled':
      return { kind: 'not_enrolled', ended: state.ended };
    case 'starting':
      return { kind: 'starting' };
    default:
      return assertNever(state);
  }
}
