import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toldBy } from '../../../server/control/told.ts';
import { catalog, parameterIds, rank } from '../../../shared/catalog.ts';
import { OrgId } from '../../../shared/ids.ts';
import { firstRules, PolicyDocument } from '../../../shared/policy/policy.ts';
import { DAY } from '../../../shared/time.ts';

const AT = 1_795_212_000_000;
const MOST_DAYS = 20;
const ORG = OrgId.parse('3f0f1a2e-7c1e-4b0a-9a55-0d6c2f0f9a11');
type Step = { readonly level: string; readonly reactionDays: number; readonly reads: boolean };

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    level: fc.constantFrom(...catalog.app.levels),
    reactionDays: fc.integer({ min: 0, max: MOST_DAYS }),
    reads: fc.boolean(),
  }),
  { minLength: 1, maxLength: 8 },
);

/** A version each day at noon, and its acknowledgement in the afternoon by whoever reads it. */
function history(all: readonly Step[]) {
  const rules = firstRules();
  const published: { document: PolicyDocument; publishedAt: number }[] = [];
  for (const [index, { level, reactionDays }] of all.entries()) {
    const before = published.at(-1)?.document.parameters.app;
    const isRaise = rank('app', level) > rank('app', before?.level ?? 'off');
    const noticeVersion = isRaise ? index + 1 : (before?.noticeVersion ?? 1);
    const publishedAt = AT + index * DAY;
    const document = PolicyDocument.parse({
      ...{ schema: 1, org: ORG, scope: { kind: 'org' }, version: index + 1, notBefore: publishedAt, reactionDays },
      previousHash: index === 0 ? null : 'a'.repeat(64),
      ...{ leaseHours: { observed: 24, entered: 720 }, screenshotReviewSeconds: 300, idleSeconds: 300 },
      parameters: { ...rules, app: { ...rules.app, level, noticeVersion } },
    });
    published.push({ document, publishedAt });
  }
  const acknowledged = all.flatMap(({ reads }, index) =>
    reads ? [{ noticeVersion: index + 1, terms: 0, at: AT + index * DAY + DAY / 4 }] : [],
  );
  return { published, acknowledged };
}

const instants = fc.integer({ min: -1, max: (8 + MOST_DAYS) * 4 }).map((quarters) => AT + (quarters * DAY) / 4);

test('a reaction period never lets more be collected than without one, and takes nothing once it is over', () => {
  fc.assert(
    fc.property(steps, instants, fc.integer({ min: -1, max: 8 }), (all, instant, arrival) => {
      const { published, acknowledged } = history(all);
      const reader = { since: AT + arrival * DAY + DAY / 8, read: acknowledged };
      const [slow, prompt] = [toldBy(published, acknowledged, [], reader), toldBy(published, acknowledged)];
      for (const id of parameterIds) {
        expect(rank(id, slow.at(instant)[id])).toBeLessThanOrEqual(rank(id, prompt.at(instant)[id]));
      }
      const over = AT + (all.length + MOST_DAYS + 1) * DAY;
      expect(slow.at(over)).toEqual(prompt.at(over));
    }),
  );
});

test('what is coming comes when it is said to, and not before', () => {
  fc.assert(
    fc.property(steps, instants, (all, instant) => {
      const { published, acknowledged } = history(all);
      const told = toldBy(published, acknowledged, [], { since: AT - 1, read: acknowledged });
      const after = AT + all.length * DAY; // nothing is published any more
      const now = Math.max(instant, after);
      for (const [id, { level, from }] of Object.entries(told.coming(now)) as [
        keyof typeof catalog,
        { level: string; from: number },
      ][]) {
        expect(told.at(from)[id]).toBe(level);
        expect(told.at(from - 1)[id]).toBe(told.at(now)[id]);
      }
    }),
  );
});

test('a raise that was acknowledged counts no sooner than the days that its own policy names after it', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: MOST_DAYS }), fc.integer({ min: 0, max: MOST_DAYS }), (before, days) => {
      const { published, acknowledged } = history([
        { level: 'off', reactionDays: before, reads: true },
        { level: 'name', reactionDays: days, reads: true },
      ]);
      const told = toldBy(published, acknowledged, [], { since: AT + 1, read: acknowledged });
      const from = AT + DAY + DAY / 4 + Math.max(before, days) * DAY;
      expect([told.at(from - 1).app, told.at(from).app]).toEqual(['off', 'name']);
    }),
  );
});
