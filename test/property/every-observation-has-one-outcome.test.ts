import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EndVerdict, Judge, Verdict } from '../../server/control/control.ts';
import { NOTHING_ERASED } from '../../server/control/erased.ts';
import { createDensity } from '../../server/ingest/density.ts';
import { admit, type GateInput } from '../../server/ingest/gate.ts';
import { noSessions } from '../../server/ingest/sessions.ts';
import { BootId, type SessionId } from '../../shared/ids.ts';
import { DiscardReason } from '../../shared/outcome.ts';
import { everyExample } from '../support/everyObservation.ts';
import { MORNING, newSession } from '../support/ingestKit.ts';

const session = newSession();
const boot = BootId.parse(randomUUID());

const times = fc.record({
  at: fc.oneof(fc.integer({ min: MORNING - 1_000, max: MORNING + 1_000 }), fc.maxSafeInteger(), fc.double()),
  mono: fc.oneof(fc.constant(1_000), fc.maxSafeInteger()),
  span: fc.oneof(fc.constant(0), fc.integer({ min: -5, max: 100_000_000 })),
});
const nearly = fc
  .tuple(fc.constantFrom(...everyExample), times, fc.option(fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 2 })))
  .map(([{ parameter, level, fields }, when, extra]) => ({ parameter, level, ...fields, ...when, ...(extra ?? {}) }));
const start = fc.constant({
  ...{
    parameter: 'session',
    level: 'on',
    event: 'start',
    cause: 'employee',
    at: MORNING - 5_000,
    mono: 1_000,
    span: 0,
  },
});
const items = fc.oneof(
  { weight: 5, arbitrary: nearly },
  { weight: 2, arbitrary: start },
  fc.jsonValue(),
  fc.anything(),
);

const verdicts = fc.func<[unknown], Verdict>(
  fc.oneof(
    { weight: 3, arbitrary: fc.constant<Verdict>({ allowed: true, retentionDays: 30, termsVersion: 1 }) },
    fc.constantFrom(...DiscardReason.options).map((reason): Verdict => ({ allowed: false, reason })),
  ),
);

describe('the sum of outcomes', () => {
  it('stored and discarded together are what was received, whatever was received', () => {
    let stored = 0;
    fc.assert(
      fc.property(
        fc.array(items, { maxLength: 30 }),
        verdicts,
        fc.func<[unknown], boolean>(fc.boolean()),
        fc.constantFrom<SessionId | null>(session, null),
        (observations, captured, hasImage, batchSession) => {
          const ended: Judge['ended'] = (question) =>
            ({ ...captured(question), endedAt: question.capturedAt }) as EndVerdict;
          const judge: Judge = { captured, ended, exclusions: () => [], takenAway: () => null };
          const input: GateInput = {
            ...{ observations, session: batchSession, boot, policyVersion: 1, judge, hasImage, erased: NOTHING_ERASED },
            clocks: { boot, at: MORNING, mono: 1_000, serverAt: MORNING, serverMono: 0 },
            ...{ sessions: noSessions, now: MORNING, mono: () => 0, counting: createDensity().begin() },
          };
          const result = admit(input);
          const discarded = result.discarded.reduce((sum, { count }) => sum + count, 0);
          expect(result.admitted.length + discarded).toBe(observations.length);
          expect(result.outcomes).toHaveLength(observations.length);
          expect(result.outcomes.filter((one) => one.kind === 'stored')).toHaveLength(result.admitted.length);
          stored += result.admitted.length;
        },
      ),
      { numRuns: 1_000 },
    );
    expect(stored).toBeGreaterThan(100); // the property is about something
  });
});
