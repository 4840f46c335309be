import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { systemClock } from '../../server/clock.ts';
import { eraseRound } from '../../server/lifecycle/erasure.ts';
import { erasureStates } from '../../server/store/store.ts';
import { allBut, dayAt, imageFiles, notesOf, org, person, prepareErasable, readAll } from '../support/erasable.ts';
import { openFoundationIn } from '../support/numberedNotes.ts';
import { startUnsynced } from '../support/unsynced/unsynced.ts';

// FAULTS 24, for erasing a part: a file layer discards what was not fsynced, at any moment.

const MOMENTS = ['begins', ...erasureStates];
const ROUNDS = 2 * MOMENTS.length;

test(`after ${ROUNDS} power cuts while days were erased, they are there whole and were never asked for, or they end; all other days are whole`, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'daylight-erasing-'));
  try {
    const first = join(folder, 'first');
    await prepareErasable(first);
    const script = join(import.meta.dirname, '../support/eraseUntilKilled.ts');
    const stages = new Set<string>();
    for (let cut = 0; cut < ROUNDS; cut += 1) {
      const data = join(folder, `cut ${cut}`);
      await cp(first, data, { recursive: true });
      const layer = await startUnsynced(process.execPath, ['--import', 'tsx', script, data], { folder: data });
      await said(layer.child.stdout, `${MOMENTS[cut % MOMENTS.length] ?? ''}\n`);
      if (cut >= MOMENTS.length) await setTimeout(Math.random() * 60);
      await layer.powerCut();

      const foundation = await openFoundationIn(data);
      const [found] = await foundation.store.erasures(org, person);
      stages.add(found?.state ?? 'never');
      const failures: unknown[] = [];
      const ended = await eraseRound({ ...foundation, clock: systemClock, failed: (cause) => failures.push(cause) });
      const [record] = await foundation.store.erasures(org, person);
      const kept = record === undefined ? allBut(1, 0) : allBut(4, 9);
      const read = [await readAll(foundation, 'notes'), await readAll(foundation, 'screenshot')];
      expect([failures, ended, record?.state]).toEqual([[], 'nothing', record === undefined ? undefined : 'verified']);
      expect(read).toEqual([notesOf(...kept), kept.map(dayAt)]);
      expect(await readAll(foundation, 'title')).toEqual(allBut(1, 0).map(dayAt));
      await foundation.close();
      expect(await imageFiles(data)).toBe(kept.length);
      await rm(data, { recursive: true });
    }
    expect(stages.size).toBeGreaterThan(2);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}, 600_000);

async function said(stream: NodeJS.ReadableStream | null, word: string): Promise<void> {
  if (stream === null) throw new Error('its output is no pipe');
  await new Promise<void>((resolve, reject) => {
    let text = '';
    const hear = (chunk: Buffer): void => {
      text += chunk.toString();
      if (!text.includes(word)) return;
      stream.off('data', hear).off('end', ended);
      resolve();
    };
    const ended = (): void => reject(new Error(`it ended without "${word}": ${text}`));
    stream.on('data', hear).once('end', ended);
  });
}
