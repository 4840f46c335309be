import { z } from 'zod';
import {
  catalog,
  hasLevel,
  type Level,
  type LevelOf,
  least,
  type ParameterId,
  Purpose,
  parameterIds,
} from '../catalog.ts';
import { OrgId } from '../ids.ts';
import { Role, ViewerRole } from '../roles.ts';
import { Digest } from '../signed.ts';
import { UnixMs } from '../time.ts';
import { Exclusions, isExcludable, NO_EXCLUSIONS } from './exclusions.ts';
import { Jurisdiction } from './jurisdiction.ts';
import { WorkingHours } from './workingHours.ts';

/** GDPR Art. 6(1). What rests on `consent` is off for everyone who has not given theirs. */
export const LawfulBasis = z.enum(['contract', 'legal_obligation', 'legitimate_interest', 'consent']);
export type LawfulBasis = z.infer<typeof LawfulBasis>;

/**
 * What a change of the policy asks of people, from least to most. `minor`: nothing, it only ever protects them more ·
 * `significant`: that they have read of it · `rights_reducing`: that they agree, each for themself, because it takes a right or a
 * protection away.
 */
export const changeClasses = ['minor', 'significant', 'rights_reducing'] as const;
export const ChangeClass = z.enum(changeClasses);
export type ChangeClass = z.infer<typeof ChangeClass>;

/** Seconds between two screenshots, at the least. */
export const SCREENSHOT_MIN_SECONDS = 300;

/** What the organisation decided about one parameter. */
export type PolicyRule<P extends ParameterId = ParameterId> = {
  level: LevelOf<P>;
  purpose: Purpose;
  basis: LawfulBasis;
  /** Days after the day of capture on which the data is deleted; at most the catalogue's ceiling. */
  retentionDays: number;
  /** Roles that may read it of people in their scope. The person always may. */
  viewers: Role[];
  employeeMayPause: boolean;
  /** `working_hours`: within `workingHours` of the policy alone, which what is observed may be bound to. Null: always while tracking. */
  schedule: 'working_hours' | null;
  /** After this moment it is off, until somebody has assessed it again and set another one. Left out: no moment is set. */
  reviewBy?: UnixMs | undefined;
  /** The policy version in which this parameter's level was last raised, i.e. the notice that a person must have acknowledged. */
  noticeVersion: number;
};

const sameForAll = {
  purpose: Purpose,
  basis: LawfulBasis,
  viewers: z.array(Role).max(8),
  employeeMayPause: z.boolean(),
  reviewBy: UnixMs.optional(),
  noticeVersion: z.int().min(1),
};

const schedules = {
  observed: z.literal('working_hours').nullable(),
  entered: z.null('what people enter themselves is bound to no working hours'),
};

type RuleSchema<L extends string> = z.ZodObject<
  {
    level: z.ZodEnum<{ [K in L]: K }>;
    retentionDays: z.ZodInt;
    schedule: (typeof schedules)['observed'];
  } & typeof sameForAll,
  z.core.$strict
>;

type RuleSchemas = { [P in ParameterId]: RuleSchema<LevelOf<P>> };

function ruleSchema(parameter: ParameterId) {
  const { levels, retentionDays, source } = catalog[parameter];
  return z.strictObject({
    level: z.enum(levels),
    retentionDays: z.int().min(1).max(retentionDays.ceiling),
    schedule: schedules[source],
    ...sameForAll,
  });
}

/** One strict schema per parameter, so that a level of one parameter is not accepted for another. */
export const ruleSchemas = Object.fromEntries(parameterIds.map((id) => [id, ruleSchema(id)])) as unknown as RuleSchemas;

/** What a person may change of a rule; the rest follows from the change. */
export type RuleChange<P extends ParameterId = ParameterId> = Partial<Omit<PolicyRule<P>, 'noticeVersion'>>;

type RuleChangeSchemas = { [P in ParameterId]: z.ZodOptional<z.ZodType<RuleChange<P>>> };

