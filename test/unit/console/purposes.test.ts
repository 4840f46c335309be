import { expect, test } from 'vitest';
import { chosenPurpose, lookFor, offeredPurposes } from '../../../server/console/day/purposes.ts';
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

test('a purpose goes along with whoever chose it, and with nobody else; without one, or with what is none, it is asked', () => {
  const [ann, bob] = ['6f1c9a52-33f0-4a60-9a2a-3c6a70a1b002', '6f1c9a52-33f0-4a60-9a2a-3c6a70a1b003'];
  const look = lookFor(ann, 'workload_review');
  expect(chosenPurpose(ann, look)).toBe('workload_review');
  expect(chosenPurpose(bob, look)).toBeNull();
  for (const state of [null, undefined, 'support', { viewer: ann, purpose: 'curiosity' }, { purpose: 'support' }])
    expect(chosenPurpose(ann, state)).toBeNull();
});

test('one’s own data is no purpose for anybody else’s', () => {
  expect(lookFor('6f1c9a52-33f0-4a60-9a2a-3c6a70a1b002', 'own_data')).toBeNull();
});
