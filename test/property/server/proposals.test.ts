import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isDue, type LoggedStep, proposalsView } from '../../../server/control/proposalLog.ts';
import { OrgId, PersonId } from '../../../shared/ids.ts';
import { firstRules, PolicyDocument } from '../../../shared/policy/policy.ts';
import { Digest } from '../../../shared/signed.ts';
import { HOUR } from '../../../shared/time.ts';

const AT = 1_795_212_000_000;
const people = ['8a1f0c55-7a53-4d5e-9c6b-0f5d1c2b3a4d', '7b1f0c55-7a53-4d5e-9c6b-0f5d1c2b3a4e'].map((id) =>
  PersonId.parse(id),
);
const [hash, other] = ['a', 'b'].map((digit) => Digest.parse(digit.repeat(64)));
const rules = firstRules();
const version = (number: number, level: string): PolicyDocument =>
  PolicyDocument.parse({
    ...{ schema: 1, org: OrgId.parse('3f0f1a2e-7c1e-4b0a-9a55-0d6c2f0f9a11'), scope: { kind: 'org' } },
    ...{ version: number, previousHash: number === 1 ? null : 'a'.repeat(64), notBefore: AT },
    ...{ leaseHours: { observed: 24, entered: 720 }, screenshotReviewSeconds: 300, idleSeconds: 300 },
    parameters: { ...rules, app: { ...rules.app, level } },
  });
const base = version(1, 'category');

/** Whatever may stand in the store, also what nobody could have written: approvals by the author, of another text, or damaged. */
const entry = fc.record({
  hours: fc.integer({ min: 0, max: 100 }),
  author: fc.constantFrom(...people, null),
  to: fc.constantFrom(1, 1, 1, 2, 3),
  kind: fc.constantFrom(
    ...([
      'proposed',
      'approved',
      'approved',
      'refused',
      'withdrawn',
      'not_published',
      'second_on',
      'off',
      'damaged',
    ] as const),
  ),
  hash: fc.constantFrom(hash, other),
  flags: fc.tuple(fc.boolean(), fc.boolean()),
  level: fc.constantFrom('off', 'category', 'name'),
  publishIn: fc.option(fc.integer({ min: 0, max: 200 }), { nil: null }),
});

type Entry = typeof entry extends fc.Arbitrary<infer E> ? E : never;

function logged(entries: readonly Entry[]): readonly LoggedStep[] {
  let at = AT;
  return entries.map((one, place): LoggedStep => {
    at += one.hours * HOUR;
    const revision = place + 1;
    const [second, alone] = one.flags;
    const said = (number: number, step: NonNullable<LoggedStep['said']>['step']): LoggedStep => {
      return { revision, at, said: { author: one.author, reason: 'x', number, step } };
    };
    if (hash === undefined || other === undefined) throw new Error('no hashes');
    switch (one.kind) {
      case 'damaged':
        return { revision, at, said: null };
      case 'proposed': {
        const publishAt = one.publishIn === null ? null : at + one.publishIn * HOUR;
        const change = { baseVersion: 1, reason: 'because' };
        const content = { kind: 'policy' as const, change, document: version(2, one.level), publishAt };
        return said(revision, { kind: 'proposed', content, hash, second, alone });
      }
      case 'off':
        return said(revision, { kind: 'proposed', content: { kind: 'second_off' }, hash, second: true, alone });
      case 'approved':
        return said(one.to, { kind: 'approved', hash: one.hash ?? hash });
      case 'not_published':
        return said(one.to, { kind: 'not_published', why: 'changed' });
      case 'second_on':
        return said(revision, { kind: 'second_on' });
      default:
        return said(one.to, { kind: one.kind });
    }
  });
}

/** Each begins with something that was put forward, which most of the rest is about. */
const logs = fc
  .tuple(entry, fc.array(entry, { maxLength: 7 }))
  .map(([first, rest]) => logged([{ ...first, kind: 'proposed', author: first.author ?? people[0] ?? null }, ...rest]));
const hours = fc.integer({ min: 0, max: 900 });
const policies = { published: [{ document: base, author: null, publishedAt: AT }] };

test('whatever stands in the store, nothing is due that needs a second person and had neither one for that text nor its 72 hours', () => {
  fc.assert(
    fc.property(logs, hours, (log, later) => {
      const now = AT + later * HOUR;
      const { proposals, secondRequired } = proposalsView(log, policies, now);
      for (const one of proposals.filter((proposal) => isDue(proposal, now))) {
        const steps = log.filter(({ revision, said }) => revision >= one.number && said?.number === one.number);
        expect(
          steps.some(({ said }) => ['refused', 'withdrawn', 'not_published'].includes(said?.step.kind ?? '')),
        ).toBe(false);
        expect(log.some(({ revision, said }) => revision > one.number && said === null)).toBe(false);
        const content = one.content;
        const [proposed] = steps;
        if (content.kind !== 'policy' || proposed?.said?.step.kind !== 'proposed') throw new Error('not a policy');
        expect(now).toBeGreaterThanOrEqual(content.publishAt ?? 0);
        const raises = content.document.parameters.app.level === 'name';
        if (!proposed.said.step.second && !(secondRequired && raises)) continue;
        const isApproved = steps.some(
          ({ said }) =>
            said?.step.kind === 'approved' &&
            said.step.hash === one.hash &&
            said.author !== null &&
            said.author !== one.proposedBy,
        );
        expect(isApproved || (one.alone && now >= one.proposedAt + 72 * HOUR)).toBe(true);
      }
    }),
    { numRuns: 2_000 },
  );
});

test('once a second person is needed, that ends by another’s word or after 72 hours alone, and never by what cannot be read', () => {
  fc.assert(
    fc.property(logs, hours, (log, later) => {
      const now = AT + later * HOUR;
      const asked = log.findLast(({ said }) => said === null || said.step.kind === 'second_on');
      const { secondRequired, proposals } = proposalsView(log, policies, now);
      expect(secondRequired && asked === undefined).toBe(false);
      if (asked === undefined || secondRequired) return;
      expect(
        proposals.some(({ content, state, approvedBy, alone, due }) => {
          const ends =
            content.kind === 'second_off' && state === 'done' && due !== null && due > asked.at && due <= now;
          return ends && (approvedBy !== null || alone);
        }),
      ).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});
