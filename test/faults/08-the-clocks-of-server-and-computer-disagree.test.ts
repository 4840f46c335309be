import { expect, test } from 'vitest';
import { createPolicyCache, type PolicyCache, type PolicyMemory } from '../../agent/core/gate/policyCache.ts';
import { createScriptedPlatform } from '../../agent/platform/scripted.ts';
import { parameterIds } from '../../shared/catalog.ts';
import { resolve } from '../../shared/policy/resolve.ts';
import type { Signed } from '../../shared/signed.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../shared/time.ts';
import { atTheEditor, script, typing } from '../support/days/moments.ts';
import { createMemoryFolder, createPublisher, createRig, EVERYTHING } from '../support/recording.ts';
import { createTestClock, type TestClock } from '../support/testClock.ts';

async function setUp() {
  const clock = createTestClock();
  const publisher = createPublisher(clock);
  const files = createMemoryFolder();
  const keys = publisher.keys;
  const restart = (memory: PolicyMemory | null) => createPolicyCache({ files, keys, clock, memory });
  const policy = publisher.policy(1, EVERYTHING);
  /** A lease as a server signs it whose clock is so far ahead of this computer's. */
  const lease = (aheadMs = 0): Signed => {
    const issuedAt = clock.now() + aheadMs;
    const until = { observedUntil: issuedAt + DAY, enteredUntil: issuedAt + 30 * DAY };
    return publisher.lease(policy, 1, { issuedAt, ...until });
  };
  return { clock, publisher, files, policy, lease, restart, cache: await restart(null) };
}

function howManyOn(cache: PolicyCache, clock: TestClock): number {
  const effective = resolve(cache.layers(clock.now()));
  return parameterIds.filter((id) => effective[id].level !== 'off').length;
}

const ALL = parameterIds.length;
const REFUSED = { ok: false, refusal: 'clocks_disagree' };

test.each([
  ['ten minutes', 10 * MINUTE],
  ['a day', DAY],
  ['a year', 365 * DAY],
])(
  'a server that is once %s ahead switches nothing off: its lease is refused, and the one that holds goes on',
  async (_name, ahead) => {
    const { clock, policy, lease, restart, cache } = await setUp();
    await cache.accept(policy, lease());
    const wrong = await cache.accept(null, lease(ahead));
    const meanwhile = [howManyOn(cache, clock), cache.disagreement()];
    await clock.advance(10 * MINUTE);
    const right = await cache.accept(null, lease());
    const restarted = await restart(cache.memory());

    expect([wrong, meanwhile]).toEqual([REFUSED, [ALL, ahead]]);
    expect([right, cache.refusal(), cache.disagreement()]).toEqual([{ ok: true, changed: false }, null, null]);
    expect([howManyOn(cache, clock), howManyOn(restarted, clock)]).toEqual([ALL, ALL]);
  },
);

test('a session goes on while the server is a year ahead, ends with the lease that held, and begins again when the server is right', async () => {
  const day = script([...atTheEditor, typing]);
  const rig = await createRig({ platform: (clock) => createScriptedPlatform(day, clock), levels: EVERYTHING });
  const { clock, publisher, policies, recorder } = rig;
  const policy = publisher.policy(1, EVERYTHING);
  await recorder.start();
  const hear = async (aheadMs: number) => {
    const issuedAt = clock.now() + aheadMs;
    const until = { observedUntil: issuedAt + DAY, enteredUntil: issuedAt + 30 * DAY };
    await policies.accept(null, publisher.lease(policy, 1, { issuedAt, ...until }));
    await recorder.policyChanged();
  };
  await clock.advance(MINUTE);
  await hear(365 * DAY);
  await clock.advance(HOUR);
  const meanwhile = recorder.status().state;
  clock.suspend(31 * DAY);
  await clock.advance(10 * SECOND);
  const [later, refused] = [recorder.status().state, await recorder.start()];
  await hear(0);

  expect([meanwhile, later]).toEqual(['tracking', 'stopped']);
  expect(refused).toEqual({
    ok: false,
    problem:
      'The server has not confirmed the policy for too long: the clocks of the server and of this computer disagree by 365 days' +
      " (the server's is ahead).",
    remedy: "Set the one that is wrong, or ask your administrator to set the server's.",
  });
  expect(await recorder.start()).toEqual({ ok: true, said: 'Tracking has started.' });
});

test('an agent that holds a lease of the future already takes the next right one, also after a restart', async () => {
  const { clock, files, policy, lease, restart } = await setUp();
  const held = { policy, lease: lease(365 * DAY), highest: { version: 1, hash: null } };
  await files.write('policy.json', JSON.stringify(held));
  const cache = await restart(null);
  const before = [howManyOn(cache, clock), cache.refusal(), cache.disagreement()];
  const answer = await cache.accept(null, lease());

  expect(before).toEqual([0, 'clocks_disagree', 365 * DAY]);
  expect([answer, howManyOn(cache, clock), cache.refusal()]).toEqual([{ ok: true, changed: false }, ALL, null]);
  expect(howManyOn(await restart(cache.memory()), clock)).toBe(ALL);
});

test('server and computer were both a year ahead, and are right again: the next handshake recovers, a push alone does not', async () => {
  const { clock, policy, lease, restart, cache } = await setUp();
  clock.jump(365 * DAY);
  await cache.accept(policy, lease(), clock.now());
  const memory = cache.memory();
  clock.jump(-365 * DAY);
  const again = await restart(memory);
  const pushed = await again.accept(null, lease());
  const welcomed = await again.accept(null, lease(), clock.now());

  expect(pushed).toEqual({ ok: false, refusal: 'older_lease' });
  expect([welcomed, howManyOn(again, clock)]).toEqual([{ ok: true, changed: false }, ALL]);
});

