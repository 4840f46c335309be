import { open, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createRecorderJournal } from '../../../../agent/core/recorderJournal.ts';
import { SLOT_BYTES } from '../../../../agent/core/spool/keptFile.ts';
import type { OpenReading, Spool } from '../../../../agent/core/spool/spool.ts';
import { DAY } from '../../../../shared/time.ts';
import {
  app,
  at,
  boot,
  context,
  permitted,
  scratch,
  session,
  type TestClock,
  testClock,
  title,
} from '../../../support/agentKit.ts';
import { batchesGivenOut } from '../../../support/givenOut.ts';
import { openSpoolIn } from '../../../support/openedSpool.ts';
import { createMemoryFolder, testSealer } from '../../../support/recording.ts';

const reading = (text: string, mono: number, span: number) =>
  permitted({ parameter: 'title', level: 'full', at: at + mono, mono, span, title: text });
const going = (text: string, mono: number, span: number): OpenReading => ({
  context,
  observation: reading(text, mono, span),
});
const stop = (cause: 'employee' | 'crash') =>
  permitted({ parameter: 'session', level: 'on', at, mono: 9, span: 0, event: 'stop', cause });

/** Title and length of every reading that the spool sends from here on. */
async function sent(spool: Spool, after = 0): Promise<unknown[]> {
  await spool.flush();
  const observations = (await batchesGivenOut(spool, after)).flatMap(({ frame }) => frame.observations);
  return (observations as { title?: string; span: number }[]).map((one) => [one.title, one.span]);
}

test('a reading that goes on is recorded after a death as it was last kept, once', async () => {
  await using place = await scratch();
  const spool = await openSpoolIn(place.folder);
  for (const span of [0, 5_000, 10_000]) await spool.keep([going('draft', 1, span), going('other', 2, span)]);
  expect(spool.waiting()).toMatchObject({ batches: 0, observations: { title: 2 } });
  const again = await openSpoolIn(place.folder);
  expect(await sent(again)).toEqual([
    ['draft', 10_000],
    ['other', 10_000],
  ]);
  const third = await openSpoolIn(place.folder);
  expect(await sent(third)).toHaveLength(2);
});

test('a reading that has ended is recorded once, however soon the process dies after it, sent or not', async () => {
  for (const fate of ['waits', 'sent', 'purged others'] as const) {
    await using place = await scratch();
    const spool = await openSpoolIn(place.folder);
    await spool.keep([going('draft', 1, 5_000), going('next', 7, 100)]);
    await spool.append(context, [reading('draft', 1, 6_000), app('Code')]);
    if (fate === 'purged others') await spool.purge('app', 'purged_by_policy');
    if (fate === 'sent') {
      expect(await sent(spool)).toEqual([
        ['draft', 6_000],
        [undefined, 5_000],
      ]);
      await spool.acknowledged(1);
    }
    const again = await openSpoolIn(place.folder);
    const titles = (await sent(again, fate === 'sent' ? 1 : 0)).filter((one) => (one as unknown[])[0] !== undefined);
    const next = ['next', 100];
    expect([fate, titles]).toEqual([fate, fate === 'sent' ? [next] : [['draft', 6_000], next]]);
  }
});

test('purging takes what is kept with it, from both slots, counts it once, and a death does not bring it back', async () => {
  await using place = await scratch();
  const spool = await openSpoolIn(place.folder);
  await spool.keep([going('one', 1, 5_000)]);
  const code = permitted({ parameter: 'app', level: 'name', at, mono: 1, span: 1, name: 'Code' });
  await spool.keep([going('one', 1, 9_000), { context, observation: code }]);
  const before = await slots(place.folder);
  expect(await spool.purge('title', 'purged_by_policy')).toBe(1);
  expect(spool.waiting()).toMatchObject({ observations: { app: 1 } });
  const after = await slots(place.folder);
  // Sealed anew, both of them: nothing of what was there can be read even with the key.
  expect([after[0]?.equals(before[0]!), after[1]?.equals(before[1]!)]).toEqual([false, false]);
  const again = await openSpoolIn(place.folder);
  await again.flush();
  const frames = [(await again.next(0))?.frame, (await again.next(1))?.frame];
  const dropped = frames.flatMap((frame) => frame?.dropped ?? []);
  expect(dropped).toEqual([{ parameter: 'title', cause: 'purged_by_policy', count: 1 }]);
  expect(frames.flatMap((frame) => frame?.observations ?? [])).toMatchObject([{ parameter: 'app', name: 'Code' }]);
});

test('a slot that was torn leaves the one before it', async () => {
  await using place = await scratch();
  const spool = await openSpoolIn(place.folder);
  await spool.keep([going('draft', 1, 5_000)]);
  await spool.keep([going('draft', 1, 10_000)]);
  const file = await open(join(place.folder, 'spool', 'kept.spool'), 'r+');
  // The second write is turn 2, and lies in the first slot.
  await file.write(Buffer.alloc(60), 0, 60, 40);
  await file.close();
  expect(await sent(await openSpoolIn(place.folder))).toEqual([['draft', 5_000]]);
});

