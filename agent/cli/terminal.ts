import { fstatSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { isatty } from 'node:tty';
import type { Indicator } from '../core/ports.ts';

/** Where the command line talks. */
export interface Terminal extends Indicator {
  /** A sentence about something that went wrong. */
  complain(line: string): void;
  /** Whether a person can be asked. */
  readonly interactive: boolean;
  ask(question: string): Promise<string>;
}

/**
 * The terminal that the process runs in. A person can see it when its output goes to a terminal, or into a pipe or
 * socket that somebody still reads; not when it goes into a file or to nowhere.
 */
export function openTerminal(): Terminal {
  let readerGone = false;
  process.stdout.on('error', () => {
    readerGone = true;
  });
  process.stderr.on('error', () => undefined);
  return {
    visible: () => !readerGone && !process.stdout.destroyed && someoneCanSee(1),
    say: (line) => {
      if (!readerGone) process.stdout.write(`${line}\n`);
    },
    complain: (line) => void process.stderr.write(`${line}\n`),
    interactive: isatty(0) && isatty(1),
    ask: async (question) => {
      const lines = createInterface({ input: process.stdin, output: process.stdout });
      try {
        return (await lines.question(question)).trim();
      } finally {
        lines.close();
      }
    },
  };
}

function someoneCanSee(descriptor: number): boolean {
  if (isatty(descriptor)) return true;
  try {
    const kind = fstatSync(descriptor);
    return kind.isFIFO() || kind.isSocket();
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
