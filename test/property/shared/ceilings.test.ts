import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { catalog, parameterIds, rank } from '../../../shared/catalog.ts';
import { decidedLevels, intendedLevels, policyLayers, untimely } from '../../../shared/policy/ceilings.ts';
import { NO_PERSONAL_TERMS, PersonalTerms } from '../../../shared/policy/personal.ts';
import { resolve } from '../../../shared/policy/resolve.ts';
import { createWallClocks } from '../../../shared/policy/workingHours.ts';
import { HOUR } from '../../../shared/time.ts';
import { ceilings, instant, policy, purposes, terms } from '../../support/arbitraryTerms.ts';

const walls = createWallClocks();
const consents = fc
  .tuple(
    ...parameterIds.map((id) =>
      fc.record({ level: fc.constantFrom(...catalog[id].levels, 'more'), purpose: purposes }),
    ),
  )
  .map((given): PersonalTerms['consent'] =>
    Object.fromEntries(parameterIds.flatMap((id, place) => (given[place] === undefined ? [] : [[id, given[place]]]))),
  );
describe('what was decided by and for a person', () => {
  it('never allows more than the policy, and nothing at all of somebody who is said not to be of age', () => {
    fc.assert(
      fc.property(policy, terms, (rules, own) => {
        const levels = decidedLevels(rules, own);
        for (const id of parameterIds) {
          expect(rank(id, levels[id])).toBeLessThanOrEqual(rank(id, rules.rules[id]?.level ?? 'off'));
          if (own.minor) expect(levels[id]).toBe('off');
        }
      }),
    );
  });

  it('leaves off what rests on consent unless it was given for the very purpose, and then no more than was consented to', () => {
    let on = 0;
    fc.assert(
      fc.property(policy, consents, (rules, consent) => {
        const own = { ...NO_PERSONAL_TERMS, consent };
        const levels = decidedLevels(rules, own);
        for (const id of parameterIds.filter((one) => rules.rules[one]?.basis === 'consent')) {
          const given = Object.hasOwn(own.consent, id) ? own.consent[id] : undefined;
          if (given?.purpose !== rules.rules[id]?.purpose) expect(levels[id]).toBe('off');
          else expect(rank(id, levels[id])).toBeLessThanOrEqual(Math.max(0, rank(id, given?.level ?? 'off')));
          if (levels[id] !== 'off') on += 1;
        }
      }),
      { numRuns: 500 },
    );
    expect(on).toBeGreaterThan(20); // the property is about something
  });

  it('is lowered by every further term, and by the law of a place, and never raised', () => {
    fc.assert(
      fc.property(
        policy,
        terms,
        ceilings,
        fc.constantFrom('team', 'person', 'objection', 'restriction'),
        (rules, own, more, layer) => {
          const before = decidedLevels({ ...rules, jurisdiction: undefined }, own);
          const lesser = Object.fromEntries(
            Object.entries({ ...own[layer], ...more }).map(([id, level]) => [
              id,
              Object.hasOwn(own[layer], id) ? 'off' : level,
            ]),
          );
          const after = decidedLevels({ ...rules, jurisdiction: 'eea_uk' }, { ...own, [layer]: lesser });
          for (const id of parameterIds) expect(rank(id, after[id])).toBeLessThanOrEqual(rank(id, before[id]));
        },
      ),
    );
  });

  it('keeps titles, pages and pictures below what the law of the EEA and the UK leaves to consent', () => {
    fc.assert(
      fc.property(policy, terms, (rules, own) => {
        const levels = decidedLevels({ ...rules, jurisdiction: 'eea_uk' }, own);
        for (const [id, high] of [
          ['title', 'full'],
          ['url', 'host_path'],
          ['screenshot', 'full'],
        ] as const) {
          if (rules.rules[id]?.basis !== 'consent') expect(levels[id]).not.toBe(high);
        }
      }),
    );
  });

  it('is told as what the organisation means to collect: what they themself allow makes no difference to that', () => {
    fc.assert(
      fc.property(policy, terms, (rules, own) => {
        const { team, person } = own;
        expect(intendedLevels(rules, own)).toEqual(intendedLevels(rules, { ...NO_PERSONAL_TERMS, team, person }));
        const levels = decidedLevels(rules, own);
        for (const id of parameterIds) {
          expect(rank(id, levels[id])).toBeLessThanOrEqual(rank(id, intendedLevels(rules, own)[id]));
        }
      }),
    );
  });

  it('survives a lease as JSON, and is refused with anything more in it', () => {
    fc.assert(
      fc.property(terms, (own) => {
        expect(PersonalTerms.parse(JSON.parse(JSON.stringify(own)))).toEqual(own);
        expect(PersonalTerms.safeParse({ ...own, more: 1 }).success).toBe(false);
      }),
    );
  });
});

describe('working hours and days of review', () => {
  it('keep off exactly what is bound to them, whatever the order of the layers', () => {
    fc.assert(
      fc.property(policy, terms, instant, (rules, own, at) => {
        const layers = policyLayers(rules, own, at, walls);
        const effective = resolve(layers);
        expect(resolve(layers.toReversed())).toEqual(effective);
        const decided = decidedLevels(rules, own);
        for (const id of parameterIds) {
          const late = untimely(id, rules, own, { at, walls });
          expect(effective[id].level).toBe(late === null ? decided[id] : 'off');
        }
      }),
    );
  });

  it('keep off a stretch of which any moment is outside of them', () => {
    let [inside, outside] = [0, 0];
    fc.assert(
      fc.property(policy, terms, instant, fc.integer({ min: 0, max: 3 * HOUR }), (rules, own, at, span) => {
        for (const id of parameterIds) {
          const whole = untimely(id, rules, own, { at, until: at + span, walls });
          const steps = Array.from({ length: 13 }, (_, step) => at + Math.floor((span * step) / 13));
          const anyOff = steps.some((moment) => untimely(id, rules, own, { at: moment, walls }) !== null);
          if (anyOff) expect(whole).not.toBeNull();
          if (whole === null) inside += 1;
          else outside += 1;
        }
      }),
      { numRuns: 300 },
    );
    expect(Math.min(inside, outside)).toBeGreaterThan(50); // the property is about something
  });
});
