import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createPolicyCache, type PolicyCache } from '../../../agent/core/gate/policyCache.ts';
import { parameterIds } from '../../../shared/catalog.ts';
import type { Lease } from '../../../shared/policy/lease.ts';
import { resolve } from '../../../shared/policy/resolve.ts';
import type { Signed } from '../../../shared/signed.ts';
import { DAY, HOUR, MINUTE } from '../../../shared/time.ts';
import { createMemoryFolder, createPublisher, EVERYTHING } from '../../support/recording.ts';
import { createTestClock, NINE } from '../../support/testClock.ts';

const SKEW = 5 * MINUTE;

type Event =
  | { readonly kind: 'passes'; readonly ms: number }
  /** The clock of this computer is set to be wrong by so much. */
  | { readonly kind: 'set'; readonly wrongBy: number }
  /** The server, wrong by so much, renews the lease on a new connection or on the one there is. */
  | { readonly kind: 'welcome' | 'push'; readonly wrongBy: number }
  /** Somebody sends one again that was recorded. */
  | { readonly kind: 'replay'; readonly which: number }
  | { readonly kind: 'restart' };

const wrong = fc.oneof(
  fc.constantFrom(0, 0, 0, SKEW, SKEW + 1, -SKEW - 1, SKEW + MINUTE, DAY, -DAY, 365 * DAY, -365 * DAY),
  fc.integer({ min: -2 * HOUR, max: 2 * HOUR }),
);
const anEvent: fc.Arbitrary<Event> = fc.oneof(
  fc.record({ kind: fc.constant('passes' as const), ms: fc.integer({ min: 1, max: 2 * DAY }) }),
  fc.record({ kind: fc.constant('set' as const), wrongBy: wrong }),
  fc.record({ kind: fc.constantFrom('welcome' as const, 'push' as const), wrongBy: wrong }),
  fc.record({ kind: fc.constant('replay' as const), which: fc.nat({ max: 20 }) }),
  fc.record({ kind: fc.constant('restart' as const) }),
);

/** A computer, its server, and somebody who records what passes between them. */
async function world() {
  const clock = createTestClock();
  const publisher = createPublisher(clock);
  const files = createMemoryFolder();
  const policy = publisher.policy(1, EVERYTHING);
  const recorded: { readonly lease: Signed; readonly issuedAt: number }[] = [];
  let time = NINE;
  let cache = await createPolicyCache({ files, keys: publisher.keys, clock });
  /** The least that this computer can believe the time to be. */
  let known = 0;
  const setTo = (wrongBy: number): void => clock.jump(time + wrongBy - clock.now());

  function issue(wrongBy: number): { readonly lease: Signed; readonly issuedAt: number } {
    const issuedAt = time + wrongBy;
    const until = { observedUntil: issuedAt + DAY, enteredUntil: issuedAt + 30 * DAY };
    const one = { lease: publisher.lease(policy, 1, { issuedAt, ...until }), issuedAt };
    recorded.push(one);
    return one;
  }

  async function deliver({ lease, issuedAt }: { lease: Signed; issuedAt: number }, isFresh: boolean) {
    const before = cache.lease();
    const answer = await cache.accept(policy, lease, isFresh ? issuedAt : undefined);
    if (answer.ok) known = clock.now();
    return { before, answer, after: cache.lease(), issuedAt };
  }

  async function restart(): Promise<void> {
    known = Math.floor(Math.max(known, clock.now()) / MINUTE) * MINUTE;
    cache = await createPolicyCache({ files, keys: publisher.keys, clock, memory: cache.memory() });
  }

  return {
    ...{ clock, issue, deliver, restart, setTo },
    cache: (): PolicyCache => cache,
    recorded: (which: number) => recorded[which % Math.max(1, recorded.length)],
    /** Whether nothing older may take the place of this one. */
    isMark: ({ issuedAt }: Lease) => issuedAt <= Math.max(known, clock.now()) + SKEW,
    pass(ms: number) {
      time += ms;
      known += ms;
      clock.freeze(ms);
    },
  };
}

function off({ cache, clock }: Awaited<ReturnType<typeof world>>): string[] {
  const effective = resolve(cache().layers(clock.now()));
  return parameterIds.filter((id) => effective[id].level === 'off');
}

test('whatever clocks do, and whatever is played again: none of the future is taken, none older than one that holds, and clocks that are right recover at the next handshake', async () => {
  const seen = { future: 0, older: 0, recovered: 0 };
  await fc.assert(
    fc.asyncProperty(fc.array(anEvent, { minLength: 1, maxLength: 25 }), async (events) => {
      const it = await world();
      await it.deliver(it.issue(0), true);
      for (const event of events) {
        if (event.kind === 'passes') it.pass(event.ms);
        else if (event.kind === 'set') it.setTo(event.wrongBy);
        else if (event.kind === 'restart') await it.restart();
        else {
          const held = it.cache().lease();
          const isMark = held !== null && it.isMark(held);
          const given = event.kind === 'replay' ? it.recorded(event.which) : it.issue(event.wrongBy);
          if (given === undefined) continue;
          const { before, answer, after, issuedAt } = await it.deliver(given, event.kind === 'welcome');
          // `not_yet` is no word about the lease: it is taken, and what the policy raises waits for its day.
          if (!answer.ok && answer.refusal !== 'not_yet') expect(after).toEqual(before);
          else expect(after?.issuedAt).toBe(issuedAt);
          if (issuedAt > it.clock.now() + SKEW) {
            seen.future += 1;
            expect(answer).toEqual({ ok: false, refusal: 'clocks_disagree' });
          } else if (event.kind !== 'welcome' && isMark && issuedAt < held.issuedAt) {
            seen.older += 1;
            expect(answer).toEqual({ ok: false, refusal: 'older_lease' });
          }
        }
      }
      it.setTo(0);
      if (off(it).length > 0) seen.recovered += 1;
      await it.deliver(it.issue(0), true);
      expect(off(it)).toEqual([]);
    }),
    {
      numRuns: 500,
      // Both clocks are a year behind after a restart: the policy that held is of the future then.
      examples: [
        [[{ kind: 'set', wrongBy: -365 * DAY }, { kind: 'restart' }, { kind: 'welcome', wrongBy: -365 * DAY }]],
      ],
    },
  );
  // Not one of the cases is left out by chance.
  expect(Object.values(seen).every((count) => count > 20)).toBe(true);
});
