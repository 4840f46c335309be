import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Facts, judge } from '../../server/control/judge.ts';
import { leaseFor } from '../../server/control/lease.ts';
import { NOTHING_DECIDED } from '../../server/control/standing.ts';
import type { Told } from '../../server/control/told.ts';
import { catalog, type Level, type ParameterId, parameterIds, rank } from '../../shared/catalog.ts';
import { DeviceId, OrgId, PersonId } from '../../shared/ids.ts';
import { AgreedTerms } from '../../shared/policy/agreed.ts';
import { type Decided, policyLayers } from '../../shared/policy/ceilings.ts';
import { explain } from '../../shared/policy/layers.ts';
import { leaseLayers } from '../../shared/policy/lease.ts';
import { NO_PERSONAL_TERMS, type PersonalTerms } from '../../shared/policy/personal.ts';
import { type Levels, PolicyDocument } from '../../shared/policy/policy.ts';
import { resolve } from '../../shared/policy/resolve.ts';
import { createWallClocks } from '../../shared/policy/workingHours.ts';
import { Digest } from '../../shared/signed.ts';
import { instant, NOON, policy, terms } from '../support/arbitraryTerms.ts';

// "Why is this on or off" is computed from the layers that the gates use; this holds the sum of them against the gates themselves.

const walls = createWallClocks();
const ids = {
  org: OrgId.parse('6f1d8a52-3f0c-4f43-9a51-0d6f5c1f7a01'),
  person: PersonId.parse('0b6f4e9a-91f1-4b7e-8a59-5e8f1b7a9d11'),
  device: DeviceId.parse('c2b4f3de-3c55-4a0f-8f51-52f0f39d5c02'),
};
const told = fc
  .record(Object.fromEntries(parameterIds.map((id) => [id, fc.constantFrom(...catalog[id].levels, top(id), top(id))])))
  .map((levels) => levels as unknown as Levels);

/** One or two layers of a person's: with all of them at once hardly anything would be left on. */
const fewTerms = fc
  .tuple(
    terms,
    policy,
    fc.subarray(['team', 'person', 'objection', 'restriction', 'minor', 'agreed'] as const, { maxLength: 1 }),
  )
  .map(([all, before, kept]): PersonalTerms => {
    const { consent, zone } = all;
    const mine = { ...all, agreed: agreedTo(before) };
    return { ...NO_PERSONAL_TERMS, consent, zone, ...Object.fromEntries(kept.map((layer) => [layer, mine[layer]])) };
  });

function agreedTo({ rules, workingHours, jurisdiction }: Decided): AgreedTerms {
  const parameters = parameterIds.map((id) => [id, { version: 1, rule: rules[id], workingHours, jurisdiction }]);
  return AgreedTerms.parse({ parameters: Object.fromEntries(parameters), leaseHours: {} });
}

function top(id: ParameterId): Level {
  return catalog[id].levels.at(-1) ?? 'off';
}

it('says of each parameter exactly the level up to which the server stores it and the lease lets a device collect it', () => {
  let [on, off] = [0, 0];
  const deciding = new Set<string | null>();
  fc.assert(
    fc.property(policy, fewTerms, told, instant, (decided, own, levels, at) => {
      const document = PolicyDocument.parse({
        ...{ schema: 1, org: ids.org, scope: { kind: 'org' }, version: 1, previousHash: null, notBefore: NOON - 1e9 },
        ...{ leaseHours: { observed: 24, entered: 720 }, screenshotReviewSeconds: 0, idleSeconds: 300 },
        ...{ parameters: decided.rules, workingHours: decided.workingHours, jurisdiction: decided.jurisdiction },
      });
      const said: Told = {
        at: () => levels,
        takenAway: () => null,
        coming: () => ({}),
        agreed: () => own.agreed ?? null,
      };
      const lease = { issuedAt: at - 1_000, observedUntil: at + 1_000, enteredUntil: at + 1_000 };
      const facts: Facts = {
        ...{ now: at, published: [{ document, publishedAt: NOON - 1e9 }], told: said, walls },
        ...{ standing: { ...NOTHING_DECIDED, terms: own, termsAt: () => own }, lease, previousLease: null },
      };
      const layers = policyLayers(decided, own, at, walls);
      const page = [...layers, { name: 'acknowledgement', ceilings: levels } as const];
      const mine = { acknowledged: levels, coming: {}, terms: own };
      const leased = leaseFor(ids, { document, hash: Digest.parse('0'.repeat(64)) }, mine, at);
      const onDevice = resolve([...layers, ...leaseLayers(leased, at)]);
      for (const parameter of parameterIds) {
        const { level, decidedBy, layers: says } = explain(parameter, page);
        expect(onDevice[parameter]).toEqual({ level, decidedBy });
        for (const wanted of catalog[parameter].levels.slice(1)) {
          const { allowed } = judge(facts, { parameter, level: wanted, capturedAt: at, claimedVersion: 1 });
          expect([parameter, wanted, allowed]).toEqual([
            parameter,
            wanted,
            rank(parameter, wanted) <= rank(parameter, level),
          ]);
          if (allowed) on += 1;
          else off += 1;
        }
        expect(says.filter(({ decides }) => decides).map(({ layer }) => layer)).toEqual(
          decidedBy === null ? [] : [decidedBy],
        );
        deciding.add(decidedBy);
      }
    }),
    { numRuns: 500 },
  );
  expect(Math.min(on, off)).toBeGreaterThan(200); // the property is about something
  expect(deciding.size).toBe(13); // each of the layers, and none, decided something
});
