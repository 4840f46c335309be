import { expect, test } from 'vitest';
import type { Platform } from '../../../../agent/core/ports.ts';
import { createScriptedPlatform, type ScriptEvent } from '../../../../agent/platform/scripted.ts';
import { DeviceId, SessionId } from '../../../../shared/ids.ts';
import { HOUR, MINUTE, SECOND } from '../../../../shared/time.ts';
import { atTheEditor, onAPage, script, typing } from '../../../support/days/moments.ts';
import { type ChosenLevels, createRig, EVERYTHING, type Rig } from '../../../support/recording.ts';

const noLock = (same: Platform): Platform => ({
  ...same,
  lock: {
    availability: async () => ({ works: false, why: 'This system does not tell.', remedy: 'Nothing to do.' }),
    start: async () => Promise.reject(new Error('not here')),
  },
});

async function rigOf(
  events: readonly ScriptEvent[],
  levels: ChosenLevels = EVERYTHING,
  change = (same: Platform) => same,
) {
  return createRig({ platform: (clock) => change(createScriptedPlatform(script(events), clock)), levels });
}

const keys = (at: number, count: number): ScriptEvent => ({ at, do: 'input', kind: 'key', count, everyMs: 1_000 });

test('after the idle time a question is asked; discarding cuts the time out as a gap, keeping leaves it', async () => {
  for (const answer of ['keep', 'discard'] as const) {
    const rig = await rigOf([...atTheEditor, keys(1, 60), keys(20 * MINUTE, 60)]);
    await rig.recorder.start();
    await rig.clock.advance(10 * MINUTE);
    expect(rig.recorder.status().state).toBe('idle_question');
    expect(rig.recorder.status().parameters.title.off).toBe('lock');
    await rig.clock.advance(11 * MINUTE);
    expect(rig.recorder.status().parameters.title.active).toBe(true);
    expect((await rig.recorder.answerIdle(answer)).ok).toBe(true);
    await rig.recorder.stop();
    const gaps = rig.recorded('session').filter(({ event }) => event === 'gap');
    expect(gaps.map(({ cause, span }) => [cause, Math.round(span / MINUTE)])).toEqual(
      answer === 'keep' ? [] : [['idle', 19]],
    );
  }
});

test('where a lock cannot be seen, a long time without any sign stops titles, sites and screenshots until one comes', async () => {
  const levels = { ...EVERYTHING, activity: 'off' };
  const front: ScriptEvent = { at: HOUR, do: 'front', app: 'Mail', program: 'thunderbird', title: 'Inbox' };
  const rig = await rigOf([...atTheEditor, front], levels, noLock);
  await rig.recorder.start();
  await rig.clock.advance(4 * MINUTE);
  const before = rig.recorder.status().parameters.title.active;
  await rig.clock.advance(10 * MINUTE);
  const quiet = rig.recorder.status();
  await rig.clock.advance(HOUR - 13 * MINUTE);
  const after = rig.recorder.status().parameters.title.active;

  expect([before, quiet.parameters.title.off, quiet.parameters.app.active, after]).toEqual([true, 'lock', true, true]);
  expect(quiet.sensors.find(({ sensor }) => sensor === 'lock')?.words).toContain('nothing has been seen of you');
  expect(rig.recorded('session')).toHaveLength(1);
});

test('with the activity off and a lock that can be seen, titles go on: nothing is guessed', async () => {
  const rig = await rigOf(atTheEditor, { ...EVERYTHING, activity: 'off' });
  await rig.recorder.start();
  await rig.clock.advance(30 * MINUTE);
  expect(rig.recorder.status().parameters.title.active).toBe(true);
});

test('equal readings become one observation of a minute; no second is counted twice or lost', async () => {
  const rig = await rigOf([...atTheEditor, typing]);
  await rig.recorder.start();
  await rig.clock.advance(10 * MINUTE - 2 * SECOND);
  await rig.recorder.stop();
  for (const parameter of ['app', 'title', 'activity'] as const) {
    const told = rig.recorded(parameter);
    expect([parameter, told.length, told.reduce((sum, { span }) => sum + span, 0)]).toEqual([
      parameter,
      10,
      10 * MINUTE - 2 * SECOND,
    ]);
  }
});

