import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openSpool } from '../../../../agent/core/spool/diskSpool.ts';
import type { Spool } from '../../../../agent/core/spool/spool.ts';
import { keyFile } from '../../../../agent/core/spool/spoolKey.ts';
import { HOUR, MINUTE } from '../../../../shared/time.ts';
import { context, scratch, sessionEvent, systemRandom, testClock } from '../../../support/agentKit.ts';

// Sessions are switched off before the server has said, on this connection, what it has.

type Event = readonly [event: 'start' | 'pause' | 'resume' | 'stop', mono: number];

async function withSpool(work: (spool: Spool) => Promise<void>): Promise<void> {
  await using place = await scratch();
  const spool = await openSpool({
    folder: join(place.folder, 'spool'),
    key: keyFile(join(place.folder, 'key'), systemRandom),
    clock: testClock(),
    random: systemRandom,
  });
  await spool.rebase(0);
  await work(spool);
  await spool.close();
}

async function closed(spool: Spool, ...events: readonly Event[]): Promise<void> {
  for (const [event, mono] of events) await spool.append(context, [sessionEvent(event, mono)]);
  await spool.flush();
}

async function sentAfter(spool: Spool, committed: number): Promise<unknown[]> {
  await spool.purge('session', 'purged_by_policy');
  await spool.rebase(committed);
  const events = [];
  for (let seq = committed; ; seq += 1) {
    const batch = await spool.next(seq);
    if (batch === null) return events;
    for (const one of batch.frame.observations as { event: string; mono: number }[]) events.push([one.event, one.mono]);
  }
}

test('a session whose start was sent, and its acknowledgement lost, still ends when it ended', () =>
  withSpool(async (spool) => {
    await closed(spool, ['start', 0], ['pause', HOUR], ['resume', HOUR + MINUTE]);
    expect((await spool.next(0))?.frame.seq).toBe(1);
    await closed(spool, ['stop', 8 * HOUR]);
    expect(await sentAfter(spool, 1)).toEqual([['stop', 8 * HOUR]]);
  }));

test('a pause in a batch after that of the start counts as no work: the server may have the one without the other', () =>
  withSpool(async (spool) => {
    await closed(spool, ['start', 0]);
    await spool.next(0);
    await closed(spool, ['pause', HOUR]);
    await closed(spool, ['stop', 8 * HOUR]);
    expect(await sentAfter(spool, 1)).toEqual([['stop', HOUR]]);
  }));

test('a session whose start was never given out to be sent leaves nothing', () =>
  withSpool(async (spool) => {
    await closed(spool, ['start', 0]);
    await closed(spool, ['stop', 8 * HOUR]);
    expect(await sentAfter(spool, 0)).toEqual([]);
  }));
