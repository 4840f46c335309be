import { type Level, least, type ParameterId, parameterIds } from '../catalog.ts';
import type { UnixMs } from '../time.ts';
import { ruleWithin } from './agreed.ts';
import { jurisdictionCeiling } from './jurisdiction.ts';
import { coversRule, type PersonalTerms } from './personal.ts';
import type { Levels, PolicyDocument, PolicyRule } from './policy.ts';
import { type Layer, type LayerName, resolve } from './resolve.ts';
import { type WallClocks, workingUntil } from './workingHours.ts';

/** What of a policy decides besides its levels. A rule that is missing is off by the organisation's layer. */
export interface Decided {
  readonly rules: { readonly [P in ParameterId]?: PolicyRule<P> };
  readonly jurisdiction?: PolicyDocument['jurisdiction'];
  readonly workingHours?: PolicyDocument['workingHours'];
}

export function decidedBy({ parameters, jurisdiction, workingHours }: PolicyDocument): Decided {
  return { rules: parameters, jurisdiction, workingHours };
}

/** The layers that somebody decided: they hold for what was captured before as well, as long as it is not stored. */
export const decidingLayers = [
  'jurisdiction',
  'team',
  'person',
  'agreement',
  'consent',
  'objection',
  'restriction',
  'minor',
] as const satisfies readonly LayerName[];
export type DecidingLayer = (typeof decidingLayers)[number];

/** The layers that a moment decides: what was rightly captured before it stays right. */
export type TimelyLayer = 'review' | 'schedule';

/** The most that the layer allows of the parameter; undefined where it does not restrict it. A level that the parameter does not have is off. */
export function decidedCeiling(
  layer: DecidingLayer,
  parameter: ParameterId,
  policy: Decided,
  terms: PersonalTerms,
): Level | undefined {
  const now = ceilingBy(layer, parameter, policy, terms);
  const agreed = agreedOn(parameter, terms);
  const then = agreed === undefined ? undefined : ceilingBy(layer, parameter, agreed, terms);
  return now !== undefined && then !== undefined ? least(parameter, now, then) : (now ?? then);
}

/** The old rule that stays for the person, as if it were a policy of its own. */
function agreedOn(parameter: ParameterId, { agreed }: Pick<PersonalTerms, 'agreed'>): Decided | undefined {
  const one = agreed?.parameters[parameter];
  if (one === undefined) return undefined;
  const { rule, workingHours, jurisdiction } = one;
  return { rules: { [parameter]: rule }, workingHours, jurisdiction };
}

function ceilingBy(
  layer: DecidingLayer,
  parameter: ParameterId,
  { rules, jurisdiction }: Decided,
  terms: PersonalTerms,
): Level | undefined {
  const rule = rules[parameter];
  switch (layer) {
    case 'agreement':
      return rule === undefined || terms.agreed?.parameters[parameter] === undefined
        ? undefined
        : ruleWithin(parameter, rule, terms.agreed).level;
    case 'jurisdiction':
      return jurisdictionCeiling(jurisdiction, parameter, rules[parameter]?.basis ?? '');
    case 'consent':
      return rules[parameter]?.basis === 'consent' ? consented(parameter, rules[parameter], terms) : undefined;
    case 'minor':
      return terms.minor ? 'off' : undefined;
    default:
      return own(terms[layer], parameter) as Level | undefined;
  }
}

function decidedLayers(policy: Decided, terms: PersonalTerms): readonly Layer[] {
  return decidingLayers.map((name) => ({
    name,
    ceilings: each((id) => decidedCeiling(name, id, policy, terms)),
  }));
}

/** Everything that policy and terms say at the instant. What a device's person has been told of, and its lease, are layers besides. */
export function policyLayers(
  policy: Decided,
  terms: PersonalTerms,
  at: UnixMs,
  walls: WallClocks,
): readonly [Layer, ...Layer[]] {
  return [
    { name: 'organisation', ceilings: levelsIn(policy) },
    ...decidedLayers(policy, terms),
    ...timelyLayers(policy, terms, at, walls),
  ];
}

/** Which layers say what they say of a parameter because of old terms that stay for the person, and would not by the policy alone. */
export function oldTermsIn(
  policy: Decided,
  terms: PersonalTerms,
  at: UnixMs,
  walls: WallClocks,
): (layer: LayerName, parameter: ParameterId) => boolean {
  const { agreed, ...others } = terms;
  if (agreed === undefined) return () => false;
  const [theirs, alone] = [terms, others].map((of) => policyLayers(policy, of, at, walls));
  const most = (layers: readonly Layer[] | undefined, layer: LayerName, parameter: ParameterId) =>
    layers?.find(({ name }) => name === layer)?.ceilings[parameter];
  return (layer, parameter) =>
    layer !== 'agreement' && most(theirs, layer, parameter) !== most(alone, layer, parameter);
}

