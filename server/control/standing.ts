import { type ParameterId, parameterIds } from '../../shared/catalog.ts';
import { assertNever } from '../../shared/errors.ts';
import type { PersonId } from '../../shared/ids.ts';
import { type Exclusions, NO_EXCLUSIONS } from '../../shared/policy/exclusions.ts';
import { type Consent, NO_PERSONAL_TERMS, type PersonalTerms } from '../../shared/policy/personal.ts';
import type { Levels } from '../../shared/policy/policy.ts';
import { resolve } from '../../shared/policy/resolve.ts';
import type { ObjectionState } from '../../shared/protocol/http/objections.ts';
import type { RestrictionGround } from '../../shared/protocol/http/restrictions.ts';
import type { Role } from '../../shared/roles.ts';
import type { Digest } from '../../shared/signed.ts';
import type { Day, UnixMs } from '../../shared/time.ts';
import type { Decision } from './decision.ts';

/** What was decided by or for one person, with when it came into force. */
export interface Decided {
  readonly revision: number;
  readonly at: UnixMs;
  /** Null for one that was changed in the store since, or is missing there: nobody can say what it forbids. */
  readonly decision: Decision | null;
}

/** Something that the person decided and that holds. */
interface Holding {
  /** Of the decision that it began with: what a device signs from then on says that it is so. */
  readonly revision: number;
  readonly since: UnixMs;
}

/** What somebody else answered to it. */
interface Answer {
  readonly at: UnixMs;
  readonly by: PersonId;
  readonly words: string;
}

/** An objection that keeps its parameter off. */
export interface Objection extends Holding {
  readonly state: ObjectionState;
  /** What the person wrote. */
  readonly grounds: string;
  /** The answer, once there is one. */
  readonly answer: Answer | null;
}

/** A consent that was given and not withdrawn. */
export interface Consented extends Holding, Consent {
  readonly noticeVersion: number;
  readonly shown: Digest;
}

/** A restriction that holds (GDPR Art. 18). */
export interface Restriction extends Holding {
  readonly ground: RestrictionGround;
  readonly words: string;
  /** That they were told that it is to be lifted, and why (Art. 18(3)); `readAt`: when they confirmed that they know. */
  readonly liftTold: (Answer & { readonly readAt: UnixMs | null }) | null;
}

/** What the organisation leaves out for the person. */
export interface Held extends Holding {
  readonly ceilings: Readonly<Partial<Record<ParameterId, string>>>;
  readonly by: PersonId;
  readonly words: string;
}

/** The applications and sites that are left out for the person because they want it so. */
export interface OwnExclusions extends Holding {
  readonly exclusions: Exclusions;
}

/** That the person is said not to be of age. */
export interface Minor extends Holding {
  readonly by: PersonId;
  readonly words: string;
}

/** With which day the account ends by itself. */
export interface LeavingSet extends Holding {
  readonly day: Day;
  readonly zone: string;
  readonly endsAt: UnixMs;
  readonly by: PersonId;
  readonly role: Role;
}

/** That the person agreed to a policy that took something from them. */
export interface Agreement {
  readonly version: number;
  readonly at: UnixMs;
}

/** What was decided by and for one person. Pure; see `standingOf`. */
export interface Standing {
  /** The newest decision's; 0 when there is none. */
  readonly revision: number;
  /** As it is now, whatever the time: what the newest decision left. */
  readonly terms: PersonalTerms;
  /** False when one of the decisions cannot be read any more: then nothing is allowed. */
  readonly isReadable: boolean;
  /** What it follows from, in order of revision. */
  readonly decided: readonly Decided[];
  readonly objections: ReadonlyMap<ParameterId, Objection>;
  readonly consents: ReadonlyMap<ParameterId, Consented>;
  readonly restrictions: ReadonlyMap<ParameterId, Restriction>;
  readonly held: Readonly<Record<'team' | 'person', Held | null>>;
  readonly minor: Minor | null;
  readonly leftOut: OwnExclusions | null;
  /** Of whom none is, or it was taken back: null. */
  readonly leavingDate: LeavingSet | null;
  /** The policies that the person agreed to, oldest first, with when they did. */
  readonly agreements: readonly Agreement[];
  termsAt(instant: UnixMs): PersonalTerms;
  /** Every moment at which something was decided, oldest first, with the terms from then on. */
  readonly changes: readonly { readonly at: UnixMs; readonly terms: PersonalTerms }[];
  /** Each time that the organisation decided what it leaves out, or whether the person is of age, with the most that it left of each parameter. */
  readonly leavings: readonly { readonly revision: number; readonly at: UnixMs; readonly levels: Levels }[];
}

