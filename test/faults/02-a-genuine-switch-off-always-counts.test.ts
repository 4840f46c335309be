import { expect, test } from 'vitest';
import { createPolicyCache } from '../../agent/core/gate/policyCache.ts';
import { createScriptedPlatform } from '../../agent/platform/scripted.ts';
import { resolve } from '../../shared/policy/resolve.ts';
import type { Signed } from '../../shared/signed.ts';
import { HOUR, MINUTE } from '../../shared/time.ts';
import { atTheEditor, script, typing } from '../support/days/moments.ts';
import { createMemoryFolder, createPublisher, createRig, EVERYTHING, type Rig } from '../support/recording.ts';
import { createTestClock } from '../support/testClock.ts';

async function recording(): Promise<Rig> {
  const day = script([...atTheEditor, typing]);
  const rig = await createRig({ platform: (clock) => createScriptedPlatform(day, clock), levels: EVERYTHING });
  await rig.recorder.start();
  await rig.clock.advance(5 * MINUTE);
  return rig;
}

const observed = ['title', 'app', 'url', 'activity', 'screenshot'] as const;

/** What is in the spool of what is observed, an hour after the switch-off arrived; and whether any sensor still runs. */
async function anHourAfter(rig: Rig, policy: Signed, lease: Signed): Promise<unknown> {
  await rig.policies.accept(policy, lease).catch(() => undefined);
  await rig.recorder.policyChanged();
  await rig.clock.advance(HOUR);
  const { parameters } = rig.recorder.status();
  return observed.map((id) => [id, rig.recorded(id).length, parameters[id].active]);
}

const nothing = observed.map((id) => [id, 0, false]);

test('on a clock that is slow by six minutes a switch-off counts at once', async () => {
  const rig = await recording();
  const ahead = rig.clock.now() + 6 * MINUTE;
  const off = rig.publisher.policy(2, {}, { notBefore: ahead });
  expect(await anHourAfter(rig, off, rig.publisher.lease(off, 2, { issuedAt: ahead }))).toEqual(nothing);
});

test('a switch-off whose lease is refused counts at once, and the lease that comes later is taken', async () => {
  const rig = await recording();
  const off = rig.publisher.policy(2, {});
  expect(await anHourAfter(rig, off, rig.publisher.lease(off, 2, { policyVersion: 1 }))).toEqual(nothing);
  expect(rig.policies.refusal()).toBe('lease_mismatch');
  expect(await rig.policies.accept(null, rig.publisher.lease(off, 2))).toMatchObject({ ok: true });
});

test('a switch-off that the disk does not take counts at once, and nothing is raised until it does', async () => {
  const rig = await recording();
  const off = rig.publisher.policy(2, {});
  const write = rig.folder.write;
  const failing = async (name: string, content: string | Uint8Array): Promise<void> => {
    if (name === 'policy.json') throw new Error('no space left');
    await write(name, content);
  };
  Object.assign(rig.folder, { write: failing });
  expect(await anHourAfter(rig, off, rig.publisher.lease(off, 2))).toEqual(nothing);

  const on = rig.publisher.policy(3, EVERYTHING);
  await expect(rig.policies.accept(on, rig.publisher.lease(on, 3))).rejects.toThrow('no space');
  const before = resolve(rig.policies.layers(rig.clock.now())).title.level;
  Object.assign(rig.folder, { write });
  expect(await rig.policies.accept(null, rig.publisher.lease(on, 3))).toMatchObject({ ok: true });
  expect([before, resolve(rig.policies.layers(rig.clock.now())).title.level]).toEqual(['off', 'full']);
});

test('an acknowledgement that is taken back counts at once, also when the disk does not take the lease', async () => {
  const rig = await recording();
  const policy = rig.publisher.policy(2, EVERYTHING);
  await rig.policies.accept(policy, rig.publisher.lease(policy, 2));
  const lease = rig.publisher.lease(policy, 2, { acknowledged: { ...EVERYTHING, title: 'off' } });
  Object.assign(rig.folder, { write: async () => Promise.reject(new Error('no space left')) });
  await expect(rig.policies.accept(null, lease)).rejects.toThrow('no space');
  expect(resolve(rig.policies.layers(rig.clock.now())).title.level).toBe('off');
});

