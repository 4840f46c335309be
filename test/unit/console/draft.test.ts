import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  clashes,
  type Draft,
  drafted,
  edit,
  editBounds,
  editTime,
  effectsOf,
  emptyDraft,
  fromChange,
  rebase,
  toChange,
  toDraftedChange,
  withDraft,
} from '../../../server/console/collection/draft.ts';
import { timeRanges } from '../../../server/console/collection/times.ts';
import { differenceText, subjectOf } from '../../../server/console/collection/words.ts';
import { applyChange } from '../../../server/control/change.ts';
import { catalog, parameterIds } from '../../../shared/catalog.ts';
import { OrgId, PersonId } from '../../../shared/ids.ts';
import { differences, timeNames } from '../../../shared/policy/differences.ts';
import { firstRules, PolicyDocument } from '../../../shared/policy/policy.ts';
import { NEVER_ASSESSED } from '../../../shared/policy/review.ts';
import { PolicyChange } from '../../../shared/protocol/http/policy.ts';
import { Digest } from '../../../shared/signed.ts';

const digest = Digest.parse('0'.repeat(64));
const author = PersonId.parse('8a1f0c55-7a53-4d5e-9c6b-0f5d1c2b3a4d');
const policy = PolicyDocument.parse({
  schema: 1,
  org: OrgId.parse('6f1c9a52-33f0-4a60-9a2a-3c6a70a1b0aa'),
  scope: { kind: 'org' },
  version: 3,
  previousHash: digest,
  notBefore: Date.UTC(2026, 10, 12),
  leaseHours: { observed: 24, entered: 720 },
  screenshotReviewSeconds: 300,
  idleSeconds: 300,
  parameters: firstRules(),
});

const ofRules = (rules: Draft['rules']): Draft => ({ rules, times: {} });
const differ = (draft: Draft, from = policy) => differences(from, withDraft(from, draft));
const effects = (draft: Draft, from = policy) => effectsOf(from, withDraft(from, draft));

