import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judge } from '../../server/control/judge.ts';
import { recordLease } from '../../server/control/lease.ts';
import { toldBy } from '../../server/control/told.ts';
import { catalog, type ParameterId, parameterIds, rank } from '../../shared/catalog.ts';
import { OrgId } from '../../shared/ids.ts';
import { firstRules, type PolicyDocument } from '../../shared/policy/policy.ts';
import { acknowledgedCeiling, type NoticeEvent } from '../../shared/policy/resolve.ts';
import { highest } from '../support/everyObservation.ts';

const base = firstRules();
const T0 = 1_795_000_000_000;
const org = OrgId.parse('6f1d8a52-3f0c-4f43-9a51-0d6f5c1f7a01');

const levels = fc.record(
  Object.fromEntries(
    parameterIds.map((id) => [id, fc.constantFrom(...catalog[id].levels, highest(id), highest(id))]),
  ) as Record<ParameterId, fc.Arbitrary<string>>,
);

/** A history of policies, one each 1 … 50 milliseconds. */
const histories = fc
  .array(fc.record({ levels, after: fc.integer({ min: 1, max: 50 }) }), { minLength: 1, maxLength: 6 })
  .map((steps) => {
    let publishedAt = T0;
    return steps.map((step, index) => {
      publishedAt += step.after;
      const rules = Object.fromEntries(parameterIds.map((id) => [id, { ...base[id], level: step.levels[id] }]));
      const document = {
        ...{ schema: 1, org, scope: { kind: 'org' }, version: index + 1, notBefore: publishedAt },
        ...{ previousHash: index === 0 ? null : 'a'.repeat(64), leaseHours: { observed: 24, entered: 720 } },
        ...{ screenshotReviewSeconds: 0, idleSeconds: 300, parameters: rules },
      } as unknown as PolicyDocument;
      return { document, publishedAt };
    });
  });

const moment = fc.integer({ min: T0 - 20, max: T0 + 400 });
const situations = fc.record({
  published: histories,
  acknowledged: fc.array(fc.record({ noticeVersion: fc.integer({ min: 1, max: 7 }), at: moment }), {
    minLength: 1,
    maxLength: 8,
  }),
  lease: fc.oneof(
    fc.constant({ issuedAt: T0, observedUntil: T0 + 300, enteredUntil: T0 + 300 }),
    fc.option(fc.record({ issuedAt: moment, observedUntil: moment, enteredUntil: moment })),
  ),
  previousLease: fc.option(fc.record({ observedUntil: moment, enteredUntil: moment })),
  parameter: fc.constantFrom(...parameterIds),
  depth: fc.oneof(fc.constant(1), fc.nat({ max: 3 })),
  capturedAt: moment,
  now: moment,
  claimedVersion: fc.integer({ min: 0, max: 8 }),
});

describe('the server’s judgement', () => {
  it('never allows a level above any authority that must allow it', () => {
    let allowed = 0;
    fc.assert(
      fc.property(situations, (one) => {
        const { published, acknowledged, parameter, capturedAt, now, lease, previousLease } = one;
        const level = catalog[parameter].levels[one.depth] ?? 'off';
        const verdict = judge(
          { now, published, pending: null, told: toldBy(published, acknowledged), lease, previousLease },
          { parameter, level, capturedAt, claimedVersion: one.claimedVersion },
        );
        if (!verdict.allowed) return;
        allowed += 1;
        const events: NoticeEvent[] = [
          ...published.map(
            (policy): NoticeEvent => ({
              ...{ kind: 'published', version: policy.document.version, at: policy.publishedAt },
              levels: Object.fromEntries(parameterIds.map((id) => [id, policy.document.parameters[id].level])) as never,
            }),
          ),
          ...acknowledged.map((ack): NoticeEvent => ({ kind: 'acknowledged', version: ack.noticeVersion, at: ack.at })),
        ];
        const inForce = published.filter((policy) => policy.publishedAt <= capturedAt).at(-1);
        const claimed = published.find((policy) => policy.document.version === one.claimedVersion);
        const until = catalog[parameter].source === 'observed' ? 'observedUntil' : 'enteredUntil';
        const leaseEnd = capturedAt >= (lease?.issuedAt ?? Infinity) ? lease?.[until] : previousLease?.[until];
        const ceilings = [
          claimed?.document.parameters[parameter].level,
          inForce?.document.parameters[parameter].level,
          published.at(-1)?.document.parameters[parameter].level,
          acknowledgedCeiling(events, capturedAt)[parameter],
          acknowledgedCeiling(events, now)[parameter],
        ];
        expect(rank(parameter, level)).toBeGreaterThan(0);
        for (const ceiling of ceilings) {
          expect(rank(parameter, level)).toBeLessThanOrEqual(rank(parameter, ceiling ?? 'off'));
        }
        expect(capturedAt).toBeLessThanOrEqual(leaseEnd ?? -1);
      }),
      { numRuns: 4_000 },
    );
    expect(allowed).toBeGreaterThan(20); // the property is about something
  });

  it('is never made more generous by a publication that has begun', () => {
    fc.assert(
      fc.property(situations, histories, (one, others) => {
        const { published, acknowledged, parameter, capturedAt, now, lease, previousLease } = one;
        const level = catalog[parameter].levels[one.depth] ?? 'off';
        const facts = { now, published, told: toldBy(published, acknowledged), lease, previousLease };
        const question = { parameter, level, capturedAt, claimedVersion: one.claimedVersion };
        const pending = others[0] ?? null;
        if (judge({ ...facts, pending }, question).allowed) {
          expect(judge({ ...facts, pending: null }, question).allowed).toBe(true);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('the recorded window of leases', () => {
  it('does not let a renewal hide a gap before the window that it continues', () => {
    const hour = 3_600_000;
    const issue = (device: Parameters<typeof recordLease>[0], at: number) =>
      recordLease(device, { issuedAt: at, observedUntil: at + 24 * hour, enteredUntil: at + 720 * hour });
    const first = issue({ lease: null, previousLease: null }, T0);
    const afterGap = issue(first, T0 + 30 * hour); // observed ended six hours ago
    const renewed = issue(afterGap, T0 + 31 * hour);
    expect(renewed.lease).toEqual({
      ...{ issuedAt: T0 + 30 * hour, observedUntil: T0 + 55 * hour, enteredUntil: T0 + 751 * hour },
    });
    expect(renewed.previousLease).toEqual({ observedUntil: T0 + 24 * hour, enteredUntil: T0 + 720 * hour });
  });
});
