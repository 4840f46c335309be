import type { WipeReport } from '../../shared/protocol/window.ts';
import { createAgent } from '../core/agent.ts';
import { resumeWipe } from '../core/finishWipe.ts';
import type { Clock, Platform, Random } from '../core/ports.ts';
import { connectionLine, isObserving, noticeLine, recordingLines, trackingLine } from '../core/statusWords.ts';
import { endedLines } from '../strings/ended.ts';
import { AGENT_VERSION } from '../version.ts';
import { type Terminal, timeWords } from './terminal.ts';
import { windowPage } from './windowCommand.ts';

export interface RunDeps {
  readonly terminal: Terminal;
  readonly clock: Clock;
  readonly random: Random;
  readonly platform: Platform;
  /** Makes of the commands in a message what can be typed in this terminal. */
  readonly typed: (line: string) => string;
}

/** Runs the agent in this terminal, which is what shows the employee that it runs, until a signal or a wipe ends it. */
export async function runCommand({ terminal, clock, random, platform, typed }: RunDeps, folder: string): Promise<void> {
  const resumed = await resumeWipe({ folder, places: platform.places, clock });
  if (resumed !== null) {
    sayWiped(terminal, resumed.report, 'server');
    return;
  }
  let announce = (): void => undefined;
  const stopped = signalled();
  const agent = await createAgent({
    ...{ folder, platform, clock, random, indicator: terminal, agentVersion: AGENT_VERSION },
    ...{ windowPage: windowPage(), typed },
    onChange: () => announce(),
  });
  const said = new Map<string, string>();
  const sayOnce = (subject: string, line: string): void => {
    if (said.get(subject) === line) return;
    said.set(subject, line);
    terminal.say(line);
  };
  announce = () => {
    const status = agent.status();
    const time = timeWords(clock.now());
    sayOnce('tracking', trackingLine(status, time));
    const [recording = '', not = ''] = recordingLines(status);
    sayOnce('recording', `${recording} ${not}`);
    for (const line of noticeLine(status)) sayOnce(`notice ${line}`, typed(line));
    const connection = connectionLine(status);
    if (connection !== null) sayOnce('connection', connection);
  };
  const first = agent.status();
  terminal.say(`Daylight runs for ${first.person} at ${first.organisation}. Ctrl-C ends it.`);
  for (const { sensor, works, words } of first.sensors)
    if (!works) terminal.say(`Cannot work here: ${sensor}: ${words}`);
  const stopWatching = watchSight(terminal, clock, (isSeen) => {
    if (!isSeen) terminal.complain(UNSEEN);
    void agent.lookNow();
  });
  announce();
  agent.start();
  const stopRepeating = terminal.repeat(() => {
    const status = agent.status();
    return isObserving(status) ? (recordingLines(status)[0] ?? null) : null;
  });
  const end = await Promise.race([stopped, agent.wiped]);
  stopRepeating();
  stopWatching();
  if (typeof end === 'string') {
    terminal.say('Closing.');
    await agent.close();
    terminal.say('Stopped. What was not yet sent waits here, encrypted.');
    return;
  }
  sayWiped(terminal, end, end.by);
}

function sayWiped(terminal: Terminal, { filesRemoved, left, ended }: WipeReport, by: 'employee' | 'server'): void {
  const who = by === 'server' ? 'By order of your organisation' : 'At your request';
  terminal.say(`${who}, ${filesRemoved} files with keys and data were deleted from this computer.`);
  if (ended !== undefined) for (const line of endedLines(ended)) terminal.say(line);
  for (const name of left) terminal.complain(`Could not be deleted: ${name}`);
}

const UNSEEN =
  'Nobody sees the output of this agent: nothing is observed unless you run it in a terminal or have "daylight-agent window" open.';

/** How soon it is noticed that the terminal has hung up, or that nobody reads the pipe any more. */
const LOOK_MS = 1_000;

/** Calls back when the terminal is no longer seen, at once where it is not to begin with, and when it is again. */
function watchSight(terminal: Terminal, clock: Clock, onChange: (isSeen: boolean) => void): () => void {
  let wasSeen = true;
  let cancel = (): void => undefined;
  const look = (): void => {
    cancel = clock.after(LOOK_MS, look);
    const isSeen = terminal.visible();
    if (isSeen === wasSeen) return;
    wasSeen = isSeen;
    onChange(isSeen);
  };
  look();
  return () => cancel();
}

function signalled(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve(signal));
  });
}
