import { expect, test } from 'vitest';
import { createScriptedPlatform, type ScriptEvent } from '../../agent/platform/scripted.ts';
import { catalog } from '../../shared/catalog.ts';
import type { Observation } from '../../shared/events/observation.ts';
import { BootId } from '../../shared/ids.ts';
import { HOUR, MINUTE, SECOND } from '../../shared/time.ts';
import { atTheEditor, script } from '../support/days/moments.ts';
import { givenOut } from '../support/givenOut.ts';
import { createMemoryFolder, createRig, DEVICE, EVERYTHING, type Rig, type RigOptions } from '../support/recording.ts';
import { NINE } from '../support/testClock.ts';

const NEXT_BOOT = BootId.parse('0b9f6a52-3a0f-4c0e-8f61-3a7b6f0f5b02');
const LAST_KEY = MINUTE;
const keys = (at: number, count: number): ScriptEvent => ({ at, do: 'input', kind: 'key', count, everyMs: 1_000 });
const mail: ScriptEvent = { at: 3 * MINUTE, do: 'front', app: 'Mail', program: 'thunderbird', title: 'Seen away' };
/** At the keys until a minute past nine, and away from then on; what else happens stands in the test. */
const away = (...events: ScriptEvent[]): ScriptEvent[] =>
  [...atTheEditor, keys(1, 60), mail, ...events].sort((a, b) => a.at - b.at);

async function working(events: readonly ScriptEvent[], options: Partial<RigOptions> = {}): Promise<Rig> {
  const rig = await createRig({
    platform: (clock) => createScriptedPlatform(script(events), clock),
    levels: EVERYTHING,
    ...options,
  });
  expect((await rig.recorder.start()).ok).toBe(true);
  return rig;
}

function seenIn(sent: readonly Observation[], from: number, to: number): string[] {
  const observed = sent.filter(({ parameter }) => catalog[parameter].source === 'observed');
  const within = observed.filter(({ at, span }) => at + span > NINE + from + SECOND && at < NINE + to);
  return [...new Set(within.map(({ parameter }) => parameter))].sort();
}

const gapsOf = (rig: Rig): unknown[] =>
  rig
    .recorded('session')
    .filter(({ event }) => event === 'gap')
    .map(({ cause, at, span }) => [cause, Math.round((at - NINE) / SECOND), Math.round(span / SECOND)]);

test('an indicator that is hidden and shown again is no sign of the person: the question begins at the last key', async () => {
  const rig = await working(away(keys(20 * MINUTE, 2_000)));
  await rig.clock.advance(5 * MINUTE + 50 * SECOND);
  rig.setVisible(false);
  await rig.clock.advance(10 * SECOND);
  expect(seenIn(await givenOut(rig), LAST_KEY, 6 * MINUTE)).toEqual([]);
  rig.setVisible(true);
  await rig.clock.advance(20 * SECOND);
  expect(seenIn(await givenOut(rig), LAST_KEY, 7 * MINUTE)).toEqual([]);
  expect(rig.recorder.status().idle?.since).toBe(NINE + LAST_KEY - SECOND + 1);
  await rig.clock.advance(15 * MINUTE);
  expect(rig.recorder.status().idle).toMatchObject({ returned: NINE + 20 * MINUTE, isHeld: true });
  expect((await rig.recorder.answerIdle('keep')).ok).toBe(true);
  expect(seenIn(await givenOut(rig), LAST_KEY, 20 * MINUTE)).toEqual(['activity', 'app', 'title']);
  await rig.clock.advance(5 * MINUTE + 5 * SECOND);
  expect(seenIn(await givenOut(rig), LAST_KEY, 20 * MINUTE)).toContain('screenshot');
});

test('an indicator that flickers for an hour changes nothing: it is asked, and nothing goes out before', async () => {
  const rig = await working(away(keys(HOUR, 60)));
  for (let n = 0; n < 58; n += 1) {
    rig.setVisible(n % 2 === 0);
    await rig.clock.advance(MINUTE);
  }
  rig.setVisible(true);
  await rig.clock.advance(3 * MINUTE);
  expect(rig.recorder.status().idle).toMatchObject({ isHeld: true, returned: NINE + HOUR });
  expect(seenIn(await givenOut(rig), LAST_KEY, HOUR)).toEqual([]);
});