function changeSchema(parameter: ParameterId) {
  const partial = ruleSchemas[parameter].omit({ noticeVersion: true }).partial();
  const viewers = z.array(ViewerRole).max(8).refine(eachOnce, 'expected each role once');
  return partial.extend({ viewers: viewers.optional() });
}

function eachOnce(roles: readonly string[]): boolean {
  return new Set(roles).size === roles.length;
}

export const ruleChangeSchemas = Object.fromEntries(
  parameterIds.map((id) => [id, changeSchema(id).optional()]),
) as unknown as RuleChangeSchemas;

/** The times that hold for all parameters together. Which direction lets more be collected is judged by `widened`. */
export const policyTimes = {
  /** Without the server, what is observed ends after the one, what the employee enters after the other. Longer is more. */
  leaseHours: z.strictObject({ observed: whole('hours', 1, 72), entered: whole('hours', 1, 2_160) }),
  /** The employee may review and drop each screenshot for this long before it is sent. Shorter is more. */
  screenshotReviewSeconds: whole('seconds', 0, 3_600),
  /** Without input for this long the agent counts the person as away, and a lock that it cannot observe as locked. Longer is more. */
  idleSeconds: whole('seconds', 60, 3_600),
};

function whole(unit: string, min: number, max: number) {
  const expected = `expected a whole number of ${unit} from ${min} to ${max}`;
  return z.int(expected).min(min, expected).max(max, expected);
}

const header = {
  schema: z.literal(1),
  org: OrgId,
  scope: z.strictObject({ kind: z.literal('org') }),
  /** 1, 2, 3 … without gaps; a device refuses any version below the highest that it has verified. */
  version: z.int().min(1),
  /** SHA-256 of the previous version's payload; null for version 1. */
  previousHash: Digest.nullable(),
  notBefore: UnixMs,
  ...policyTimes,
  /** Where the publisher said that the change from the version before asks more of people than it does by itself (`classOf`). */
  changeClass: ChangeClass.optional(),
};

/** How long people may react to a raise that they have acknowledged, before it counts. Shorter takes time from them. */
export const ReactionDays = whole('days', 0, 90);

/** A policy as the server publishes it: every registered parameter, each with a rule that this version understands. */
export const PolicyDocument = z.strictObject({
  ...header,
  /** Left out: nothing is. The signature covers the absence, too, so that nobody on the way can take a rule away. */
  exclusions: Exclusions.optional(),
  /** When it is working time, for the rules that are bound to it. */
  workingHours: WorkingHours.optional(),
  /** Whose law bounds what is collected; left out: nobody has said. */
  jurisdiction: Jurisdiction.optional(),
  /** Days from the acknowledgement of a raise until it counts, for people who were here before it. Left out: none. */
  reactionDays: ReactionDays.optional(),
  parameters: z.strictObject(ruleSchemas),
});
export type PolicyDocument = z.infer<typeof PolicyDocument>;

/** The same, as an agent of any age meets it: rules are parsed one by one, and one that is not understood means off. */
const PolicyEnvelope = z.strictObject({
  ...header,
  exclusions: z.unknown().optional(),
  workingHours: z.unknown().optional(),
  jurisdiction: z.unknown().optional(),
  reactionDays: z.unknown().optional(),
  parameters: z.record(z.string().max(64), z.unknown()),
});

/** Why a parameter of a genuine policy is nevertheless off on this agent. */
export type NotUnderstood = 'missing' | 'not_understood';

export interface ReadPolicy extends Omit<PolicyDocument, 'parameters' | 'exclusions'> {
  readonly exclusions: Exclusions;
  readonly rules: { readonly [P in ParameterId]?: PolicyRule<P> };
  readonly notUnderstood: Readonly<Partial<Record<ParameterId, NotUnderstood>>>;
  /** Parameters that the policy names and this agent does not know. They are off: there is no code that could collect them. */
  readonly unknown: readonly string[];
}

