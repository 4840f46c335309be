import { expect, test } from 'vitest';
import { createScriptedPlatform, type ScriptEvent } from '../../../../agent/platform/scripted.ts';
import type { Observation } from '../../../../shared/events/observation.ts';
import { MINUTE, SECOND } from '../../../../shared/time.ts';
import { atTheEditor, script } from '../../../support/days/moments.ts';
import { givenOut } from '../../../support/givenOut.ts';
import { createRig, EVERYTHING } from '../../../support/recording.ts';
import { NINE } from '../../../support/testClock.ts';

const keys = (at: number, count: number): ScriptEvent => ({ at, do: 'input', kind: 'key', count, everyMs: 1_000 });
const mail: ScriptEvent = { at: 3 * MINUTE, do: 'front', app: 'Mail', program: 'thunderbird', title: 'Seen idle' };
/** At the keys until a minute past nine, away until twenty past, then at the keys again. */
const away = [...atTheEditor, keys(1, 60), mail, keys(20 * MINUTE, 60)];
const LAST_KEY = MINUTE;
const BACK = 20 * MINUTE;

async function rigOf(events: readonly ScriptEvent[] = away) {
  const rig = await createRig({
    platform: (clock) => createScriptedPlatform(script(events), clock),
    levels: EVERYTHING,
  });
  await rig.recorder.start();
  return rig;
}

const seenIn = (sent: readonly Observation[], from: number, to: number): string[] =>
  sent
    .filter(({ parameter }) => !['session', 'project', 'notes'].includes(parameter))
    .filter(({ at, span }) => at + span > NINE + from + SECOND && at < NINE + to)
    .map(({ parameter }) => parameter);

test('from the last sign of the person on nothing is given out until there is another one', async () => {
  const rig = await rigOf();
  await rig.clock.advance(4 * MINUTE);
  const waiting = await givenOut(rig);
  expect(seenIn(waiting, LAST_KEY, 4 * MINUTE)).toEqual([]);
  expect(rig.spool.waiting().heldBack).toBeGreaterThan(0);
  await rig.recorder.note('I am here');
  expect(seenIn(await givenOut(rig), LAST_KEY, 4 * MINUTE)).toContain('title');
  expect(rig.recorder.status().state).toBe('tracking');
});

test('"discard" deletes what was seen while nobody was there, counts it, and lets everything else go', async () => {
  const rig = await rigOf();
  await rig.clock.advance(21 * MINUTE);
  expect(rig.recorder.status().idle).toMatchObject({ isHeld: true, deletedAt: NINE + BACK + 15 * MINUTE });
  expect(seenIn(await givenOut(rig), LAST_KEY, BACK)).toEqual([]);
  expect(await rig.recorder.answerIdle('discard')).toMatchObject({
    ok: true,
    said: expect.stringContaining('deleted'),
  });
  const sent = await givenOut(rig);
  expect(seenIn(sent, LAST_KEY, BACK)).toEqual([]);
  expect(seenIn(sent, 0, LAST_KEY)).toContain('title');
  expect(seenIn(sent, BACK, 21 * MINUTE)).toContain('app');
  expect(sent.filter((one) => one.parameter === 'session' && one.cause === 'idle')).toHaveLength(1);
  const dropped = rig.spool.waiting().dropped;
  expect(dropped.map(({ parameter, cause }) => `${parameter} ${cause}`)).toContain('title idle_not_kept');
});

test('while what was not kept cannot be deleted, what is said once in a session is not said at every attempt', async () => {
  const rig = await rigOf([...away, keys(21 * MINUTE, 2_000)]);
  await rig.clock.advance(21 * MINUTE);
  const { cutOut } = rig.spool;
  let attempts = 0;
  rig.spool.cutOut = async () => {
    attempts += 1;
    throw new Error('the disk is full');
  };
  await rig.recorder.answerIdle('discard');
  const before = rig.recorder.status().calls.device;
  await rig.clock.advance(MINUTE);
  expect(attempts).toBeGreaterThan(5);
  expect(rig.recorder.status().calls.device).toBe(before);
  // It may have been among what is deleted: then it is said again, once.
  rig.spool.cutOut = cutOut;
  await rig.clock.advance(MINUTE);
  expect(rig.recorder.status().calls.device).toBe((before ?? 0) + 1);
});

test('"keep" lets all of it go, and the time stays', async () => {
  const rig = await rigOf([...away, keys(21 * MINUTE, 2_000)]);
  await rig.clock.advance(21 * MINUTE);
  const before = rig.spool.everything().length;
  expect((await rig.recorder.answerIdle('keep')).ok).toBe(true);
  expect(seenIn(await givenOut(rig), LAST_KEY, BACK)).not.toContain('screenshot');
  // The time to look at a picture begins with the answer.
  await rig.clock.advance(5 * MINUTE + 5 * SECOND);
  const sent = await givenOut(rig);
  expect(sent.length).toBeGreaterThanOrEqual(before);
  expect(new Set(seenIn(sent, LAST_KEY, BACK))).toEqual(new Set(['activity', 'app', 'title', 'screenshot']));
  expect([rig.spool.waiting().dropped, sent.filter((one) => 'cause' in one && one.cause === 'idle')]).toEqual([[], []]);
});

