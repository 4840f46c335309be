import { z } from 'zod';
import { catalog, least, ParameterId, parameterIds } from '../catalog.ts';
import { classOf } from './changeClass.ts';
import { Exclusions, excludesLess, NO_EXCLUSIONS, together } from './exclusions.ts';
import { Jurisdiction } from './jurisdiction.ts';
import { type PolicyDocument, type PolicyRule, policyTimes, ruleSchemas } from './policy.ts';
import { raised, widened } from './widened.ts';
import { isWiderThan, WorkingHours } from './workingHours.ts';

/** The rule that a person last agreed to, with what bounded it then. `version`: of the policy that it stood in. */
function agreedRule(parameter: ParameterId) {
  return z
    .strictObject({
      version: z.int().min(1),
      rule: ruleSchemas[parameter],
      workingHours: WorkingHours.optional(),
      jurisdiction: Jurisdiction.optional(),
    })
    .optional();
}

const { leaseHours, screenshotReviewSeconds, idleSeconds } = policyTimes;

/**
 * The old terms that stay for a person as their ceiling, because the policy took a right or a protection away since and they have not
 * agreed. A parameter that is not named is as the policy has it.
 */
export const AgreedTerms = z.strictObject({
  parameters: z.strictObject(Object.fromEntries(parameterIds.map((id) => [id, agreedRule(id)]))),
  leaseHours: leaseHours.partial(),
  screenshotReviewSeconds: screenshotReviewSeconds.optional(),
  idleSeconds: idleSeconds.optional(),
  exclusions: Exclusions.optional(),
  /** They have agreed to the policy of this version; it binds them from then on, and they may object before. */
  pending: z.strictObject({ version: z.int().min(1), from: z.int() }).optional(),
});
export type AgreedTerms = z.infer<typeof AgreedTerms>;

type Rules = { readonly [P in ParameterId]?: PolicyRule<P> };
type Times = Pick<PolicyDocument, 'leaseHours' | 'screenshotReviewSeconds' | 'idleSeconds'>;

/** The new rules within the agreed ones: of each field what protects the person more. Without an agreed rule, the new one. */
export function rulesWithin<R extends Rules>(rules: R, agreed: AgreedTerms | undefined): R {
  if (agreed === undefined) return rules;
  const bounded = Object.entries(rules).map(([id, rule]) => [id, ruleWithin(id as ParameterId, rule, agreed)]);
  return Object.fromEntries(bounded) as R;
}

/** Two purposes have nothing in common that both would allow: then nothing is collected. */
export function ruleWithin(id: ParameterId, now: PolicyRule, agreed: AgreedTerms | undefined): PolicyRule {
  const then = agreed?.parameters[id]?.rule;
  if (then === undefined) return now;
  const reviews = [then.reviewBy, now.reviewBy].filter((at) => at !== undefined);
  return {
    ...now,
    level: then.purpose === now.purpose ? least(id, then.level, now.level) : 'off',
    basis: bySay.indexOf(then.basis) < bySay.indexOf(now.basis) ? then.basis : now.basis,
    retentionDays: Math.min(then.retentionDays, now.retentionDays),
    viewers: now.viewers.filter((role) => then.viewers.includes(role)),
    employeeMayPause: then.employeeMayPause || now.employeeMayPause,
    schedule: then.schedule ?? now.schedule,
    ...(reviews.length === 0 ? {} : { reviewBy: Math.min(...reviews) }),
  };
}

/** From the one that gives the person most say. */
const bySay = ['consent', 'legitimate_interest', 'contract', 'legal_obligation'];

export function timesWithin<T extends Times>(policy: T, agreed: AgreedTerms | undefined): T {
  if (agreed === undefined) return policy;
  const { observed, entered } = policy.leaseHours;
  return {
    ...policy,
    leaseHours: {
      observed: Math.min(observed, agreed.leaseHours.observed ?? observed),
      entered: Math.min(entered, agreed.leaseHours.entered ?? entered),
    },
    screenshotReviewSeconds: Math.max(policy.screenshotReviewSeconds, agreed.screenshotReviewSeconds ?? 0),
    idleSeconds: Math.min(policy.idleSeconds, agreed.idleSeconds ?? policy.idleSeconds),
  };
}

/** What a change took from somebody who has agreed to the policies up to one version; see `takings`. */
export interface Taken {
  /** Whether the parameter is kept on older terms while that version is in force. */
  isKept(parameter: ParameterId, version: number): boolean;
  /** Null: nothing is kept back. */
  terms(version: number): AgreedTerms | null;
}

/**
 * For each version that somebody last agreed to, what they keep since. From the first version that took a right of a parameter on, its
 * terms before that stay, whatever changes later, until they agree or the policy asks no more than those. `published` in order of version.
 */
export function takings(published: readonly PolicyDocument[]): (agreed: number) => Taken {
  const known = new Map<number, Taken>();
  const classes = published.map((after, place) => {
    const before = published[place - 1];
    return before === undefined ? {} : classOf(before, after).parameters;
  });

  function basesFor(agreed: number): readonly Bases[] {
    let before: Bases = new Map();
    return published.map((document, place) => {
      const bases = new Map<ParameterId, PolicyDocument>();
      for (const id of document.version > agreed ? parameterIds : []) {
        const isTaken = classes[place]?.[id] === 'rights_reducing';
        const base = before.get(id) ?? (isTaken ? published[place - 1] : undefined);
        if (base !== undefined && isWider(id, base, document)) bases.set(id, base);
      }
      before = bases;
      return bases;
    });
  }

  return (agreed) => {
    const before = known.get(agreed);
    if (before !== undefined) return before;
    const bases = basesFor(agreed);
    const taken: Taken = {
      isKept: (id, version) => bases[version - 1]?.has(id) ?? false,
      terms: (version) => termsOf(bases[version - 1] ?? new Map()),
    };
    known.set(agreed, taken);
    return taken;
  };
}

