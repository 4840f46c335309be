import { keepingBy } from '../../server/control/keeping.ts';
import { createImports } from '../../server/lifecycle/imports.ts';
import { retentionRound } from '../../server/lifecycle/retention.ts';
import { systemRandom } from '../../server/random.ts';
import { openFoundationIn } from './numberedNotes.ts';
import { dayAt, policy, startOf, TAKEN } from './retained.ts';

// A process for tests: sweeps the folder that is named on its command line a few rows at a time, and says each step.
const foundation = await openFoundationIn(process.argv[2] ?? '');
const clock = { now: () => startOf(dayAt(TAKEN)), mono: () => Math.floor(performance.now()) };
const imports = createImports({ ...foundation, clock, random: systemRandom });
process.stdout.write('begins\n');
const { store, keyStore, vault } = foundation;
await retentionRound(
  {
    ...{ ...foundation, imports, clock, brake: { check: () => 'free' } },
    // Slower than it is, so that there are many moments at which it can be killed.
    store: { ...store, expire: (org, person, past) => store.expire(org, person, past, 3) },
    keyStore,
    vault: {
      ...vault,
      async destroyDataKeys(keys) {
        await vault.destroyDataKeys(keys);
        process.stdout.write('keys\n');
      },
    },
    control: { keeping: async () => keepingBy(policy, clock.now()) },
    swept: () => undefined,
    failed: (cause) => {
      throw cause;
    },
  },
  new Map(),
  async () => {
    process.stdout.write('step\n');
    return true;
  },
);
process.stdout.write('done\n');
await foundation.close();
