import { expect, test } from 'vitest';
import { createScriptedPlatform } from '../../agent/platform/scripted.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../shared/time.ts';
import { atTheEditor, script, typing } from '../support/days/moments.ts';
import { createRig, EVERYTHING, type Rig } from '../support/recording.ts';
import { NINE } from '../support/testClock.ts';

async function working(): Promise<Rig> {
  const day = script([...atTheEditor, typing]);
  const rig = await createRig({ platform: (clock) => createScriptedPlatform(day, clock), levels: EVERYTHING });
  await rig.recorder.start();
  await rig.clock.advance(HOUR);
  return rig;
}

function sessions(rig: Rig): unknown[] {
  return rig
    .recorded('session')
    .map(({ event, cause, at, span }) => [event, cause, Math.round((at - NINE) / MINUTE), Math.round(span / MINUTE)]);
}

function trackedHours(rig: Rig): number {
  const told = rig.recorded('session');
  const gaps = told.reduce((sum, { span }) => sum + span, 0);
  return (told.at(-1)!.at - told[0]!.at - gaps) / HOUR;
}

test('three days of sleep are a gap: two hours of work stay two hours, and observing waits for a new lease', async () => {
  const rig = await working();
  rig.clock.suspend(3 * DAY);
  await rig.clock.advance(HOUR);
  const lease = rig.recorder.status().parameters.title.off;
  await rig.recorder.stop();

  const gaps = rig.recorded('session').filter(({ event }) => event === 'gap');
  expect(gaps.map(({ cause }) => cause)).toEqual(['asleep', 'asleep', 'asleep', 'asleep']);
  // From the last tick before the sleep to the first after it; no piece is longer than a day.
  const slept = gaps.reduce((sum, { span }) => sum + span, 0);
  expect(slept).toBeGreaterThanOrEqual(3 * DAY);
  expect(slept).toBeLessThanOrEqual(3 * DAY + 5 * SECOND);
  expect(trackedHours(rig)).toBeCloseTo(2, 2);
  expect(lease).toBe('lease');
  expect(rig.recorded('title').every(({ at }) => at <= NINE + DAY)).toBe(true);
});

test('a process that stood still for sixteen hours has not worked for sixteen hours', async () => {
  const rig = await working();
  rig.clock.freeze(16 * HOUR);
  await rig.clock.advance(MINUTE);
  await rig.recorder.stop();
  expect(trackedHours(rig)).toBeCloseTo(1 + 1 / 60, 2);
});

test.each([
  ['a year forward', 365 * DAY],
  ['a year backward', -365 * DAY],
  ['an hour backward', -HOUR],
])(
  'the clock jumps %s: the session ends where it was last right, and nothing is stamped outside it',
  async (_name, jump) => {
    const rig = await working();
    rig.clock.jump(jump);
    await rig.clock.advance(HOUR);

    expect(rig.recorder.status().state).toBe('stopped');
    expect(sessions(rig)).toEqual([
      ['start', 'employee', 0, 0],
      ['stop', 'clock_jump', 60, 0],
    ]);
    const stamped = rig.spool.everything().filter(({ at, span }) => at < NINE || at + span > NINE + HOUR + 5 * SECOND);
    expect(stamped).toEqual([]);
    expect(rig.said.some((line) => line.includes('clock'))).toBe(true);
  },
);

test('a clock that is set right by twenty seconds changes nothing', async () => {
  const rig = await working();
  rig.clock.jump(-20 * SECOND);
  await rig.clock.advance(10 * MINUTE);
  await rig.recorder.stop();
  expect(sessions(rig)).toEqual([
    ['start', 'employee', 0, 0],
    ['stop', 'employee', 70, 0],
  ]);
});
