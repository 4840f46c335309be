import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { failureLines, failureOf } from '../../shared/failure.ts';
import { keepInMemory } from '../../shared/keptInMemory.ts';

/** See `keepInMemory`. A signal opens no debugger afterwards, and Node makes no report. */
export async function keepOwnMemory(): Promise<void> {
  const { platform, pid, execArgv, env, report } = process;
  if (platform !== 'win32') process.on('SIGUSR1', () => undefined);
  report.reportOnFatalError = false;
  report.reportOnSignal = false;
  report.reportOnUncaughtException = false;
  await keepInMemory({
    ...{ platform, pid, execArgv, env },
    read: (file) => readFile(file, 'utf8'),
    write: (file, text) => writeFile(file, text),
    run: async (command, args) => (await promisify(execFile)(command, args)).stdout,
  });
}

const HOME = new URL('../..', import.meta.url).href;

/** Node would print the message, which may quote a title or a note, into whatever file the session's errors go to. */
export function endOnCrash(complain: (line: string) => void): void {
  process.on('uncaughtException', (error) => {
    for (const line of failureLines(failureOf(error, HOME))) complain(line);
    process.exit(1);
  });
}
