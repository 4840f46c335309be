import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { systemClock } from '../../server/clock.ts';
import { compactRound } from '../../server/compaction/compaction.ts';
import { createShapes } from '../../server/compaction/shapes.ts';
import { openFoundationIn, prepareNotes, readNotes } from '../support/numberedNotes.ts';
import { startUnsynced } from '../support/unsynced/unsynced.ts';

// FAULTS 24, for merging: a file layer discards what was not fsynced, at any moment.

const ROUNDS = 10;

test(`after ${ROUNDS} power cuts while batches were stored and merged, each is there once, in order`, async () => {
  const data = await mkdtemp(join(tmpdir(), 'daylight-merging-'));
  try {
    await prepareNotes(data);
    const script = join(import.meta.dirname, '../support/compactUntilKilled.ts');
    let wereMerged = 0;
    for (let cut = 0; cut < ROUNDS; cut += 1) {
      const layer = await startUnsynced(process.execPath, ['--import', 'tsx', script, data], { folder: data });
      const said: number[] = [];
      layer.child.stdout
        ?.setEncoding('utf8')
        .on('data', (text: string) => said.push(...text.trim().split('\n').map(Number)));
      let errors = '';
      layer.child.stderr?.setEncoding('utf8').on('data', (text: string) => (errors += text));
      const isUnderWay = () => said.includes(-1) && said.filter((one) => one > 0).length > 1;
      while (!isUnderWay() && layer.child.exitCode === null) await setTimeout(5);
      await setTimeout(Math.random() * 250);
      await layer.powerCut();
      expect(errors.replaceAll(/^npm warn.*$/gm, '')).toBe('');

      const foundation = await openFoundationIn(data);
      const { numbers, segments, committedSeq } = await readNotes(foundation);
      await foundation.close();
      expect(numbers).toEqual(Array.from({ length: committedSeq }, (_, at) => at + 1));
      expect(committedSeq).toBeGreaterThanOrEqual(Math.max(...said));
      if (segments < committedSeq) wereMerged += 1;
    }
    // It was cut while it merged, and what was cut off is merged by the next who comes.
    expect(wereMerged).toBe(ROUNDS);
    const foundation = await openFoundationIn(data);
    const deps = {
      ...foundation,
      random: { uuid: () => crypto.randomUUID() },
      clock: systemClock,
      shapes: createShapes(),
    };
    const failures: unknown[] = [];
    await compactRound({ ...deps, failed: (cause) => failures.push(cause) }, null, async () => true);
    const { numbers, segments } = await readNotes(foundation);
    await foundation.close();
    expect([failures, segments, numbers.length > 10 * ROUNDS]).toEqual([[], 1, true]);
  } finally {
    await rm(data, { recursive: true, force: true });
  }
}, 600_000);