describe('a draft of the policy', () => {
  test('holds only what differs: choosing what is already so leaves it empty', () => {
    const raised = edit(emptyDraft, policy, { parameter: 'app', field: 'level', value: 'name' });
    expect(raised).toEqual(ofRules({ app: { level: 'name' } }));
    expect(edit(raised, policy, { parameter: 'app', field: 'level', value: 'off' })).toEqual(emptyDraft);
    const viewers = edit(emptyDraft, policy, { parameter: 'app', field: 'viewers', value: ['manager', 'owner'] });
    expect(viewers).toEqual(emptyDraft);
    const longer = editTime(emptyDraft, policy, 'idleSeconds', 600);
    expect(longer).toEqual({ rules: {}, times: { idleSeconds: 600 } });
    expect(editTime(longer, policy, 'idleSeconds', 300)).toEqual(emptyDraft);
  });

  test('survives another version of the policy, without what that version already says', () => {
    const draft = {
      rules: { app: { level: 'name', retentionDays: 10 }, notes: { level: 'on' } },
      times: { observedHours: 48, reviewSeconds: 60 },
    } as const;
    const theirs = withDraft(policy, { rules: { app: { level: 'name' } }, times: { observedHours: 48 } });
    expect(rebase(draft, theirs)).toEqual({
      rules: { app: { retentionDays: 10 }, notes: { level: 'on' } },
      times: { reviewSeconds: 60 },
    });
  });

  test('shows a parameter as it would be, and leaves the policy alone', () => {
    const draft = edit(emptyDraft, policy, { parameter: 'title', field: 'retentionDays', value: 7 });
    expect(drafted(policy, draft, 'title')).toEqual({ ...policy.parameters.title, retentionDays: 7 });
    expect(policy.parameters.title.retentionDays).toBe(30);
  });

  test('names each change once, rules in the order of the catalogue and then the times, as less, more or other', () => {
    const now = withDraft(policy, ofRules({ url: { level: 'host_path' } }));
    const draft = {
      rules: {
        url: { level: 'domain', purpose: 'security', employeeMayPause: false },
        activity: { level: 'counts', retentionDays: 30, viewers: ['owner', 'manager', 'admin'] },
        session: { employeeMayPause: false },
      },
      times: { reviewSeconds: 0, observedHours: 1, enteredHours: 2_000, idleSeconds: 60 },
    } as const;
    const named = differ(draft, now).map((one) => {
      if (one.kind === 'bound') return `${one.bound} ${one.direction}`;
      if (one.kind === 'exclusion') return `${one.glob} ${one.direction}`;
      if (one.kind === 'review') return `${one.parameter} review ${one.direction}`;
      return `${one.kind === 'rule' ? `${one.parameter} ${one.field}` : one.name} ${one.direction}`;
    });
    expect(named).toEqual([
      'session employeeMayPause raise',
      'activity level raise',
      'activity retentionDays lower',
      'activity viewers raise',
      'url level lower',
      'url purpose reword',
      'url employeeMayPause reword',
      'observedHours lower',
      'enteredHours raise',
      'reviewSeconds raise',
      'idleSeconds lower',
    ]);
  });

  test('says what holds at once, what is raised after acknowledgement and what stops until then', () => {
    const on = withDraft(policy, ofRules({ app: { level: 'category' }, screenshot: { level: 'blurred' } }));
    expect(effects(ofRules({ app: { level: 'off' } }), on)).toEqual({ lowers: true, raised: [], stopped: [] });
    expect(effects(ofRules({ app: { level: 'name' } }), on)).toEqual({ lowers: false, raised: ['app'], stopped: [] });
    expect(effects(ofRules({ app: { retentionDays: 90 } }), on)).toEqual({
      lowers: false,
      raised: [],
      stopped: ['app'],
    });
    expect(effects({ rules: {}, times: { idleSeconds: 600 } }, on).stopped).toEqual(['app', 'screenshot']);
    expect(effects({ rules: {}, times: { enteredHours: 721 } }, on).stopped).toEqual(['session', 'project']);
    expect(effects({ rules: {}, times: { reviewSeconds: 0 } }, on).stopped).toEqual(['screenshot']);
    expect(effects(ofRules({ notes: { retentionDays: 366 } }), on)).toEqual({ lowers: false, raised: [], stopped: [] });
  });

  test('whatever it says stops or is raised is what the published policy gives a new notice, and nothing else is', () => {
    fc.assert(
      fc.property(anyDraft(), anyDraft(), (first, second) => {
        const before = withDraft(policy, first);
        const draft = rebase(second, before);
        fc.pre(differ(draft, before).length > 0);
        const { raised, stopped } = effects(draft, before);
        const after = applyChange(
          { document: before, hash: digest, author },
          toChange(before, draft, 3, 'costing'),
          before.notBefore,
        );
        const noticed = parameterIds.filter((id) => after.parameters[id].noticeVersion === after.version);
        expect(parameterIds.filter((id) => raised.includes(id) || stopped.includes(id))).toEqual(noticed);
      }),
    );
  });

  test('becomes a change that the server takes, and refuses a level of another parameter', () => {
    expect(toChange(policy, ofRules({ app: { level: 'name' } }), 3, 'costing')).toEqual({
      baseVersion: 3,
      reason: 'costing',
      parameters: { app: { level: 'name' } },
    });
    expect(toChange(policy, { rules: {}, times: { observedHours: 8 } }, 3, 'costing')).toEqual({
      baseVersion: 3,
      reason: 'costing',
      parameters: {},
      leaseHours: { observed: 8, entered: 720 },
      screenshotReviewSeconds: 300,
      idleSeconds: 300,
    });
    expect(() => toChange(policy, ofRules({ app: { level: 'counts' } }), 3, 'costing')).toThrow();
  });
});