test('what a policy raises waits for its notBefore, and what it lowers does not; also after a restart', async () => {
  const clock = createTestClock();
  const publisher = createPublisher(clock);
  const files = createMemoryFolder();
  const open = () => createPolicyCache({ files, keys: publisher.keys, clock });
  const cache = await open();
  const first = publisher.policy(1, { ...EVERYTHING, title: 'off' });
  await cache.accept(first, publisher.lease(first, 1));
  const second = publisher.policy(2, { ...EVERYTHING, url: 'off' }, { notBefore: clock.now() + HOUR });
  const answer = await cache.accept(second, publisher.lease(second, 2));
  const at = (now: number, of = cache) => {
    const { title, url, app } = resolve(of.layers(now));
    return [title.level, url.level, app.level];
  };

  expect(answer).toEqual({ ok: false, refusal: 'not_yet' });
  expect(at(clock.now())).toEqual(['off', 'off', 'name']);
  expect(at(clock.now(), await open())).toEqual(['off', 'off', 'off']);
  expect(at(clock.now() + 2 * HOUR)).toEqual(['full', 'off', 'name']);
  const refusals = [cache.refusal(), (await clock.advance(2 * HOUR), cache.refusal())];
  expect(refusals).toEqual(['not_yet', null]);
});

test('a clock set back before each restart renews no lease, and the word of the server ends a clock that was years ahead', async () => {
  const clock = createTestClock();
  const publisher = createPublisher(clock);
  const files = createMemoryFolder();
  let cache = await createPolicyCache({ files, keys: publisher.keys, clock });
  const policy = publisher.policy(1, EVERYTHING);
  const title = () => resolve(cache.layers(clock.now())).title.level;
  const restart = async () => {
    cache = await createPolicyCache({ files, keys: publisher.keys, clock, memory: cache.memory() });
  };
  await cache.accept(policy, publisher.lease(policy, 1));
  const seen: string[] = [];
  for (let day = 0; day < 3; day += 1) {
    await clock.advance(23 * HOUR);
    const memory = cache.memory();
    clock.jump(-23 * HOUR);
    cache = await createPolicyCache({ files, keys: publisher.keys, clock, memory });
    seen.push(title());
  }
  expect(seen).toEqual(['full', 'off', 'off']);

  await clock.advance(MINUTE);
  await cache.accept(null, publisher.lease(policy, 1));
  clock.jump(20 * 365 * 24 * HOUR);
  await restart();
  clock.jump(-20 * 365 * 24 * HOUR);
  await restart();
  const afterTheJump = title();
  await clock.advance(MINUTE);
  await cache.accept(null, publisher.lease(policy, 1));
  expect([afterTheJump, title()]).toEqual(['off', 'full']);
  await restart();
  expect(title()).toBe('full');
});

test('a recorder keeps what the next start needs to know: a clock set back between two runs renews no lease', async () => {
  const day = script([...atTheEditor, typing]);
  const platform = (clock: Parameters<typeof createScriptedPlatform>[1]) => createScriptedPlatform(day, clock);
  const first = await createRig({ platform, levels: EVERYTHING });
  const { clock, publisher, spool, folder } = first;
  await first.recorder.start();
  await clock.advance(MINUTE);
  clock.suspend(13 * HOUR);
  await clock.advance(MINUTE);
  await first.recorder.close('shutdown');
  clock.jump(-13 * HOUR);
  const second = await createRig({ platform, clock, publisher, spool, folder });
  await second.recorder.start();
  await clock.advance(MINUTE);
  const before = second.recorder.status().parameters.app.off;
  clock.suspend(12 * HOUR);
  await clock.advance(MINUTE);
  expect([before, second.recorder.status().parameters.app.off]).toEqual([null, 'lease']);
});
