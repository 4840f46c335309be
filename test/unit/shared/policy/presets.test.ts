import { describe, expect, test } from 'vitest';
import { applyChange } from '../../../../server/control/change.ts';
import { catalog, parameterIds, rank } from '../../../../shared/catalog.ts';
import { PersonId } from '../../../../shared/ids.ts';
import { firstRules, PolicyDocument } from '../../../../shared/policy/policy.ts';
import { presetChange, presetIds, presets, withPreset } from '../../../../shared/policy/presets.ts';
import { PolicyChange } from '../../../../shared/protocol/http/policy.ts';
import { sha256 } from '../../../support/ingestKit.ts';

const AT = Date.parse('2026-11-12T09:00:00Z');
const first = PolicyDocument.parse({
  schema: 1,
  org: '0d4a5f2e-3d63-4a8e-9a53-4b8b8a5c1d11',
  scope: { kind: 'org' },
  version: 1,
  previousHash: null,
  notBefore: AT,
  leaseHours: { observed: 24, entered: 720 },
  screenshotReviewSeconds: 300,
  idleSeconds: 300,
  parameters: firstRules(),
});
const author = PersonId.parse('8a1f0c55-7a53-4d5e-9c6b-0f5d1c2b3a4d');
const firstPolicy = { document: first, hash: sha256(Buffer.from('first')), author: null };

test('"time only" has everything that is observed off', () => {
  const observed = parameterIds.filter((id) => catalog[id].source === 'observed');
  expect(observed.length).toBeGreaterThan(5);
  expect(observed.filter((id) => presets.time_only[id] !== 'off')).toEqual([]);
});

test('from each preset to the next no parameter is less, and some are more', () => {
  for (const [index, more] of presetIds.entries()) {
    const less = presetIds[index - 1];
    if (less === undefined) continue;
    const steps = parameterIds.map((id) => rank(id, presets[more][id]) - rank(id, presets[less][id]));
    expect([more, Math.min(...steps)]).toEqual([more, 0]);
    expect([more, Math.max(...steps) > 0]).toEqual([more, true]);
  }
});

test('no preset begins with a parameter of high sensitivity at its most', () => {
  const high = parameterIds.filter((id) => catalog[id].sensitivity === 'high');
  for (const preset of presetIds) {
    expect(high.filter((id) => presets[preset][id] === catalog[id].levels.at(-1))).toEqual([]);
  }
});

describe.each(presetIds)('%s', (preset) => {
  test('is a change that the first policy takes as it is, and gives exactly the policy that was shown', () => {
    const parameters = presetChange(preset);
    const change = PolicyChange.parse({ baseVersion: 1, reason: 'to begin with', parameters });
    const published = applyChange(firstPolicy, change, AT);
    expect(PolicyDocument.parse(published)).toEqual(published);
    const shown = withPreset(first.parameters, preset);
    for (const id of parameterIds) {
      expect(published.parameters[id]).toEqual({ ...shown[id], noticeVersion: expect.any(Number) });
      expect(published.parameters[id].level).toBe(presets[preset][id]);
    }
  });
});

test('the first policy can be kept by a decision, which is a version of its own; the same again changes nothing', () => {
  const change = PolicyChange.parse({ baseVersion: 1, reason: 'as it is', parameters: presetChange('time_only') });
  const kept = applyChange(firstPolicy, change, AT);
  expect([kept.version, kept.parameters]).toEqual([2, first.parameters]);
  const decided = { document: kept, hash: firstPolicy.hash, author };
  expect(() => applyChange(decided, { ...change, baseVersion: 2 }, AT)).toThrow('nothing would change');
});
