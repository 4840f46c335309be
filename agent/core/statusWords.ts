import { catalog, type ParameterId, parameterIds } from '../../shared/catalog.ts';
import type { DiscardReason } from '../../shared/outcome.ts';
import type { AgentStatus } from '../../shared/protocol/window.ts';
import { MINUTE } from '../../shared/time.ts';
import { workedToday } from '../../shared/worked.ts';
import { agreementLines } from '../strings/agreement.ts';
import { comingWords, datedLines, leavingLines } from '../strings/coming.ts';
import { concernLines } from '../strings/concerns.ts';
import { levelWord } from '../strings/level.ts';
import { notRecordedLines } from '../strings/notRecorded.ts';
import { askedAloud } from '../strings/request.ts';
import { listed, type StringKey, say } from '../strings/say.ts';

/** The status as the employee reads it in a terminal, a line each. `time` formats an instant in the viewer's zone. */
export function statusLines(status: AgentStatus, now: number, time: (at: number) => string): string[] {
  return [
    `Daylight for ${status.person} at ${status.organisation}`,
    trackingLine(status, time),
    workedLine(status, now),
    ...idleLines(status, time),
    ...recordingLines(status),
    ...parameterLines(status),
    ...untilLines(status, now, time),
    ...refusedLines(status),
    ...sensorLines(status),
    ...auditLines(status, time),
    ...concernLines(status.concerns, now),
    ...leavingLines(status.leaving, now),
    '',
    `Connection: ${status.connection.words} (${status.server})`,
    ...(status.connection.remedy === null ? [] : [`  What to do: ${status.connection.remedy}.`]),
    waitingLine(status),
    ...status.dropped.map(
      ({ parameter, count, words }) => `Dropped: ${count} of ${catalog[parameter].named}, ${words}.`,
    ),
    ...sentLines(status, time),
    ...daysLines(status),
    ...screenshotLines(status, now, time),
    ...noticeLine(status),
    ...datedLines(status.dated, now),
    ...firstUseLines(status),
    ...new Set(status.requests.map(({ content }) => askedAloud(content))),
    `The key of what waits here is kept ${status.key}.`,
  ];
}

/** What was not recorded on the newest day that was counted. */
function daysLines({ days: [day] }: AgentStatus): string[] {
  const lines = day === undefined ? [] : notRecordedLines(day).map((line) => `  ${line}`);
  return day === undefined || lines.length === 0 ? [] : [say('days.terminal', { day: day.day }), ...lines];
}

/** What waits to be seen before its first use here; none when nothing does. */
export function firstUseLines({ firstUse }: Pick<AgentStatus, 'firstUse'>): string[] {
  if (firstUse.length === 0) return [];
  return [say('firstUse.waits', { what: listed(firstUse.map(({ parameter }) => catalog[parameter].named)) })];
}

/** Whether anything is recorded that the employee does not enter. */
export function isObserving({ parameters }: AgentStatus): boolean {
  return parameterIds.some((id) => parameters[id].active && catalog[id].source === 'observed');
}

/** "Recording: … Not recording: …", the sentence that is printed whenever it changes. */
export function recordingLines(status: AgentStatus): string[] {
  const on = parameterIds.filter((id) => status.parameters[id].active);
  const off = parameterIds.filter((id) => !status.parameters[id].active);
  const named = on.map((id) =>
    say('recording.level', { name: catalog[id].named, level: levelWord(status.parameters[id].level) }),
  );
  const recording = on.length === 0 ? say('recording.nothing') : say('recording.now', { what: listed(named) });
  const notNamed = off.map((id) => notRecorded(status, id));
  return [recording, off.length === 0 ? say('recording.all') : say('recording.not', { what: listed(notNamed) })];
}

function notRecorded({ parameters }: AgentStatus, id: ParameterId): string {
  const { named: name } = catalog[id];
  return parameters[id].needs === null ? name : say('recording.needsExtension', { name });
}

