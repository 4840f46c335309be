import { expect, test } from 'vitest';
import { createScriptedPlatform, type ScriptedCall, type ScriptedPlatform } from '../../agent/platform/scripted.ts';
import { type ParameterId, parameterIds } from '../../shared/catalog.ts';
import { MINUTE } from '../../shared/time.ts';
import { onAPage, script, typing } from '../support/days/moments.ts';
import { type ChosenLevels, createRig, EVERYTHING } from '../support/recording.ts';

async function tenMinutes(levels: ChosenLevels) {
  let platform: ScriptedPlatform | null = null;
  const day = script([...onAPage, typing]);
  const rig = await createRig({ platform: (clock) => (platform = createScriptedPlatform(day, clock)), levels });
  await rig.recorder.start({ project: 'Daylight', task: null });
  await rig.recorder.note('a note');
  await rig.clock.advance(10 * MINUTE);
  const { 'lock.start': _lock, ...calls } = platform!.calls();
  return { ...rig, calls };
}

test.each(parameterIds)('%s off: its sensor is not called for it, and nothing of it is in the spool', async (id) => {
  const { recorder, spool } = await tenMinutes({ ...EVERYTHING, [id]: 'off' });
  expect(recorder.status().calls[id]).toBe(undefined);
  expect(spool.waiting().observations[id]).toBe(undefined);
  expect(recorder.receipt()?.parameters[id]).toEqual({
    state: 'off',
    level: 'off',
    reason: 'policy',
    waiting: 0,
  });
});

const NEEDED: Partial<Record<ParameterId, ScriptedCall[]>> = {
  activity: ['input.start'],
  app: ['window.active'],
  // The extension is the only one who knows whether a browser's window is a private one.
  title: ['browser.start', 'browser.tab', 'window.active'],
  url: ['browser.start', 'browser.tab', 'window.active'],
  screenshot: ['browser.start', 'browser.tab', 'screen.capture', 'window.visible'],
  device: ['machine.device'],
  timezone: ['machine.timezone'],
};

const ALL_OFF = Object.fromEntries(parameterIds.map((id) => [id, 'off']));

test.each(parameterIds)('only %s on: no sensor is called but those that it needs', async (id) => {
  const { calls, spool } = await tenMinutes({ ...ALL_OFF, session: 'on', [id]: EVERYTHING[id] });
  expect(Object.keys(calls).sort()).toEqual(NEEDED[id] ?? []);
  expect(Object.keys(spool.waiting().observations).filter((found) => found !== 'session')).toEqual(
    id === 'session' ? [] : [id],
  );
});

test.each(parameterIds.filter((id) => id !== 'session'))(
  '%s switched off while it runs: nothing of it is left when the receipt says so, and nothing comes after',
  async (id) => {
    const { clock, publish, recorder, spool } = await tenMinutes(EVERYTHING);
    expect(spool.waiting().observations[id]).toBeGreaterThan(0);
    expect(recorder.receipt()?.parameters[id].state).toBe('active');
    const called = recorder.status().calls[id];
    await publish({ ...EVERYTHING, [id]: 'off' });
    const receipt = recorder.receipt()?.parameters[id];
    await clock.advance(10 * MINUTE);

    expect(receipt).toEqual({ state: 'off', level: 'off', reason: 'policy', waiting: 0 });
    expect(recorder.status().calls[id]).toBe(called);
    expect(spool.waiting().observations[id]).toBe(undefined);
    expect(spool.waiting().dropped).toContainEqual({
      parameter: id,
      cause: 'purged_by_policy',
      count: expect.any(Number),
    });
  },
);
