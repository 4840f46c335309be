import { describe, expect, test } from 'vitest';
import { createPolicyCache } from '../../../../agent/core/gate/policyCache.ts';
import type { Platform } from '../../../../agent/core/ports.ts';
import { createScriptedPlatform } from '../../../../agent/platform/scripted.ts';
import { parameterIds } from '../../../../shared/catalog.ts';
import { BootId } from '../../../../shared/ids.ts';
import { HOUR, MINUTE, SECOND } from '../../../../shared/time.ts';
import { atTheEditor, script, typing } from '../../../support/days/moments.ts';
import { type ChosenLevels, createRig, EVERYTHING, type Rig } from '../../../support/recording.ts';

// The agent's part when sessions are taken away from somebody who tracks: it stops, and says when, and keeps nothing else of them.

const OFF: ChosenLevels = { ...EVERYTHING, session: 'off' };

async function tracking(wrap = (platform: Platform): Platform => platform): Promise<Rig> {
  const platform = (clock: Rig['clock']) => wrap(createScriptedPlatform(script([...atTheEditor, typing]), clock));
  const rig = await createRig({ platform, levels: EVERYTHING });
  await rig.recorder.start();
  await rig.clock.advance(2 * MINUTE);
  await sendAll(rig);
  return rig;
}

/** As the uplink does: all that waits is on the server. */
async function sendAll({ spool }: Rig): Promise<void> {
  await spool.flush();
  await spool.acknowledged(Number.MAX_SAFE_INTEGER);
}

/** The session records of every batch that may be sent now. */
async function toSend({ spool }: Rig): Promise<unknown[]> {
  const events = [];
  for (let next = await spool.next(0); next !== null; next = await spool.next(next.frame.seq)) {
    for (const one of next.frame.observations as { event?: string }[]) events.push(one.event);
  }
  return events.filter((event) => event !== undefined);
}

/** A start whose journal the disk has not taken yet; `answer` lets it. */
async function startAtTheDisk({ recorder, folder, clock }: Rig) {
  const { write } = folder;
  let answer = (): void => undefined;
  folder.write = async (name, content) => {
    if (name === 'recorder.sealed') await new Promise<void>((resolve) => (answer = resolve));
    return write(name, content);
  };
  const start = recorder.start();
  await clock.settle();
  folder.write = write;
  return { start, answer };
}

const kept = (rig: Rig) => rig.recorded('session').map(({ event, at }) => [event, at]);

