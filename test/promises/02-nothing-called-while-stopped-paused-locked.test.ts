import { expect, test } from 'vitest';
import { createScriptedPlatform, type ScriptedPlatform } from '../../agent/platform/scripted.ts';
import { HOUR, MINUTE } from '../../shared/time.ts';
import { onAPage, script, typing } from '../support/days/moments.ts';
import { createRig, EVERYTHING } from '../support/recording.ts';

async function setUp() {
  let platform: ScriptedPlatform | null = null;
  const day = script([...onAPage, typing, { at: 2 * HOUR, do: 'lock' }, { at: 3 * HOUR, do: 'unlock' }]);
  const rig = await createRig({
    platform: (clock) => (platform = createScriptedPlatform(day, clock)),
    levels: EVERYTHING,
  });
  const { 'lock.start': _lock, ...none } = platform!.calls();
  expect(none).toEqual({});
  return { ...rig, calls: () => platform!.calls() };
}

test('before start and after stop no collector is called and nothing reaches the spool', async () => {
  const { clock, recorder, spool, calls } = await setUp();
  await clock.advance(30 * MINUTE);
  expect(calls()).toEqual({});
  expect(spool.everything()).toEqual([]);
  await recorder.start();
  await clock.advance(10 * MINUTE);
  await recorder.stop();
  const [called, kept] = [calls(), spool.everything().length];
  expect(called['window.active']).toBeGreaterThan(100);
  await clock.advance(30 * MINUTE);
  await spool.flush();

  expect(calls()).toEqual(called);
  // A screenshot that waited for its review goes its way; nothing new is there.
  expect(spool.everything().filter(({ parameter }) => parameter !== 'screenshot').length).toBeLessThanOrEqual(kept);
});

test('while paused no collector is called, and what was seen before ends with the pause', async () => {
  const { clock, recorder, recorded, calls } = await setUp();
  await recorder.start();
  await clock.advance(10 * MINUTE);
  await recorder.pause();
  const called = calls();
  const pausedAt = clock.now();
  await clock.advance(30 * MINUTE);
  expect(calls()).toEqual(called);
  const ends = (['app', 'title', 'url', 'activity'] as const).flatMap((id) =>
    recorded(id).map(({ at, span }) => at + span),
  );
  expect(Math.max(...ends)).toBeLessThanOrEqual(pausedAt);
  await recorder.resume();
  await clock.advance(MINUTE);
  expect(calls()['window.active']).toBeGreaterThan(called['window.active']!);
});

test('while the screen is locked no collector is called', async () => {
  const { clock, recorder, calls } = await setUp();
  await recorder.start();
  await clock.advance(2 * HOUR);
  expect(recorder.status().state).toBe('locked');
  const called = calls();
  await clock.advance(59 * MINUTE);
  expect(calls()).toEqual(called);
  await clock.advance(2 * MINUTE);
  expect(recorder.status().state).toBe('tracking');
  expect(calls()['window.active']).toBeGreaterThan(called['window.active']!);
});

test('nothing is observed while nobody can see that recording is on', async () => {
  const { clock, recorder, recorded, calls, setVisible } = await setUp();
  setVisible(false);
  await recorder.start();
  await recorder.note('written without an indicator');
  await clock.advance(10 * MINUTE);

  const { 'lock.start': _lock, ...observed } = calls();
  expect(observed).toEqual({});
  expect(recorder.status().parameters.title.off).toBe('indicator');
  expect(recorded('notes').map(({ note }) => note)).toEqual(['written without an indicator']);
});