test('a computer whose clock is set back goes on until its lease ends, however often the server confirms, and recovers when it is right', async () => {
  const { clock, policy, lease, cache } = await setUp();
  await cache.accept(policy, lease());
  clock.jump(-DAY);
  const refused = await cache.accept(null, lease(DAY), clock.now() + DAY);
  const held = howManyOn(cache, clock);
  await clock.advance(DAY + MINUTE);
  const ended = [howManyOn(cache, clock), cache.disagreement()];
  clock.jump(DAY);
  const right = await cache.accept(null, lease(), clock.now());

  expect([refused, held]).toEqual([REFUSED, ALL]);
  expect(ended).toEqual([3, DAY]);
  expect([right, howManyOn(cache, clock), cache.disagreement()]).toEqual([{ ok: true, changed: false }, ALL, null]);
});

test('a computer that was once a year ahead observes again after the next lease', async () => {
  const { clock, policy, lease, cache } = await setUp();
  await cache.accept(policy, lease());
  clock.jump(365 * DAY);
  cache.memory();
  clock.jump(-365 * DAY);
  const before = howManyOn(cache, clock);
  await clock.advance(MINUTE);
  await cache.accept(null, lease());

  expect([before, howManyOn(cache, clock)]).toEqual([0, ALL]);
});

test('an older lease that is played again is refused, also when the clock is set back to its time, and after a restart', async () => {
  const { clock, policy, lease, restart, cache } = await setUp();
  const old = lease();
  await cache.accept(policy, old);
  await clock.advance(2 * HOUR);
  await cache.accept(null, lease());
  clock.jump(-2 * HOUR);
  const replayed = await cache.accept(null, old);
  const again = await restart(cache.memory());

  expect(replayed).toEqual({ ok: false, refusal: 'older_lease' });
  expect(await again.accept(null, old)).toEqual({ ok: false, refusal: 'older_lease' });
});

test('with a policy that arrives with a lease of the future, what it lowers is lowered, and what it leaves goes on', async () => {
  const { clock, publisher, policy, lease, cache } = await setUp();
  await cache.accept(policy, lease());
  const lowered = publisher.policy(2, { ...EVERYTHING, screenshot: 'off' });
  const answer = await cache.accept(lowered, publisher.lease(lowered, 2, { issuedAt: clock.now() + DAY }));

  expect([answer, howManyOn(cache, clock)]).toEqual([REFUSED, ALL - 1]);
  expect(resolve(cache.layers(clock.now())).screenshot.level).toBe('off');
});

test('after a restart an agent that has no other lease says that the clocks disagree; one that has goes on under it', async () => {
  const { clock, publisher, policy, lease, restart, cache } = await setUp();
  await cache.accept(policy, lease());
  await cache.accept(policy, lease(DAY));
  const same = await restart(cache.memory());
  const next = publisher.policy(2, EVERYTHING);
  const until = { observedUntil: clock.now() + 2 * DAY, enteredUntil: clock.now() + 30 * DAY };
  await cache.accept(next, publisher.lease(next, 2, { issuedAt: clock.now() + DAY, ...until }));
  const again = await restart(cache.memory());
  const told = [howManyOn(again, clock), again.refusal(), again.disagreement()];
  const right = await again.accept(null, publisher.lease(next, 2));

  expect([howManyOn(same, clock), howManyOn(cache, clock)]).toEqual([ALL, ALL]);
  expect(told).toEqual([0, 'clocks_disagree', DAY]);
  expect([right.ok, howManyOn(again, clock), again.refusal(), again.disagreement()]).toEqual([true, ALL, null, null]);
  expect(howManyOn(await restart(again.memory()), clock)).toBe(ALL);
});

test('a lease that was refused comes into force by no restart, neither before its time has come nor after', async () => {
  const { clock, publisher, policy, lease, restart, cache } = await setUp();
  await cache.accept(policy, lease());
  const next = publisher.policy(2, EVERYTHING);
  const until = { observedUntil: clock.now() + 2 * DAY, enteredUntil: clock.now() + 30 * DAY };
  await cache.accept(next, publisher.lease(next, 2, { issuedAt: clock.now() + HOUR, ...until }));
  const early = await restart(cache.memory());
  await clock.advance(2 * HOUR);
  const late = await restart(cache.memory());

  expect([howManyOn(early, clock), howManyOn(late, clock)]).toEqual([0, 0]);
  expect([late.refusal(), late.disagreement(), late.lease()]).toEqual(['clocks_disagree', HOUR, null]);
});

test('a policy that waited while the computer slept says nothing of the clocks; what the welcome says of them stays until they agree', async () => {
  const { clock, policy, lease, cache } = await setUp();
  const pushed = lease();
  clock.suspend(HOUR);
  await cache.accept(policy, pushed);
  const slept = cache.disagreement();
  await cache.accept(null, lease(-HOUR + MINUTE), clock.now() - HOUR);
  await cache.accept(null, lease(-HOUR + 2 * MINUTE));
  const behind = cache.disagreement();
  await cache.accept(null, lease());

  expect([slept, behind, cache.disagreement()]).toEqual([null, -HOUR, null]);
});
