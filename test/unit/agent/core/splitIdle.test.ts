import { expect, test } from 'vitest';
import { createScriptedPlatform, type ScriptEvent } from '../../../../agent/platform/scripted.ts';
import type { Observation } from '../../../../shared/events/observation.ts';
import { MINUTE, SECOND } from '../../../../shared/time.ts';
import { atTheEditor, script } from '../../../support/days/moments.ts';
import { givenOut } from '../../../support/givenOut.ts';
import { createRig, EVERYTHING } from '../../../support/recording.ts';
import { NINE } from '../../../support/testClock.ts';

const keys = (at: number, count: number): ScriptEvent => ({ at, do: 'input', kind: 'key', count, everyMs: SECOND });
/** At the keys until a minute past nine, away until twenty past, then at the keys for another half hour. */
const away = [...atTheEditor, keys(1, 60), keys(20 * MINUTE, 1_800)];
const SPLIT = NINE + 10 * MINUTE;

async function askedAbout() {
  const rig = await createRig({
    platform: (clock) => createScriptedPlatform(script(away), clock),
    levels: EVERYTHING,
  });
  await rig.recorder.start();
  await rig.clock.advance(21 * MINUTE);
  expect(rig.recorder.status().state).toBe('idle_question');
  return rig;
}

const observed = (sent: readonly Observation[]) =>
  sent.filter(({ parameter }) => !['session', 'project', 'notes'].includes(parameter));

test('a split keeps what was seen up to the moment, cuts out the rest as one gap, and deletes what was seen in it', async () => {
  const rig = await askedAbout();
  expect(await rig.recorder.splitIdle(SPLIT)).toMatchObject({
    ok: true,
    said: expect.stringMatching(/^9 min are kept; 10 min/),
  });
  const sent = await givenOut(rig);
  const gaps = sent.filter((one) => one.parameter === 'session' && one.cause === 'idle');
  expect(gaps.map(({ at, span }) => [at, Math.round((at + span - NINE) / MINUTE)])).toEqual([[SPLIT, 20]]);
  const after = observed(sent).filter(({ at, span }) => at + span > SPLIT && at < NINE + 20 * MINUTE - SECOND);
  expect(after).toEqual([]);
  const before = observed(sent).filter(({ at, span }) => at + span > NINE + 2 * MINUTE && at < SPLIT);
  expect(before.map(({ parameter }) => parameter)).toContain('app');
  expect(rig.spool.waiting().dropped.map(({ cause }) => cause)).toContain('idle_not_kept');
  expect(rig.recorder.status()).toMatchObject({ state: 'tracking', idle: null });
});

test('the minutes that a split keeps and those that it cuts out are together those that were asked about', async () => {
  const rig = await askedAbout();
  const halfPast = await rig.recorder.splitIdle(SPLIT + 30 * SECOND);
  const minutes = /^(\d+) min are kept; (\d+) min/.exec(halfPast.ok ? halfPast.said : '') ?? [];
  expect(Number(minutes[1]) + Number(minutes[2])).toBe(19);
});

test('a moment outside the time away changes nothing, and the question stays', async () => {
  const rig = await askedAbout();
  for (const at of [NINE, NINE + 30 * SECOND, NINE + 20 * MINUTE + SECOND, NINE + 21 * MINUTE]) {
    expect(await rig.recorder.splitIdle(at)).toMatchObject({
      ok: false,
      problem: expect.stringContaining('not within'),
    });
  }
  expect(rig.recorder.status().state).toBe('idle_question');
});

test('what was deleted because nobody answered does not come back by a split; the time does', async () => {
  const rig = await askedAbout();
  await rig.clock.advance(16 * MINUTE);
  expect(rig.recorder.status().idle).toMatchObject({ isHeld: false });
  expect(await rig.recorder.splitIdle(SPLIT)).toMatchObject({
    ok: true,
    said: expect.stringContaining('deleted already'),
  });
  const sent = await givenOut(rig);
  const inIt = observed(sent).filter(
    ({ at, span }) => at + span > NINE + MINUTE + 2 * SECOND && at < NINE + 20 * MINUTE - SECOND,
  );
  expect(inIt).toEqual([]);
});

test('without a question there is nothing to split', async () => {
  const rig = await createRig({ platform: (clock) => createScriptedPlatform(script(away), clock), levels: EVERYTHING });
  await rig.recorder.start();
  expect(await rig.recorder.splitIdle(SPLIT)).toMatchObject({ ok: false });
});
