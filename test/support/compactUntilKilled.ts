import { setTimeout } from 'node:timers/promises';
import { systemClock } from '../../server/clock.ts';
import { compactRound, type RoundDeps } from '../../server/compaction/compaction.ts';
import { createShapes } from '../../server/compaction/shapes.ts';
import { appendNotes, openFoundationIn } from './numberedNotes.ts';

// A process for tests: appends numbered notes to the store in the folder named on its command line, eight batches at a time,
// and merges them meanwhile without a rest. Prints the highest seq that is committed, and `-1` after each merge, until it is
// killed.
const foundation = await openFoundationIn(process.argv[2] ?? '');
const { store, vault } = foundation;
const say = (number: number): void => void process.stdout.write(`${number}\n`);
const deps: RoundDeps = {
  shapes: createShapes(),
  vault,
  clock: systemClock,
  random: { uuid: () => crypto.randomUUID() },
  failed: (cause) => {
    throw cause;
  },
  store: {
    organisations: () => store.organisations(),
    devices: (org) => store.devices(org),
    crowdedSegments: (...which) => store.crowdedSegments(...which),
    segmentsById: (...which) => store.segmentsById(...which),
    async replaceSegments(merged, of) {
      const result = await store.replaceSegments(merged, of);
      if (result === 'replaced') say(-1);
      return result;
    },
  },
};
const merging = async (): Promise<void> => {
  for (;;) await compactRound(deps, null, () => setTimeout(0, true));
};
void merging();
for (;;) say(await appendNotes(foundation, 8));
