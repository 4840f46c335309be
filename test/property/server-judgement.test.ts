import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Decision } from '../../server/control/decision.ts';
import { judge } from '../../server/control/judge.ts';
import { type Decided, NOTHING_DECIDED, standingOf } from '../../server/control/standing.ts';
import { toldBy } from '../../server/control/told.ts';
import { afterLease } from '../../server/store/leases.ts';
import type { LeaseWindow } from '../../server/store/store.ts';
import { catalog, type ParameterId, parameterIds, rank } from '../../shared/catalog.ts';
import { OrgId } from '../../shared/ids.ts';
import { firstRules, type PolicyDocument } from '../../shared/policy/policy.ts';
import { acknowledgedCeiling, type NoticeEvent } from '../../shared/policy/resolve.ts';
import { createWallClocks } from '../../shared/policy/workingHours.ts';
import { highest } from '../support/everyObservation.ts';

const base = firstRules();
const walls = createWallClocks();
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

/**
 * The leases issued to one device, in the order in which they were recorded: renewals and gaps, under policies that make
 * them longer and shorter, and now and then by a clock that was set back.
 */
const issuedLeases = fc
  .array(
    fc.record({
      after: fc.oneof({ weight: 5, arbitrary: fc.integer({ min: 0, max: 80 }) }, fc.integer({ min: -60, max: 0 })),
      observed: fc.integer({ min: 1, max: 60 }),
      entered: fc.integer({ min: 1, max: 120 }),
    }),
    { maxLength: 8 },
  )
  .map((steps) => {
    let issuedAt = T0 - 10;
    return steps.map(({ after, observed, entered }): LeaseWindow => {
      issuedAt += after;
      return { issuedAt, observedUntil: issuedAt + observed, enteredUntil: issuedAt + entered };
    });
  });

type Windows = Pick<Parameters<typeof judge>[0], 'lease' | 'previousLease'>;

function recorded(issued: readonly LeaseWindow[]): Windows {
  return issued.reduce<Windows>(afterLease, { lease: null, previousLease: null });
}
const decision = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constantFrom('objected', 'ended'), parameter: fc.constantFrom(...parameterIds) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constantFrom('upheld', 'refused'), parameter: fc.constantFrom(...parameterIds) }),
  },
  { weight: 1, arbitrary: fc.constant(null) },
);
/** In order of revision and of time, as the store gives those of a server whose clock was not set back. */
const decisions = fc.array(fc.record({ at: moment, decision }), { maxLength: 4 }).map((some) =>
  some
    .toSorted((a, b) => a.at - b.at)
    .map(({ at, decision }, place): Decided => {
      const words = { grounds: '', words: 'no', by: '0b6f4e9a-91f1-4b7e-8a59-5e8f1b7a9d11' };
      return { revision: place + 1, at, decision: decision === null ? null : Decision.parse(only(decision, words)) };
    }),
);

function only(decision: { kind: string; parameter: ParameterId }, words: Record<string, string>) {
  if (decision.kind === 'objected') return { ...decision, grounds: words.grounds };
  return decision.kind === 'ended' ? decision : { ...decision, words: words.words, by: words.by };
}

const situations = fc.record({
  published: histories,
  acknowledged: fc.array(
    fc.record({ noticeVersion: fc.integer({ min: 1, max: 7 }), terms: fc.constant(0), at: moment }),
    {
      minLength: 1,
      maxLength: 8,
    },
  ),
  issued: fc.oneof(issuedLeases, fc.constant([{ issuedAt: T0, observedUntil: T0 + 300, enteredUntil: T0 + 300 }])),
  decided: decisions,
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
        const { published, acknowledged, decided, parameter, capturedAt, now, issued } = one;
        const level = catalog[parameter].levels[one.depth] ?? 'off';
        const verdict = judge(
          {
            now,
            published,
            told: toldBy(published, acknowledged),
            standing: standingOf(decided),
            walls,
            ...recorded(issued),
          },
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
          ...tellingSomething(published, acknowledged).map(
            (ack): NoticeEvent => ({ kind: 'acknowledged', version: ack.noticeVersion, terms: 0, at: ack.at }),
          ),
        ];
        const inForce = published.filter((policy) => policy.publishedAt <= capturedAt).at(-1);
        const claimed = published.find((policy) => policy.document.version === one.claimedVersion);
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
        expect(coveredBy(issued, parameter, capturedAt)).toBe(true);
        expect(isObjected(decided, parameter, capturedAt)).toBe(false);
        expect(isObjected(decided, parameter, Number.POSITIVE_INFINITY)).toBe(false);
      }),
      { numRuns: 4_000 },
    );
    expect(allowed).toBeGreaterThan(20); // the property is about something
  });
});

/**
 * Whoever says again what they said, or something older, tells nothing new: it lifts nothing, and takes nothing back of what a newer
 * one lifted (`PolicyControl.acknowledge` does not even keep it).
 */
