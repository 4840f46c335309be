import { expect, test } from 'vitest';
import type { Platform } from '../../agent/core/ports.ts';
import { defaultReductions } from '../../agent/core/sensors/reduce.ts';
import type { Reductions } from '../../agent/core/sensors/reductions.ts';
import { createScriptedPlatform } from '../../agent/platform/scripted.ts';
import { NOTHING_ERASED } from '../../server/control/erased.ts';
import { createDensity } from '../../server/ingest/density.ts';
import { admit, type GateOutput } from '../../server/ingest/gate.ts';
import { REDUCTION_LIMIT_MS } from '../../shared/policy/timeLimit.ts';
import { MINUTE } from '../../shared/time.ts';
import { atTheEditor, onAPage, script, typing } from '../support/days/moments.ts';
import { MORNING, newSession } from '../support/ingestKit.ts';
import { BOOT, createRig, EVERYTHING, type RigOptions } from '../support/recording.ts';
import { createTestClock, type TestClock } from '../support/testClock.ts';

async function fiveMinutes(change: (platform: Platform) => Platform, options: Partial<RigOptions> = {}) {
  const day = script([...atTheEditor, typing]);
  const platform: RigOptions['platform'] = (clock) => change(createScriptedPlatform(day, clock));
  const rig = await createRig({ levels: EVERYTHING, ...options, platform });
  await rig.recorder.start();
  await rig.clock.advance(5 * MINUTE);
  return rig;
}

test('a redactor that throws loses its value and nothing else', async () => {
  const reductions = {
    ...defaultReductions,
    title: () => {
      throw new Error('no');
    },
  };
  const { recorder, recorded } = await fiveMinutes((same) => same, { reductions });
  expect(recorded('title')).toEqual([]);
  expect(recorder.status().failures.title).toBeGreaterThan(50);
  expect(recorded('app').length).toBeGreaterThan(2);
  expect(recorder.status().state).toBe('tracking');
});

test.each(['isSensitive', 'isSpecial', 'app', 'url'] as const)(
  'when %s throws, nothing that rests on it is kept, and each loss is counted',
  async (name) => {
    const reductions = {
      ...defaultReductions,
      [name]: () => {
        throw new Error('no');
      },
    };
    const rests = {
      isSensitive: ['app', 'title', 'url', 'screenshot'],
      isSpecial: ['app', 'title', 'url', 'screenshot'],
      app: ['app'],
      url: ['url'],
    } as const;
    const day = script([...onAPage, typing]);
    const rig = await createRig({
      ...{ levels: EVERYTHING, reductions, platform: (clock) => createScriptedPlatform(day, clock) },
    });
    await rig.recorder.start();
    await rig.clock.advance(11 * MINUTE);
    const kept = (['app', 'title', 'url', 'screenshot'] as const).filter(
      (id) => rig.recorded(id).length + (id === 'screenshot' ? rig.spool.held().length : 0) > 0,
    );
    expect(kept).toEqual(
      (['app', 'title', 'url', 'screenshot'] as const).filter((id) => !(rests[name] as readonly string[]).includes(id)),
    );
    for (const id of rests[name]) expect(rig.recorder.status().failures[id]).toBeGreaterThan(0);
  },
);

/** By the scripted clock, on which no time passes while something is reduced. */
function taking(ms: number, clock: TestClock, redactor: 'title' | 'isSpecial'): Reductions {
  const slow = <A extends unknown[], T>(reduce: (...args: A) => T) => {
    return (...args: A): T => {
      clock.freeze(ms);
      return reduce(...args);
    };
  };
  return { ...defaultReductions, [redactor]: slow(defaultReductions[redactor] as (...args: unknown[]) => unknown) };
}

