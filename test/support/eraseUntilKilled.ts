import { systemClock } from '../../server/clock.ts';
import { eraseRound } from '../../server/lifecycle/erasure.ts';
import { order, rangeOf } from './erasable.ts';
import { openFoundationIn } from './numberedNotes.ts';

// A process for tests: erases six days of notes and pictures in the folder that is named on its command line, and says what it reaches.
const foundation = await openFoundationIn(process.argv[2] ?? '');
process.stdout.write('begins\n');
await order(foundation, rangeOf(['notes', 'screenshot'], 4, 9));
process.stdout.write('requested\n');
await eraseRound({
  ...foundation,
  clock: systemClock,
  failed: (cause) => {
    throw cause;
  },
  reached: (_, state) => void process.stdout.write(`${state}\n`),
});
await foundation.close();
