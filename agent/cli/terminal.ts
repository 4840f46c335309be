import { closeSync, fstatSync, openSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { text } from 'node:stream/consumers';
import { isatty } from 'node:tty';
import { printable } from '../../shared/printable.ts';
import { SILENCE_MS } from '../../shared/protocol/window.ts';
import type { Indicator } from '../core/ports.ts';

/** Where the command line talks. */
export interface Terminal extends Indicator {
  /** A sentence about something that went wrong. */
  complain(line: string): void;
  /**
   * Says `line()` every `everyMs`, except to a terminal: that the reader of a pipe has ended shows in the next write alone.
   * Null: there is nothing to say now. Returns how it stops.
   */
  repeat(line: () => string | null, everyMs?: number): () => void;
  /** Whether a person can be asked. */
  readonly interactive: boolean;
  ask(question: string): Promise<string>;
  /** All that is piped in, without spaces around it. */
  read(): Promise<string>;
}

/**
 * The terminal that the process runs in. Its output counts as seen by a person when it goes to a terminal, or, while the
 * process has a terminal at all, into a pipe (a FIFO or a socket pair, which is what programs give their children) that
 * somebody still reads. What a service manager, cron or a container starts has a pipe that is read as well, and nobody in
 * front of it: it has no controlling terminal. Output into a file, /dev/null or nowhere never counts, nor into the journal of
 * systemd, which is a socket: `JOURNAL_STREAM` names it by device and inode (systemd.exec(5)). Node cannot ask whether a
 * pipe has a reader: it has none when a write fails, which is why `repeat` writes. A program that hides what it reads, or a
 * terminal that nobody looks at, defeats this; see docs/THREAT-MODEL.md. What is printed has been through `words`, and has
 * no control characters: see `printable`.
 */
export function openTerminal(
  env: NodeJS.ProcessEnv = process.env,
  words: (line: string) => string = (line) => line,
): Terminal {
  let readerGone = false;
  process.stdout.on('error', () => {
    readerGone = true;
  });
  process.stderr.on('error', () => undefined);
  const say = (line: string): void => {
    if (!readerGone) process.stdout.write(`${printable(words(line))}\n`);
  };
  return {
    visible: () => !readerGone && !process.stdout.destroyed && someoneCanSee(1, env),
    say,
    repeat: (line, everyMs = REPEAT_MS) => {
      if (isatty(1)) return () => undefined;
      const timer = setInterval(() => {
        const now = line();
        if (now !== null) say(now);
      }, everyMs);
      timer.unref();
      return () => clearInterval(timer);
    },
    complain: (line) => void process.stderr.write(`${printable(words(line))}\n`),
    interactive: isatty(0) && isatty(1),
    ask: async (question) => {
      const lines = createInterface({ input: process.stdin, output: process.stdout });
      try {
        return (await lines.question(question)).trim();
      } finally {
        lines.close();
      }
    },
    read: async () => (await text(process.stdin)).trim(),
  };
}

/** As long as a page in a browser counts as seen without a word of it. */
const REPEAT_MS = SILENCE_MS;

/** Asked each time, because a terminal may hang up while the process runs; it takes microseconds. */
function someoneCanSee(descriptor: number, env: NodeJS.ProcessEnv): boolean {
  return isatty(descriptor) || (isPipe(descriptor, env) && hasTerminal());
}

function isPipe(descriptor: number, env: NodeJS.ProcessEnv): boolean {
  try {
    const kind = fstatSync(descriptor, { bigint: true });
    if (env.JOURNAL_STREAM === `${kind.dev}:${kind.ino}`) return false;
    return kind.isFIFO() || kind.isSocket();
  } catch {
    return false;
  }
}

/**
 * By this name a process opens the terminal that controls it, wherever its streams go: tty(4). On Windows, where none of
 * this has been run, its console.
 */
const CONTROLLING_TERMINAL = process.platform === 'win32' ? '\\\\.\\CONOUT$' : '/dev/tty';

/** Opening it fails where there is none (ENXIO), and after it has hung up. */
function hasTerminal(): boolean {
  try {
    closeSync(openSync(CONTROLLING_TERMINAL, 'r'));
    return true;
  } catch {
    return false;
  }
}

/** An instant in the zone of this computer: `14:02`, with the day when it is not today. */
export function timeWords(now: number): (at: number) => string {
  const day = (at: number): string => new Date(at).toDateString();
  return (at) => {
    const clock = new Date(at).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
    if (day(at) === day(now)) return clock;
    return `${new Date(at).toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric' })} ${clock}`;
  };
}
