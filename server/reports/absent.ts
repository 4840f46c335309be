import { type ParameterId, type Purpose, parameterIds } from '../../shared/catalog.ts';
import type { Levels } from '../../shared/policy/policy.ts';
import type { DayReport } from '../../shared/protocol/http/day.ts';
import type { UnixMs } from '../../shared/time.ts';

/** What a reader may see of a day, for what they declared; and what they could see of the rest for another purpose. */
export interface Sight {
  readonly viewable: ReadonlySet<ParameterId>;
  readonly elsewhere: ReadonlyMap<ParameterId, Purpose>;
  /** What they could see, had the person not had it restricted. */
  readonly withheld: ReadonlySet<ParameterId>;
}

/** What held on the day: at its end, or now while it lasts. */
export interface Circumstances extends Sight {
  readonly levels: Levels;
  /** Since when each parameter has been at its level. */
  readonly levelSince: Readonly<Record<ParameterId, UnixMs | null>>;
  /** The most that the person had acknowledged on any of their devices. */
  readonly acknowledged: Levels;
  /** From when counts what they have acknowledged and may still react to. */
  readonly counting: ReadonlyMap<ParameterId, UnixMs>;
  /** What the organisation had left out for the person, what they had not consented to, or objected to, and the like. */
  readonly forbidden: ReadonlyMap<ParameterId, Forbidden>;
  /** A device of theirs was enrolled. */
  readonly hasDevice: boolean;
  /** Parameters whose time is over for the day, or for its beginning. */
  readonly expired: ReadonlySet<ParameterId>;
  /** What was erased of the day, in the words for this reader. */
  readonly deleted: ReadonlyMap<ParameterId, Deleted>;
}

/**
 * Why nothing may be collected of one person that the policy would collect. `rests_on_consent` is said to others than the person,
 * whether they consented or not.
 */
export type Forbidden = 'left_out' | 'rests_on_consent' | 'not_consented' | 'objected' | 'restricted' | 'under_age';

/** To others than the person it reads as what is past its time does. */
export type Deleted = 'deleted_by_you' | 'deleted' | 'no_longer_kept';

/** For every parameter without a record: the first reason that is enough to explain it. */
export function absences(
  facts: Circumstances,
  recorded: ReadonlySet<ParameterId>,
  tracking: boolean,
): DayReport['absent'] {
  return parameterIds.filter((id) => !recorded.has(id)).map((id) => absence(facts, id, tracking));
}

function absence(facts: Circumstances, parameter: ParameterId, tracking: boolean): DayReport['absent'][number] {
  if (facts.withheld.has(parameter)) return { parameter, why: 'withheld', since: null };
  if (!facts.viewable.has(parameter)) return unseen(parameter, facts.elsewhere.get(parameter));
  if (facts.levels[parameter] === 'off') return { parameter, why: 'off_by_policy', since: facts.levelSince[parameter] };
  const forbidden = facts.forbidden.get(parameter);
  if (forbidden !== undefined) return { parameter, why: forbidden, since: null };
  if (!facts.hasDevice) return { parameter, why: 'no_device', since: null };
  if (facts.acknowledged[parameter] === 'off') {
    const from = facts.counting.get(parameter);
    if (from !== undefined) return { parameter, why: 'counts_later', since: null, from };
    return { parameter, why: 'not_acknowledged', since: facts.levelSince[parameter] };
  }
  // Before the reasons that claim to know what was recorded: what has expired could have held something.
  const deleted = facts.deleted.get(parameter);
  if (deleted !== undefined) return { parameter, why: deleted, since: null };
  if (facts.expired.has(parameter)) return { parameter, why: 'no_longer_kept', since: null };
  if (!tracking) return { parameter, why: 'not_tracking', since: null };
  return { parameter, why: 'nothing_recorded', since: null };
}

function unseen(parameter: ParameterId, purpose: Purpose | undefined): DayReport['absent'][number] {
  if (purpose === undefined) return { parameter, why: 'not_for_you', since: null };
  return { parameter, why: 'other_purpose', since: null, purpose };
}
