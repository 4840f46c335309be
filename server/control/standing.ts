import { type Level, type ParameterId, parameterIds } from '../../shared/catalog.ts';
import type { PersonId } from '../../shared/ids.ts';
import type { PersonalTerms } from '../../shared/policy/personal.ts';
import type { Levels } from '../../shared/policy/policy.ts';
import { resolve } from '../../shared/policy/resolve.ts';
import type { ObjectionState } from '../../shared/protocol/http/objections.ts';
import type { UnixMs } from '../../shared/time.ts';
import type { Decision } from './decision.ts';

/** What was decided by or for one person, with when it came into force. */
export interface Decided {
  readonly revision: number;
  readonly at: UnixMs;
  /** Null for one that was changed in the store since, or is missing there: nobody can say what it forbids. */
  readonly decision: Decision | null;
}

/** An objection that keeps its parameter off. */
export interface Objection {
  readonly state: ObjectionState;
  /** Of the decision that it began with: what a device signs from then on says that it is off. */
  readonly revision: number;
  readonly since: UnixMs;
  /** What the person wrote. */
  readonly grounds: string;
  /** The answer, once there is one. */
  readonly answer: {
    readonly at: UnixMs;
    readonly by: PersonId;
    readonly words: string;
  } | null;
}

/** What one person's own decisions allow, at any instant. Pure; see `standingOf`. */
export interface Standing {
  /** The newest decision's; 0 when there is none. */
  readonly revision: number;
  /** As it is now, whatever the time: what the newest decision left. */
  readonly terms: PersonalTerms;
  readonly now: Levels;
  /** False when one of the decisions cannot be read any more: then nothing is allowed. */
  readonly isReadable: boolean;
  /** What it follows from, in order of revision. */
  readonly decided: readonly Decided[];
  readonly objections: ReadonlyMap<ParameterId, Objection>;
  /** The most that was allowed of each parameter; the highest level of those that nobody objected to. */
  at(instant: UnixMs): Levels;
  /** When the parameter was taken away for the first time after the instant; null: never. */
  takenAway(parameter: ParameterId, after: UnixMs): UnixMs | null;
}

/** `decided` in order of revision. A decision that nobody can read any more leaves nothing allowed from then on. */
export function standingOf(decided: readonly Decided[]): Standing {
  const steps: Step[] = [];
  let step: Step = { at: Number.NEGATIVE_INFINITY, revision: 0, isReadable: true, objections: new Map() };
  for (const one of decided) steps.push((step = next(step, one)));
  const last = step;
  return {
    revision: last.revision,
    terms: termsAt(last),
    now: levelsOf(last),
    isReadable: last.isReadable,
    decided,
    objections: last.objections,
    // A clock that was set back puts a later decision before an earlier one: the later one counts from the latest of them.
    at: (instant) => levelsOf(steps.findLast(({ at }) => at <= instant) ?? null),
    takenAway: (parameter, after) =>
      steps.find((one) => one.at > after && levelsOf(one)[parameter] === 'off')?.at ?? null,
  };
}

interface Step {
  readonly at: UnixMs;
  readonly revision: number;
  readonly isReadable: boolean;
  readonly objections: ReadonlyMap<ParameterId, Objection>;
}

function next(before: Step, { revision, at: decidedAt, decision }: Decided): Step {
  const at = Math.max(decidedAt, before.at);
  const isReadable = before.isReadable && decision !== null && revision === before.revision + 1;
  return {
    at,
    revision,
    isReadable,
    objections: decision === null ? before.objections : applied(before, at, decision),
  };
}

function applied({ objections, revision }: Step, at: UnixMs, decision: Decision): ReadonlyMap<ParameterId, Objection> {
  const after = new Map(objections);
  const { parameter } = decision;
  const objection = objections.get(parameter);
  if (decision.kind === 'objected') {
    const begun = revision + 1;
    after.set(parameter, { state: 'pending', revision: begun, since: at, grounds: decision.grounds, answer: null });
  } else if (decision.kind === 'ended') {
    after.delete(parameter);
  } else if (objection !== undefined) {
    const { kind: state, by, words } = decision;
    after.set(parameter, { ...objection, state, answer: { at, by, words } });
  }
  return after;
}

function termsAt({ revision, isReadable, objections }: Step): PersonalTerms {
  const named = isReadable ? [...objections.keys()] : parameterIds;
  return { revision, objection: Object.fromEntries(named.map((id) => [id, 'off'])) };
}

function levelsOf(step: Step | null): Levels {
  if (step === null) return EVERYTHING;
  const off = new Set(step.isReadable ? step.objections.keys() : parameterIds);
  return Object.fromEntries(parameterIds.map((id) => [id, off.has(id) ? 'off' : EVERYTHING[id]])) as Levels;
}

const EVERYTHING = Object.fromEntries(
  Object.entries(resolve([{ name: 'organisation', ceilings: {} }])).map(([id, { level }]): [string, Level] => [
    id,
    level,
  ]),
) as Levels;

/** That nothing was decided. */
export const NOTHING_DECIDED = standingOf([]);
