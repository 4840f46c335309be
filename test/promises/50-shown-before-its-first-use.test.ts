import { expect, test } from 'vitest';
import { FORGOTTEN_MS } from '../../agent/core/firstUse.ts';
import type { Introduction } from '../../agent/core/ports.ts';
import { createScriptedPlatform } from '../../agent/platform/scripted.ts';
import type { ParameterId } from '../../shared/catalog.ts';
import { DAY, MINUTE } from '../../shared/time.ts';
import { atTheEditor, script, typing } from '../support/days/moments.ts';
import { createRig, createTestRandom, type Rig, type RigOptions } from '../support/recording.ts';

// PROMISES 50: what is observed is shown once more, on this very computer, when it would first be recorded there; until then it is off.

const platform: RigOptions['platform'] = (clock) => createScriptedPlatform(script([...atTheEditor, typing]), clock);
/** Of every slot the very first moment, so that the first picture is due at once. */
const random = { ...createTestRandom(7), fraction: () => 0 };
const LEVELS = { app: 'name', title: 'redacted', screenshot: 'blurred' };

/** A face that says `how` of what it is given, and keeps it. */
function face(how: Introduction) {
  const lines: string[] = [];
  const shows = { how };
  return { lines, shows, introduce: (given: readonly string[]) => (lines.push(...given), shows.how) };
}

const stateOf = ({ recorder }: Rig, id: ParameterId) => recorder.receipt()?.parameters[id];
const calls = ({ recorder }: Rig) => (['title', 'screenshot'] as const).map((id) => recorder.status().calls[id] ?? 0);
const waits = ({ recorder }: Rig) => recorder.status().firstUse.map(({ parameter }) => parameter);

test('what nobody was shown is not read once, and receipt and status say why', async () => {
  const { introduce, lines } = face('nowhere');
  const rig = await createRig({ platform, random, levels: LEVELS, introduce });
  await rig.recorder.start();
  await rig.clock.advance(10 * MINUTE);
  expect(calls(rig)).toEqual([0, 0]);
  expect(stateOf(rig, 'title')).toMatchObject({ state: 'off', reason: 'first_use' });
  expect(rig.recorder.status().parameters.title.why).toMatch(/seen here what it records/);
  expect(waits(rig)).toEqual(['app', 'title', 'screenshot']);
  expect(lines.length, 'it is tried again until somebody can see it').toBeGreaterThan(3);
});

test('what was shown begins; the first picture waits for the word of the person, and for exactly what they were shown', async () => {
  const { introduce, lines } = face('shown');
  const rig = await createRig({ platform, random, levels: LEVELS, introduce });
  await rig.recorder.start();
  await rig.clock.advance(10 * MINUTE);
  expect(lines[1]).toMatch(
    /^Before its first use here: Window title \(redacted\)\. The title of the window in front, with/,
  );
  expect(lines[1]).toMatch(/For project costing .* kept 30 days · seen by you.*It ends when you stop tracking/);
  expect(lines[2]).toMatch(/Screenshots \(blurred\).*"daylight-agent seen screenshot"/);
  expect(lines).toHaveLength(3);
  const [title, screenshot] = calls(rig);
  expect([(title ?? 0) > 0, screenshot]).toEqual([true, 0]);
  expect(stateOf(rig, 'screenshot')).toMatchObject({ state: 'off', reason: 'first_use' });

  const { shown } = rig.recorder.status().firstUse[0]!;
  expect(await rig.recorder.firstUse('screenshot', shown, 'shown'), 'more is needed').toMatchObject({ ok: false });
  expect(await rig.recorder.firstUse('screenshot', 'f'.repeat(64), 'seen')).toMatchObject({ ok: false });
  expect(stateOf(rig, 'screenshot')).toMatchObject({ state: 'off' });
  expect(await rig.recorder.firstUse('screenshot', shown, 'seen')).toMatchObject({ ok: true });
  await rig.clock.advance(10 * MINUTE);
  expect(calls(rig)[1]).toBeGreaterThan(0);
});

test('once for a computer: not after a restart, but by wider terms, and after a month in which it was not recorded', async () => {
  const first = await createRig({ platform, random, levels: LEVELS });
  await first.recorder.start();
  await first.clock.advance(MINUTE);
  await first.recorder.close('shutdown');
  const { folder, publisher, clock } = first;

  const asked = face('nowhere');
  const again = await createRig({ platform, random, folder, publisher, clock, introduce: asked.introduce });
  await again.recorder.start();
  await clock.advance(MINUTE);
  expect([asked.lines, stateOf(again, 'title')?.state]).toEqual([[], 'active']);

  await again.publish({ ...LEVELS, title: 'full' });
  await clock.advance(MINUTE);
  expect(stateOf(again, 'title'), 'what was shown goes on').toMatchObject({ state: 'active', level: 'redacted' });
  expect(waits(again)).toEqual(['title']);
  asked.shows.how = 'shown';
  await clock.advance(MINUTE);
  expect(stateOf(again, 'title')).toMatchObject({ state: 'active', level: 'full' });

  await again.recorder.stop();
  clock.jump(FORGOTTEN_MS - DAY);
  expect(waits(again)).toEqual([]);
  clock.jump(2 * DAY);
  asked.shows.how = 'nowhere';
  await again.publish({ ...LEVELS, title: 'full' });
  await again.recorder.start();
  await clock.advance(MINUTE);
  expect(waits(again)).toEqual(['app', 'title', 'screenshot']);
});

test('a purpose, a time or viewers that were not shown put it off until they are', async () => {
  const first = await createRig({ platform, random, levels: LEVELS });
  await first.recorder.start();
  await first.clock.advance(MINUTE);
  const { folder, publisher, clock } = first;
  await first.recorder.close('shutdown');
  const again = await createRig({ platform, random, folder, publisher, clock, introduce: () => 'nowhere' });
  await again.recorder.start();
  const rules = again.policies.policy()!.rules;
  await again.publish(LEVELS, {
    parameters: { ...rules, title: { ...rules.title!, retentionDays: rules.title!.retentionDays + 1 } } as never,
  });
  await clock.advance(MINUTE);
  expect(stateOf(again, 'title')).toMatchObject({ state: 'off', reason: 'first_use' });
  expect(stateOf(again, 'app')).toMatchObject({ state: 'active' });
});

test('shown, and not on disk when the process ends: nothing was read, and it is shown again', async () => {
  const { introduce, lines } = face('seen');
  const rig = await createRig({ platform, random, levels: LEVELS, introduce });
  const { folder, publisher, clock } = rig;
  const write = folder.write.bind(folder);
  let isFull = false;
  folder.write = async (name, content) => {
    if (isFull) throw new Error('no space left on device');
    await write(name, content);
  };
  rig.setVisible(false);
  await rig.recorder.start();
  await clock.advance(MINUTE);
  expect(lines, 'nobody looks').toEqual([]);
  isFull = true;
  rig.setVisible(true);
  await clock.advance(10 * MINUTE);
  expect([lines.length, calls(rig)]).toEqual([3, [0, 0]]);
  expect(stateOf(rig, 'title')).toMatchObject({ state: 'off', reason: 'first_use' });

  folder.write = write;
  const next = await createRig({ platform, random, folder, publisher, clock, introduce });
  await next.recorder.start();
  await clock.advance(MINUTE);
  expect(lines).toHaveLength(6);
  expect(stateOf(next, 'title')).toMatchObject({ state: 'active' });
});
