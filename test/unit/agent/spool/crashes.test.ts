import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { cp, readdir, rm, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Spool } from '../../../../agent/core/spool/spool.ts';
import { BootId } from '../../../../shared/ids.ts';
import { app, at, boot, context, permitted, scratch, screenshot, testClock, title } from '../../../support/agentKit.ts';
import { batchesGivenOut } from '../../../support/givenOut.ts';
import { openSpoolIn } from '../../../support/openedSpool.ts';

/** Everything that the spool sends, to its end. */
async function sent(spool: Spool) {
  await spool.flush();
  return batchesGivenOut(spool);
}

test('the number of a batch is taken before the batch exists: it is not given again when that was lost', async () => {
  await using place = await scratch();
  const spool = await openSpoolIn(place.folder);
  await spool.append(context, [title('lost')]);
  // Killed: what is on disk is all that there is, and the first batch's file is lost with it.
  for (const name of await readdir(join(place.folder, 'spool'))) {
    if (name.startsWith('batch')) await unlink(join(place.folder, 'spool', name));
  }
  const again = await openSpoolIn(place.folder);
  await again.append(context, [app('next')]);
  const frames = (await sent(again)).map(({ frame }) => [frame.seq, frame.observations.length]);
  expect(frames).toEqual([
    [1, 0],
    [2, 1],
  ]);
});

test('a number that was sent and acknowledged is not given again to the first batch of the next process', async () => {
  await using place = await scratch();
  const spool = await openSpoolIn(place.folder);
  await spool.append(context, [title('sent')]);
  await spool.flush();
  await spool.next(0);
  await spool.acknowledged(1);
  const again = await openSpoolIn(place.folder);
  await again.append(context, [app('next')]);
  await again.flush();
  expect((await again.next(1))?.frame.seq).toBe(2);
});

test('a screenshot whose release was cut off after it was recorded is sent once, and not held any more', async () => {
  await using place = await scratch();
  await child(place.folder, 'prepare', 0);
  const kept = join(place.folder, 'held');
  await cp(join(place.folder, 'spool'), kept, { recursive: true });
  const spool = await openSpoolIn(place.folder);
  await spool.release(testClock().now() + 1_000);
  // Killed before the first removal: the files of those that were held are there still.
  for (const name of await readdir(kept)) {
    if (name.startsWith('held')) await cp(join(kept, name), join(place.folder, 'spool', name));
  }
  const again = await openSpoolIn(place.folder);
  expect(again.held()).toEqual([]);
  expect(again.waiting().observations.screenshot).toBe(2);
  expect(await again.release(testClock().now() + 1_000)).toBe(0);
  const images = (await sent(again)).flatMap((batch) => batch.images);
  expect(new Set(images.map(({ image }) => image)).size).toBe(2);
  expect(images).toHaveLength(2);
  expect((await readdir(join(place.folder, 'spool'))).filter((name) => name.startsWith('held'))).toEqual([]);
});

test('screenshots that wait for review are in the order in which they were taken after a restart, in each boot by its monotonic clock', async () => {
  await using place = await scratch();
  const spool = await openSpoolIn(place.folder);
  const later = BootId.parse('33333333-3333-4333-8333-333333333333');
  const taken: string[] = [];
  for (let nth = 0; nth < 12; nth += 1) {
    const bytes = randomBytes(100);
    // Within the first boot the wall clock was set back: its monotonic clock knows better.
    const moment = nth < 6 ? { at: at + 10_000 - nth, mono: nth * 1_000 } : { at: at + 20_000 + nth, mono: nth };
    const observation = permitted({ ...screenshot(bytes), ...moment });
    await spool.hold({ ...context, boot: nth < 6 ? boot : later }, { observation, releaseAt: at }, bytes);
    taken.push(observation.image);
  }
  const before = spool.held().map(({ observation }) => observation.image);
  await spool.close();
  const again = await openSpoolIn(place.folder);
  const after = again.held().map(({ observation }) => observation.image);
  await again.release(testClock().now());
  const sentNow = (await sent(again)).flatMap(({ frame }) => frame.observations as { image: string }[]);
  expect([before, after, sentNow.map(({ image }) => image)]).toEqual([taken, taken, taken]);
  await again.close();
});

test.each(['release', 'drop'] as const)(
  'a process that is killed at any change of a file inside %s loses and doubles no screenshot',
  (task) =>
    killedAtEachChange('prepare', task, async (spool, nth, isKilled) => {
      const held = spool.held().length;
      const batches = await sent(spool);
      const named = batches.flatMap(({ frame }) => frame.observations as { parameter: string; image?: string }[]);
      const pictures = named.flatMap(({ image }) => image ?? []);
      const dropped = batches.flatMap(({ frame }) => frame.dropped);
      const lost = countOf(dropped);
      expect([nth, held + pictures.length + lost]).toEqual([nth, 2]);
      expect(new Set(pictures).size).toBe(pictures.length);
      expect(batches.flatMap(({ images }) => images)).toHaveLength(pictures.length);
      expect(named.filter(({ parameter }) => parameter === 'app')).toHaveLength(1);
      const cause = task === 'drop' ? 'dropped_by_employee' : 'none';
      expect(dropped.filter((line) => line.cause !== cause)).toEqual([]);
      if (!isKilled) expect([task === 'drop' ? lost : pictures.length]).toEqual([task === 'drop' ? 1 : 2]);
    }),
  600_000,
);

