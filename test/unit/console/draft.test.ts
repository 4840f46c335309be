import { describe, expect, test } from 'vitest';
import {
  draftDifferences,
  drafted,
  edit,
  effectOf,
  emptyDraft,
  type Rules,
  rebase,
  toChange,
} from '../../../server/console/collection/draft.ts';
import { firstRules } from '../../../shared/policy/policy.ts';

const rules: Rules = firstRules();

describe('a draft of the policy', () => {
  test('holds only what differs: choosing what is already so leaves it empty', () => {
    const raised = edit(emptyDraft, rules, { parameter: 'app', field: 'level', value: 'name' });
    expect(raised).toEqual({ app: { level: 'name' } });
    expect(edit(raised, rules, { parameter: 'app', field: 'level', value: 'off' })).toEqual({});
    const viewers = edit(emptyDraft, rules, { parameter: 'app', field: 'viewers', value: ['manager', 'owner'] });
    expect(viewers).toEqual({});
  });

  test('survives another version of the policy, without what that version already says', () => {
    const draft = { app: { level: 'name', retentionDays: 10 }, notes: { level: 'on' } } as const;
    const theirs: Rules = { ...rules, app: { ...rules.app, level: 'name' } };
    expect(rebase(draft, theirs)).toEqual({ app: { retentionDays: 10 }, notes: { level: 'on' } });
  });

  test('shows a parameter as it would be, and leaves the policy alone', () => {
    const draft = edit(emptyDraft, rules, { parameter: 'title', field: 'retentionDays', value: 7 });
    expect(drafted(rules, draft, 'title')).toEqual({ ...rules.title, retentionDays: 7 });
    expect(rules.title.retentionDays).toBe(30);
  });

  test('names each change once, in the order of the catalogue, as less, more or other', () => {
    const now: Rules = { ...rules, url: { ...rules.url, level: 'host_path' } };
    const draft = {
      url: { level: 'domain', purpose: 'security' },
      activity: { level: 'counts', retentionDays: 30, viewers: ['owner', 'manager', 'admin'] },
      session: { employeeMayPause: false },
    } as const;
    const named = draftDifferences(now, draft).map(
      ({ parameter, field, direction }) => `${parameter} ${field} ${direction}`,
    );
    expect(named).toEqual([
      'session employeeMayPause raise',
      'activity level raise',
      'activity retentionDays lower',
      'activity viewers raise',
      'url level lower',
      'url purpose reword',
    ]);
  });

  test('says that lowering holds at once and raising after acknowledgement, and never the one for the other', () => {
    const on: Rules = { ...rules, app: { ...rules.app, level: 'name' } };
    const lower = draftDifferences(on, { app: { level: 'category' } });
    const raise = draftDifferences(on, { notes: { level: 'on' } });
    expect(effectOf(lower)).toBe('at_once');
    expect(effectOf(raise)).toBe('after_acknowledgement');
    expect(effectOf([...lower, ...raise])).toBe('both');
    expect(effectOf(draftDifferences(on, { app: { retentionDays: 90 } }))).toBe('no_level_changes');
  });

  test('becomes a change that the server takes, and refuses a level of another parameter', () => {
    expect(toChange({ app: { level: 'name' } }, 3, 'costing')).toEqual({
      baseVersion: 3,
      reason: 'costing',
      parameters: { app: { level: 'name' } },
    });
    expect(() => toChange({ app: { level: 'counts' } }, 3, 'costing')).toThrow();
  });
});
