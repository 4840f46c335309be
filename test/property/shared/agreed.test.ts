import fc from 'fast-check';
import { expect, test } from 'vitest';
import { catalog, parameterIds, rank } from '../../../shared/catalog.ts';
import { AgreedTerms, rulesWithin, takings, timesWithin } from '../../../shared/policy/agreed.ts';
import { decidedBy, decidedLevels } from '../../../shared/policy/ceilings.ts';
import { classOf } from '../../../shared/policy/changeClass.ts';
import { NO_PERSONAL_TERMS } from '../../../shared/policy/personal.ts';
import { firstRules, PolicyDocument } from '../../../shared/policy/policy.ts';
import { widened } from '../../../shared/policy/widened.ts';

/** From the least say to the most. */
const bases = ['legal_obligation', 'contract', 'legitimate_interest', 'consent'] as const;

function step(id: (typeof parameterIds)[number]) {
  return fc.record({
    level: fc.constantFrom(...catalog[id].levels),
    basis: fc.constantFrom(...bases),
    retentionDays: fc.integer({ min: 1, max: 5 }),
    viewers: fc.subarray(['owner', 'manager', 'admin'] as const),
    employeeMayPause: fc.boolean(),
    purpose: fc.constantFrom(...(['working_time', 'security'] as const)),
  });
}

const document = fc.record({
  rules: fc.record(Object.fromEntries(parameterIds.map((id) => [id, step(id)]))),
  screenshotReviewSeconds: fc.integer({ min: 0, max: 3 }),
  idleSeconds: fc.integer({ min: 60, max: 62 }),
  observed: fc.integer({ min: 1, max: 3 }),
  declared: fc.constantFrom(undefined, 'rights_reducing' as const),
});

const histories = fc.array(document, { minLength: 2, maxLength: 6 }).map((all) => {
  const first = firstRules();
  return all.map(({ rules, screenshotReviewSeconds, idleSeconds, observed, declared }, place) =>
    PolicyDocument.parse({
      ...{ schema: 1, org: '3f0f1a2e-7c1e-4b0a-9a55-0d6c2f0f9a11', scope: { kind: 'org' }, version: place + 1 },
      ...{
        previousHash: place === 0 ? null : 'a'.repeat(64),
        notBefore: 1_795_212_000_000,
        screenshotReviewSeconds,
        idleSeconds,
      },
      ...{ leaseHours: { observed, entered: 720 }, ...(declared === undefined ? {} : { changeClass: declared }) },
      parameters: Object.fromEntries(parameterIds.map((id) => [id, { ...first[id], ...rules[id] }])),
    }),
  );
});

test('what binds somebody is never more than the policy, nor than what they agreed to where it took something since', () => {
  fc.assert(
    fc.property(histories, fc.nat({ max: 6 }), (published, agreedTo) => {
      const now = published.at(-1);
      if (now === undefined) return;
      const terms = takings(published)(agreedTo).terms(now.version);
      if (terms === null) return;
      expect(AgreedTerms.parse(terms)).toEqual(terms);
      const bound = { ...timesWithin(now, terms), parameters: rulesWithin(now.parameters, terms) };
      for (const id of parameterIds) {
        expect(rank(id, bound.parameters[id].level)).toBeLessThanOrEqual(rank(id, now.parameters[id].level));
        expect(widened(id, now, { ...bound, parameters: { ...bound.parameters, [id]: withBasis(id, now) } })).toBe(
          false,
        );
        const then = terms.parameters[id];
        const base = published[(then?.version ?? 0) - 1];
        if (then === undefined || base === undefined) continue;
        expect(rank(id, bound.parameters[id].level)).toBeLessThanOrEqual(rank(id, then.rule.level));
        expect(widened(id, base, { ...bound, parameters: { ...bound.parameters, [id]: withBasis(id, base) } })).toBe(
          false,
        );
        const mine = { ...NO_PERSONAL_TERMS, agreed: terms };
        const [whole, bounded] = [
          decidedLevels(decidedBy(now), NO_PERSONAL_TERMS),
          decidedLevels(decidedBy(now), mine),
        ];
        expect(rank(id, bounded[id])).toBeLessThanOrEqual(rank(id, whole[id]));
      }

      /** The basis is the one of the two that gives more say, and of two purposes nothing is left: neither is more. */
      function withBasis(id: (typeof parameterIds)[number], { parameters }: PolicyDocument) {
        const { basis, purpose } = parameters[id];
        expect(bases.indexOf(bound.parameters[id].basis)).toBeGreaterThanOrEqual(bases.indexOf(basis));
        if (bound.parameters[id].purpose !== purpose) expect(bound.parameters[id].level).toBe('off');
        return { ...bound.parameters[id], basis, purpose };
      }
    }),
  );
});

test('who has agreed to the newest policy is bound by that one alone, and who has not by the old one for ever', () => {
  fc.assert(
    fc.property(histories, (published) => {
      const newest = published.length;
      expect(takings(published)(newest).terms(newest)).toBeNull();
      const [first, second] = published;
      if (first === undefined || second === undefined) return;
      const taken = takings(published)(1);
      for (const id of parameterIds) {
        if (classOf(first, second).parameters[id] !== 'rights_reducing' || !taken.isKept(id, 2)) continue;
        const still = published.slice(1).every(({ version }) => taken.isKept(id, version));
        if (still) expect(taken.terms(newest)?.parameters[id]?.version).toBe(1);
      }
    }),
  );
});

test('where nothing was taken from anybody, nothing is kept back', () => {
  fc.assert(
    fc.property(histories, ([first, ...others]) => {
      if (first === undefined) return;
      const harmless = [first];
      for (const next of others) {
        const { changeClass: _, ...rest } = next;
        const last = harmless.at(-1) ?? first;
        const numbered = { ...rest, version: harmless.length + 1 };
        if (classOf(last, numbered).whole !== 'rights_reducing') harmless.push(numbered);
      }
      expect(takings(harmless)(1).terms(harmless.length)).toBeNull();
    }),
  );
});