function tellingSomething(
  published: readonly { readonly document: PolicyDocument; readonly publishedAt: number }[],
  acknowledged: readonly { readonly noticeVersion: number; readonly at: number }[],
) {
  const counting = acknowledged.map(({ noticeVersion, at }) => {
    const from = published.find(({ document }) => document.version === noticeVersion)?.publishedAt;
    return { noticeVersion, at: Math.max(at, from ?? Number.POSITIVE_INFINITY) };
  });
  return counting.filter(
    (one) => !counting.some((other) => other.noticeVersion > one.noticeVersion && other.at <= one.at),
  );
}

/** By the decisions alone: the last one about it until then began an objection, or nobody can say what one of them was. */
function isObjected(decided: readonly Decided[], parameter: ParameterId, at: number): boolean {
  const until = decided.filter((one) => one.at <= at);
  if (until.some(({ decision }) => decision === null)) return true;
  const last = until.findLast(
    ({ decision }) => (decision?.kind === 'objected' || decision?.kind === 'ended') && decision.parameter === parameter,
  );
  return last?.decision?.kind === 'objected';
}

/** By the list of all leases ever issued, whatever is on record of them. */
function coveredBy(issued: readonly LeaseWindow[], parameter: ParameterId, at: number): boolean {
  const until = catalog[parameter].source === 'observed' ? 'observedUntil' : 'enteredUntil';
  return issued.some((lease) => lease.issuedAt <= at && at <= lease[until]);
}

describe('what is recorded of leases', () => {
  const document = { version: 1, notBefore: 0, parameters: highestRules() } as unknown as PolicyDocument;
  const published = [{ document, publishedAt: 0 }];
  const told = toldBy(published, [{ noticeVersion: 1, terms: 0, at: 0 }]);
  const leasedAt = (issued: readonly LeaseWindow[], parameter: ParameterId, at: number): boolean =>
    judge(
      { now: at, published, told, standing: NOTHING_DECIDED, walls, ...recorded(issued) },
      { parameter, level: highest(parameter), capturedAt: at, claimedVersion: 1 },
    ).allowed;
  const instants = fc.integer({ min: T0 - 100, max: T0 + 800 });
  const source = fc.constantFrom<ParameterId>('app', 'notes');

  it('never shows a lease at an instant that no lease ever issued, by then, covered', () => {
    let [leased, notLeased] = [0, 0];
    fc.assert(
      fc.property(issuedLeases, source, instants, (issued, parameter, at) => {
        if (!leasedAt(issued, parameter, at)) {
          notLeased += 1;
          return;
        }
        leased += 1;
        expect(coveredBy(issued, parameter, at)).toBe(true);
      }),
      { numRuns: 20_000 },
    );
    expect(Math.min(leased, notLeased)).toBeGreaterThan(500); // the property is about something
  });

  it('shows all that leases of one length covered since before the last gap', () => {
    const renewals = fc.array(fc.integer({ min: 0, max: 80 }), { minLength: 1, maxLength: 8 }).map((gaps) => {
      let issuedAt = T0;
      return gaps.map((gap) => {
        issuedAt += gap;
        return { issuedAt, observedUntil: issuedAt + 40, enteredUntil: issuedAt + 90 };
      });
    });
    fc.assert(
      fc.property(renewals, source, instants, (issued, parameter, at) => {
        const starts = issued.filter((lease, place) => lease.issuedAt > (issued[place - 1]?.observedUntil ?? 0));
        fc.pre(at >= (starts.at(-2)?.issuedAt ?? T0));
        expect(leasedAt(issued, parameter, at)).toBe(coveredBy(issued, parameter, at));
      }),
      { numRuns: 4_000 },
    );
  });

  it('does not take the older of two times offline for leased', () => {
    const hour = 3_600_000;
    const issued = [0, 30, 60].map((from) => ({
      ...{ issuedAt: T0 + from * hour, observedUntil: T0 + (from + 24) * hour, enteredUntil: T0 + (from + 720) * hour },
    }));
    const allowed = [10, 27, 31, 55, 61].map((at) => leasedAt(issued, 'app', T0 + at * hour));
    expect(allowed).toEqual([false, false, true, false, true]);
  });

  it('does not let a renewal hide a gap before the window that it continues', () => {
    const hour = 3_600_000;
    // Observed had ended six hours before the second.
    const issued = [0, 30, 31].map((from) => ({
      ...{ issuedAt: T0 + from * hour, observedUntil: T0 + (from + 24) * hour, enteredUntil: T0 + (from + 720) * hour },
    }));
    expect(recorded(issued)).toEqual({
      lease: { issuedAt: T0 + 30 * hour, observedUntil: T0 + 55 * hour, enteredUntil: T0 + 751 * hour },
      previousLease: { issuedAt: T0, observedUntil: T0 + 24 * hour, enteredUntil: T0 + 720 * hour },
    });
  });
});

function highestRules(): Record<string, object> {
  return Object.fromEntries(parameterIds.map((id) => [id, { ...base[id], level: highest(id) }]));
}