/** Where the connection stands, as one is told of it when it changes; null while that goes without saying. */
export function connectionLine({ connection }: Pick<AgentStatus, 'connection'>): string | null {
  const { kind, words, remedy } = connection;
  switch (kind) {
    case 'online':
    case 'refused':
      return remedy === null ? words : `${words} What to do: ${remedy}.`;
    case 'waiting':
      return words.replace(/ Trying again in \d+ s\.$/, ' What is on the disk of this computer waits here.');
    default:
      return null;
  }
}

export function trackingLine(
  status: Pick<AgentStatus, 'state' | 'since' | 'haltedSince' | 'work'>,
  time: (at: number) => string,
): string {
  const { state, work } = status;
  if (state === 'stopped') return say('tracking.lineStopped');
  const began = status.haltedSince ?? status.since;
  const since = began === null ? say(`state.${state}`) : say(SINCE[state], { time: time(began) });
  const what = workLine(work);
  const tracking = what === null ? since : say('tracking.sinceWork', { since, work: what });
  return state === 'idle_question' ? say('tracking.lineAway', { tracking }) : tracking;
}

const SINCE = {
  tracking: 'tracking.lineTracking',
  paused: 'tracking.pausedSince',
  locked: 'tracking.lineLocked',
  idle_question: 'tracking.lineTracking',
} as const satisfies Readonly<Record<Exclude<AgentStatus['state'], 'stopped'>, StringKey>>;

function workLine({ project, task }: AgentStatus['work']): string | null {
  if (project === null || task === null) return project;
  return say('tracking.work', { project, task });
}

/** What the employee has worked since midnight, of all sessions of this computer. */
export function workedLine({ worked }: AgentStatus, now: number): string {
  const minutes = Math.floor(workedToday(worked, now) / MINUTE);
  return `Worked today: ${minutes < 60 ? '' : `${Math.floor(minutes / 60)} h `}${minutes % 60} min.`;
}

/** The question that is open, what is held back for its answer, and until when; none without a question. */
export function idleLines({ idle, waiting }: AgentStatus, time: (at: number) => string): string[] {
  if (idle === null) return [];
  const till = idle.returned === null ? 'nobody has come back yet' : `back ${time(idle.returned)}`;
  const answers = 'Say "daylight-agent idle keep" or "daylight-agent idle discard"; without an answer the time counts.';
  const asked = `Away since ${time(idle.since)}, ${till}. ${answers}`;
  if (!idle.isHeld) return [asked, 'What was seen in that time has been deleted, because nobody said to keep it.'];
  const held = `${counted(waiting.heldBack, 'record', 'records')} since then ${waiting.heldBack === 1 ? 'is' : 'are'} held back here; what was seen in that time is sent only if you keep it`;
  if (idle.deletedAt === null) return [asked, `${held}.`];
  return [asked, `${held}, and deleted ${time(idle.deletedAt)} if you do not answer.`];
}

function parameterLines(status: AgentStatus): string[] {
  const lines = parameterIds.map((id) => {
    const { label: name, level, active, why } = status.parameters[id];
    return `  ${active ? '●' : '○'} ${name.padEnd(20)} ${(active ? level : 'off').padEnd(10)} ${why}`;
  });
  const hidden = status.visible ? [] : [say('recording.hiddenTerminal')];
  return ['', ...lines, ...hidden];
}

/** When it ends by itself, or that it has. */
export function untilLines({ until }: Pick<AgentStatus, 'until'>, now: number, time: (at: number) => string): string[] {
  if (until === null) return ['', say('recording.noPolicy')];
  const { observed, entered } = until;
  return ['', `Without word from the server, ${endsOf(observed, entered, now, time)}.`];
}

function endsOf(observed: number, entered: number, now: number, time: (at: number) => string): string {
  if (entered <= now) return 'observing and tracking have stopped';
  if (observed <= now) return `observing has stopped, and tracking stops ${time(entered)}`;
  return `observing stops ${time(observed)} and tracking ${time(entered)}`;
}