test('what a redactor gives after its limit is not used and is counted as failed, and the session lives', async () => {
  for (const [ms, isKept] of [
    [REDUCTION_LIMIT_MS, true],
    [REDUCTION_LIMIT_MS + 1, false],
  ] as const) {
    const clock = createTestClock();
    const { recorder, recorded } = await fiveMinutes((same) => same, { clock, reductions: taking(ms, clock, 'title') });
    expect([ms, recorded('title').length > 0]).toEqual([ms, isKept]);
    expect((recorder.status().failures.title ?? 0) > 10).toBe(!isKept);
    expect(recorded('app').length).toBeGreaterThan(2);
    expect(recorder.status().state).toBe('tracking');
  }
});

test('a site that was not judged within the limit has no address, no title and no picture', async () => {
  const clock = createTestClock();
  const reductions = taking(REDUCTION_LIMIT_MS + 1, clock, 'isSpecial');
  const day = script([...onAPage, typing]);
  const rig = await createRig({
    ...{ levels: EVERYTHING, clock, reductions, platform: () => createScriptedPlatform(day, clock) },
  });
  await rig.recorder.start();
  await rig.clock.advance(11 * MINUTE);
  expect([rig.recorded('title'), rig.recorded('url'), rig.spool.held()]).toEqual([[], [], []]);
  for (const id of ['title', 'url', 'screenshot'] as const)
    expect(rig.recorder.status().failures[id]).toBeGreaterThan(0);
});

const seenAt = { at: MORNING, mono: 1_000, span: 0 };
const titled = (title: string) => ({ parameter: 'title', level: 'redacted', title, ...seenAt });

/** What becomes of them at ingest, where each look at the clock finds that so much has passed since the one before. */
function outcomesAtIngest(
  observations: readonly unknown[],
  passes: readonly number[],
  running: boolean,
): GateOutput['outcomes'] {
  const { session, boot } = { session: newSession(), boot: BOOT };
  const left = [...passes];
  let mono = 0;
  const { outcomes } = admit({
    ...{ observations, session, boot, policyVersion: 1 },
    judge: {
      captured: () => ({ allowed: true, retentionDays: 30, termsVersion: 1 }),
      ...{ ended: () => ({ allowed: false, reason: 'off_at_capture' }), exclusions: () => [], takenAway: () => null },
    },
    ...{ erased: NOTHING_ERASED, hasImage: () => true, counting: createDensity().begin(), now: MORNING + MINUTE },
    clocks: { boot, at: MORNING, mono: 1_000, serverAt: MORNING, serverMono: 0 },
    sessions: {
      sessions: running ? [{ session, start: MORNING - MINUTE, stop: null, pauses: [] }] : [],
      screenshots: [],
    },
    mono: () => (mono += left.shift() ?? 0),
  });
  return outcomes;
}

test('at ingest, what is judged after the limit is discarded, and the rest of its batch is stored', () => {
  const passes = [0, REDUCTION_LIMIT_MS + 1, 0].flatMap((took) => [0, took]);
  const outcomes = outcomesAtIngest(['One', 'Two', 'Three'].map(titled), passes, true);
  expect(outcomes).toEqual([{ kind: 'stored' }, { kind: 'discarded', reason: 'malformed' }, { kind: 'stored' }]);
});

test('a server that stands still for a moment loses no start of a session', () => {
  const start = { parameter: 'session', level: 'on', event: 'start', cause: 'employee', ...seenAt };
  const outcomes = outcomesAtIngest([start, titled('One')], [0, REDUCTION_LIMIT_MS + 1, 0, 0], false);
  expect(outcomes[0]).toEqual({ kind: 'stored' });
});

test('a redactor that gives what has no place in the register loses its value', async () => {
  const reductions = {
    ...defaultReductions,
    title: () => ({ parameter: 'title', level: 'full', title: 'x', keys: [65] }) as never,
  };
  const { recorded } = await fiveMinutes((same) => same, { reductions });
  expect(recorded('title')).toEqual([]);
  expect(recorded('app').length).toBeGreaterThan(2);
});

