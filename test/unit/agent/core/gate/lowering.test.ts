import { expect, it } from 'vitest';
import { createPolicyCache } from '../../../../../agent/core/gate/policyCache.ts';
import { resolve } from '../../../../../shared/policy/resolve.ts';
import { createMemoryFolder, createPublisher, EVERYTHING } from '../../../../support/recording.ts';
import { createTestClock } from '../../../../support/testClock.ts';

// What docs/PROTOCOL.md says of `lowering`: a policy that raises the title and takes the address away, and no lease yet.

async function arrived() {
  const clock = createTestClock();
  const publisher = createPublisher(clock);
  const files = createMemoryFolder();
  const cacheOf = () => createPolicyCache({ files, keys: publisher.keys, clock });
  const cache = await cacheOf();
  const before = publisher.policy(1, { ...EVERYTHING, title: 'off' });
  await cache.accept(before, publisher.lease(before, 1));
  const policy = publisher.policy(2, { ...EVERYTHING, url: 'off' });
  const levels = (of = cache) => {
    const { title, url, app } = resolve(of.layers(clock.now()));
    return [title.level, url.level, app.level];
  };
  return { publisher, cache, cacheOf, before, policy, levels };
}

it('what a policy lowers holds before its lease has come, what it raises does not, and everything else goes on', async () => {
  const { publisher, cache, policy, levels } = await arrived();
  expect(await cache.accept(policy, null)).toEqual({ ok: true, changed: true });
  expect([levels(), cache.policy()?.version, cache.refusal()]).toEqual([['off', 'off', 'name'], 2, null]);
  await cache.accept(policy, publisher.lease(policy, 2));
  expect(levels()).toEqual(['full', 'off', 'name']);
});

it('a restart before the lease has come forgets nothing that was lowered', async () => {
  const { cache, cacheOf, policy, levels } = await arrived();
  await cache.accept(policy, null);
  expect(levels(await cacheOf())).toEqual(['off', 'off', 'off']);
});

it('without a lease nothing is taken that another key has signed, or that is older than what is known', async () => {
  const { cache, before, policy, levels } = await arrived();
  const forged = { ...policy, payload: policy.payload.replace('"url":', '"uri":') };
  expect(await cache.accept(forged, null)).toMatchObject({ ok: false });
  expect(levels()).toEqual(['off', 'host_path', 'name']);
  await cache.accept(policy, null);
  expect(await cache.accept(before, null)).toEqual({ ok: false, refusal: 'older_version' });
  expect(levels()).toEqual(['off', 'off', 'name']);
});