/** `decided` in order of revision. A decision that nobody can read any more leaves nothing allowed from then on. */
export function standingOf(decided: readonly Decided[]): Standing {
  const steps: Step[] = [];
  let step = NOTHING;
  for (const one of decided) {
    step = next(step, one);
    steps.push(step);
  }
  const last = step;
  const changes = steps.map((one) => ({ at: one.at, terms: termsOf(one) }));
  const { revision, isReadable, objections, consents, restrictions, held, minor, leftOut, agreements } = last;
  const { leavingDate } = last;
  return {
    ...{ revision, isReadable, decided, objections, consents, restrictions, held, minor, leftOut, agreements, changes },
    leavingDate,
    terms: termsOf(last),
    // A clock that was set back puts a later decision before an earlier one: the later one counts from the latest of them.
    termsAt: (instant) => changes.findLast(({ at }) => at <= instant)?.terms ?? NO_PERSONAL_TERMS,
    leavings: leavingsOf(steps),
  };
}

interface Step
  extends Pick<
    Standing,
    'objections' | 'consents' | 'restrictions' | 'held' | 'minor' | 'leftOut' | 'leavingDate' | 'agreements'
  > {
  readonly at: UnixMs;
  readonly revision: number;
  readonly isReadable: boolean;
  readonly zone: string | null;
}

const NOTHING: Step = {
  at: Number.NEGATIVE_INFINITY,
  revision: 0,
  isReadable: true,
  objections: new Map(),
  consents: new Map(),
  restrictions: new Map(),
  held: { team: null, person: null },
  zone: null,
  minor: null,
  leftOut: null,
  leavingDate: null,
  agreements: [],
};

function next(before: Step, { revision, at: decidedAt, decision }: Decided): Step {
  const at = Math.max(decidedAt, before.at);
  const isReadable = before.isReadable && decision !== null && revision === before.revision + 1;
  const then = decision === null ? before : applied(before, { revision, since: at }, decision);
  return { ...then, at, revision, isReadable };
}

function applied(before: Step, begun: Holding, decision: Decision): Step {
  switch (decision.kind) {
    case 'objected':
    case 'ended':
    case 'upheld':
    case 'refused':
      return { ...before, objections: objectionsAfter(before.objections, begun, decision) };
    case 'consented': {
      const { parameter, noticeVersion, shown } = decision;
      const consented = { ...begun, ...consentIn(decision), noticeVersion, shown };
      return { ...before, consents: withOne(before.consents, parameter, consented) };
    }
    case 'consent_withdrawn':
      return { ...before, consents: withOne(before.consents, decision.parameter, null) };
    case 'restricted':
    case 'restriction_ended':
    case 'restriction_lift_told':
    case 'restriction_lift_read':
    case 'restriction_lifted':
      return { ...before, restrictions: restrictionsAfter(before.restrictions, begun, decision) };
    case 'held': {
      const { layer, ceilings, by, words } = decision;
      return { ...before, held: { ...before.held, [layer]: { ...begun, ceilings, by, words } } };
    }
    case 'zone':
      return { ...before, zone: decision.zone };
    case 'left_out':
      return { ...before, leftOut: { ...begun, exclusions: decision.exclusions } };
    case 'minor':
      return { ...before, minor: { ...begun, by: decision.by, words: decision.words } };
    case 'adult':
      return { ...before, minor: null };
    case 'leaving_set': {
      const { day, zone, endsAt, by, role } = decision;
      return { ...before, leavingDate: { ...begun, day, zone, endsAt, by, role } };
    }
    case 'leaving_cancelled':
      return { ...before, leavingDate: null };
    case 'agreed':
      return { ...before, agreements: [...before.agreements, { version: decision.version, at: begun.since }] };
    default:
      return assertNever(decision);
  }
}