test('a window sensor that throws is counted, and the session lives', async () => {
  const active = () => {
    throw new Error('the display is gone');
  };
  const { recorder, recorded } = await fiveMinutes((same) => ({ ...same, window: { ...same.window, active } }));
  expect(recorder.status().failures.app).toBeGreaterThan(50);
  expect(recorded('activity').length).toBe(5);
  expect((await recorder.stop()).ok).toBe(true);
});

test('a window sensor that hangs is waited for five seconds, never called twice at once, and delays nothing else', async () => {
  let calls = 0;
  const active = () => {
    calls += 1;
    return new Promise<null>(() => undefined);
  };
  const rig = await fiveMinutes((same) => ({ ...same, window: { ...same.window, active } }));
  expect(calls).toBe(1);
  expect(rig.recorded('activity').length).toBe(5);
  expect((await rig.recorder.stop()).ok).toBe(true);
});

test('a switch-off waits one second at the most for a sensor that hangs, and says that it runs until it lets go', async () => {
  let letGo = (): void => undefined;
  const late = { app: 'Code', program: 'code', title: 'seen after the switch-off' };
  let hangs = false;
  const rig = await fiveMinutes((same) => ({
    ...same,
    window: {
      ...same.window,
      active: () => (hangs ? new Promise((resolve) => (letGo = () => resolve(late))) : same.window.active()),
    },
  }));
  hangs = true;
  await rig.clock.advance(6_000);
  let isApplied = false;
  const applied = rig.publish({ ...EVERYTHING, app: 'off', title: 'off' }).then(() => (isApplied = true));
  await rig.clock.advance(1_000);
  expect(isApplied).toBe(true);
  await applied;
  const said: unknown[] = [];
  rig.recorder.onReceiptChange(() => void said.push(rig.recorder.receipt()?.parameters.title));
  const contradiction = { state: 'active', level: 'full', reason: 'contradicts_policy', waiting: 0 };
  expect(rig.recorder.receipt()?.parameters.title).toEqual(contradiction);
  await rig.clock.advance(23_000);
  expect(rig.recorder.receipt()?.parameters.title).toEqual(contradiction);
  letGo();
  await rig.clock.settle();
  expect(said.at(-1)).toEqual({ state: 'off', level: 'off', reason: 'policy', waiting: 0 });
  await rig.clock.advance(MINUTE);
  expect(JSON.stringify(rig.spool.everything())).not.toContain('seen after');
});

test('a switch-off is applied within a second although every sensor hangs, one after the other', async () => {
  const never = () => new Promise<never>(() => undefined);
  const rig = await fiveMinutes((same) => ({
    ...same,
    window: { ...same.window, active: never, visible: never },
    screen: { ...same.screen, capture: never },
    machine: { ...same.machine, device: never },
    input: { ...same.input, start: async () => never },
  }));
  let isApplied = false;
  void rig.publish({ session: 'on' }).then(() => (isApplied = true));
  await rig.clock.advance(1_000);
  expect(isApplied).toBe(true);
  const { activity, title } = rig.recorder.receipt()?.parameters ?? {};
  expect([activity?.reason, title?.waiting, rig.spool.waiting().observations.activity]).toEqual([
    'contradicts_policy',
    0,
    undefined,
  ]);
});

test('an input sensor that cannot be stopped is not called off', async () => {
  const rig = await fiveMinutes((same) => ({
    ...same,
    input: { ...same.input, start: async () => async () => Promise.reject(new Error('stuck')) },
  }));
  await rig.publish({ ...EVERYTHING, activity: 'off' });
  expect(rig.recorder.receipt()?.parameters.activity).toMatchObject({ state: 'active', reason: 'contradicts_policy' });
});

test('a full spool is told once, and the session lives', async () => {
  const rig = await fiveMinutes((same) => same);
  rig.spool.fill(true);
  await rig.clock.advance(5 * MINUTE);
  rig.spool.fill(false);
  await rig.clock.advance(2 * MINUTE);
  expect(rig.said.filter((line) => line.includes('cannot write'))).toHaveLength(1);
  expect((await rig.recorder.stop()).ok).toBe(true);
});