/** None while it is doubted: that is said as the reason why nothing is collected. */
function auditLines({ audit }: AgentStatus, time: (at: number) => string): string[] {
  if (audit === undefined || audit.isDoubted) return [];
  if (audit.size === null || audit.at === null) return [say('audit.none')];
  return [say('audit.proved', { n: String(audit.size), time: time(audit.at) })];
}

function refusedLines({ refused }: AgentStatus): string[] {
  return refused === null ? [] : [refused.words, `  What to do: ${refused.remedy}.`];
}

function sensorLines(status: AgentStatus): string[] {
  return status.sensors
    .filter(({ works }) => !works)
    .map(({ sensor, words }) => `Cannot work here: ${sensor}: ${words}`);
}

export function waitingLine({ waiting }: Pick<AgentStatus, 'waiting'>): string {
  const damaged =
    waiting.damagedFiles === 0
      ? ''
      : ` ${counted(waiting.damagedFiles, 'damaged file', 'damaged files')} could not be read whole.`;
  const size = waiting.bytes < 1_000 ? `${waiting.bytes} B` : `${Math.round(waiting.bytes / 1_000)} kB`;
  const count = Object.values(waiting.observations).reduce((sum, n) => sum + n, 0);
  if (count === 0 && waiting.batches === 0) return `Nothing waits to be sent.${damaged}`;
  const { heldBack } = waiting;
  const held =
    heldBack === 0
      ? ''
      : ` ${heldBack} of them ${heldBack === 1 ? 'is' : 'are'} held back until the next sign of you, or your answer.`;
  const [records, batches] = [counted(count, 'record', 'records'), counted(waiting.batches, 'batch', 'batches')];
  return `Waiting to be sent: ${records} in ${batches} (${size}, encrypted).${held}${damaged}`;
}

function counted(n: number, one: string, other: string): string {
  return `${n} ${n === 1 ? one : other}`;
}

function sentLines({ sent }: AgentStatus, time: (at: number) => string): string[] {
  if (sent.at === null) return [say('sent.never')];
  const discarded = Object.entries(sent.discarded).map(
    ([reason, n]) => `${n} ${discardWords(reason as DiscardReason)}`,
  );
  const refused = discarded.length === 0 ? '' : `; the server kept none of: ${discarded.join(', ')}`;
  const literally = sent.last.map((record) => `    ${JSON.stringify(record)}`);
  const head = `Last sent ${time(sent.at)}, ${counted(sent.stored, 'record', 'records')} stored since this agent started${refused}.`;
  return [head, ...(literally.length === 0 ? [] : ['  The last batch, literally:', ...literally])];
}

function screenshotLines({ screenshots }: AgentStatus, now: number, time: (at: number) => string): string[] {
  return screenshots.map((screenshot) => {
    const { image, at, level } = screenshot;
    const drop = `to drop it: "daylight-agent screenshots drop ${image}"`;
    return `Screenshot of ${time(at)} (${level}) ${whenSent(screenshot, now)}; ${drop}`;
  });
}

/** What becomes of a screenshot that nobody drops. */
export function whenSent(
  { releaseAt, isHeldBack }: Pick<AgentStatus['screenshots'][number], 'releaseAt' | 'isHeldBack'>,
  now: number,
): string {
  if (isHeldBack) return 'is held back until the next sign of you, or your answer';
  return `is sent in ${Math.max(0, Math.round((releaseAt - now) / 1_000))} s`;
}

/** That a notice waits for the employee, what is coming by those that they acknowledged, and which old terms stay; none when neither. */
export function noticeLine({ notice }: AgentStatus): string[] {
  if (notice === null) return [];
  const { version, acknowledged, coming } = notice;
  const waits = `Notice ${version} waits for you: read it with "daylight-agent notice". What is new in it is off until you accept it.`;
  return [...(acknowledged ? [] : [waits]), ...coming.map(comingWords), ...agreementLines(notice)];
}

function discardWords(reason: DiscardReason): string {
  return reason.replaceAll('_', ' ');
}
