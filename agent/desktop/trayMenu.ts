import { parameterIds } from '../../shared/catalog.ts';
import { assertNever } from '../../shared/errors.ts';
import type { AgentStatus } from '../../shared/protocol/window.ts';
import type { EndedNote } from '../core/ended.ts';
import { recordingLines, trackingLine } from '../core/statusWords.ts';
import { date } from '../strings/format.ts';
import { levelWord } from '../strings/level.ts';
import { say } from '../strings/say.ts';

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
  | { readonly kind: 'not_enrolled'; readonly ended: Pick<EndedNote, 'reason' | 'orderedAt' | 'ended'> | null }
  | { readonly kind: 'ended'; readonly isWiped: boolean }
  | { readonly kind: 'failed'; readonly problem: string; readonly remedy: string | undefined }
  | { readonly kind: 'running'; readonly status: AgentStatus };

/** The picture that goes with the words. */
export type TrayIconName = 'stopped' | 'recording' | 'paused' | 'attention';

export function trayIcon({ agent }: TrayView): TrayIconName {
  if (agent.kind === 'starting' || agent.kind === 'ended') return 'stopped';
  if (agent.kind !== 'running') return 'attention';
  const { state, notice, firstUse, audit } = agent.status;
  if (audit?.isDoubted === true) return 'attention';
  if (firstUse.length > 0 || state === 'idle_question') return 'attention';
  if (state === 'tracking') return 'recording';
  if (state === 'paused' || state === 'locked') return 'paused';
  return notice?.acknowledged === false ? 'attention' : 'stopped';
}

/** One sentence for the pointer that rests on the icon. */
export function trayWords({ agent }: TrayView, time: (at: number) => string): string {
  switch (agent.kind) {
    case 'starting':
      return say('tray.starting');
    case 'ended':
      return say(agent.isWiped ? 'tray.wiped' : 'tray.ending');
    case 'not_enrolled':
      return agent.ended === null
        ? say('tray.notEnrolled')
        : say(agent.ended.reason === 'organisation_ended' ? 'tray.organisationEnded' : 'tray.accountEnded', {
            date: date(agent.ended.orderedAt),
          });
    case 'failed':
      return say('tray.failed', { problem: agent.problem });
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
  const atLogin = tick(say('tray.atSignIn'), autostart, { do: 'autostart', on: !autostart });
  if (agent.kind === 'not_enrolled') {
    const { certificate = null } = agent.ended?.ended ?? {};
    const where = certificate === null ? [] : [words(say('accountEnded.certificate', { certificate }))];
    return [head, ...where, choice(say('tray.enrol'), { do: 'open' }), LINE, choice(say('tray.quit'), { do: 'quit' })];
  }
  if (agent.kind === 'failed') {
    const remedy = agent.remedy === undefined ? [] : [words(say('whatToDo', { remedy: agent.remedy }))];
    const tries = [choice(say('tray.tryAgain'), { do: 'retry' }), choice(say('tray.open'), { do: 'open' })];
    return [head, ...remedy, LINE, ...tries, LINE, atLogin, choice(say('tray.quit'), { do: 'quit' })];
  }
  const { status } = agent;
  return [
    head,
    ...doubtEntries(status),
    ...noticeEntries(status),
    LINE,
    ...sessionEntries(status, view.recent),
    LINE,
    { kind: 'menu', text: say('tray.collected'), entries: collected(status) },
    choice(say('tray.open'), { do: 'open' }),
    LINE,
    choice(say('tray.pair'), { do: 'pair' }),
    atLogin,
    choice(say('tray.remove'), { do: 'remove' }),
    choice(quitWords(status), { do: 'quit' }),
  ];
}

function doubtEntries({ audit, refused }: AgentStatus): TrayEntry[] {
  return audit?.isDoubted === true && refused !== null ? [words(refused.words)] : [];
}

function noticeEntries({ notice, firstUse }: AgentStatus): TrayEntry[] {
  const first = firstUse.length === 0 ? [] : [choice(say('tray.firstUse'), { do: 'open' })];
  return notice?.acknowledged === false ? [choice(say('tray.notice'), { do: 'open' }), ...first] : first;
}

function sessionEntries({ state, work }: AgentStatus, recent: readonly string[]): TrayEntry[] {
  const stop = choice(say('tray.stop'), { do: 'stop' });
  switch (state) {
    case 'stopped':
      return [choice(say('tracking.start'), { do: 'start', project: null }), ...startWith(recent)];
    case 'tracking':
      return [choice(say('tracking.pause'), { do: 'pause' }), stop, ...changeTo(work.project, recent)];
    case 'paused':
      return [choice(say('tracking.resume'), { do: 'resume' }), stop];
    case 'locked':
      return [stop];
    case 'idle_question':
      return [
        choice(say('tray.keep'), { do: 'keep' }),
        choice(say('tray.discard'), { do: 'discard' }),
        choice(say('tray.decide'), { do: 'open' }),
        stop,
      ];
    default:
      return assertNever(state);
  }
}

function startWith(recent: readonly string[]): TrayEntry[] {
  if (recent.length === 0) return [];
  const entries = recent.map((project) => choice(project, { do: 'start', project }));
  return [{ kind: 'menu', text: say('tray.startWith'), entries }];
}

function changeTo(current: string | null, recent: readonly string[]): TrayEntry[] {
  const known = recent.map((project) => tick(project, project === current, { do: 'project', project }));
  const none = tick(say('tray.noProject'), current === null, { do: 'project', project: null });
  const another = choice(say('tray.another'), { do: 'open' });
  return [{ kind: 'menu', text: say('tracking.project'), entries: [...known, none, another] }];
}

/** What is recorded and what is not, and below it each parameter with its reason. */
function collected(status: AgentStatus): TrayEntry[] {
  const on = parameterIds.map((id) => status.parameters[id]).filter(({ active }) => active);
  const hidden = status.visible ? [] : [say('recording.hiddenTray')];
  const each = on.map(({ label, level, why }) => say('tray.parameter', { name: label, level: levelWord(level), why }));
  return [...recordingLines(status), ...hidden, ...each].map(words);
}

/** What quitting means, before it is chosen. */
function quitWords({ state }: AgentStatus): string {
  return say(state === 'stopped' ? 'tray.quit' : 'tray.quitTracking');
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
