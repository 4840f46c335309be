import { expect, test } from 'vitest';
import { createScriptedPlatform } from '../../agent/platform/scripted.ts';
import { BootId } from '../../shared/ids.ts';
import { MINUTE, SECOND } from '../../shared/time.ts';
import { atTheEditor, onAPage, script, typing } from '../support/days/moments.ts';
import { type ChosenLevels, createRig, EVERYTHING, type Rig, type RigOptions } from '../support/recording.ts';

const NEXT_BOOT = BootId.parse('0b9f6a52-3a0f-4c0e-8f61-3a7b6f0f5b01');
const platform: RigOptions['platform'] = (clock) => createScriptedPlatform(script([...onAPage, typing]), clock);

async function recording(): Promise<Rig> {
  const rig = await createRig({ platform, levels: EVERYTHING });
  await rig.recorder.start();
  await rig.clock.advance(5 * MINUTE);
  return rig;
}

/** What is on disk stays; the process does not. */
function restart(rig: Rig): Promise<Rig> {
  const { clock, publisher, spool, folder } = rig;
  return createRig({ platform, clock, publisher, spool, folder, boot: NEXT_BOOT });
}

/** Kills the agent at its `step`th write of a file or purge of the spool. */
async function killedAt(step: number, levels: ChosenLevels): Promise<{ rig: Rig; wasKilled: boolean }> {
  const rig = await recording();
  let left = step;
  const mayGoOn = (): boolean => left-- > 0;
  const { write } = rig.folder;
  const { purge } = rig.spool;
  const never = () => new Promise<never>(() => undefined);
  Object.assign(rig.folder, { write: (name: string, bytes: string) => (mayGoOn() ? write(name, bytes) : never()) });
  Object.assign(rig.spool, {
    purge: (...args: Parameters<typeof purge>) => (mayGoOn() ? purge(...args) : never()),
  });
  let isDone = false;
  void rig.publish(levels).then(() => (isDone = true));
  await rig.clock.settle();
  await rig.clock.settle();
  Object.assign(rig.folder, { write });
  Object.assign(rig.spool, { purge });
  return { rig, wasKilled: !isDone };
}

test.each([0, 1, 2, 3, 4, 5, 6])(
  'killed at step %i of a switch-off: after the restart nothing of it can be sent',
  async (step) => {
    const { rig, wasKilled } = await killedAt(step, { ...EVERYTHING, title: 'off', url: 'off', app: 'category' });
    const wasAccepted = Buffer.from(rig.folder.files.get('policy.json')!).includes('\\"version\\":2');
    const next = await restart(rig);
    const { title, url } = next.spool.waiting().observations;
    const names = next.recorded('app').filter(({ level }) => level !== 'category');

    // Before the new policy is on disk, the old one is what the organisation is known to have said.
    if (wasAccepted) expect([title, url, names]).toEqual([undefined, undefined, []]);
    else expect([step, wasKilled]).toEqual([0, true]);
    expect(next.spool.waiting().observations.activity).toBeGreaterThan(0);
    if (step === 6) expect(wasKilled).toBe(false);
  },
);

test('a journal that is lost, or damaged, counts as "anything may be in the spool"', async () => {
  const rig = await recording();
  const { clock, publisher, folder, spool } = rig;
  folder.files.set('recorder.sealed', new TextEncoder().encode('{"unfin'));
  const next = await createRig({ platform, clock, publisher, spool, folder, boot: NEXT_BOOT });
  expect(next.spool.waiting().observations.title).toBeGreaterThan(0);
  folder.files.delete('recorder.sealed');
  const lowered = publisher.policy(2, { ...EVERYTHING, title: 'redacted' });
  await next.policies.accept(lowered, publisher.lease(lowered, 2));
  folder.files.delete('recorder.sealed');
  const last = await createRig({ platform, clock, publisher, spool, folder, boot: NEXT_BOOT });
  expect(last.spool.waiting().observations.title).toBe(undefined);
});

test('a session that kill -9 ended is closed at its last evidence, at most five seconds early, with the cause crash', async () => {
  const rig = await recording();
  await rig.clock.advance(3 * SECOND);
  const killedAtWall = rig.clock.now();
  const next = await restart(rig);
  const [start, stop, ...others] = next.recorded('session') as unknown as {
    event: string;
    cause: string;
    at: number;
    context: { boot: string; session: string };
  }[];

  expect([start!.event, stop!.event, stop!.cause, others]).toEqual(['start', 'stop', 'crash', []]);
  expect(stop!.context).toEqual(start!.context);
  expect(killedAtWall - stop!.at).toBeGreaterThanOrEqual(0);
  expect(killedAtWall - stop!.at).toBeLessThanOrEqual(5 * SECOND);
  expect(next.recorder.status().state).toBe('stopped');
  const third = await restart(next);
  expect(third.recorded('session')).toHaveLength(2);
});

test('a lowered level takes what waits of the higher one with it', async () => {
  const rig = await createRig({
    platform: (clock) => createScriptedPlatform(script([...atTheEditor, typing]), clock),
    levels: EVERYTHING,
  });
  await rig.recorder.start();
  await rig.clock.advance(5 * MINUTE);
  await rig.publish({ ...EVERYTHING, title: 'redacted', activity: 'active' });
  await rig.clock.advance(10 * MINUTE);
  await rig.recorder.stop();

  expect([...new Set(rig.recorded('title').map(({ level }) => level))]).toEqual(['redacted']);
  expect([...new Set(rig.recorded('activity').map(({ level }) => level))]).toEqual(['active']);
});