test('the ends of each range are accepted and what lies beyond is refused in words, with the field', () => {
  for (const name of timeNames) {
    const { least, most } = timeRanges[name];
    const at = (value: number) => ({ rules: {}, times: { [name]: value } });
    for (const value of [least, most]) expect(() => toChange(policy, at(value), 3, 'costing')).not.toThrow();
    for (const value of [least - 1, most + 1, least + 0.5]) {
      expect(() => toChange(policy, at(value), 3, 'costing')).toThrow(
        `expected a whole number of ${(/[A-Z]\w+/.exec(name)?.[0] ?? '').toLowerCase()} from ${least} to ${most}`,
      );
    }
  }
  const refused = PolicyChange.safeParse({
    baseVersion: 3,
    reason: 'costing',
    leaseHours: { observed: 73, entered: 1 },
  });
  expect(refused.error?.issues.map(({ path }) => path.join('.'))).toEqual(['leaseHours.observed']);
});

function anyDraft(): fc.Arbitrary<Draft> {
  const times = Object.fromEntries(
    timeNames.map((name) => [name, fc.integer({ min: timeRanges[name].least, max: timeRanges[name].most })]),
  );
  const rules = Object.fromEntries(
    parameterIds.map((id) => {
      const rule = {
        level: fc.constantFrom(...catalog[id].levels),
        retentionDays: fc.integer({ min: 1, max: catalog[id].retentionDays.ceiling }),
        viewers: fc.subarray(['owner', 'manager']),
        employeeMayPause: fc.boolean(),
        purpose: fc.constantFrom('security', 'support', 'working_time'),
      };
      return [id, fc.record(rule, { requiredKeys: [] })];
    }),
  );
  return fc.record({
    rules: fc.record(rules, { requiredKeys: [] }),
    times: fc.record(times, { requiredKeys: [] }),
  });
}

describe('working hours and law in a draft', () => {
  const hours = { zone: 'Europe/Berlin', spans: [{ days: [1, 2], from: '09:00', to: '17:00' }] };
  const bound = { ...policy, workingHours: hours, jurisdiction: 'eea_uk' as const };

  test('first working hours and a law are less, wider hours, a parameter unbound and no law any more are more', () => {
    const first = editBounds(emptyDraft, policy, { workingHours: hours, jurisdiction: 'eea_uk' });
    expect(differences(policy, withDraft(policy, first))).toMatchObject([
      { bound: 'workingHours', direction: 'lower' },
      { bound: 'jurisdiction', direction: 'lower' },
    ]);
    const wider = { ...hours, spans: [{ days: [1, 2], from: '08:00', to: '17:00' }] };
    const second = editBounds(emptyDraft, bound, { workingHours: wider, jurisdiction: null });
    expect(differences(bound, withDraft(bound, second))).toMatchObject([
      { bound: 'workingHours', direction: 'raise' },
      { bound: 'jurisdiction', direction: 'raise' },
    ]);
    const tied = withDraft(bound, { ...emptyDraft, rules: { app: { schedule: 'working_hours' } } });
    expect(differences(tied, bound)).toMatchObject([{ field: 'schedule', direction: 'raise' }]);
  });

  test('what the policy says already is no change, and what is drafted is exactly what the server is asked to publish', () => {
    expect(editBounds(emptyDraft, bound, { workingHours: hours, jurisdiction: 'eea_uk' })).toEqual(emptyDraft);
    const draft = edit(editBounds(emptyDraft, policy, { workingHours: hours, jurisdiction: 'eea_uk' }), policy, {
      ...{ parameter: 'app', field: 'schedule', value: 'working_hours' },
    });
    const change = toChange(policy, draft, 3, 'for this test');
    const next = applyChange({ document: policy, hash: digest, author }, change, policy.notBefore + 1);
    expect(next).toMatchObject({ workingHours: hours, jurisdiction: 'eea_uk' });
    expect(next.parameters.app.schedule).toBe('working_hours');
    expect(
      toChange(bound, editBounds(emptyDraft, bound, { jurisdiction: null }), 3, 'for this test').jurisdiction,
    ).toBeNull();
  });
});