test('after a long time hidden nobody has been seen: what is observed before the next key is not sent without a yes', async () => {
  const rig = await working(away(keys(34 * MINUTE, 60)));
  await rig.clock.advance(3 * MINUTE);
  rig.setVisible(false);
  await rig.clock.advance(27 * MINUTE);
  rig.setVisible(true);
  await rig.clock.advance(5 * MINUTE);
  expect(rig.recorder.status().idle).toMatchObject({ isHeld: true, returned: NINE + 34 * MINUTE });
  expect(seenIn(await givenOut(rig), LAST_KEY, 34 * MINUTE)).toEqual([]);
  // From when input was watched again, at the next look: the time in which it was not is nobody's idle time.
  await rig.recorder.answerIdle('discard');
  expect(gapsOf(rig)).toEqual([['idle', 1_805, 235]]);
});

test('activity that is switched off releases nothing of the time before: it waits for the next sign, and is asked about', async () => {
  const rig = await working(away({ at: 20 * MINUTE, do: 'front', app: 'Code', program: 'code', title: 'Back' }));
  await rig.clock.advance(5 * MINUTE + 50 * SECOND);
  await rig.publish({ ...EVERYTHING, activity: 'off' });
  await rig.clock.advance(10 * MINUTE);
  expect(seenIn(await givenOut(rig), LAST_KEY, 5 * MINUTE + 50 * SECOND)).toEqual([]);
  await rig.clock.advance(5 * MINUTE);
  expect(rig.recorder.status().idle).toMatchObject({ since: NINE + LAST_KEY - SECOND + 1, isHeld: true });
  expect(seenIn(await givenOut(rig), LAST_KEY, 5 * MINUTE + 50 * SECOND)).toEqual([]);
  expect((await rig.recorder.answerIdle('discard')).ok).toBe(true);
  const sent = await givenOut(rig);
  expect(seenIn(sent, LAST_KEY, 5 * MINUTE + 40 * SECOND)).toEqual([]);
  expect(seenIn(sent, 6 * MINUTE, 20 * MINUTE)).toContain('title');
});

test('a lock that comes before the question releases nothing: it is asked on return, and the lock is a gap of its own', async () => {
  const lockedAt = 5 * MINUTE + 58 * SECOND;
  const rig = await working(away({ at: lockedAt, do: 'lock' }, { at: 20 * MINUTE, do: 'unlock' }));
  await rig.clock.advance(10 * MINUTE);
  expect(seenIn(await givenOut(rig), LAST_KEY, lockedAt)).toEqual([]);
  await rig.clock.advance(11 * MINUTE);
  expect(seenIn(await givenOut(rig), LAST_KEY, lockedAt)).toEqual([]);
  expect(rig.recorder.status().idle).toMatchObject({ returned: NINE + lockedAt, isHeld: true });
  expect(rig.said.filter((line) => line.includes('idle discard'))).toHaveLength(1);
  await rig.recorder.answerIdle('discard');
  expect(gapsOf(rig)).toEqual([
    ['locked', 358, 842],
    ['idle', 59, 299],
  ]);
  expect(seenIn(await givenOut(rig), LAST_KEY, lockedAt)).toEqual([]);
});

test('somebody who locks when they leave is not asked, and a short lock after a pause in typing costs nothing', async () => {
  const leaves = await working(away({ at: MINUTE + 500, do: 'lock' }, { at: 20 * MINUTE, do: 'unlock' }));
  await leaves.clock.advance(21 * MINUTE);
  expect(leaves.recorder.status().idle).toBeNull();
  expect(seenIn(await givenOut(leaves), 0, LAST_KEY)).toContain('title');

  const reads = await working(away({ at: 4 * MINUTE, do: 'lock' }, { at: 4 * MINUTE + 20_000, do: 'unlock' }));
  await reads.clock.advance(5 * MINUTE);
  expect(reads.recorder.status().idle).toBeNull();
  expect(seenIn(await givenOut(reads), LAST_KEY, 4 * MINUTE)).toContain('title');
  expect(reads.spool.waiting().dropped).toEqual([]);
});

test.each(['suspend', 'freeze'] as const)(
  'a %s that comes before the question releases nothing, neither before the next key nor after it',
  async (how) => {
    const rig = await working(away(keys(9 * MINUTE, 60)));
    await rig.clock.advance(5 * MINUTE + 50 * SECOND);
    rig.clock[how](2 * MINUTE);
    await rig.clock.advance(30 * SECOND);
    expect(seenIn(await givenOut(rig), LAST_KEY, 30 * MINUTE)).toEqual([]);
    await rig.clock.advance(4 * MINUTE);
    const { idle } = rig.recorder.status();
    expect(idle).toMatchObject({ isHeld: true });
    expect(idle?.returned).not.toBeNull();
    expect(seenIn(await givenOut(rig), LAST_KEY, 9 * MINUTE)).toEqual([]);
    await rig.recorder.stop();
    expect(seenIn(await givenOut(rig), LAST_KEY, 9 * MINUTE)).toEqual([]);
  },
);

