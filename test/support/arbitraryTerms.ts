import fc from 'fast-check';
import { catalog, Purpose, parameterIds } from '../../shared/catalog.ts';
import type { Decided } from '../../shared/policy/ceilings.ts';
import type { PersonalTerms } from '../../shared/policy/personal.ts';
import { firstRules } from '../../shared/policy/policy.ts';
import type { WorkingHours } from '../../shared/policy/workingHours.ts';
import { HOUR } from '../../shared/time.ts';

/** A Wednesday, around which the arbitrary policies have their days of review. */
export const NOON = Date.parse('2026-11-18T12:00:00Z');

const parameter = fc.constantFrom(...parameterIds);
export const anyLevel = fc.oneof(
  fc.constantFrom(...parameterIds.flatMap((id) => [...catalog[id].levels])),
  fc.constantFrom('verbatim', ''),
);
export const ceilings = fc.dictionary(fc.oneof(parameter, fc.constant('gaze')), anyLevel);
export const purposes = fc.constantFrom(...Purpose.options);
export const terms: fc.Arbitrary<PersonalTerms> = fc.record({
  revision: fc.nat(),
  team: ceilings,
  person: ceilings,
  consent: fc.dictionary(parameter, fc.record({ level: anyLevel, purpose: purposes })),
  objection: ceilings,
  restriction: ceilings,
  zone: fc.constantFrom(null, 'UTC', 'Asia/Tokyo'),
  minor: fc.boolean(),
});
const hours: fc.Arbitrary<WorkingHours> = fc
  .tuple(fc.integer({ min: 0, max: 22 }), fc.integer({ min: 1, max: 12 }))
  .map(([from, long]) => ({
    zone: 'UTC',
    spans: [{ days: [1, 2, 3, 4, 5], from: moment(from), to: moment(Math.min(24, from + long)) }],
  }));
const base = firstRules();
export const policy: fc.Arbitrary<Decided> = fc.record({
  rules: fc
    .record(
      Object.fromEntries(
        parameterIds.map((id) => [
          id,
          fc.record({
            level: fc.constantFrom(...catalog[id].levels),
            basis: fc.constantFrom('contract', 'legitimate_interest', 'consent'),
            purpose: purposes,
            schedule: fc.constantFrom(null, catalog[id].source === 'observed' ? 'working_hours' : null),
            reviewBy: fc.constantFrom(undefined, NOON - HOUR, NOON + HOUR),
          }),
        ]),
      ),
    )
    .map((rules) => merged(rules)),
  jurisdiction: fc.constantFrom(undefined, 'eea_uk' as const),
  workingHours: fc.option(hours, { nil: undefined }),
});
export const instant = fc.integer({ min: NOON - 36 * HOUR, max: NOON + 36 * HOUR });

function merged(rules: Record<string, object>): Decided['rules'] {
  return Object.fromEntries(parameterIds.map((id) => [id, { ...base[id], ...rules[id] }]));
}

function moment(hour: number): string {
  return `${String(hour).padStart(2, '0')}:00`;
}
