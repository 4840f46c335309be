import { parameterIds } from '../../shared/catalog.ts';
import { assertNever } from '../../shared/errors.ts';
import type { AgentStatus } from '../../shared/protocol/window.ts';
import { recordingLines, trackingLine } from '../core/statusWords.ts';

/** What the tray shows, as data. `words` can be read and not chosen. */
export type TrayEntry =
  | { readonly kind: 'words'; readonly text: string }
  | { readonly kind: 'choice'; readonly text: string; readonly action: TrayAction }
  | { readonly kind: 'tick'; readonly text: string; readonly on: boolean; readonly action: TrayAction }
  | { readonly kind: 'menu'; readonly text: string; readonly entries: readonly TrayEntry[] }
  | { readonly kind: 'line' };

export type TrayAction =
  | { readonly do: 'start'; readonly project: string | null }
  | { readonly do: 'project'; readonly project: string | null }
  | { readonly do: 'stop' | 'pause' | 'resume' | 'keep' | 'discard' }
  | { readonly do: 'open' | 'retry' | 'pair' | 'remove' | 'quit' }
  | { readonly do: 'autostart'; readonly on: boolean };

/** What the tray is drawn from. */
export interface TrayView {
  readonly agent: TrayAgent;
  /** Projects of this run, the newest first; they are kept nowhere else. */
  readonly recent: readonly string[];
  readonly autostart: boolean;
}

export type TrayAgent =
  | { readonly kind: 'starting' }
  | { readonly kind: 'not_enrolled' }
  | { readonly kind: 'ended' }
  | { readonly kind: 'failed'; readonly problem: string; readonly remedy: string | undefined }
  | { readonly kind: 'running'; readonly status: AgentStatus };

/** The picture that goes with the words. */
export type TrayIconName = 'stopped' | 'recording' | 'paused' | 'attention';

export function trayIcon({ agent }: TrayView): TrayIconName {
  if (agent.kind === 'starting' || agent.kind === 'ended') return 'stopped';
  if (agent.kind !== 'running') return 'attention';
  const { state, notice } = agent.status;
  if (state === 'idle_question') return 'attention';
  if (state === 'tracking') return 'recording';
  if (state === 'paused' || state === 'locked') return 'paused';
  return notice?.acknowledged === false ? 'attention' : 'stopped';
}

/** One sentence for the pointer that rests on the icon. */
export function trayWords({ agent }: TrayView, time: (at: number) => string): string {
  switch (agent.kind) {
    case 'starting':
      return 'Daylight is starting.';
    case 'ended':
      return 'Daylight is ending.';
    case 'not_enrolled':
      return 'This computer is not enrolled: nothing is recorded.';
    case 'failed':
      return `Daylight cannot run: ${agent.problem}.`;
    case 'running':
      return trackingLine(agent.status, time);
    default:
      return assertNever(agent);
  }
}

export function trayMenu(view: TrayView, time: (at: number) => string): TrayEntry[] {
  const head = words(trayWords(view, time));
  const { agent, autostart } = view;
  if (agent.kind === 'starting' || agent.kind === 'ended') return [head];
  const atLogin = tick('Start Daylight when I sign in', autostart, { do: 'autostart', on: !autostart });
  if (agent.kind === 'not_enrolled') {
    return [head, choice('Enrol this computer…', { do: 'open' }), LINE, choice('Quit Daylight', { do: 'quit' })];
  }
  if (agent.kind === 'failed') {
    const remedy = agent.remedy === undefined ? [] : [words(`What to do: ${agent.remedy}.`)];
    const tries = [choice('Try again', { do: 'retry' }), choice('Open window', { do: 'open' })];
    return [head, ...remedy, LINE, ...tries, LINE, atLogin, choice('Quit Daylight', { do: 'quit' })];
  }
  const { status } = agent;
  return [
    head,
    ...noticeEntries(status),
    LINE,
    ...sessionEntries(status, view.recent),
    LINE,
    { kind: 'menu', text: 'What is collected now', entries: collected(status) },
    choice('Open window', { do: 'open' }),
    LINE,
    choice('Pair the browser extension…', { do: 'pair' }),
    atLogin,
    choice('Remove Daylight’s data from this computer…', { do: 'remove' }),
    choice(quitWords(status), { do: 'quit' }),
  ];
}

function noticeEntries({ notice }: AgentStatus): TrayEntry[] {
  if (notice?.acknowledged !== false) return [];
  return [choice('A notice waits for you: read it…', { do: 'open' })];
}

function sessionEntries({ state, work }: AgentStatus, recent: readonly string[]): TrayEntry[] {
  const stop = choice('Stop tracking', { do: 'stop' });
  switch (state) {
    case 'stopped':
      return [choice('Start tracking', { do: 'start', project: null }), ...startWith(recent)];
    case 'tracking':
      return [choice('Pause', { do: 'pause' }), stop, ...changeTo(work.project, recent)];
    case 'paused':
      return [choice('Resume', { do: 'resume' }), stop];
    case 'locked':
      return [stop];
    case 'idle_question':
      return [
        choice('Keep the time away', { do: 'keep' }),
        choice('Discard the time away', { do: 'discard' }),
        choice('Decide in the window…', { do: 'open' }),
        stop,
      ];
    default:
      return assertNever(state);
  }
}

function startWith(recent: readonly string[]): TrayEntry[] {
  if (recent.length === 0) return [];
  const entries = recent.map((project) => choice(project, { do: 'start', project }));
  return [{ kind: 'menu', text: 'Start with project', entries }];
}

function changeTo(current: string | null, recent: readonly string[]): TrayEntry[] {
  const known = recent.map((project) => tick(project, project === current, { do: 'project', project }));
  const none = tick('No project', current === null, { do: 'project', project: null });
  return [{ kind: 'menu', text: 'Project', entries: [...known, none, choice('Another one…', { do: 'open' })] }];
}

/** The sentences of the command line, and below them each parameter with its reason. */
function collected(status: AgentStatus): TrayEntry[] {
  const on = parameterIds.map((id) => status.parameters[id]).filter(({ active }) => active);
  const hidden = status.visible ? [] : ['Nothing shows you here that recording is on, so nothing is observed.'];
  const each = on.map(({ label, level, why }) => `${label} (${level}): ${why}`);
  return [...recordingLines(status), ...hidden, ...each].map(words);
}

/** What quitting means, before it is chosen. */
function quitWords({ state }: AgentStatus): string {
  return state === 'stopped' ? 'Quit Daylight' : 'Quit Daylight (stops tracking)…';
}

const LINE: TrayEntry = { kind: 'line' };

function words(text: string): TrayEntry {
  return { kind: 'words', text };
}

function choice(text: string, action: TrayAction): TrayEntry {
  return { kind: 'choice', text, action };
}

function tick(text: string, on: boolean, action: TrayAction): TrayEntry {
  return { kind: 'tick', text, on, action };
}