test('a key that comes after the idle time and before the agent has looked is asked about all the same', async () => {
  const rig = await working(away(keys(6 * MINUTE + 1, 60)));
  await rig.clock.advance(7 * MINUTE);
  expect(rig.recorder.status().idle).toMatchObject({ returned: NINE + 6 * MINUTE + 1, isHeld: true });
  expect(seenIn(await givenOut(rig), LAST_KEY, 6 * MINUTE)).toEqual([]);
});

test('a session that ends without the person waits for them: a start within the idle time lets it go, time passing does not', async () => {
  const events = away();
  const soon = await working(events);
  await soon.clock.advance(3 * MINUTE);
  await soon.recorder.close('shutdown');
  expect(seenIn(await givenOut(soon), LAST_KEY, 3 * MINUTE)).toEqual([]);
  const { clock, publisher, spool, folder } = soon;
  const again = await working(events, { clock, publisher, spool, folder, boot: NEXT_BOOT });
  expect(seenIn(await givenOut(again), LAST_KEY, 3 * MINUTE)).toContain('title');

  const late = await working(events);
  await late.clock.advance(3 * MINUTE);
  await late.recorder.stoppedElsewhere(late.recorder.status().session!, DEVICE);
  expect(seenIn(await givenOut(late), LAST_KEY, 3 * MINUTE)).toEqual([]);
  await late.clock.advance(4 * MINUTE);
  expect(late.spool.waiting()).toMatchObject({ heldBack: 0 });
  expect(late.spool.waiting().dropped.map(({ cause }) => cause)).toContain('idle_not_kept');
  const sent = await givenOut(late);
  expect([seenIn(sent, LAST_KEY, HOUR), seenIn(sent, 0, LAST_KEY).includes('title')]).toEqual([[], true]);
});

test.each([
  ['in time', 2 * MINUTE, ['title']],
  ['too late', 10 * MINUTE, []],
])('killed before the question, and started again %s', async (_when, pause, expected) => {
  const rig = await working(away());
  await rig.clock.advance(3 * MINUTE + 30 * SECOND);
  const { clock, publisher, spool } = rig;
  const folder = copyOf(rig.folder);
  clock.suspend(pause / 2);
  await spool.flush();
  const options = { clock, publisher, spool, folder, boot: NEXT_BOOT };
  const again = await createRig({ platform: (same) => createScriptedPlatform(script(away()), same), ...options });
  expect(seenIn(await givenOut(again), LAST_KEY, 5 * MINUTE)).toEqual([]);
  clock.suspend(pause / 2);
  await again.recorder.start();
  expect(seenIn(await givenOut(again), LAST_KEY, 3 * MINUTE).filter((id) => id === 'title')).toEqual(expected);
});

test('a journal that cannot be written when the question opens releases nothing after a kill', async () => {
  const rig = await working(away());
  await rig.clock.advance(5 * MINUTE + 30 * SECOND);
  const folder = copyOf(rig.folder);
  rig.folder.write = () => Promise.reject(new Error('no space left'));
  await rig.clock.advance(5 * MINUTE);
  expect(rig.recorder.status().state).toBe('idle_question');
  const { clock, publisher, spool } = rig;
  await spool.flush();
  const options = { clock, publisher, spool, folder, boot: NEXT_BOOT };
  const again = await createRig({ platform: (same) => createScriptedPlatform(script(away()), same), ...options });
  const sent = await givenOut(again);
  expect([seenIn(sent, LAST_KEY, HOUR), seenIn(sent, 0, LAST_KEY).includes('title')]).toEqual([[], true]);
});

test('a picture of time away is still there to be looked at on return, and "keep" gives the whole time to do so', async () => {
  const rig = await working(away(keys(20 * MINUTE, 2_000)));
  await rig.clock.advance(19 * MINUTE);
  const taken = rig.spool.held().map(({ observation }) => observation);
  expect(taken.map(({ at }) => at > NINE + LAST_KEY)).toEqual([true]);
  await rig.clock.advance(10 * MINUTE);
  expect(rig.spool.held().map(({ observation }) => observation.image)).toContain(taken[0]?.image);
  await rig.recorder.answerIdle('keep');
  await rig.clock.advance(4 * MINUTE + 50 * SECOND);
  expect(rig.spool.held().map(({ observation }) => observation.image)).toContain(taken[0]?.image);
  await rig.clock.advance(20 * SECOND);
  expect(rig.spool.held().map(({ observation }) => observation.image)).not.toContain(taken[0]?.image);
  expect(seenIn(await givenOut(rig), LAST_KEY, 20 * MINUTE)).toContain('screenshot');
});

