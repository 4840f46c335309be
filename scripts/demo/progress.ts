import process from 'node:process';

/** Says how far a long piece of work is: one line that changes in a terminal, a line for each tenth anywhere else. */
export interface Progress {
  (what: string, part: number): void;
}

export function createProgress(clock: () => number = () => performance.now()): Progress {
  const began = clock();
  const isTerminal = process.stdout.isTTY;
  let tenth = -1;
  return (what, part) => {
    const took = clock() - began;
    const left = part < 0.08 || part >= 1 ? '' : `, about ${lengthWords((took / part) * (1 - part))} left`;
    const line = `${String(Math.floor(part * 100)).padStart(3)} %  ${what}${left}`;
    if (isTerminal) process.stdout.write(`\r\u001b[2K${line}${part >= 1 ? '\n' : ''}`);
    else if (Math.floor(part * 10) > tenth) process.stdout.write(`${line}\n`);
    tenth = Math.floor(part * 10);
  };
}

export function lengthWords(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / 1_000));
  return seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}
