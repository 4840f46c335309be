import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { catalog, type ParameterId, Purpose, parameterIds } from '../../../shared/catalog.ts';
import { OrgId } from '../../../shared/ids.ts';
import { classOf, documentJudges, higher, isLower, ruleJudges } from '../../../shared/policy/changeClass.ts';
import {
  type ChangeClass,
  changeClasses,
  firstRules,
  LawfulBasis,
  PolicyDocument,
  ruleSchemas,
} from '../../../shared/policy/policy.ts';
import { raised, widened } from '../../../shared/policy/widened.ts';
import { ViewerRole } from '../../../shared/roles.ts';

const AT = 1_795_212_000_000;
const ORG = OrgId.parse('3f0f1a2e-7c1e-4b0a-9a55-0d6c2f0f9a11');

const rules = fc.record(
  Object.fromEntries(
    parameterIds.map((id) => [
      id,
      fc.record({
        level: fc.constantFrom(...catalog[id].levels),
        purpose: fc.constantFrom(...Purpose.options),
        basis: fc.constantFrom(...LawfulBasis.options),
        retentionDays: fc.integer({ min: 1, max: catalog[id].retentionDays.ceiling }),
        viewers: fc.subarray([...ViewerRole.options]),
        employeeMayPause: fc.boolean(),
        schedule: fc.constant(null),
        noticeVersion: fc.constant(1),
      }),
    ]),
  ),
);
const globs = fc.subarray(['bank*', 'hr.example', 'wiki']);
const document: fc.Arbitrary<PolicyDocument> = fc
  .record({
    parameters: rules,
    leaseHours: fc.record({ observed: fc.integer({ min: 1, max: 72 }), entered: fc.integer({ min: 1, max: 2_160 }) }),
    screenshotReviewSeconds: fc.integer({ min: 0, max: 3_600 }),
    idleSeconds: fc.integer({ min: 60, max: 3_600 }),
    exclusions: fc.option(fc.record({ apps: globs, sites: globs }), { nil: undefined }),
  })
  .map((terms) => policy(terms));

function policy(terms: object = {}): PolicyDocument {
  const header = { schema: 1, org: ORG, scope: { kind: 'org' }, version: 1, previousHash: null, notBefore: AT };
  const times = { leaseHours: { observed: 24, entered: 720 }, screenshotReviewSeconds: 300, idleSeconds: 300 };
  return PolicyDocument.parse({ ...header, ...times, parameters: firstRules(), ...terms });
}

function withRule(before: PolicyDocument, id: ParameterId, rule: object): PolicyDocument {
  return PolicyDocument.parse({
    ...before,
    parameters: { ...before.parameters, [id]: { ...before.parameters[id], ...rule } },
  });
}

describe('the class of a change', () => {
  it('is never below significant where a parameter is raised or its terms are widened', () => {
    fc.assert(
      fc.property(document, document, (before, after) => {
        const { parameters } = classOf(before, after);
        for (const id of parameterIds) {
          const [was, is] = [before.parameters[id], after.parameters[id]];
          if (!raised(id, was, is) && !widened(id, before, after)) continue;
          expect(isLower(parameters[id] ?? null, 'significant'), id).toBe(false);
        }
      }),
    );
  });

  it('is more than minor only where something is raised or widened', () => {
    fc.assert(
      fc.property(document, document, (before, after) => {
        const { parameters } = classOf(before, after);
        for (const id of parameterIds) {
          if (!isLower('minor', parameters[id] ?? null)) continue;
          const isMore = raised(id, before.parameters[id], after.parameters[id]) || widened(id, before, after);
          expect(isMore, id).toBe(true);
        }
      }),
    );
  });

  it('is as high for the whole as for each parameter, and never lower for doing more in one step', () => {
    fc.assert(
      fc.property(document, document, (before, after) => {
        const { whole, parameters } = classOf(before, after);
        for (const id of parameterIds) {
          expect(isLower(whole, parameters[id] ?? null)).toBe(false);
          const alone = classOf(before, withRule(before, id, after.parameters[id]));
          expect(isLower(whole, alone.whole), `${id} alone`).toBe(false);
        }
      }),
    );
  });

  it('is null for no change, and for one document and itself in another order', () => {
    fc.assert(
      fc.property(document, (one) => {
        const other = structuredClone(one);
        for (const id of parameterIds) other.parameters[id].viewers.reverse();
        expect(classOf(one, { ...other, version: 2, notBefore: AT + 1 })).toEqual({ whole: null, parameters: {} });
      }),
    );
  });

  it('can be raised by what the publisher declared and lowered by nothing that they could declare', () => {
    fc.assert(
      fc.property(document, document, fc.constantFrom(...changeClasses), (before, after, declared) => {
        const computed = classOf(before, after);
        const said = classOf(before, { ...after, changeClass: declared });
        if (computed.whole === null) return expect(said).toEqual(computed);
        expect(said.whole).toBe(higher(computed.whole, declared));
        for (const id of parameterIds) {
          const own = computed.parameters[id];
          expect(said.parameters[id]).toBe(own === undefined ? undefined : higher(own, declared));
        }
      }),
    );
  });
});