test('where activity is not watched there is no sign to go by: nothing is asked and nothing held back', async () => {
  const rig = await working(away(), { levels: { ...EVERYTHING, activity: 'off' } });
  await rig.clock.advance(2 * HOUR);
  await rig.recorder.close('shutdown');
  expect([rig.recorder.status().idle, rig.spool.waiting().heldBack]).toEqual([null, 0]);
  expect(seenIn(await givenOut(rig), HOUR, 2 * HOUR)).toContain('title');
  expect(rig.spool.waiting().dropped).toEqual([]);
});

test('somebody who types all the time, hides the window for an hour and goes on loses a minute at the most', async () => {
  const rig = await working([...atTheEditor, keys(1, 8_000)]);
  await rig.clock.advance(10 * MINUTE);
  rig.setVisible(false);
  await rig.clock.advance(HOUR);
  rig.setVisible(true);
  await rig.clock.advance(30 * MINUTE);
  expect([rig.recorder.status().idle, gapsOf(rig)]).toEqual([null, []]);
  await rig.recorder.stop();
  const sent = await givenOut(rig);
  const apps = sent.filter(({ parameter }) => parameter === 'app').reduce((sum, { span }) => sum + span, 0);
  expect(apps).toBeGreaterThan(39 * MINUTE);
});

function copyOf({ files }: Rig['folder']): Rig['folder'] {
  const copy = createMemoryFolder();
  for (const [name, bytes] of files) copy.files.set(name, bytes);
  return copy;
}

test('somebody who types is killed with the agent: what a start finds waits for nobody, and seconds are missing', async () => {
  const rig = await working([...atTheEditor, keys(1, 8_000)]);
  await rig.clock.advance(8_500);
  const { clock, publisher, spool } = rig;
  const options = { clock, publisher, spool, folder: copyOf(rig.folder), boot: NEXT_BOOT };
  const again = await createRig({ platform: (same) => createScriptedPlatform(script([]), same), ...options });
  const sent = await givenOut(again);
  expect(spool.waiting().heldBack).toBe(0);
  expect(seenIn(sent, 0, MINUTE)).toContain('app');
  expect(sent.filter((one) => one.parameter === 'session' && one.cause === 'crash')).toHaveLength(1);
});

test('what a policy raises is observed only once the disk has it, so that a policy that lowers it again leaves nothing behind', async () => {
  const rig = await working([...atTheEditor, keys(1, 8_000)], { levels: { ...EVERYTHING, title: 'off' } });
  const write = rig.folder.write;
  rig.folder.write = (name, content) =>
    name === 'recorder.sealed' ? Promise.reject(new Error('no space left')) : write(name, content);
  await rig.publish(EVERYTHING);
  await rig.clock.advance(MINUTE);
  const before = rig.recorded('title').length;
  rig.folder.write = write;
  await rig.clock.advance(MINUTE);
  await rig.recorder.stop();
  expect([before, rig.recorded('title').length > 0]).toEqual([0, true]);
});

test('a lock that cannot be watched at first is tried again, and the status says so meanwhile', async () => {
  let failures = 2;
  const lockedAt = 2 * MINUTE;
  const platform: RigOptions['platform'] = (clock) => {
    const same = createScriptedPlatform(script(away({ at: lockedAt, do: 'lock' })), clock);
    const start: typeof same.lock.start = (onChange) => {
      failures -= 1;
      return failures >= 0 ? Promise.reject(new Error('no bus')) : same.lock.start(onChange);
    };
    return { ...same, lock: { ...same.lock, start } };
  };
  const rig = await working([], { platform });
  const lock = () => rig.recorder.status().sensors.find(({ sensor }) => sensor === 'lock');
  expect(lock()).toMatchObject({ works: false, words: expect.stringContaining('tried again') });
  await rig.clock.advance(20 * SECOND);
  expect(lock()?.works).toBe(true);
  await rig.clock.advance(2 * MINUTE);
  expect(rig.recorder.status().state).toBe('locked');
  expect(rig.recorded('title').filter(({ at, span }) => at + span > NINE + lockedAt)).toEqual([]);
});
