import { cp, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { BatchContext, Spool } from '../../../../agent/core/spool/spool.ts';
import { BootId } from '../../../../shared/ids.ts';
import { context, scratch, screenshot, systemRandom, testClock, title } from '../../../support/agentKit.ts';
import { batchesGivenOut } from '../../../support/givenOut.ts';
import { openSpoolIn } from '../../../support/openedSpool.ts';

// A folder that was copied, and of which each copy goes on: a backup that is put back, or a second computer.

const run = (n: number): BatchContext => ({
  ...context,
  boot: BootId.parse(`33333333-3333-4333-8333-${String(n).padStart(12, '0')}`),
});

/** One closed batch of one title. */
async function record(spool: Spool, n: number, text: string): Promise<void> {
  await spool.append(run(n), [title(text)]);
  await spool.flush();
}

/** What the server gets of it when it has `committed`: per batch its number and its titles. */
async function sent(spool: Spool, committed: number): Promise<[number, string[]][]> {
  await spool.rebase(committed);
  const batches = await batchesGivenOut(spool, committed);
  return batches.map(({ frame }) => [
    frame.seq,
    [
      ...(frame.observations as { title: string }[]).map((one) => one.title),
      ...frame.dropped.map(({ parameter, cause, count }) => `${count} ${parameter} ${cause}`),
    ],
  ]);
}

interface Folders {
  readonly backUp: () => Promise<void>;
  /** The folder as it was backed up, in the hands of a new process. */
  readonly restored: () => Promise<Spool>;
  readonly open: () => Promise<Spool>;
}

async function withFolder(work: (folders: Folders) => Promise<void>): Promise<void> {
  await using place = await scratch();
  const [folder, backup] = [join(place.folder, 'agent'), join(place.folder, 'backup')];
  await work({
    backUp: () => cp(folder, backup, { recursive: true }),
    async restored() {
      await rm(folder, { recursive: true });
      await cp(backup, folder, { recursive: true });
      return openSpoolIn(folder);
    },
    open: () => openSpoolIn(folder),
  });
}

test('what a restored folder records before it meets its server again is sent, under numbers that are free', () =>
  withFolder(async ({ backUp, restored, open }) => {
    const spool = await open();
    await record(spool, 1, 'first');
    expect(await sent(spool, 0)).toEqual([[1, ['first']]]);
    await spool.acknowledged(1);
    await backUp();
    for (const text of ['second', 'third']) await record(spool, 1, text);
    expect(await sent(spool, 1)).toEqual([
      [2, ['second']],
      [3, ['third']],
    ]);
    const again = await restored();
    for (const text of ['morning', 'noon', 'evening']) await record(again, 2, text);
    expect(await sent(again, 3)).toEqual([
      [4, ['morning']],
      [5, ['noon']],
      [6, ['evening']],
    ]);
    expect(again.waiting().dropped).toEqual([]);
  }));

test('also when the server has fewer numbers than wait', () =>
  withFolder(async ({ backUp, restored, open }) => {
    const spool = await open();
    await record(spool, 1, 'first');
    await sent(spool, 0);
    await spool.acknowledged(1);
    await backUp();
    await record(spool, 1, 'second');
    await sent(spool, 1);
    const again = await restored();
    for (const text of ['morning', 'noon']) await record(again, 2, text);
    expect(await sent(again, 2)).toEqual([
      [3, ['morning']],
      [4, ['noon']],
    ]);
  }));

test('what was sent before the backup, and whose acknowledgement was lost, is not sent again', () =>
  withFolder(async ({ backUp, restored, open }) => {
    const spool = await open();
    await record(spool, 1, 'first');
    expect(await sent(spool, 0)).toEqual([[1, ['first']]]);
    await backUp();
    await record(spool, 1, 'second');
    expect(await sent(spool, 1)).toEqual([[2, ['second']]]);
    const again = await restored();
    await record(again, 2, 'morning');
    expect(await sent(again, 2)).toEqual([[3, ['morning']]]);
    expect(again.waiting().dropped).toEqual([]);
  }));

test('what waited in the backup is not sent a second time, and it is said that it may not have been sent at all', () =>
  withFolder(async ({ backUp, restored, open }) => {
    const spool = await open();
    await record(spool, 1, 'first');
    await backUp();
    await record(spool, 1, 'second');
    expect(await sent(spool, 0)).toEqual([
      [1, ['first']],
      [2, ['second']],
    ]);
    const again = await restored();
    await record(again, 2, 'morning');
    expect(await sent(again, 2)).toEqual([
      [3, ['1 title perhaps_sent']],
      [4, ['morning']],
    ]);
    expect(again.waiting().dropped).toEqual([{ parameter: 'title', cause: 'perhaps_sent', count: 1 }]);
  }));

test('what waited in the backup under a number that the server does not have yet is sent', () =>
  withFolder(async ({ backUp, restored, open }) => {
    const spool = await open();
    for (const text of ['first', 'second', 'third']) await record(spool, 1, text);
    await backUp();
    const again = await restored();
    await record(again, 2, 'morning');
    // The other copy was cut off after its first batch.
    expect(await sent(again, 1)).toEqual([
      [2, ['1 title perhaps_sent']],
      [3, ['second']],
      [4, ['third']],
      [5, ['morning']],
    ]);
  }));

test('a reading that went on when the folder was backed up, and a picture in review, are not sent by both copies', () =>
  withFolder(async ({ backUp, restored, open }) => {
    const clock = testClock();
    const spool = await open();
    const picture = systemRandom.bytes(100);
    const reading = title('going on');
    await spool.keep([{ context: run(1), observation: reading }]);
    await spool.hold(run(1), { observation: screenshot(picture), releaseAt: clock.now() }, picture);
    await backUp();
    await spool.append(run(1), [reading]);
    await spool.release(clock.now());
    await spool.flush();
    expect((await sent(spool, 0)).length).toBe(1);
    const again = await restored();
    expect(await sent(again, 1)).toEqual([[2, ['1 title perhaps_sent']]]);
    await again.release(clock.now());
    await again.flush();
    expect(await sent(again, 2)).toEqual([[3, ['1 screenshot perhaps_sent']]]);
  }));

test('a process that wakes in a restored memory sends nothing a second time', () =>
  withFolder(async ({ open }) => {
    const spool = await open();
    await record(spool, 1, 'first');
    await sent(spool, 0);
    await spool.acknowledged(1);
    await record(spool, 1, 'second');
    // It was sent by the one that ran on while the memory was kept.
    expect(await sent(spool, 2)).toEqual([[3, ['1 title perhaps_sent']]]);
  }));

test('a server that was restored itself gets what it lacks, and nothing counts as perhaps sent', () =>
  withFolder(async ({ open }) => {
    const spool = await open();
    for (const text of ['first', 'second']) await record(spool, 1, text);
    await sent(spool, 0);
    await spool.acknowledged(1);
    expect(await sent(spool, 0)).toEqual([[1, ['second']]]);
    await record(spool, 1, 'third');
    expect(await sent(spool, 1)).toEqual([[2, ['third']]]);
    expect(spool.waiting().dropped).toEqual([]);
  }));

test('a disk that takes no word of what is sent keeps nothing from the server, and nothing is sent twice', async () => {
  await using place = await scratch();
  const folder = join(place.folder, 'agent');
  const spool = await openSpoolIn(folder);
  await spool.rebase(0);
  await record(spool, 1, 'first');
  await record(spool, 1, 'second');
  // In the place of the file that its state is written to, before it takes the name.
  const blocked = join(folder, 'spool', 'state.spool.tmp');
  await mkdir(blocked, { recursive: true });
  const titles = async (after: number) =>
    (await batchesGivenOut(spool, after)).flatMap(({ frame }) =>
      (frame.observations as { title: string }[]).map((one) => one.title),
    );
  expect(await titles(0)).toEqual(['first', 'second']);
  await rm(blocked, { recursive: true });
  await spool.rebase(1);
  expect(await titles(1)).toEqual(['second']);
  expect(spool.waiting().dropped).toEqual([]);
});