function objectionsAfter(
  before: Standing['objections'],
  begun: Holding,
  decision: Extract<Decision, { kind: 'objected' | 'ended' | 'upheld' | 'refused' }>,
): Standing['objections'] {
  const { parameter, kind } = decision;
  if (kind === 'objected') {
    return withOne(before, parameter, { ...begun, state: 'pending', grounds: decision.grounds, answer: null });
  }
  if (kind === 'ended') return withOne(before, parameter, null);
  const objection = before.get(parameter);
  if (objection === undefined) return before;
  const { by, words } = decision;
  return withOne(before, parameter, { ...objection, state: kind, answer: { at: begun.since, by, words } });
}

function restrictionsAfter(
  before: Standing['restrictions'],
  begun: Holding,
  decision: Extract<Decision, { kind: `restrict${string}` }>,
): Standing['restrictions'] {
  const { parameter, kind } = decision;
  if (kind === 'restricted') {
    return withOne(before, parameter, { ...begun, ground: decision.ground, words: decision.words, liftTold: null });
  }
  if (kind === 'restriction_ended' || kind === 'restriction_lifted') return withOne(before, parameter, null);
  const restriction = before.get(parameter);
  if (restriction === undefined) return before;
  const { since: at } = begun;
  if (kind === 'restriction_lift_told') {
    const { by, words } = decision;
    return withOne(before, parameter, { ...restriction, liftTold: { at, by, words, readAt: null } });
  }
  const { liftTold } = restriction;
  return withOne(before, parameter, {
    ...restriction,
    liftTold: liftTold === null ? null : { ...liftTold, readAt: at },
  });
}

function withOne<K, V>(before: ReadonlyMap<K, V>, key: K, value: V | null): ReadonlyMap<K, V> {
  const after = new Map(before);
  if (value === null) after.delete(key);
  else after.set(key, value);
  return after;
}

function consentIn({ level, purpose, retentionDays, viewers }: Consent): Consent {
  return {
    ...{ level, purpose },
    ...(retentionDays === undefined ? {} : { retentionDays }),
    ...(viewers === undefined ? {} : { viewers }),
  };
}

function termsOf(step: Step): PersonalTerms {
  const { revision, isReadable, objections, consents, restrictions, held, zone, minor, leftOut } = step;
  const { apps, sites } = leftOut?.exclusions ?? NO_EXCLUSIONS;
  return {
    revision,
    team: ceilingsOf(held.team),
    person: ceilingsOf(held.person),
    consent: Object.fromEntries([...consents].map(([id, given]) => [id, consentIn(given)])),
    objection: offFor(isReadable ? objections.keys() : parameterIds),
    restriction: offFor(restrictions.keys()),
    zone,
    minor: minor !== null,
    ...(apps.length + sites.length === 0 ? {} : { exclusions: { apps, sites } }),
  };
}

function ceilingsOf(held: Held | null): PersonalTerms['team'] {
  return Object.fromEntries(Object.entries(held?.ceilings ?? {}));
}

function offFor(ids: Iterable<ParameterId>): PersonalTerms['objection'] {
  return Object.fromEntries([...ids].map((id) => [id, 'off']));
}

function leavingsOf(steps: readonly Step[]): Standing['leavings'] {
  return steps
    .filter((step, place) => {
      const before = steps[place - 1] ?? NOTHING;
      return step.held !== before.held || step.minor !== before.minor;
    })
    .map((step) => ({
      ...{ revision: step.revision, at: step.at },
      // Of whoever is not of age all is left out; once that is taken back it is given back, which is told anew.
      levels: step.minor === null ? leftOf(termsOf(step)) : NOTHING_LEFT,
    }));
}

const NOTHING_LEFT = Object.fromEntries(parameterIds.map((id) => [id, 'off'])) as Levels;

function leftOf({ team, person }: PersonalTerms): Levels {
  const effective = resolve([
    { name: 'organisation', ceilings: {} },
    { name: 'team', ceilings: team },
    { name: 'person', ceilings: person },
  ]);
  return Object.fromEntries(parameterIds.map((id) => [id, effective[id].level])) as Levels;
}

/** That nothing was decided. */
export const NOTHING_DECIDED = standingOf([]);