test('a browser window is private until the extension says otherwise: its application, and nothing else', async () => {
  const silent = onAPage.filter((event) => event.do !== 'tab');
  const otherTab: ScriptEvent = {
    at: 0,
    do: 'tab',
    browser: 'chromium',
    url: 'https://nodejs.org/',
    title: 'Something else',
    private: false,
    focused: true,
  };
  const unfocused: ScriptEvent = { ...otherTab, title: 'Timers | Node.js', focused: false };
  for (const scene of [silent, [...silent, otherTab], [...silent, unfocused]]) {
    const rig = await rigOf([...scene, typing]);
    await rig.recorder.start();
    await rig.clock.advance(10 * MINUTE);
    expect([rig.recorded('title'), rig.recorded('url'), rig.spool.held()]).toEqual([[], [], []]);
    expect(rig.recorded('app')[0]).toMatchObject({ level: 'name', name: 'Chromium' });
  }
});

test('a pause says since when it is one, and forgets it with the next minute of work', async () => {
  const { clock, recorder } = await rigOf([...atTheEditor, typing]);
  await recorder.start();
  const began = clock.now();
  await clock.advance(2 * MINUTE);
  await recorder.pause();
  await clock.advance(MINUTE);
  expect(recorder.status()).toMatchObject({ state: 'paused', since: began, haltedSince: began + 2 * MINUTE });
  await recorder.resume();
  expect(recorder.status()).toMatchObject({ state: 'tracking', since: began, haltedSince: null });
});

test('while no extension is heard, or none is paired, the status says that sites need it, and nothing of it when one speaks', async () => {
  const whyUrl = async (scene: readonly ScriptEvent[], change?: (same: Platform) => Platform) => {
    const rig = await rigOf([...scene, typing], EVERYTHING, change);
    await rig.recorder.start();
    await rig.clock.advance(MINUTE);
    const { active, why } = rig.recorder.status().parameters.url;
    return [active, /needs the browser extension/.test(why)];
  };
  const missing = { works: false, why: 'no browser is paired', remedy: 'pair one' } as const;
  const unpaired = (same: Platform): Platform => ({
    ...same,
    browser: { ...same.browser, availability: async () => missing },
  });
  expect(await whyUrl(onAPage)).toEqual([true, false]);
  expect(await whyUrl(onAPage.filter((event) => event.do !== 'tab'))).toEqual([false, true]);
  expect(await whyUrl(onAPage, unpaired)).toEqual([false, true]);
});

test('a project that was pasted with characters that turn its direction is kept without them', async () => {
  const { recorder } = await rigOf(atTheEditor);
  await recorder.start({ project: 'Web\u202esite', task: '\u2067Checkout\u2069' });
  expect(recorder.status().work).toEqual({ project: 'Website', task: 'Checkout' });
  await recorder.setWork({ project: '\u202e', task: null });
  expect(recorder.status().work).toEqual({ project: null, task: null });
});

test('commands that mean nothing now are refused with a sentence and a remedy', async () => {
  const { recorder } = await rigOf(atTheEditor, { ...EVERYTHING, notes: 'off' });
  const refused = [
    await recorder.stop(),
    await recorder.pause(),
    await recorder.resume(),
    await recorder.note('too early'),
    await recorder.answerIdle('keep'),
  ];
  await recorder.start();
  refused.push(
    await recorder.start(),
    await recorder.note('off'),
    await recorder.setWork({ project: 'x'.repeat(201), task: null }),
  );
  for (const answer of refused) {
    expect(answer).toEqual({ ok: false, problem: expect.stringMatching(/\.$/), remedy: expect.stringMatching(/\.$/) });
  }
});