type Source = 'observed' | 'entered';

/** Of each parameter the policy by which it stays. */
type Bases = ReadonlyMap<ParameterId, PolicyDocument>;

function isWider(id: ParameterId, before: PolicyDocument, after: PolicyDocument): boolean {
  return raised(id, before.parameters[id], after.parameters[id]) || widened(id, before, after);
}

function termsOf(bases: Bases): AgreedTerms | null {
  if (bases.size === 0) return null;
  const basedOn = (source: Source) => [...bases].flatMap(([id, base]) => (catalog[id].source === source ? [base] : []));
  const hours = (source: Source) =>
    definite(source, leastOf(basedOn(source).map(({ leaseHours }) => leaseHours[source])));
  const left = [...bases].flatMap(([id, { exclusions = NO_EXCLUSIONS }]) =>
    excludesLess(id, exclusions, NO_EXCLUSIONS) ? [exclusions] : [],
  );
  return {
    parameters: Object.fromEntries([...bases].map(([id, base]) => [id, ruleOf(id, base)])),
    leaseHours: { ...hours('observed'), ...hours('entered') },
    ...definite('screenshotReviewSeconds', bases.get('screenshot')?.screenshotReviewSeconds),
    ...definite('idleSeconds', leastOf(basedOn('observed').map(({ idleSeconds }) => idleSeconds))),
    ...definite('exclusions', left.length === 0 ? undefined : left.reduce(together)),
  };
}

function ruleOf(id: ParameterId, { version, parameters, workingHours, jurisdiction }: PolicyDocument) {
  const bounds = { ...definite('workingHours', workingHours), ...definite('jurisdiction', jurisdiction) };
  return { version, rule: parameters[id], ...bounds };
}

function leastOf(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : Math.min(...values);
}

/** What is undefined is left out of the lease. */
function definite<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return (value === undefined ? {} : { [key]: value }) as { [P in K]?: V };
}

/** What of a parameter stays as it was agreed to, though the policy has changed it. */
export const keptFields = [
  'level',
  'purpose',
  'basis',
  'retention',
  'viewers',
  'pause',
  'hours',
  'assessment',
  'law',
  'lease',
  'review',
  'idle',
  'exclusions',
] as const;
export const KeptField = z.enum(keptFields);
export type KeptField = z.infer<typeof KeptField>;

/** The policy as far as it says what is done with data. */
type Policy = Times & Pick<PolicyDocument, 'workingHours' | 'jurisdiction'> & { readonly rules: Rules };

/** One parameter whose old terms stay, since which version of the policy, and what of them. `isOff`: the policy in force does not collect it. */
export const KeptRule = z.strictObject({
  parameter: ParameterId,
  version: z.int().min(1),
  isOff: z.boolean(),
  keeps: z.array(KeptField),
});
export type KeptRule = z.infer<typeof KeptRule>;

/** The notices that took what is kept: each the one after that to which the old terms go back. */
export function takenBy(keeps: readonly Pick<KeptRule, 'version'>[]): readonly number[] {
  return [...new Set(keeps.map(({ version }) => version + 1))].sort((a, b) => a - b);
}

export function keptRules(policy: Policy & { readonly exclusions?: Exclusions | undefined }, agreed: AgreedTerms) {
  const times = timesWithin(policy, agreed);
  return parameterIds.flatMap((parameter): KeptRule[] => {
    const [one, now] = [agreed.parameters[parameter], policy.rules[parameter]];
    if (one === undefined || now === undefined) return [];
    const within = ruleWithin(parameter, now, agreed);
    const { source } = catalog[parameter];
    const keeps: Readonly<Record<KeptField, boolean>> = {
      level: within.level !== now.level && one.rule.purpose === now.purpose,
      purpose: one.rule.purpose !== now.purpose,
      basis: within.basis !== now.basis,
      retention: within.retentionDays !== now.retentionDays,
      viewers: within.viewers.length !== now.viewers.length,
      pause: parameter === 'session' && within.employeeMayPause !== now.employeeMayPause,
      hours:
        within.schedule !== now.schedule ||
        (one.rule.schedule !== null && isWiderThan(policy.workingHours, one.workingHours)),
      assessment: within.reviewBy !== now.reviewBy,
      law: source === 'observed' && one.jurisdiction !== policy.jurisdiction,
      lease: times.leaseHours[source] !== policy.leaseHours[source],
      review: parameter === 'screenshot' && times.screenshotReviewSeconds !== policy.screenshotReviewSeconds,
      idle: source === 'observed' && times.idleSeconds !== policy.idleSeconds,
      exclusions: excludesLess(parameter, agreed.exclusions ?? NO_EXCLUSIONS, policy.exclusions ?? NO_EXCLUSIONS),
    };
    return [
      {
        parameter,
        version: one.version,
        isOff: now.level === 'off',
        keeps: keptFields.filter((field) => keeps[field]),
      },
    ];
  });
}
