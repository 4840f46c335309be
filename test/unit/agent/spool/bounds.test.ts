import { spawnSync } from 'node:child_process';
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { HOUR } from '../../../../shared/time.ts';
import { context, scratch, testClock, title } from '../../../support/agentKit.ts';
import { openSpoolIn } from '../../../support/openedSpool.ts';

test('what waits for thirty days is gone although nothing is recorded any more, damaged copies included', async () => {
  await using place = await scratch();
  const clock = testClock();
  const spool = await damaged(place.folder, clock);
  expect([spool.waiting().observations.title, spool.waiting().damagedFiles]).toEqual([1, 1]);
  for (let hours = 0; hours < 31 * 24; hours += 1) {
    clock.advance(HOUR);
    await spool.release(clock.now());
  }
  expect([spool.waiting().observations, spool.waiting().damagedFiles]).toEqual([{}, 0]);
  expect((await readdir(join(place.folder, 'spool'))).filter((name) => name.endsWith('.damaged'))).toEqual([]);
});

test('the copy of a damaged batch goes with the acknowledgement of that batch', async () => {
  await using place = await scratch();
  const spool = await damaged(place.folder, testClock());
  await spool.acknowledged(1);
  expect(spool.waiting().damagedFiles).toBe(1);
  await spool.acknowledged(2);
  expect(spool.waiting().damagedFiles).toBe(0);
  expect((await readdir(join(place.folder, 'spool'))).filter((name) => name.endsWith('.damaged'))).toEqual([]);
});

test.runIf(process.platform === 'linux')(
  'what a full disk took only a part of is refused, and spoils nothing',
  async () => {
    await using place = await scratch();
    const script = join(import.meta.dirname, '../../../support/spoolUntilRefused.ts');
    // 16 blocks of 1 KiB for each file; the signal that comes with the refusal is ignored, so that the write fails instead.
    const limited = `trap '' XFSZ; ulimit -f 16; exec "$0" --import tsx "$1" "$2"`;
    const ran = spawnSync('bash', ['-c', limited, process.execPath, script, place.folder], { encoding: 'utf8' });
    expect(ran.stderr).toBe('');
    const durable = Number(ran.stdout);
    expect(durable).toBeGreaterThan(10);
    const spool = await openSpoolIn(place.folder);
    expect(spool.waiting()).toMatchObject({ observations: { title: durable }, dropped: [], damagedFiles: 0 });
  },
);

/** A whole batch, and a second one whose last record was damaged on disk. */
async function damaged(folder: string, clock: ReturnType<typeof testClock>) {
  const before = await openSpoolIn(folder, clock);
  await before.append(context, [title('whole')]);
  await before.flush();
  await before.append(context, [title('damaged')]);
  await before.close();
  const file = await open(join(folder, 'spool', 'batch-000000000002.spool'), 'r+');
  const { size } = await file.stat();
  await file.write(Buffer.alloc(4, 0xff), 0, 4, size - 4);
  await file.close();
  return openSpoolIn(folder, clock);
}