/** The most that policy and person allow of each parameter, whatever the time, and whatever the person has been told. */
export function decidedLevels(policy: Decided, terms: PersonalTerms): Levels {
  const effective = resolve([{ name: 'organisation', ceilings: levelsIn(policy) }, ...decidedLayers(policy, terms)]);
  return Object.fromEntries(parameterIds.map((id) => [id, effective[id].level])) as Levels;
}

/**
 * The most of each parameter that the organisation means to collect of the person, whatever they themself allow of it: what their
 * notice tells, and what they have to be told of.
 */
export function intendedLevels(policy: Decided, { team, person }: Pick<PersonalTerms, 'team' | 'person'>): Levels {
  const layers: Layer[] = [
    { name: 'organisation', ceilings: levelsIn(policy) },
    {
      name: 'jurisdiction',
      ceilings: each((id) => jurisdictionCeiling(policy.jurisdiction, id, policy.rules[id]?.basis ?? '')),
    },
    { name: 'team', ceilings: each((id) => own(team, id) as Level | undefined) },
    { name: 'person', ceilings: each((id) => own(person, id) as Level | undefined) },
  ];
  const effective = resolve(layers);
  return Object.fromEntries(parameterIds.map((id) => [id, effective[id].level])) as Levels;
}

/** The same rules, each at the level given: as whoever it is left out for is told of them. */
export function atLevels<R extends { readonly [P in ParameterId]?: PolicyRule<P> }>(rules: R, levels: Levels): R {
  const told = Object.entries(rules).map(([id, rule]) => [id, { ...rule, level: levels[id as ParameterId] }]);
  return Object.fromEntries(told) as R;
}

/** The layer that keeps the parameter off throughout the stretch from `at` to `until`; null when none does. */
export function untimely(
  parameter: ParameterId,
  policy: Decided,
  terms: Pick<PersonalTerms, 'zone' | 'agreed'>,
  stretch: Stretch,
): TimelyLayer | null {
  const now = untimelyBy(parameter, policy, terms, stretch);
  const agreed = now === null ? agreedOn(parameter, terms) : undefined;
  return agreed === undefined ? now : untimelyBy(parameter, agreed, terms, stretch);
}

interface Stretch {
  readonly at: UnixMs;
  readonly until?: UnixMs | undefined;
  readonly walls: WallClocks;
}

function untimelyBy(
  parameter: ParameterId,
  { rules, workingHours }: Decided,
  { zone }: Pick<PersonalTerms, 'zone'>,
  { at, until = at, walls }: Stretch,
): TimelyLayer | null {
  const rule = rules[parameter];
  if (rule?.reviewBy !== undefined && until > rule.reviewBy) return 'review';
  if (rule === undefined || rule.schedule === null) return null;
  if (workingHours === undefined) return 'schedule';
  const wall = walls.in(zone ?? workingHours.zone);
  const end = wall === null ? null : workingUntil(workingHours, wall, at);
  return end === null || until > end ? 'schedule' : null;
}

function timelyLayers(
  policy: Decided,
  terms: Pick<PersonalTerms, 'zone' | 'agreed'>,
  at: UnixMs,
  walls: WallClocks,
): readonly Layer[] {
  const by = new Map(parameterIds.map((id) => [id, untimely(id, policy, terms, { at, walls })]));
  return (['review', 'schedule'] as const).map((name) => ({
    name,
    ceilings: each((id) => (by.get(id) === name ? 'off' : undefined)),
  }));
}

function consented(parameter: ParameterId, rule: PolicyRule, { consent }: PersonalTerms): Level {
  const given = own(consent, parameter);
  return given !== undefined && coversRule(given, rule) ? (given.level as Level) : 'off';
}

function levelsIn({ rules }: Decided): Layer['ceilings'] {
  return each((id) => rules[id]?.level ?? 'off');
}

function each(ceiling: (id: ParameterId) => Level | undefined): Layer['ceilings'] {
  const named = parameterIds.flatMap((id) => {
    const level = ceiling(id);
    return level === undefined ? [] : [[id, level] as const];
  });
  return Object.fromEntries(named);
}

function own<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
