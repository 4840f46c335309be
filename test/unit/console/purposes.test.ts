import { expect, test } from 'vitest';
import { offeredPurposes, purposeFor } from '../../../server/console/day/purposes.ts';
import { OrgId } from '../../../shared/ids.ts';
import { firstRules, type PolicyDocument } from '../../../shared/policy/policy.ts';
import { UnixMs } from '../../../shared/time.ts';

const policy = (parameters: PolicyDocument['parameters']): PolicyDocument => ({
  schema: 1,
  org: OrgId.parse('6f1c9a52-33f0-4a60-9a2a-3c6a70a1b001'),
  scope: { kind: 'org' },
  version: 1,
  previousHash: null,
  notBefore: UnixMs.parse(1_795_000_000_000),
  leaseHours: { observed: 24, entered: 720 },
  screenshotReviewSeconds: 300,
  idleSeconds: 300,
  parameters,
});

test('only purposes that the policy declares, and that show this role something, are offered', () => {
  const rules = firstRules();
  rules.diagnostics.viewers = [];
  rules.device.viewers = ['owner'];
  const offered = offeredPurposes(policy(rules), 'manager');
  expect(offered.map(({ purpose }) => purpose)).toEqual(['working_time', 'workload_review', 'project_costing']);
  expect(offered.find(({ purpose }) => purpose === 'workload_review')?.shows).toEqual([
    'Activity level',
    'Screenshots',
  ]);
});

test('a purpose in an address that is not one counts as none', () => {
  expect(purposeFor(false, 'workload_review')).toBe('workload_review');
  expect(purposeFor(false, 'curiosity')).toBeNull();
  expect(purposeFor(false, null)).toBeNull();
});

test('one’s own data has no other purpose, and is no purpose for anybody else’s', () => {
  expect(purposeFor(true, 'support')).toBe('own_data');
  expect(purposeFor(false, 'own_data')).toBeNull();
});
