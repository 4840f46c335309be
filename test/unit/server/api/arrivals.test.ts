import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Arrivals, createArrivals } from '../../../../server/api/arrivals.ts';
import type { Imports } from '../../../../server/lifecycle/imports.ts';
import { systemRandom } from '../../../../server/random.ts';
import { ImportId, OrgId, PersonId } from '../../../../shared/ids.ts';
import { eventually } from '../../../support/daylight.ts';
import { createTestClock } from '../../../support/testClock.ts';

// Files that people bring along; what is in them is checked and kept by another hand.

const NO_FILES = Buffer.from(`504b0506${'00'.repeat(18)}`, 'hex');

let folder: string;
let closing: AbortController;
let taken: number;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daylight-arrivals-'));
  [closing, taken] = [new AbortController(), 0];
});
afterEach(async () => {
  closing.abort();
  await rm(folder, { recursive: true, force: true });
});

function arriving(): Arrivals {
  const imports: Pick<Imports, 'check' | 'take'> = {
    check: async () => ({}) as Awaited<ReturnType<Imports['check']>>,
    async take() {
      taken += 1;
      return ImportId.parse(systemRandom.uuid());
    },
  };
  const clock = createTestClock();
  return createArrivals({ folder, imports, clock, random: systemRandom, closing: closing.signal });
}
const somebody = () => ({
  ...{ org: OrgId.parse(systemRandom.uuid()), person: PersonId.parse(systemRandom.uuid()) },
});

test('of people who begin at once four are let in, and no fifth', async () => {
  const arrivals = arriving();
  const all = await Promise.allSettled(Array.from({ length: 7 }, () => arrivals.begin(somebody(), 100)));
  expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(4);
});

test('nothing is taken in that cannot be put on record', async () => {
  const arrivals = arriving();
  const mia = somebody();
  const { arrival } = await arrivals.begin(mia, NO_FILES.length);
  await arrivals.part(mia, arrival, 0, NO_FILES);
  await eventually('it is checked', async () => arrivals.of(mia.person)?.state.kind === 'ready');
  arrivals.take(mia, arrival, async () => {
    throw new Error('the disk is full');
  });
  await eventually('it is refused', async () => arrivals.of(mia.person)?.state.kind === 'refused');
  expect(taken).toBe(0);
});
