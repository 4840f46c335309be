import { expect, test } from 'vitest';
import type { Spool } from '../../../../agent/core/spool/spool.ts';
import { HOUR, MINUTE } from '../../../../shared/time.ts';
import { context, scratch, sessionEvent } from '../../../support/agentKit.ts';
import { batchesGivenOut } from '../../../support/givenOut.ts';
import { openSpoolIn } from '../../../support/openedSpool.ts';

// Sessions are switched off before the server has said, on this connection, what it has.

type Event = readonly [event: 'start' | 'pause' | 'resume' | 'stop', mono: number];

async function withSpool(work: (spool: Spool) => Promise<void>): Promise<void> {
  await using place = await scratch();
  const spool = await openSpoolIn(place.folder);
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
  const observations = (await batchesGivenOut(spool, committed)).flatMap(({ frame }) => frame.observations);
  return (observations as { event: string; mono: number }[]).map((one) => [one.event, one.mono]);
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