test.each<[ChangeClass, ParameterId, object, object]>([
  ['minor', 'title', { level: 'full' }, { level: 'redacted' }],
  ['significant', 'title', { level: 'off' }, { level: 'redacted' }],
  ['significant', 'app', {}, { purpose: 'security' }],
  ['minor', 'app', { retentionDays: 30 }, { retentionDays: 29 }],
  ['significant', 'app', { retentionDays: 29 }, { retentionDays: 30 }],
  ['minor', 'app', { viewers: ['owner', 'manager'] }, { viewers: ['owner'] }],
  ['significant', 'app', { viewers: ['owner'] }, { viewers: ['manager'] }],
  ['rights_reducing', 'session', { employeeMayPause: true }, { employeeMayPause: false }],
  ['minor', 'session', { employeeMayPause: false }, { employeeMayPause: true }],
  ['minor', 'app', { employeeMayPause: true }, { employeeMayPause: false }],
  ['rights_reducing', 'app', { basis: 'legitimate_interest' }, { basis: 'contract' }],
  ['significant', 'app', { basis: 'contract' }, { basis: 'legal_obligation' }],
  ['significant', 'app', { basis: 'contract' }, { basis: 'legitimate_interest' }],
])('%s: %s from %j to %j', (expected, id, was, is) => {
  const before = withRule(policy(), id, was);
  expect(classOf(before, withRule(before, id, is))).toEqual({ whole: expected, parameters: { [id]: expected } });
});

test.each<[ChangeClass, object, readonly ParameterId[]]>([
  ['rights_reducing', { screenshotReviewSeconds: 299 }, ['screenshot']],
  ['minor', { screenshotReviewSeconds: 301 }, ['screenshot']],
  ['rights_reducing', { leaseHours: { observed: 24, entered: 721 } }, parameterIds.filter(isEntered)],
  ['rights_reducing', { leaseHours: { observed: 25, entered: 720 } }, parameterIds.filter((id) => !isEntered(id))],
  ['significant', { idleSeconds: 301 }, parameterIds.filter((id) => !isEntered(id))],
  ['minor', { idleSeconds: 299 }, parameterIds.filter((id) => !isEntered(id))],
  ['minor', { exclusions: { apps: [], sites: ['hr.example'] } }, ['title', 'url', 'screenshot']],
])('%s: %j', (expected, terms, ids) => {
  expect(classOf(policy(), policy(terms))).toEqual({
    whole: expected,
    parameters: Object.fromEntries(ids.map((id) => [id, expected])),
  });
});

test('every field of the document and of a rule has its class, and a new one without fails here', () => {
  expect(Object.keys(documentJudges).sort()).toEqual(Object.keys(PolicyDocument.shape).sort());
  for (const id of parameterIds)
    expect(Object.keys(ruleJudges).sort()).toEqual(Object.keys(ruleSchemas[id].shape).sort());
});

function isEntered(id: ParameterId): boolean {
  return catalog[id].source === 'entered';
}
