import { expect, test } from 'vitest';
import type { ActiveWindow, InputKind, Platform } from '../../agent/core/ports.ts';
import { createScriptedPlatform, type ScriptEvent } from '../../agent/platform/scripted.ts';
import { HOUR, MINUTE, SECOND } from '../../shared/time.ts';
import { atTheEditor, script, typing } from '../support/days/moments.ts';
import { type ChosenLevels, createRig, EVERYTHING, type Rig } from '../support/recording.ts';
import { NINE } from '../support/testClock.ts';

const noLock = (same: Platform): Platform => ({
  ...same,
  lock: { ...same.lock, availability: async () => ({ works: false, why: 'nothing tells', remedy: 'none' }) },
});

async function working(
  events: readonly ScriptEvent[],
  levels: ChosenLevels = EVERYTHING,
  change: (platform: Platform) => Platform = (same) => same,
): Promise<Rig> {
  const rig = await createRig({ platform: (clock) => change(createScriptedPlatform(script(events), clock)), levels });
  await rig.recorder.start();
  return rig;
}

const withoutInput = { ...EVERYTHING, activity: 'off' };
const front = (at: number, program: string, title: string): ScriptEvent => {
  return { at, do: 'front', app: program, program, title };
};
const minutes = (at: number): number => Math.round((at - NINE) / MINUTE);

/** When the last title or picture was taken, held ones included, in minutes after nine. */
function lastSeen(rig: Rig): number {
  const held = rig.spool.held().map(({ observation }) => observation.at);
  return minutes(Math.max(...[...rig.recorded('title'), ...rig.recorded('screenshot')].map(({ at }) => at), ...held));
}

test('a chat that counts its messages in the title is nobody: titles and pictures end after the idle time', async () => {
  const chat = Array.from({ length: 120 }, (_, n) => front(n * MINUTE, 'slack', `(${n}) Anna Schmidt - Slack`));
  const rig = await working([...atTheEditor.slice(0, 1), ...chat], withoutInput, noLock);
  await rig.clock.advance(2 * HOUR);
  expect(lastSeen(rig)).toBeLessThanOrEqual(6);
});

test('another application in front lets titles go on; where applications are off, only a command does, and it says so', async () => {
  const events = [...atTheEditor, front(30 * MINUTE, 'thunderbird', 'Inbox'), front(31 * MINUTE, 'code', 'b.md')];
  const seen = await working(events, withoutInput, noLock);
  await seen.clock.advance(20 * MINUTE);
  const away = seen.recorder.status().parameters.title;
  await seen.clock.advance(13 * MINUTE);
  expect([away.active, away.why.includes('another application'), away.why.includes('resume')]).toEqual([
    false,
    true,
    true,
  ]);
  expect(seen.recorder.status().parameters.title.active).toBe(true);

  const unseen = await working(events, { ...withoutInput, app: 'off' }, noLock);
  await unseen.clock.advance(33 * MINUTE);
  const waits = unseen.recorder.status().parameters.title;
  expect([waits.active, waits.why.includes('another application'), waits.why.includes('resume')]).toEqual([
    false,
    false,
    true,
  ]);
  expect((await unseen.recorder.resume()).ok).toBe(true);
  await unseen.clock.advance(10 * SECOND);
  expect(unseen.recorder.status().parameters.title.active).toBe(true);
});

test.each([
  ['a sleep', 'suspend'],
  ['a process that stood still', 'freeze'],
] as const)('after %s nobody is there until there is input: no title, no site, no picture', async (_name, how) => {
  for (const change of [noLock, (same: Platform) => same]) {
    const early: ScriptEvent = { at: 1, do: 'input', kind: 'key', count: 300, everyMs: 2_000 };
    const rig = await working([...atTheEditor, early], EVERYTHING, change);
    await rig.clock.advance(10 * MINUTE);
    rig.clock[how](10 * HOUR);
    const woke = rig.clock.now();
    await rig.clock.advance(20 * MINUTE);
    const since = [...rig.recorded('title'), ...rig.recorded('screenshot')].filter(({ at }) => at >= woke);
    expect([since, rig.spool.held().filter(({ observation }) => observation.at >= woke)]).toEqual([[], []]);
    expect(rig.recorder.status().parameters.title.why).toContain('keyboard');
  }
});

test('after a sleep the first input lets titles go on, and so does a note', async () => {
  const typed = await working([...atTheEditor, typing]);
  await typed.clock.advance(10 * MINUTE);
  typed.clock.suspend(HOUR);
  await typed.clock.advance(10 * SECOND);
  expect(typed.recorder.status().parameters.title.active).toBe(true);

  const noted = await working(atTheEditor);
  await noted.clock.advance(MINUTE);
  noted.clock.suspend(HOUR);
  await noted.clock.advance(10 * SECOND);
  const before = noted.recorder.status().parameters.title;
  await noted.recorder.note('back again');
  await noted.clock.advance(10 * SECOND);
  expect([before.active, before.why.includes('woke up')]).toEqual([false, true]);
  expect(noted.recorder.status().parameters.title.active).toBe(true);
});

test.each(['suspend', 'freeze'] as const)(
  'an event that arrives before any timer after a %s counts nothing into the sleep',
  async (how) => {
    let hit: (kind: InputKind) => void = () => undefined;
    const rig = await working(atTheEditor, EVERYTHING, (same) => ({
      ...same,
      input: {
        ...same.input,
        start: async (onInput) => {
          hit = onInput;
          return async () => undefined;
        },
      },
    }));
    await rig.clock.advance(3 * MINUTE + 20 * SECOND);
    hit('key');
    const asleep = rig.clock.now();
    rig.clock[how](16 * HOUR);
    hit('key');
    await rig.clock.advance(MINUTE);
    await rig.recorder.stop();
    const activity = rig.recorded('activity');
    const inSleep = activity.filter(({ at, span }) => at + span > asleep && at < asleep + 16 * HOUR);
    expect([inSleep, activity.length < 10]).toEqual([[], true]);
    const keys = activity.reduce((sum, one) => sum + ('keys' in one ? one.keys : 0), 0);
    expect(keys).toBe(1);
  },
);

test.each(['suspend', 'freeze'] as const)(
  'what a reading shows that began before a %s and ended after it is dropped',
  async (how) => {
    let release: (window: ActiveWindow) => void = () => undefined;
    let hangs = false;
    const rig = await working([...atTheEditor, typing], EVERYTHING, (same) => ({
      ...same,
      window: {
        ...same.window,
        active: () => (hangs ? new Promise((resolve) => (release = resolve)) : same.window.active()),
      },
    }));
    await rig.clock.advance(MINUTE);
    hangs = true;
    await rig.clock.advance(5 * SECOND);
    hangs = false;
    rig.clock[how](10 * HOUR);
    release({ app: 'Mail', program: 'thunderbird', title: 'what is open the next morning' });
    await rig.clock.settle();
    await rig.clock.advance(MINUTE);
    await rig.recorder.stop();
    expect(rig.recorded('title').filter(({ title }) => title.includes('morning'))).toEqual([]);
    expect(rig.recorded('title').length).toBeGreaterThan(0);
  },
);