/**
 * Reads a policy leniently towards parameters and strictly towards everything else. Returns the reason when the whole
 * document is of no use (then everything is off). What bounds parameters and is not understood switches off whatever it might have
 * kept back: exclusions, working hours of the rules that are bound to them, and a jurisdiction, all that is observed. Call it only
 * with a payload whose signature has been verified.
 */
export function readPolicy(document: unknown): { ok: true; policy: ReadPolicy } | { ok: false; reason: string } {
  const envelope = PolicyEnvelope.safeParse(document);
  if (!envelope.success) return { ok: false, reason: z.prettifyError(envelope.error) };
  const { parameters, exclusions: said, workingHours, jurisdiction, reactionDays, ...rest } = envelope.data;
  const exclusions = said === undefined ? NO_EXCLUSIONS : Exclusions.safeParse(said).data;
  const bounds = {
    workingHours: WorkingHours.safeParse(workingHours).data,
    jurisdiction: Jurisdiction.safeParse(jurisdiction).data,
  };
  const isLawless = jurisdiction !== undefined && bounds.jurisdiction === undefined;
  const rules: Record<string, unknown> = {};
  const notUnderstood: Partial<Record<ParameterId, NotUnderstood>> = {};
  for (const id of parameterIds) {
    if (!Object.hasOwn(parameters, id)) {
      notUnderstood[id] = 'missing';
      continue;
    }
    if (exclusions === undefined && isExcludable(id)) {
      notUnderstood[id] = 'not_understood';
      continue;
    }
    const rule = ruleSchemas[id].safeParse(parameters[id]);
    const isBound = rule.data?.schedule === 'working_hours' && bounds.workingHours === undefined;
    if (rule.success && !isBound && !(isLawless && catalog[id].source === 'observed')) rules[id] = rule.data;
    else notUnderstood[id] = 'not_understood';
  }
  const known = new Set<string>(parameterIds);
  const unknown = Object.keys(parameters).filter((id) => !known.has(id));
  return {
    ok: true,
    policy: {
      ...rest,
      ...bounds,
      reactionDays: ReactionDays.safeParse(reactionDays).data,
      exclusions: exclusions ?? NO_EXCLUSIONS,
      rules,
      notUnderstood,
      unknown,
    },
  };
}

const Understood = z.object(PolicyDocument.shape);

/** The document as it was read; null where something of it is beyond this version, and so nobody here can say in what it differs from another. */
export function wholeDocument({ rules, unknown, ...rest }: ReadPolicy): PolicyDocument | null {
  return unknown.length > 0 ? null : (Understood.safeParse({ ...rest, parameters: rules }).data ?? null);
}

export type Levels = Readonly<Record<ParameterId, Level>>;

/** The level of every parameter; a rule that is missing, or names a level of another parameter, is off. */
export function levelsOf(policy: { readonly rules: Partial<Record<ParameterId, { level: string }>> }): Levels {
  const levels = {} as Record<ParameterId, Level>;
  for (const id of parameterIds) {
    const level = policy.rules[id]?.level ?? 'off';
    levels[id] = hasLevel(id, level) ? level : 'off';
  }
  return levels;
}

/** The lesser level of each parameter. */
export function leastOf(a: Levels, b: Levels): Levels {
  return Object.fromEntries(parameterIds.map((id) => [id, least(id, a[id], b[id])])) as Levels;
}

/** The policy of a new organisation: everything at the catalogue's default, which is off for whatever is observed. */
export function firstRules(): PolicyDocument['parameters'] {
  const rules: Record<string, unknown> = {};
  for (const id of parameterIds) {
    const entry = catalog[id];
    rules[id] = {
      level: entry.default,
      purpose: entry.purpose,
      basis: entry.source === 'entered' ? 'contract' : 'legitimate_interest',
      retentionDays: entry.retentionDays.default,
      viewers: ['owner', 'manager'],
      employeeMayPause: true,
      schedule: null,
      noticeVersion: 1,
    } satisfies PolicyRule;
  }
  return z.strictObject(ruleSchemas).parse(rules);
}
