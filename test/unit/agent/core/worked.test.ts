import { describe, expect, test } from 'vitest';
import { createScriptedPlatform } from '../../../../agent/platform/scripted.ts';
import { BootId } from '../../../../shared/ids.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../../../shared/time.ts';
import { workedToday } from '../../../../shared/worked.ts';
import { atTheEditor, script, typing } from '../../../support/days/moments.ts';
import { createRig, EVERYTHING, type Rig } from '../../../support/recording.ts';
import { createTestClock } from '../../../support/testClock.ts';

// What the employee is told of their own working time, by the agent alone and without asking the server.

const platform = (clock: Rig['clock']) => createScriptedPlatform(script([...atTheEditor, typing]), clock);
const workedIn = (rig: Rig) => workedToday(rig.recorder.status().worked, rig.clock.now());
/** Here, wherever that is: no midnight comes in between. */
const MORNING = new Date(2026, 10, 21, 9).getTime();
const NEXT_RUN = BootId.parse('0b9f6a52-3a0f-4c0e-8f61-3a7b6f0f5b02');

describe('the working time of today', () => {
  test('is that of all sessions, runs while one runs, and stands still in a pause', async () => {
    const rig = await createRig({ platform, levels: EVERYTHING, clock: createTestClock(MORNING) });
    expect(workedIn(rig)).toBe(0);
    await rig.recorder.start();
    await rig.clock.advance(2 * MINUTE);
    expect(workedIn(rig)).toBe(2 * MINUTE);
    await rig.recorder.pause();
    await rig.clock.advance(HOUR);
    expect(workedIn(rig)).toBe(2 * MINUTE);
    await rig.recorder.resume();
    await rig.clock.advance(MINUTE);
    await rig.recorder.stop();
    await rig.clock.advance(HOUR);
    await rig.recorder.start();
    await rig.clock.advance(MINUTE);
    expect(workedIn(rig)).toBe(4 * MINUTE);
  });

  test('outlives a kill up to the last evidence, and is forgotten two days later', async () => {
    const before = await createRig({ platform, levels: EVERYTHING, clock: createTestClock(MORNING) });
    await before.recorder.start();
    await before.clock.advance(10 * MINUTE);
    const { clock, folder, spool, publisher } = before;
    const rig = await createRig({ platform, levels: EVERYTHING, clock, folder, spool, publisher, boot: NEXT_RUN });
    expect(Math.abs(workedIn(rig) - 10 * MINUTE)).toBeLessThanOrEqual(5 * SECOND);
    await rig.clock.advance(HOUR);
    expect(Math.abs(workedIn(rig) - 10 * MINUTE)).toBeLessThanOrEqual(5 * SECOND);
    rig.clock.jump(2 * DAY);
    await rig.recorder.start();
    expect(rig.recorder.status().worked).toHaveLength(1);
  });
});

test('what two sessions have in common, because a clock was set back between them, counts once', () => {
  const at = new Date(2026, 10, 21, 12).getTime();
  const stretches = [
    { from: at, to: at + 2 * HOUR },
    { from: at + HOUR, to: at + HOUR + MINUTE },
    { from: at + HOUR, to: null },
  ];
  expect(workedToday(stretches, at + 3 * HOUR)).toBe(3 * HOUR);
});

test('of a night’s work what came after midnight is of today', () => {
  const midnight = new Date(2026, 10, 21).getTime();
  const stretches = [
    { from: midnight - 5 * HOUR, to: midnight - 4 * HOUR },
    { from: midnight - HOUR, to: midnight + HOUR },
    { from: midnight + 2 * HOUR, to: null },
  ];
  expect(workedToday(stretches, midnight + 2 * HOUR + MINUTE)).toBe(HOUR + MINUTE);
  expect(workedToday(stretches, midnight - 30 * MINUTE)).toBe(HOUR + 30 * MINUTE);
});
