import { setTimeout } from 'node:timers/promises';
import { systemClock } from '../../server/clock.ts';
import { compactRound } from '../../server/compaction/compaction.ts';
import { appendNotes, openFoundationIn } from './numberedNotes.ts';

// A process for tests: appends numbered notes to the store in the folder named on its command line, eight batches at a time,
// and merges them meanwhile without a rest. Prints the highest seq that is committed, and `-1` after each merge, until it is
// killed.
const foundation = await openFoundationIn(process.argv[2] ?? '');
const say = (number: number): void => void process.stdout.write(`${number}\n`);
const merging = async (): Promise<void> => {
  const random = { uuid: () => crypto.randomUUID() };
  const rest = async (): Promise<boolean> => {
    say(-1);
    return setTimeout(0, true);
  };
  const failed = (cause: unknown): never => {
    throw cause;
  };
  for (;;) {
    await compactRound({ ...foundation, random, clock: systemClock, failed }, null, rest);
  }
};
void merging();
for (;;) say(await appendNotes(foundation, 8));
