import { setTimeout } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import type { Clock } from '../../../../server/clock.ts';
import {
  type BrakeState,
  type ClockBrake,
  lookAtClock,
  openClockBrake,
  releaseClock,
} from '../../../../server/lifecycle/clockBrake.ts';
import { DAY, HOUR, MINUTE } from '../../../../shared/time.ts';
import { createMemoryKeyStore } from '../../../support/memoryKeyStore.ts';
import { type MovableClock, movable } from '../../../support/movableClock.ts';

// What waits for it is in the tests of what is destroyed because of the date.

const NOON = Date.parse('2026-03-02T12:00:00Z');
const still: Clock = { now: () => NOON, mono: () => 1_000 };
const often = { everyMs: 1, noteMs: HOUR };

const open: ClockBrake[] = [];
afterEach(async () => {
  for (const brake of open.splice(0)) await brake.close();
});

async function started(clock: MovableClock, keyStore = createMemoryKeyStore()) {
  const heard: BrakeState[] = [];
  const failures: unknown[] = [];
  const brake = await openClockBrake(
    { keyStore, clock, changed: (state) => heard.push(state), failed: (cause) => failures.push(cause) },
    often,
  );
  open.push(brake);
  return { brake, keyStore, heard, failures };
}

/** Stopped at noon of 2 March, and started again once so much has passed by the wall clock and nothing by the other. */
async function startedAfter(ms: number) {
  const before = await started(movable(still));
  await open.pop()?.close();
  const clock = movable(still);
  clock.set(ms);
  return { clock, ...(await started(clock, before.keyStore)) };
}

const wayOf = (state: BrakeState): string => (state === 'free' ? 'free' : state.pulled.way);

test('a server that was never started before takes its clock as it is', async () => {
  const { brake, heard } = await started(movable(still));
  expect([brake.check(), heard]).toEqual(['free', []]);
});

test('it is pulled when the server starts more than a day from the time that it saw last, in either direction, and tells it at once', async () => {
  const results: unknown[] = [];
  for (const ms of [365 * DAY, DAY + 1, DAY, 0, -DAY, -DAY - 1, -365 * DAY]) {
    const { brake, heard } = await startedAfter(ms);
    results.push([wayOf(brake.check()), heard.map(wayOf)]);
  }
  const [ahead, free, behind] = ['ahead', 'free', 'behind'];
  expect(results).toEqual([
    ...[
      [ahead, [ahead]],
      [ahead, [ahead]],
      [free, []],
      [free, []],
    ],
    ...[
      [free, []],
      [behind, [behind]],
      [behind, [behind]],
    ],
  ]);
});

test('of a weekend without the server it says what the clock says and what was seen last', async () => {
  const { brake } = await startedAfter(62 * HOUR);
  expect(brake.check()).toEqual({ pulled: { now: NOON + 62 * HOUR, expected: NOON, way: 'ahead' } });
});

test('it is pulled as soon as the clock is set while the server runs, and free by itself once that is taken back', async () => {
  const clock = movable(still);
  const { brake, heard } = await started(clock);
  clock.advance(300 * DAY);
  expect(brake.check()).toBe('free');
  clock.set(DAY + 1);
  expect(wayOf(brake.check())).toBe('ahead');
  await setTimeout(20);
  clock.set(-2 * DAY - 2);
  expect(wayOf(brake.check())).toBe('behind');
  clock.set(DAY + 1);
  await setTimeout(20);
  expect([wayOf(brake.check()), heard.map(wayOf)]).toEqual(['free', ['ahead', 'free']]);
});

test('small steps do not add up to a day unseen, nor does the sleep of the computer', async () => {
  const clock = movable(still);
  const { brake } = await started(clock);
  const ways: string[] = [];
  for (let step = 0; step < 4; step += 1) {
    clock.set(10 * HOUR);
    clock.advance(2 * HOUR);
    await setTimeout(10);
    ways.push(wayOf(brake.check()));
  }
  expect(ways).toEqual(['free', 'free', 'ahead', 'ahead']);
});

test('steps that were not noticed by then are no reason to trust the clock after a start: what was noted is what truly passed', async () => {
  const clock = movable(still);
  const first = await started(clock);
  clock.set(20 * HOUR);
  clock.advance(2 * HOUR);
  await open.pop()?.close();
  expect(await first.keyStore.mark('seen_at')).toBe(NOON + 2 * HOUR);
});

test('the time is noted every hour, so that a kill loses no more', async () => {
  const clock = movable(still);
  const { keyStore } = await started(clock);
  clock.advance(HOUR - MINUTE);
  await setTimeout(20);
  const before = await keyStore.mark('seen_at');
  clock.advance(MINUTE);
  await setTimeout(20);
  expect([before, await keyStore.mark('seen_at')]).toEqual([NOON, NOON + HOUR]);
});

test('released, the clock counts as it is from then on, also after a start, and also when it went back', async () => {
  for (const ms of [365 * DAY, -365 * DAY]) {
    const { brake, keyStore, clock, heard } = await startedAfter(ms);
    await brake.release();
    clock.advance(3 * HOUR);
    expect([brake.check(), heard.length]).toEqual(['free', 2]);
    await open.pop()?.close();
    const { brake: again } = await started(clock, keyStore);
    expect(again.check()).toBe('free');
    clock.set(-ms);
    expect(wayOf(again.check())).toBe(ms > 0 ? 'behind' : 'ahead');
    await open.pop()?.close();
  }
});

test('somebody who was wrong to release it can say so: the time that is right is taken again', async () => {
  const { brake, clock } = await startedAfter(365 * DAY);
  await brake.release();
  clock.set(-365 * DAY);
  expect(wayOf(brake.check())).toBe('behind');
  await brake.release();
  clock.set(DAY + 1);
  expect(wayOf(brake.check())).toBe('ahead');
});

test('a command of the host sees the same, and releases it for the server that runs', async () => {
  const { brake, keyStore, clock, heard } = await startedAfter(-30 * DAY);
  expect(wayOf((await lookAtClock(keyStore, clock.now())).state)).toBe('behind');
  await releaseClock(keyStore, clock.now());
  await setTimeout(30);
  expect([brake.check(), heard.map(wayOf)]).toEqual(['free', ['behind', 'free']]);
  expect((await lookAtClock(keyStore, clock.now())).state).toBe('free');
});

test('keys that do not answer are told, and asked again', async () => {
  const clock = movable(still);
  const { keyStore, failures } = await started(clock);
  keyStore.failure = new Error('no disk');
  clock.advance(HOUR);
  await setTimeout(20);
  const many = failures.length;
  keyStore.failure = null;
  clock.advance(MINUTE);
  await setTimeout(20);
  expect([many, await keyStore.mark('seen_at')]).toEqual([1, NOON + HOUR + MINUTE]);
});
