import { expect, test } from 'vitest';
import {
  editExclusions,
  effectsOf,
  emptyDraft,
  isEmpty,
  rebase,
  toChange,
  withDraft,
} from '../../../server/console/collection/draft.ts';
import { hiddenInLastHour } from '../../../server/console/collection/lastHour.ts';
import { differenceText, subjectOf } from '../../../server/console/collection/words.ts';
import { differences } from '../../../shared/policy/differences.ts';
import { firstRules, PolicyDocument } from '../../../shared/policy/policy.ts';
import { HOUR, MINUTE } from '../../../shared/time.ts';

const rules = firstRules();
const policy = PolicyDocument.parse({
  ...{ schema: 1, org: '6f1c9a52-33f0-4a60-9a2a-3c6a70a1b0aa', scope: { kind: 'org' }, version: 3 },
  ...{ previousHash: '0'.repeat(64), notBefore: 1_790_000_000_000, leaseHours: { observed: 24, entered: 720 } },
  ...{ screenshotReviewSeconds: 300, idleSeconds: 300 },
  exclusions: { apps: ['ledger'], sites: [] },
  parameters: { ...rules, app: { ...rules.app, level: 'name' } },
});

test('a draft of what is left out says what is added and what is taken out, and nothing when it is as it was', () => {
  const draft = editExclusions(emptyDraft, policy, { apps: ['code'], sites: ['hr.example.com'] });
  const next = withDraft(policy, draft);
  expect(differences(policy, next).map((one) => `${subjectOf(one)}: ${differenceText(one)}, ${one.direction}`)).toEqual(
    [
      'Left-out applications: code is left out, lower',
      'Left-out applications: ledger is not left out any more, raise',
      'Left-out sites: hr.example.com is left out, lower',
    ],
  );
  expect(effectsOf(policy, next)).toEqual({ lowers: true, raised: [], stopped: ['app'] });
  expect(toChange(policy, draft, 3, 'for this test').exclusions).toEqual({ apps: ['code'], sites: ['hr.example.com'] });
  expect(isEmpty(editExclusions(draft, policy, { apps: ['ledger'], sites: [] }))).toBe(true);
  expect(isEmpty(rebase(draft, next))).toBe(true);
  expect(isEmpty(draft)).toBe(false);
});

test('what would have been hidden is counted by rule, of the last hour alone', () => {
  const now = 10 * HOUR;
  const entry = (label: string, ago: number) => ({ from: now - ago - MINUTE, to: now - ago, label, title: null });
  const report = {
    apps: [
      entry('Ledger 3', MINUTE),
      entry('Ledger 3', 2 * MINUTE),
      entry('Code', MINUTE),
      entry('Ledger 3', 2 * HOUR),
    ],
    sites: [entry('a.hr.example.com/wages', MINUTE), entry('example.com', MINUTE)],
  };
  expect(hiddenInLastHour(report, { apps: ['ledger*', 'vim'], sites: ['hr.example.com'] }, now)).toEqual({
    apps: new Map([
      ['ledger*', 2],
      ['vim', 0],
    ]),
    sites: new Map([['hr.example.com', 1]]),
  });
});