test('a start elsewhere stops the session it names, and no other', async () => {
  const rig = await rigOf([...atTheEditor, typing]);
  await rig.recorder.start();
  await rig.clock.advance(MINUTE);
  const other = DeviceId.parse('7d1e0c55-3a0f-4c0e-8f61-3a7b6f0f5d01');
  await rig.recorder.stoppedElsewhere(SessionId.parse('0b9f6a52-3a0f-4c0e-8f61-3a7b6f0f5c01'), other);
  expect(rig.recorder.status().state).toBe('tracking');
  await rig.recorder.stoppedElsewhere(rig.recorder.status().session!, other);
  expect(rig.said.at(-1)).toContain('because it was started on your device 7d1e0c55. If that was not you');
  expect(rig.recorded('session').at(-1)).toMatchObject({ event: 'stop', cause: 'elsewhere' });
});

test.each([
  ['the journal', (rig: Rig) => void (rig.folder.write = () => Promise.reject(new Error('ENOSPC')))],
  [
    'the record of it, though the journal is written',
    (rig: Rig) => void (rig.spool.append = () => Promise.reject(new Error('ENOSPC'))),
  ],
])(
  'a start of which the disk does not take %s has not begun: it says so, observes nothing, and can be tried again',
  async (_what, fill) => {
    const rig = await rigOf([...atTheEditor, typing]);
    const { write } = rig.folder;
    const { append } = rig.spool;
    fill(rig);
    const refused = await rig.recorder.start();
    expect([refused, rig.recorder.status().state, rig.recorder.status().session]).toEqual([
      {
        ok: false,
        problem: 'The start could not be written down.',
        remedy: 'Make room on the disk, then start again.',
      },
      'stopped',
      null,
    ]);
    await rig.clock.advance(MINUTE);
    expect([rig.spool.everything(), rig.recorder.receipt()?.tracking]).toEqual([[], false]);

    Object.assign(rig.folder, { write });
    Object.assign(rig.spool, { append });
    expect(await rig.recorder.start()).toEqual({ ok: true, said: 'Tracking has started.' });
    await rig.clock.advance(MINUTE);
    await rig.recorder.stop();
    expect(rig.recorded('session').map(({ event }) => event)).toEqual(['start', 'stop']);
  },
);

test('a stop that the disk does not take is said to be open, and is recorded as what it was as soon as there is room', async () => {
  const rig = await rigOf(atTheEditor);
  await rig.recorder.start();
  await rig.clock.advance(MINUTE);
  rig.spool.fill(true);
  expect(await rig.recorder.stop()).toMatchObject({
    ok: true,
    said: expect.stringContaining('as soon as there is room'),
  });
  expect(await rig.recorder.start()).toMatchObject({ ok: false, remedy: expect.stringContaining('Make room') });
  await rig.clock.advance(MINUTE);
  expect(rig.recorded('session').map(({ event }) => event)).toEqual(['start']);
  rig.spool.fill(false);
  await rig.clock.advance(10 * SECOND);
  expect(rig.recorded('session').map(({ event }) => event)).toEqual(['start', 'stop']);
  expect(await rig.recorder.start()).toMatchObject({ ok: true });
  await rig.recorder.stop();
  expect(rig.recorded('session').map(({ event, cause }) => [event, cause])).toEqual([
    ['start', 'employee'],
    ['stop', 'employee'],
    ['start', 'employee'],
    ['stop', 'employee'],
  ]);
});

test('an agent that is closed ends its session, its sensors and its timers', async () => {
  const rig = await rigOf([...atTheEditor, typing]);
  await rig.recorder.start();
  await rig.clock.advance(MINUTE + 2 * SECOND);
  await rig.recorder.close('shutdown');
  const kept = rig.spool.everything().length;
  await rig.clock.advance(HOUR);
  expect(rig.recorded('session').at(-1)).toMatchObject({ event: 'stop', cause: 'shutdown' });
  expect(rig.spool.everything()).toHaveLength(kept);
});
