import { expect, it } from 'vitest';
import { createPolicyCache } from '../../../../../agent/core/gate/policyCache.ts';
import { resolve } from '../../../../../shared/policy/resolve.ts';
import { HOUR, MINUTE } from '../../../../../shared/time.ts';
import { createMemoryFolder, createPublisher, EVERYTHING } from '../../../../support/recording.ts';
import { createTestClock } from '../../../../support/testClock.ts';

// What docs/PROTOCOL.md says of `notBefore`: a policy that raises the title and takes the address away.

async function published(notBeforeIn: number) {
  const clock = createTestClock();
  const publisher = createPublisher(clock);
  const cache = await createPolicyCache({ files: createMemoryFolder(), keys: publisher.keys, clock });
  const before = publisher.policy(1, { ...EVERYTHING, title: 'off' });
  await cache.accept(before, publisher.lease(before, 1));
  const notBefore = clock.now() + notBeforeIn;
  const policy = publisher.policy(2, { ...EVERYTHING, url: 'off' }, { notBefore });
  const at = (now: number) => {
    const { title, url, app } = resolve(cache.layers(now));
    return [title.level, url.level, app.level];
  };
  return { clock, publisher, cache, policy, notBefore, at };
}

it('what a policy raises counts from five minutes before its notBefore, and what it lowers at once', async () => {
  const { clock, publisher, cache, policy, notBefore, at } = await published(HOUR);
  await cache.accept(policy, publisher.lease(policy, 2));
  expect(at(clock.now())).toEqual(['off', 'off', 'name']);
  expect(at(notBefore - 5 * MINUTE - 1)).toEqual(['off', 'off', 'name']);
  expect(at(notBefore - 5 * MINUTE)).toEqual(['full', 'off', 'name']);
});

it('what a policy raises waits for a lease of it as well, and what it lowers does not', async () => {
  const { clock, publisher, cache, policy, notBefore, at } = await published(HOUR);
  const early = publisher.lease(policy, 2, { issuedAt: notBefore });
  expect(await cache.accept(policy, early)).toEqual({ ok: false, refusal: 'clocks_disagree' });
  await clock.advance(2 * HOUR);
  expect(at(clock.now())).toEqual(['off', 'off', 'name']);
  await cache.accept(null, publisher.lease(policy, 2));
  expect(at(clock.now())).toEqual(['full', 'off', 'name']);
});
