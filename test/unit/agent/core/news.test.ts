import { describe, expect, it } from 'vitest';
import { newsOf } from '../../../../agent/core/news.ts';
import { firstRules, PolicyDocument, type PolicyRule, readPolicy } from '../../../../shared/policy/policy.ts';

type Rule = Partial<PolicyRule>;

const OUTSIDE = expect.stringContaining('outside your organisation');

function version(version: number, { title, ...rest }: { title?: Rule; changeClass?: 'rights_reducing' }) {
  const rules = firstRules();
  const document = {
    schema: 1,
    org: '0198a5c0-0000-7000-8000-000000000001',
    scope: { kind: 'org' },
    version,
    previousHash: 'a'.repeat(64),
    notBefore: Date.UTC(2026, 0, version),
    screenshotReviewSeconds: 300,
    idleSeconds: 300,
    leaseHours: { observed: 24, entered: 720 },
    ...rest,
    parameters: { ...rules, title: { ...rules.title, ...title } },
  };
  return PolicyDocument.parse(document);
}

function news(before: PolicyDocument, after: PolicyDocument) {
  const read = readPolicy(after);
  if (!read.ok) throw new Error('it cannot be read');
  const notice = { version: before.version, at: Date.UTC(2026, 0, 5), policy: before };
  return newsOf(read.policy, undefined, { type: 'last_notice', notice }, 'en');
}

describe('what is new', () => {
  it('is never said to be nothing where a date is gone at which something ended', () => {
    const until = { level: 'redacted', reviewBy: Date.UTC(2026, 10, 22) } as const;
    const { lead, change } = news(version(1, { title: until }), version(2, { title: { level: 'redacted' } }));
    expect(lead).not.toContain('as you know them');
    expect(change?.lines).toEqual([
      { subject: 'Window title', text: 'Ends unless assessed again: 2026-11-22 → never', direction: 'more' },
    ]);
    expect(change?.meaning[0]).toContain('takes a right or a protection away');
  });

  it('names the later date to which something is assessed', () => {
    const until = (day: number): Rule => ({ level: 'redacted', reviewBy: Date.UTC(2026, 10, day) });
    const [earlier, later] = [version(1, { title: until(1) }), version(2, { title: until(2) })];
    expect(news(earlier, later).change?.lines).toMatchObject([{ direction: 'more' }]);
    expect(news(later, { ...earlier, version: 3 }).change?.lines).toMatchObject([{ direction: 'less' }]);
  });

  it('is not said to take nothing from anyone where a version lies between, which may have been declared to', () => {
    const [from, to] = [
      { level: 'redacted', retentionDays: 30 },
      { level: 'redacted', retentionDays: 20 },
    ] as const;
    const meaning = (after: number) =>
      news(version(18, { title: from }), version(after, { title: to })).change?.meaning;
    expect(meaning(19)).toEqual(['A minor change: it takes nothing from anyone.', OUTSIDE]);
    expect(meaning(20)).toEqual([OUTSIDE]);
    const declared = version(20, { title: to, changeClass: 'rights_reducing' });
    expect(news(version(18, { title: from }), declared).change?.meaning[0]).toContain('right or a protection away');
  });

  it('is never without a word about those to whom it is given, who are not compared', () => {
    const { lead, change } = news(version(1, {}), version(2, {}));
    expect(change).toBeNull();
    expect(lead).toMatch(/as you know them\. .*outside your organisation/);
  });
});