test(
  'idle time that is cut out is gone after the next start, whatever change of a file the first attempt was killed at',
  () =>
    killedAtEachChange('prepareIdle', 'cutOut', async (spool, nth) => {
      await spool.cutOut({ boot, from: 2_000, to: 20_000 }, 'idle_not_kept');
      expect(spool.held()).toEqual([]);
      const batches = await sent(spool);
      const named = batches.flatMap(({ frame }) => frame.observations as { parameter: string; span: number }[]);
      expect(named.map(({ parameter, span }) => [parameter, span])).toEqual([['app', 2_000]]);
      const dropped = batches.flatMap(({ frame }) => frame.dropped);
      expect([nth, countOf(dropped)]).toEqual([nth, 4]);
      expect(new Set(dropped.map(({ cause }) => cause))).toEqual(new Set(['idle_not_kept']));
    }),
  600_000,
);

test(
  'sessions that are purged leave the same stop, whatever change of a file the first attempt was killed at',
  () =>
    killedAtEachChange('prepareSessions', 'purge', async (spool, nth) => {
      await spool.rebase(1);
      await spool.purge('session', 'purged_by_policy');
      const batches = (await sent(spool)).map(({ frame }) => frame);
      const left = batches.flatMap(({ observations }) => observations as { event: string; mono: number }[]);
      // Of the first the pause is not work; of the second the server has never heard.
      expect([nth, left.map(({ event, mono }) => [event, mono])]).toEqual([nth, [['stop', 1_000]]]);
      expect([nth, countOf(batches.flatMap(({ dropped }) => dropped))]).toEqual([nth, 3]);
    }),
  600_000,
);

test('no batch is given out that holds something seen after the moment that holds it back', async () => {
  await using place = await scratch();
  const spool = await openSpoolIn(place.folder);
  await spool.append(context, [app('to 5,000')]);
  await spool.flush();
  await spool.append(context, [{ ...title('to 8,000'), mono: 3_000 }]);
  await spool.flush();
  const given = async () => [(await spool.next(0)) !== null, (await spool.next(1)) !== null, spool.waiting().heldBack];
  spool.holdAfter([{ boot, mono: 4_999 }]);
  expect(await given()).toEqual([false, false, 2]);
  spool.holdAfter([{ boot, mono: 5_000 }]);
  expect(await given()).toEqual([true, false, 1]);
  spool.holdAfter([]);
  expect(await given()).toEqual([true, true, 0]);
  await spool.close();
});

test('a screenshot of a time that is held back goes into no batch when its time of review is over', async () => {
  await using place = await scratch();
  const spool = await openSpoolIn(place.folder);
  const bytes = randomBytes(200);
  const taken = { ...screenshot(bytes), mono: 6_000 };
  await spool.hold(context, { observation: taken, releaseAt: taken.at }, bytes);
  spool.holdAfter([{ boot, mono: 5_000 }]);
  const released = await spool.release(taken.at + 1);
  await spool.flush();
  const whileHeld = [released, spool.held().map(({ isHeldBack }) => isHeldBack), spool.waiting().batches];
  expect(whileHeld).toEqual([0, [true], 0]);
  spool.holdAfter([]);
  expect([await spool.release(taken.at + 1), spool.held()]).toEqual([1, []]);
  await spool.close();
});

const countOf = (dropped: readonly { readonly count: number }[]) => dropped.reduce((sum, { count }) => sum + count, 0);

/** The task is killed at its first change of a file, at the second, and so on; the last time it comes to its end. */
async function killedAtEachChange(
  prepare: string,
  task: string,
  check: (left: Spool, nth: number, isKilled: boolean) => Promise<void>,
): Promise<void> {
  await using place = await scratch();
  const prepared = join(place.folder, 'prepared');
  await child(prepared, prepare, 0);
  let kills = 0;
  let isKilled = true;
  while (isKilled) {
    const folder = join(place.folder, `killed-${kills}`);
    await cp(prepared, folder, { recursive: true });
    isKilled = (await child(folder, task, kills)) !== null;
    const spool = await openSpoolIn(folder);
    await check(spool, kills, isKilled);
    await spool.close();
    await rm(folder, { recursive: true });
    if (isKilled) kills += 1;
  }
  expect(kills).toBeGreaterThan(5);
}

/** Resolves with the signal that ended it, or null. */
async function child(folder: string, task: string, nth: number): Promise<NodeJS.Signals | null> {
  const script = join(import.meta.dirname, '../../../support/killedAtFileOperation.ts');
  const args = ['--import', 'tsx', script, folder, task, String(nth)];
  const running = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  const [code, signal] = (await once(running, 'exit')) as [number | null, NodeJS.Signals | null];
  if (signal === null && code !== 0) throw new Error(`the child ended with ${code}`);
  return signal;
}
