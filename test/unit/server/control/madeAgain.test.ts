import { expect, it } from 'vitest';
import { isMadeAgain } from '../../../../server/control/change.ts';
import { OrgId } from '../../../../shared/ids.ts';
import { firstRules, PolicyDocument } from '../../../../shared/policy/policy.ts';
import { NEVER_ASSESSED } from '../../../../shared/policy/review.ts';

const AT = Date.UTC(2026, 10, 22);

function proposed(reviewBy: number, level = 'redacted'): PolicyDocument {
  const rules = firstRules();
  return PolicyDocument.parse({
    ...{ schema: 1, org: OrgId.parse('3f0f1a2e-7c1e-4b0a-9a55-0d6c2f0f9a11'), scope: { kind: 'org' } },
    ...{ version: 2, previousHash: 'a'.repeat(64), notBefore: AT, jurisdiction: 'eea_uk' },
    ...{ leaseHours: { observed: 24, entered: 720 }, screenshotReviewSeconds: 300, idleSeconds: 300 },
    parameters: { ...rules, title: { ...rules.title, level, reviewBy } },
  });
}

it('what was put forward before there was a date for "never assessed" is published on its day, and nothing else that differs', () => {
  const again = proposed(NEVER_ASSESSED);
  expect(isMadeAgain(again, again)).toBe(true);
  expect(isMadeAgain(proposed(AT - 1), again)).toBe(true);
  expect(isMadeAgain(proposed(AT + 1), again), 'a date that has not passed').toBe(false);
  expect(isMadeAgain(again, proposed(AT - 1)), 'assessed since').toBe(false);
  expect(isMadeAgain(proposed(AT - 1, 'full'), again), 'another level').toBe(false);
});
