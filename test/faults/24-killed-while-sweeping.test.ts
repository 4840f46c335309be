import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { parameterIds } from '../../shared/catalog.ts';
import { fromSource, startNode } from '../support/nodeProcess.ts';
import { openFoundationIn } from '../support/numberedNotes.ts';
import {
  dayAt,
  daysFrom,
  daysOf,
  leftOf,
  org,
  person,
  prepareRetained,
  startOf,
  sweepOnce,
  TAKEN,
} from '../support/retained.ts';

// FAULTS 24, for the sweep of what is past its day: kill -9 at any moment.

const ROUNDS = 12;

test(`after ${ROUNDS} kills in the middle of a sweep the next one takes exactly what is left to take, with files and keys`, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'daylight-sweeping-'));
  try {
    const first = join(folder, 'first');
    await prepareRetained(first);
    const script = join(import.meta.dirname, '../support/sweepUntilKilled.ts');
    const cutAt = new Set<number>();
    for (let round = 0; round < ROUNDS; round += 1) {
      const data = join(folder, `kill ${round}`);
      await cp(first, data, { recursive: true });
      const child = startNode([...fromSource, script, data], { limitMs: 60_000 });
      const steps = () => child.out().split('\n').length - 1;
      while (steps() < 1 + 4 * round && child.process.exitCode === null) await setTimeout(1);
      child.process.kill('SIGKILL');
      await child.exit;
      if (!child.out().includes('done')) cutAt.add(steps());

      const foundation = await openFoundationIn(data);
      const clock = { now: () => startOf(dayAt(TAKEN)), mono: () => 0 };
      await sweepOnce(foundation, { clock });
      for (const parameter of parameterIds) {
        const gone = Math.max(0, TAKEN - daysOf(parameter));
        expect([parameter, await leftOf(foundation, parameter)]).toEqual([parameter, daysFrom(gone)]);
        const keys = await foundation.keyStore.dataKeyEpochs(org, person, parameter);
        expect([parameter, keys.length]).toEqual([parameter, gone >= 7 ? 1 : 2]);
      }
      const images = 2 * (await leftOf(foundation, 'screenshot')).length;
      await foundation.close();
      expect(await readdir(join(data, 'blobs', org))).toHaveLength(images);
      await rm(data, { recursive: true });
    }
    expect(cutAt.size).toBeGreaterThan(4);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}, 300_000);
