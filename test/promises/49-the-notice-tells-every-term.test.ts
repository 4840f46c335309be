import { expect, test } from 'vitest';
import { catalog, type ParameterId, parameterIds } from '../../shared/catalog.ts';
import { noticeOf } from '../../shared/policy/notice.ts';
import { languages } from '../../shared/policy/phrases/languages.ts';
import { firstRules, PolicyDocument, type PolicyRule, ruleSchemas } from '../../shared/policy/policy.ts';

// PROMISES 49: the notice is made from the register, and a parameter, a level or a term that it does not tell fails here.

const DAY = 86_400_000;
const policy = {
  version: 1,
  screenshotReviewSeconds: 300,
  idleSeconds: 300,
  leaseHours: { observed: 24, entered: 720 },
  exclusions: { apps: ['signal'], sites: ['union.example'] },
  workingHours: { zone: 'Europe/Berlin', spans: [{ days: [1, 5], from: '09:00', to: '17:00' }] },
  parameters: firstRules(),
};
type Told = typeof policy;

const told = (of: Told, phrases = languages[0]): string => JSON.stringify(noticeOf(of, phrases).collected);

/** The policy with one rule that is on, at this level, and the change. */
function on(parameter: ParameterId, level: string, change: Partial<PolicyRule> = {}): Told {
  const rule = { ...policy.parameters[parameter], level, ...change };
  return { ...policy, parameters: { ...policy.parameters, [parameter]: rule } };
}

const top = (parameter: ParameterId): string => catalog[parameter].levels.at(-1) ?? 'off';

test.each(languages.map((phrases) => [phrases.called, phrases] as const))(
  'in %s every level above off of every registered parameter has words of its own',
  (_, phrases) => {
    const said = new Set<string>();
    for (const parameter of parameterIds) {
      for (const level of catalog[parameter].levels.slice(1)) {
        const line = noticeOf(on(parameter, level), phrases).collected.find((one) => one.parameter === parameter);
        expect([parameter, line?.level, line?.label]).toEqual([parameter, level, expect.stringMatching(/\S/)]);
        said.add(line?.text ?? '');
      }
      expect(Object.keys(phrases.parameters[parameter].levels)).toEqual(catalog[parameter].levels.slice(1));
    }
    expect(said.size).toBe(parameterIds.reduce((sum, id) => sum + catalog[id].levels.length - 1, 0));
  },
);

/** Of each field of a rule, two values; what is told differs between them. Or the reason why it is not told. */
const ofRule: Readonly<Record<keyof typeof ruleSchemas.session.shape, readonly Partial<PolicyRule>[] | string>> = {
  level: [{ level: 'off' }, { level: 'on' }],
  purpose: [{ purpose: 'support' }, { purpose: 'security' }],
  basis: [{ basis: 'contract' }, { basis: 'consent' }],
  retentionDays: [{ retentionDays: 7 }, { retentionDays: 8 }],
  viewers: [{ viewers: [] }, { viewers: ['manager'] }],
  employeeMayPause: [{ employeeMayPause: true }, { employeeMayPause: false }],
  schedule: [{ schedule: null }, { schedule: 'working_hours' }],
  reviewBy: [{}, { reviewBy: 30 * DAY }],
  noticeVersion:
    'which notice somebody must have acknowledged for it: that is asked of them when it is so, and collects nothing',
};

test('every field of a rule is told, or stands here with the reason why not', () => {
  for (const schema of Object.values(ruleSchemas))
    expect(Object.keys(schema.shape).toSorted()).toEqual(Object.keys(ofRule).toSorted());
  for (const phrases of languages)
    for (const [field, values] of Object.entries(ofRule)) {
      if (typeof values === 'string') continue;
      const texts = values.map((value) => told(on('session', 'on', value), phrases));
      expect([phrases.language, field, new Set(texts).size]).toEqual([phrases.language, field, values.length]);
    }
});

/** The same of the fields of a policy, of which something of the parameter is told. */
const ofPolicy: Readonly<Record<keyof typeof PolicyDocument.shape, readonly [ParameterId, object][] | string>> = {
  leaseHours: [
    ['app', { leaseHours: { observed: 5, entered: 720 } }],
    ['session', { leaseHours: { observed: 24, entered: 7 } }],
  ],
  screenshotReviewSeconds: [['screenshot', { screenshotReviewSeconds: 90 }]],
  idleSeconds: [['app', { idleSeconds: 90 }]],
  exclusions: (['app', 'title', 'url', 'screenshot'] as const).map((id) => [id, { exclusions: undefined }]),
  workingHours: [['app', { workingHours: { ...policy.workingHours, zone: 'Asia/Tokyo' } }]],
  parameters: 'each rule is a line, or is among what is not collected: see above',
  version: 'told as the number of the notice',
  notBefore: 'told as the day of publication',
  jurisdiction: 'what it forbids is not collected, and each parameter is told at the level that it leaves',
  reactionDays: 'it binds changes to come; each that is announced tells its day',
  changeClass: 'what a change asks of people stands with the change',
  schema: 'the form of the document',
  org: 'the name of the organisation stands above the notice',
  scope: 'a policy is for the whole organisation',
  previousHash: 'the chain of versions, which programs check',
};

test('every field of a policy is told, or stands here with the reason why not', () => {
  expect(Object.keys(PolicyDocument.shape).toSorted()).toEqual(Object.keys(ofPolicy).toSorted());
  for (const phrases of languages)
    for (const [field, changes] of Object.entries(ofPolicy)) {
      if (typeof changes === 'string') continue;
      for (const [parameter, change] of changes) {
        const before = on(parameter, top(parameter), { schedule: 'working_hours' });
        const after = { ...before, ...change };
        expect([phrases.language, field, parameter, told(before, phrases) === told(after, phrases)]).toEqual([
          ...[phrases.language, field, parameter],
          false,
        ]);
      }
    }
});
