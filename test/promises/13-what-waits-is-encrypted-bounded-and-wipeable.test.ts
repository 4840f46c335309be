import { randomBytes } from 'node:crypto';
import { chmod, readdir, stat, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { spoolBounds } from '../../agent/core/spool/bounds.ts';
import { wipeFolder } from '../../agent/core/wipe.ts';
import { createRegistrar } from '../../agent/platform/registrar.ts';
import { app, at, context, filesWith, permitted, scratch, screenshot, testClock, title } from '../support/agentKit.ts';
import { openSpoolIn } from '../support/openedSpool.ts';

test('markers planted in titles, notes, names and pictures are in no file of the data folder', async () => {
  await using place = await scratch();
  const markers = [
    'MARKER-7f3a91-title',
    'MARKER-7f3a91-note',
    'MARKER-7f3a91-app',
    'MARKER-7f3a91-picture',
    'MARKER-7f3a91-gone',
  ];
  const spool = await openSpoolIn(place.folder);
  const note = permitted({ parameter: 'notes', level: 'on', at, mono: 0, span: 0, note: markers[1] ?? '' });
  await spool.append(context, [title(markers[0] ?? ''), note, app(markers[2] ?? '')]);
  const picture = Buffer.from(`${markers[3]}${'x'.repeat(100)}`);
  await spool.hold(context, { observation: screenshot(picture), releaseAt: at }, picture);
  await spool.append(context, [title(markers[4] ?? '')]);
  await spool.purge('title', 'purged_by_policy');
  await spool.release(at + 1);
  expect(await filesWith(place.folder, markers)).toEqual([]);
  await spool.close();
  expect(await filesWith(place.folder, markers)).toEqual([]);
  // The search itself finds what is there.
  await writeFile(join(place.folder, 'proof'), Buffer.from(markers[0] ?? '', 'utf16le'));
  expect(await filesWith(place.folder, markers)).toHaveLength(1);
});

test('everything is readable by its user only, and a key that others can read is refused', async () => {
  await using place = await scratch();
  const spool = await openSpoolIn(place.folder);
  await spool.append(context, [title('x')]);
  await spool.close();
  const modes = await Promise.all(
    ['spool', 'spool.key', ...(await readdir(join(place.folder, 'spool'))).map((name) => join('spool', name))].map(
      async (name) => [name, ((await stat(join(place.folder, name))).mode & 0o077) === 0],
    ),
  );
  expect(modes.filter(([, ok]) => ok === false)).toEqual([]);
  await chmod(join(place.folder, 'spool.key'), 0o644);
  await expect(openSpoolIn(place.folder)).rejects.toThrow('can be read by other users');
});

test('a key that is missing or does not fit is a clear error, and nothing is deleted for it', async () => {
  await using place = await scratch();
  const spool = await openSpoolIn(place.folder);
  await spool.append(context, [title('x')]);
  await spool.close();
  const before = await readdir(join(place.folder, 'spool'));
  await writeFile(join(place.folder, 'spool.key'), randomBytes(32));
  await expect(openSpoolIn(place.folder)).rejects.toThrow('nothing in');
  await unlink(join(place.folder, 'spool.key'));
  await expect(openSpoolIn(place.folder)).rejects.toThrow('key of the spool is missing');
  expect(await readdir(join(place.folder, 'spool'))).toEqual(before);
});

test.each([60_000, 200_000])(
  'a bound of %i bytes holds: screenshots go first, and every loss is counted',
  async (bound) => {
    await using place = await scratch();
    const spool = await openSpoolIn(place.folder, testClock(), { ...spoolBounds, bytes: bound });
    let recorded = 0;
    for (let i = 0; i < 60; i += 1) {
      await spool.append(context, [title('t'.repeat(400))]);
      await spool.flush();
      const picture = randomBytes(3_000);
      await spool.hold(context, { observation: screenshot(picture), releaseAt: at }, picture);
      recorded += 2;
      expect(spool.waiting().bytes).toBeLessThanOrEqual(bound);
    }
    const { observations, dropped } = spool.waiting();
    const waiting = Object.values(observations).reduce((sum, n) => sum + n, 0);
    const lost = dropped.reduce((sum, { count }) => sum + count, 0);
    expect(waiting + lost).toBe(recorded);
    expect(new Set(dropped.map(({ cause }) => cause))).toEqual(new Set(['evicted']));
    const titlesLost = dropped.find(({ parameter }) => parameter === 'title')?.count ?? 0;
    if (titlesLost > 0) expect(observations.screenshot ?? 0).toBeLessThanOrEqual(1);
    if (bound === 200_000) expect(titlesLost).toBe(0);
    await spool.close();
  },
);

test('what waits longer than thirty days is dropped and counted', async () => {
  await using place = await scratch();
  const clock = testClock();
  const spool = await openSpoolIn(place.folder, clock);
  await spool.append(context, [title('old')]);
  await spool.flush();
  clock.advance(31 * 86_400_000);
  await spool.append(context, [app('Code')]);
  expect(spool.waiting()).toMatchObject({
    observations: { app: 1 },
    dropped: [{ parameter: 'title', cause: 'evicted', count: 1 }],
  });
  await spool.close();
});

test('a seq is never used twice, even when every file of the spool but its state is gone', async () => {
  await using place = await scratch();
  const spool = await openSpoolIn(place.folder);
  for (const text of ['one', 'two']) {
    await spool.append(context, [title(text)]);
    await spool.flush();
  }
  await spool.rebase(0);
  await spool.close();
  for (const name of await readdir(join(place.folder, 'spool'))) {
    if (name.startsWith('batch')) await unlink(join(place.folder, 'spool', name));
  }
  const again = await openSpoolIn(place.folder);
  await again.append(context, [title('three')]);
  await again.flush();
  const frames = [await again.next(0), await again.next(1), await again.next(2), await again.next(3)];
  expect(frames.map((batch) => batch && [batch.frame.seq, batch.frame.observations.length])).toEqual([
    [1, 0],
    [2, 0],
    [3, 1],
    null,
  ]);
  await again.close();
});

test('a spool that is wiped leaves no file, and cannot be used afterwards', async () => {
  await using place = await scratch();
  const spool = await openSpoolIn(place.folder);
  await spool.append(context, [title('x')]);
  await spool.wipe();
  await expect(spool.append(context, [title('y')])).rejects.toThrow('the spool is wiped');
  // A folder that nothing proves to be Daylight's is left alone.
  await writeFile(join(place.folder, 'recorder.sealed'), randomBytes(40));
  expect(await wipeFolder(place.folder, createRegistrar())).toEqual({ filesRemoved: 1, left: [] });
  await expect(readdir(place.folder)).rejects.toThrow('ENOENT');
});
