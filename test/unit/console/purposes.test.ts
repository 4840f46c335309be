import { expect, test } from 'vitest';
import { chosenPurposes, lookFor, offeredPurposes, otherPurposes } from '../../../server/console/day/purposes.ts';
import { parameterIds } from '../../../shared/catalog.ts';
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

test('only purposes that the policy declares, and that show this role something of what the page reads, are offered', () => {
  const rules = firstRules();
  rules.diagnostics.viewers = [];
  rules.device.viewers = ['owner'];
  const offered = offeredPurposes(policy(rules), 'manager', parameterIds);
  expect(offered.map(({ purpose }) => purpose)).toEqual(['working_time', 'workload_review', 'project_costing']);
  expect(offered.find(({ purpose }) => purpose === 'workload_review')?.shows).toEqual([
    'Activity level',
    'Screenshots',
  ]);
  expect(offeredPurposes(policy(rules), 'manager', ['session', 'screenshot'])).toEqual([
    { purpose: 'working_time', shows: ['Working sessions'] },
    { purpose: 'workload_review', shows: ['Screenshots'] },
  ]);
});

test('what is collected for another purpose is told by what that is, each parameter once', () => {
  const other = (parameter: 'app' | 'title' | 'activity', purpose: 'project_costing' | 'workload_review') =>
    ({ parameter, why: 'other_purpose', since: null, purpose }) as const;
  const [app, title, activity] = [
    other('app', 'project_costing'),
    other('title', 'project_costing'),
    other('activity', 'workload_review'),
  ];
  expect([
    ...otherPurposes([app, activity, { parameter: 'url', why: 'not_for_you', since: null }, title, app]),
  ]).toEqual([
    ['project_costing', ['app', 'title']],
    ['workload_review', ['activity']],
  ]);
});

test('a purpose goes along with whoever chose it, and with nobody else; without one, or with what is none, it is asked', () => {
  const [ann, bob] = ['6f1c9a52-33f0-4a60-9a2a-3c6a70a1b002', '6f1c9a52-33f0-4a60-9a2a-3c6a70a1b003'];
  const look = lookFor(ann, ['workload_review', 'support']);
  expect(chosenPurposes(ann, look)).toEqual(['workload_review', 'support']);
  expect(chosenPurposes(bob, look)).toBeNull();
  for (const state of [
    null,
    undefined,
    'support',
    { viewer: ann, purposes: ['curiosity'] },
    { purposes: ['support'] },
    { viewer: ann, purposes: [] },
  ])
    expect(chosenPurposes(ann, state)).toBeNull();
});

test('one’s own data is no purpose for anybody else’s', () => {
  expect(lookFor('6f1c9a52-33f0-4a60-9a2a-3c6a70a1b002', ['own_data'])).toBeNull();
});