test('keeping costs one write in place: the file does not grow, and what has not changed is not written', async () => {
  await using place = await scratch();
  const spool = await openSpoolIn(place.folder);
  const path = join(place.folder, 'spool', 'kept.spool');
  for (let i = 0; i < 20; i += 1) await spool.keep([going('x'.repeat(512 - 20 * i), 1, i)]);
  expect((await stat(path)).size).toBe(2 * SLOT_BYTES);
  const before = await readFile(path);
  await spool.keep([going('x'.repeat(512 - 20 * 19), 1, 19)]);
  expect((await readFile(path)).equals(before)).toBe(true);
});

test('nothing of what is kept, and nothing of a session in the journal, stands on disk in the clear', async () => {
  await using place = await scratch();
  const spool = await openSpoolIn(place.folder);
  await spool.keep([going('MARKER-4c1d', 1, 5_000)]);
  const kept = await readFile(join(place.folder, 'spool', 'kept.spool'));
  expect([kept.includes('MARKER'), kept.includes(session), kept.includes(String(at))]).toEqual([false, false, false]);

  const folder = createMemoryFolder();
  const journal = createRecorderJournal(folder, testSealer);
  const evidence = { at, mono: 5 };
  const unfinished = { session, boot, policyVersion: 1, startedAt: at - 1_234, lastEvidence: evidence };
  const unknown = await journal.read();
  await journal.write({ ...unknown, unfinished });
  expect([...folder.files.keys()]).toEqual(['recorder.sealed']);
  const bytes = Buffer.from(folder.files.get('recorder.sealed') ?? []);
  for (const clear of [session, boot, String(at), String(at - 1_234), 'unfinished', 'lastEvidence']) {
    expect([clear, bytes.includes(clear)]).toEqual([clear, false]);
  }
  expect(await journal.read()).toEqual({ ...unknown, unfinished });
  // With another key it knows nothing, as if it were missing.
  const foreign = createRecorderJournal(folder, { ...testSealer, key: new Uint8Array(32) });
  expect(await foreign.read()).toEqual(unknown);
});

test('the stop of a session is taken once: while it waits, and after it was sent, and after a restart', async () => {
  await using place = await scratch();
  const spool = await openSpoolIn(place.folder);
  await spool.append(context, [stop('employee')]);
  await spool.append(context, [stop('crash')]);
  expect(spool.waiting().observations.session).toBe(1);
  const again = await openSpoolIn(place.folder);
  await again.append(context, [stop('crash')]);
  expect(again.waiting().observations.session).toBe(1);
  await sent(again);
  await again.acknowledged(1);
  await again.append(context, [stop('crash')]);
  const third = await openSpoolIn(place.folder);
  await third.append(context, [stop('crash')]);
  expect(third.waiting().observations).toEqual({});
});

/** A clock that can be set without time passing. */
function settable(): TestClock & { set(ms: number): void } {
  const clock = testClock();
  let skew = 0;
  const now = (): number => clock.now() + skew;
  return { ...clock, now, set: (ms) => void (skew += ms) };
}

const waitingTitles = (spool: Spool): number => spool.waiting().observations.title ?? 0;

test('a clock that leaps a year ahead evicts nothing, until thirty days have passed by themselves', async () => {
  await using place = await scratch();
  const clock = settable();
  let spool = await openSpoolIn(place.folder, clock);
  await spool.append(context, [title('kept')]);
  await spool.flush();
  clock.set(365 * DAY);
  await spool.append(context, [app('Code')]);
  expect(waitingTitles(spool)).toBe(1);
  await spool.close();
  // Neither does a restart make the clock believed.
  spool = await openSpoolIn(place.folder, clock);
  await spool.append(context, [app('Code')]);
  expect(waitingTitles(spool)).toBe(1);
  clock.advance(29 * DAY);
  await spool.append(context, [app('Code')]);
  expect(waitingTitles(spool)).toBe(1);
  clock.advance(2 * DAY);
  await spool.append(context, [app('Code')]);
  expect(waitingTitles(spool)).toBe(0);
});

test('time that a restarted agent has seen pass is not forgotten at its next restart', async () => {
  await using place = await scratch();
  const clock = settable();
  let spool = await openSpoolIn(place.folder, clock);
  await spool.append(context, [title('kept')]);
  await spool.flush();
  clock.set(365 * DAY);
  for (const days of [16, 16]) {
    spool = await openSpoolIn(place.folder, clock);
    clock.advance(days * DAY);
    await spool.release(clock.now());
  }
  await spool.append(context, [app('Code')]);
  expect(waitingTitles(spool)).toBe(0);
});

test('a clock that the server confirms is believed at once, and one that it contradicts is not', async () => {
  for (const confirmed of [true, false]) {
    await using place = await scratch();
    const clock = settable();
    const spool = await openSpoolIn(place.folder, clock);
    await spool.append(context, [title('old')]);
    await spool.flush();
    clock.set(40 * DAY);
    await spool.rebase(0, confirmed ? clock.now() : clock.now() - 40 * DAY);
    await spool.append(context, [app('Code')]);
    expect([confirmed, waitingTitles(spool)]).toEqual([confirmed, confirmed ? 0 : 1]);
  }
});

async function slots(folder: string): Promise<Buffer[]> {
  const bytes = await readFile(join(folder, 'spool', 'kept.spool'));
  return [bytes.subarray(0, SLOT_BYTES), bytes.subarray(SLOT_BYTES)];
}