test('a draft that was saved as a change is the same draft again', () => {
  const drafted: Draft = {
    rules: { title: { level: 'full', viewers: ['owner'] }, session: { employeeMayPause: false } },
    times: { reactionDays: 7, observedHours: 48 },
    exclusions: { apps: ['keepass*'], sites: [] },
    jurisdiction: 'eea_uk',
  };
  expect(fromChange(policy, toDraftedChange(policy, drafted, policy.version))).toEqual(drafted);
  expect(fromChange(policy, { baseVersion: policy.version })).toEqual(emptyDraft);
});

test('two drafts clash in what both change, and in nothing else', () => {
  const changed = (draft: Draft) => differences(policy, withDraft(policy, draft));
  const mine = changed({ rules: { title: { level: 'full', retentionDays: 3 } }, times: { idleSeconds: 120 } });
  const theirs = changed({ rules: { title: { level: 'redacted' }, notes: { level: 'on' } }, times: {} });
  expect(clashes(mine, theirs)).toMatchObject([{ parameter: 'title', field: 'level' }]);
  expect(clashes(mine, changed({ rules: {}, times: { observedHours: 3 } }))).toEqual([]);
});

describe('the day by which something is assessed again', () => {
  const { title, activity } = policy.parameters;
  const on: PolicyDocument = {
    ...policy,
    parameters: {
      ...policy.parameters,
      title: { ...title, level: 'redacted' },
      activity: { ...activity, level: 'active', reviewBy: Date.UTC(2026, 11, 24) },
    },
  };
  const law = editBounds(emptyDraft, on, { jurisdiction: 'eea_uk' });
  const said = (before: PolicyDocument, after: PolicyDocument) =>
    differences(before, after).map((one) => `${subjectOf(one)} · ${differenceText(one)} ${one.direction}`);
  const dated = (reviewBy?: number): PolicyDocument => ({
    ...on,
    parameters: {
      ...on.parameters,
      title: { ...title, level: 'redacted', ...(reviewBy === undefined ? {} : { reviewBy }) },
    },
  });

  test('is a change of its own, which is a day, no day, or that nobody has ever assessed it', () => {
    const [first, later] = [Date.UTC(2026, 10, 22), Date.UTC(2026, 10, 23)];
    expect(said(dated(), dated(first))).toEqual([
      'Window title · Ends unless assessed again: never → Sunday, 22 November 2026 lower',
    ]);
    expect(differences(dated(first), dated(later))).toMatchObject([{ direction: 'raise' }]);
    expect(said(dated(later), dated(NEVER_ASSESSED))[0]).toMatch(/November 2026 → off until it is assessed lower$/);
    expect(said(dated(NEVER_ASSESSED), dated())[0]).toMatch(/off until it is assessed → never raise$/);
    expect(
      differences(policy, dated(first)).filter(({ kind }) => kind === 'review'),
      'it begins with it',
    ).toEqual([]);
  });

  test('is said of what the law switches off, before the law is published and after', () => {
    const draft = toChange(on, law, on.version, 'for this test');
    const published = applyChange({ document: on, hash: digest, author }, draft, on.notBefore + 1);
    const off = 'Window title · Ends unless assessed again: never → off until it is assessed lower';
    expect(said(on, published)).toContain(off);
    expect(said(on, withDraft(on, law))).toContain(off);
    expect(effects(law, on).lowers).toBe(true);
    expect(withDraft(on, law).parameters.activity.reviewBy, 'it may be on record').toBe(
      on.parameters.activity.reviewBy,
    );
    expect(withDraft({ ...on, jurisdiction: 'eea_uk' }, emptyDraft)).toEqual({ ...on, jurisdiction: 'eea_uk' });
  });
});