test('without an answer a quarter of an hour after the return, the time stays and what was seen in it is deleted', async () => {
  const rig = await rigOf([...away, keys(22 * MINUTE, 2_000)]);
  await rig.clock.advance(BACK + 15 * MINUTE - 10 * SECOND);
  expect(rig.recorder.status().idle?.isHeld).toBe(true);
  await rig.clock.advance(20 * SECOND);
  expect(rig.recorder.status().idle).toMatchObject({ isHeld: false, deletedAt: null });
  const sent = await givenOut(rig);
  expect(seenIn(sent, LAST_KEY, BACK)).toEqual([]);
  expect(seenIn(sent, BACK, BACK + 10 * MINUTE)).toContain('title');
  // The time itself can still be cut out.
  expect((await rig.recorder.answerIdle('discard')).ok).toBe(true);
  expect((await givenOut(rig)).filter((one) => 'cause' in one && one.cause === 'idle')).toHaveLength(1);
});

test.each(['stop', 'pause'] as const)(
  'a question that a %s leaves open keeps the time and nothing that was seen in it',
  async (end) => {
    const rig = await rigOf();
    await rig.clock.advance(10 * MINUTE);
    expect((await rig.recorder[end]()).ok).toBe(true);
    const sent = await givenOut(rig);
    expect(seenIn(sent, LAST_KEY, 10 * MINUTE)).toEqual([]);
    expect(sent.filter((one) => one.parameter === 'session' && one.event === 'gap')).toEqual([]);
    expect(rig.spool.waiting().heldBack).toBe(0);
  },
);

test('who comes back is told what is held and until when', async () => {
  const rig = await rigOf();
  await rig.clock.advance(21 * MINUTE);
  expect(rig.said.filter((line) => line.includes('idle discard'))).toEqual([expect.stringContaining('15 minutes')]);
});

test('a full disk cannot let go of what was to be deleted', async () => {
  const rig = await rigOf();
  await rig.clock.advance(21 * MINUTE);
  rig.spool.fill(true);
  expect(await rig.recorder.answerIdle('discard')).toMatchObject({
    ok: false,
    problem: expect.stringContaining('not be deleted'),
  });
  expect(seenIn(await givenOut(rig), LAST_KEY, BACK)).toEqual([]);
  rig.spool.fill(false);
  await rig.clock.advance(6 * SECOND);
  expect(rig.spool.waiting().dropped.some(({ cause }) => cause === 'idle_not_kept')).toBe(true);
  expect(seenIn(await givenOut(rig), LAST_KEY, BACK)).toEqual([]);
});

test('of a time in which the process was stopped while it read a window nothing is given out', async () => {
  let read: (() => void) | null = null;
  let isSlow = false;
  const rig = await createRig({
    levels: EVERYTHING,
    platform: (clock) => {
      const platform = createScriptedPlatform(script([...atTheEditor, keys(1, 60)]), clock);
      const active = async () => {
        if (isSlow) await new Promise<void>((resolve) => (read = resolve));
        return platform.window.active();
      };
      return { ...platform, window: { ...platform.window, active } };
    },
  });
  await rig.recorder.start();
  await rig.clock.advance(2 * MINUTE);
  isSlow = true;
  await rig.clock.advance(6 * SECOND);
  expect(read).not.toBe(null);
  isSlow = false;
  rig.clock.freeze(301 * SECOND);
  (read as (() => void) | null)?.();
  await rig.clock.settle();
  await rig.recorder.note('I am back');
  await rig.recorder.answerIdle('discard');
  expect(seenIn(await givenOut(rig), LAST_KEY, 126 * SECOND + 301 * SECOND)).toEqual([]);
});

test('a policy that arrives as the process wakes counts nothing of the time in which it was stopped', async () => {
  const rig = await createRig({
    platform: (clock) => createScriptedPlatform(script([...atTheEditor, keys(1, 60)]), clock),
    levels: { ...EVERYTHING, activity: 'active' },
  });
  await rig.recorder.start();
  await rig.clock.advance(2 * MINUTE);
  rig.clock.freeze(20 * MINUTE);
  await rig.publish(EVERYTHING);
  await rig.recorder.stop();
  const [counted] = rig.recorded('activity').filter(({ at, span }) => at + span > NINE + 2 * MINUTE);
  expect(counted).toBe(undefined);
});

test('what was read between the last look and a sleep is held back like all before it', async () => {
  const rig = await rigOf([...atTheEditor, keys(1, 60), { ...mail, at: 2 * MINUTE + SECOND }, keys(9 * MINUTE, 60)]);
  await rig.clock.advance(2 * MINUTE + 2 * SECOND);
  await rig.publish(EVERYTHING);
  await rig.clock.settle();
  rig.clock.suspend(31 * SECOND);
  await rig.clock.advance(8 * MINUTE);
  expect((await rig.recorder.answerIdle('discard')).ok).toBe(true);
  expect(seenIn(await givenOut(rig), LAST_KEY, 9 * MINUTE)).toEqual([]);
});

test('what was read between the last look and a sleep lies in the gap: "keep" is asked about the time before it, and lets nothing of it go', async () => {
  const rig = await rigOf([...atTheEditor, keys(1, 60), { ...mail, at: 3 * MINUTE + SECOND }, keys(190 * SECOND, 60)]);
  await rig.clock.advance(3 * MINUTE + 2 * SECOND);
  await rig.publish(EVERYTHING);
  await rig.clock.settle();
  rig.clock.suspend(301 * SECOND);
  await rig.clock.advance(MINUTE);
  expect((await rig.recorder.answerIdle('keep')).ok).toBe(true);
  const sent = await givenOut(rig);
  expect(seenIn(sent, LAST_KEY, 3 * MINUTE)).toContain('title');
  const titles = sent.flatMap((one) => (one.parameter === 'title' && one.at < NINE + 8 * MINUTE ? [one.title] : []));
  expect(titles).not.toContain('Seen idle');
});
