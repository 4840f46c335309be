import { setImmediate } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import type { Folder } from '../../../../../agent/core/files.ts';
import { createPolicyCache } from '../../../../../agent/core/gate/policyCache.ts';
import { NO_PERSONAL_TERMS } from '../../../../../shared/policy/personal.ts';
import { firstRules } from '../../../../../shared/policy/policy.ts';
import { resolve } from '../../../../../shared/policy/resolve.ts';
import { createMemoryFolder, createPublisher } from '../../../../support/recording.ts';
import { createTestClock } from '../../../../support/testClock.ts';

const consent = { title: { level: 'full', purpose: 'workload_review' } } as const;

async function consenting(files: Folder = createMemoryFolder()) {
  const clock = createTestClock();
  const publisher = createPublisher(clock);
  const open = () => createPolicyCache({ files, keys: publisher.keys, clock });
  const cache = await open();
  const rules = firstRules();
  const title = { ...rules.title, level: 'full', basis: 'consent', purpose: 'workload_review' } as const;
  const policy = publisher.policy(1, {}, { parameters: { ...rules, title } });
  const leaseWith = (revision: number, given: typeof consent | Record<string, never>) =>
    publisher.lease(policy, 1, { terms: { ...NO_PERSONAL_TERMS, revision, consent: given } });
  await cache.accept(policy, leaseWith(1, consent));
  const titleOf = (of: typeof cache) => resolve(of.layers(clock.now())).title;
  return { cache, open, leaseWith, titleOf, document: policy };
}

test('what was withdrawn here is off at once and after a restart, whatever the lease in force says, until one says the same', async () => {
  const { cache, open, leaseWith, titleOf, document } = await consenting();
  expect(titleOf(cache).level).toBe('full');

  const heard: string[] = [];
  cache.onLowered(() => heard.push(titleOf(cache).level));
  const kept = cache.withdraw('title', document);
  expect([titleOf(cache).level, heard[0]]).toEqual(['off', 'off']);
  await kept;
  const again = await open();
  expect([titleOf(again).level, again.withdrawals()]).toEqual(['off', [document]]);

  await again.accept(null, leaseWith(1, consent)); // on its way before the server had heard of it
  expect([titleOf(again).level, again.withdrawals()]).toEqual(['off', [document]]);
  await again.accept(null, leaseWith(2, {}));
  expect([titleOf(again).level, again.withdrawals()]).toEqual(['off', []]);
  await again.accept(null, leaseWith(3, consent));
  expect(titleOf(again).level).toBe('full');
  expect(titleOf(await open()).level).toBe('full');
});

test('a consent that is given again holds by the lease, and is not taken back by what was withdrawn before', async () => {
  const { cache, open, titleOf, document } = await consenting();
  await cache.withdraw('title', document);
  await cache.consentedAgain('title');
  expect([titleOf(cache).level, cache.withdrawals()]).toEqual(['full', []]);
  expect((await open()).withdrawals()).toEqual([]);
});

test('what was withdrawn here stays off while the lease that says the same is being written, however long the disk takes', async () => {
  const memory = createMemoryFolder();
  let disk = Promise.resolve();
  const files: Folder = { ...memory, write: (name, content) => disk.then(() => memory.write(name, content)) };
  const { cache, open, leaseWith, titleOf, document } = await consenting(files);
  await cache.withdraw('title', document);

  let answer = (): void => undefined;
  disk = new Promise((resolve) => {
    answer = resolve;
  });
  const levels: string[] = [];
  cache.onLowered(() => levels.push(titleOf(cache).level));
  const accepted = cache.accept(null, leaseWith(2, {}));
  await vi.waitFor(() => expect(levels.length).toBeGreaterThan(0));
  await setImmediate();
  expect([...levels, titleOf(cache).level, cache.consents()]).toEqual(['off', 'off', {}]);
  answer();
  expect(await accepted).toMatchObject({ ok: true });
  expect([titleOf(cache).level, cache.withdrawals()]).toEqual(['off', []]);
  expect((await open()).withdrawals()).toEqual([]);
});