describe('sessions are switched off while one runs', () => {
  test('its stop waits to be sent at once, alone, and the receipt says off with nothing that waits', async () => {
    const rig = await tracking();
    const at = rig.clock.now();
    await rig.publish(OFF);
    expect(rig.recorder.status().state).toBe('stopped');
    expect(kept(rig)).toEqual([['stop', at]]);
    expect(await toSend(rig)).toEqual(['stop']);
    expect(rig.recorder.receipt()).toMatchObject({
      ...{ tracking: false, parameters: { session: { state: 'off', level: 'off', reason: 'policy', waiting: 0 } } },
    });
    expect(rig.said.at(-1)).toBe('Tracking has ended. Off: your organisation does not collect it.');
    expect(await rig.recorder.start()).toMatchObject({ ok: false });
    await rig.clock.advance(HOUR);
    expect(kept(rig)).toEqual([['stop', at]]);
  });

  test('a session that the server has never heard of leaves nothing behind', async () => {
    const rig = await tracking();
    await rig.recorder.stop();
    await sendAll(rig);
    await rig.recorder.start();
    await rig.clock.advance(10 * SECOND);
    await rig.publish(OFF);
    expect(kept(rig)).toEqual([]);
  });

  test('a stop that waited already is kept; a pause that nobody will be told of is not counted as work', async () => {
    const rig = await tracking();
    const paused = rig.clock.now();
    await rig.recorder.pause();
    await rig.clock.advance(HOUR);
    await rig.recorder.resume();
    await rig.clock.advance(10 * MINUTE);
    await rig.recorder.stop();
    await rig.publish(OFF);
    expect(kept(rig)).toEqual([['stop', paused]]);
  });

  describe('no sensor runs a second later although the disk takes nothing and never answers', () => {
    const active = (rig: Rig) => parameterIds.filter((id) => rig.recorder.status().parameters[id].active);
    const nothing = async () => undefined;
    const command = async ({ recorder }: Rig) => void recorder.note('begun before');
    const publication = async (rig: Rig) => void rig.publish({ ...EVERYTHING, activity: 'active' });
    const look = (rig: Rig) => rig.clock.advance(30 * SECOND);
    const policyItself = async ({ folder }: Rig) => {
      const { write } = folder;
      folder.write = (name, bytes) => (name === 'policy.json' ? new Promise(() => undefined) : write(name, bytes));
    };
    const everything: ChosenLevels = Object.fromEntries(parameterIds.map((id) => [id, 'off']));
    const observed: ChosenLevels = { ...everything, session: 'on', project: 'on', notes: 'on' };

    test.each([
      ['sessions', 'nothing', OFF, nothing],
      ['everything', 'nothing', everything, nothing],
      ['sessions', 'a command', OFF, command],
      ['everything', 'a command', everything, command],
      ['all that is observed', 'a command', observed, command],
      ['everything', 'another publication', everything, publication],
      ['all that is observed', 'another publication', observed, publication],
      ['everything', 'a look', everything, look],
      ['all that is observed', 'a look', observed, look],
      ['sessions', 'the policy itself', OFF, policyItself],
      ['everything', 'the policy itself', everything, policyItself],
      ['all that is observed', 'the policy itself', observed, policyItself],
    ] as const)('switched off: %s; waiting for the disk: %s', async (_, __, levels, waiting) => {
      let locksWatched = 0;
      const rig = await tracking((platform) => ({
        ...platform,
        lock: {
          ...platform.lock,
          start: async (onChange) => {
            const stop = await platform.lock.start(onChange);
            locksWatched += 1;
            return async () => {
              locksWatched -= 1;
              await stop();
            };
          },
        },
      }));
      expect(locksWatched).toBe(1);
      const isTracking = levels.session === 'on';
      expect(active(rig)).toContain('activity');
      Object.assign(rig.spool, { append: () => new Promise(() => undefined) });
      await waiting(rig);
      await rig.clock.settle();
      void rig.publish(levels);
      await rig.clock.advance(SECOND);
      expect(active(rig).filter((id) => levels[id] === 'off' || !isTracking)).toEqual([]);
      // The lock is no parameter, and is watched for sessions alone.
      expect(locksWatched).toBe(isTracking ? 1 : 0);
      // A kept reading that the disk does not let go of is admitted, with the level of what runs.
      const off = { level: 'off' };
      expect(rig.recorder.receipt()).toMatchObject({
        ...{ tracking: isTracking, parameters: { activity: off, title: off, screenshot: off } },
      });
    });
  });

  test('a policy that this version cannot read ends it at once as not allowed any more, and says that Daylight must be updated', async () => {
    const rig = await tracking();
    const at = rig.clock.now();
    const policy = rig.publisher.policy(2, EVERYTHING, { schema: 2 as never });
    await rig.policies.accept(policy, rig.publisher.lease(policy, 2));
    await rig.recorder.policyChanged();
    expect(rig.said.at(-1)).toBe(
      'Tracking has ended. Off: this version of Daylight does not understand what your organisation says of it. Update Daylight' +
        ' on this computer.',
    );
    expect(await rig.recorder.start()).toEqual({
      ok: false,
      problem: "This version of Daylight does not understand what your organisation's policy says of working sessions.",
      remedy: 'Update Daylight on this computer.',
    });
    const clear = rig.publisher.policy(3, EVERYTHING);
    await rig.policies.accept(clear, rig.publisher.lease(clear, 3));
    await rig.recorder.policyChanged();
    expect(rig.recorded('session').map(({ event, cause, at: then }) => [event, cause, then])).toEqual([
      ['stop', 'not_allowed', at],
    ]);
  });

  test('a start that waits for the disk meanwhile begins nothing, and writes no start behind its own stop', async () => {
    const rig = await tracking();
    await rig.recorder.stop();
    await sendAll(rig);
    const { policies, publisher, clock } = rig;
    const policy = publisher.policy(2, EVERYTHING);
    const soon = clock.now() + 4 * SECOND;
    await policies.accept(policy, publisher.lease(policy, 2, { observedUntil: soon, enteredUntil: soon }));
    await rig.recorder.policyChanged();
    const { start, answer } = await startAtTheDisk(rig);
    // The lease ends: unlike what a policy switches off, what was permitted before may still be written.
    await clock.advance(10 * SECOND);
    const told = rig.recorder.policyChanged();
    answer();
    expect(await start).toMatchObject({ ok: false, problem: 'Tracking ended while it began.' });
    await told;
    expect(rig.recorder.status().state).toBe('stopped');
    expect(kept(rig).filter(([event]) => event !== 'stop')).toEqual([]);
  });

  test('a start that waits for the disk while sessions are switched off leaves nothing to be sent: no session has begun', async () => {
    const rig = await tracking();
    await rig.recorder.stop();
    await sendAll(rig);
    const { clock } = rig;
    const { start, answer } = await startAtTheDisk(rig);
    const told = rig.publish(OFF);
    await clock.settle();
    answer();
    expect(await start).toMatchObject({ ok: false, problem: 'Tracking ended while it began.' });
    await told;
    await clock.advance(MINUTE);
    expect(kept(rig)).toEqual([]);

    await rig.publish(EVERYTHING);
    expect(await rig.recorder.start()).toMatchObject({ ok: true });
    await rig.recorder.stop();
    expect(kept(rig).map(([event]) => event)).toEqual(['start', 'stop']);
  });

  test('switched off and on again while a command waits for the disk: it stays ended, and says once why', async () => {
    const rig = await tracking();
    const { append } = rig.spool;
    let answer = (): void => undefined;
    const room = new Promise<void>((resolve) => (answer = resolve));
    rig.spool.append = async (...batch) => {
      await room;
      return append(...batch);
    };
    const note = rig.recorder.note('waits for the disk');
    await rig.clock.settle();
    const off = rig.publish(OFF);
    await rig.clock.settle();
    const on = rig.publish(EVERYTHING);
    await rig.clock.settle();
    answer();
    await Promise.all([note, off, on]);
    expect(rig.recorder.status().state).toBe('stopped');
    expect(rig.said.filter((line) => line.startsWith('Tracking has ended'))).toEqual([
      'Tracking has ended. Off: your organisation does not collect it.',
    ]);
  });

  test('a session that a clock set back has ended is not said to have ended for a reason that nobody names', async () => {
    const rig = await tracking();
    rig.clock.jump(-HOUR);
    await rig.recorder.policyChanged();
    expect(rig.recorder.status().state).toBe('stopped');
    expect(rig.said.filter((line) => line.startsWith('Tracking has ended.'))).toEqual([]);
    expect(rig.said.length).toBeGreaterThan(0);
  });

  test('a session that a kill ended before the policy was heard of is ended at its last evidence', async () => {
    const rig = await tracking();
    const { clock, publisher, spool, folder } = rig;
    await clock.advance(MINUTE);
    await sendAll(rig);
    const killedAt = clock.now();
    // On disk, and nobody was left to hear of it.
    const off = publisher.policy(2, OFF);
    await (await createPolicyCache({ files: folder, keys: publisher.keys, clock })).accept(
      off,
      publisher.lease(off, 2),
    );
    const platform = (on: Rig['clock']) => createScriptedPlatform(script([...atTheEditor]), on);
    const boot = BootId.parse('0b9f6a52-3a0f-4c0e-8f61-3a7b6f0f5b01');
    const next = await createRig({ platform, clock, publisher, spool, folder, boot });
    const [[event, at] = []] = kept(next);
    expect([kept(next).length, event]).toEqual([1, 'stop']);
    expect(killedAt - Number(at)).toBeLessThanOrEqual(5 * SECOND);
  });
});
