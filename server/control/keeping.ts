import { catalog, type ParameterId, parameterIds } from '../../shared/catalog.ts';
import type { PolicyDocument, PolicyRule } from '../../shared/policy/policy.ts';
import { addDays, type Day, dayOf, type UnixMs } from '../../shared/time.ts';
import type { Past } from '../store/store.ts';
import { instantOf, type PublishedTerms } from './told.ts';

/** What decides how long a stored record may be kept. Images are of `screenshot`. */
export interface KeptRecord {
  readonly parameter: ParameterId;
  readonly day: Day;
  readonly termsVersion: number;
  readonly expires: Day;
}

/** How long what is stored may be kept, by everything that was in force until now. */
export interface Keeping {
  /**
   * The last day on which it may be kept: the earliest of what was promised at its capture, what any policy that was in force since
   * keeps it for, and the most that the register allows. A later policy never makes it later.
   */
  until(record: KeptRecord): Day;
  isPast(record: KeptRecord, today: Day): boolean;
  /** All of which `isPast` is true, for the store. */
  past(today: Day): Past;
  /** How many days the policy in force keeps the parameter for. */
  days(parameter: ParameterId): number;
}

/** What of a published policy says how long something is kept. */
export interface KeepingTerms extends Pick<PublishedTerms, 'publishedAt'> {
  readonly document: Pick<PolicyDocument, 'version' | 'notBefore'> & {
    readonly parameters: Readonly<Record<ParameterId, Pick<PolicyRule, 'retentionDays'>>>;
  };
}

/** `published`: every version, oldest first. */
export function keepingBy(published: readonly KeepingTerms[], now: UnixMs): Keeping {
  const current = published.at(-1);
  const forces = current === undefined ? [] : inForceUntil(published, instantOf(now, current));
  const limits = new Map(parameterIds.map((parameter) => [parameter, limitsOf(forces, parameter)]));
  const of = (parameter: ParameterId): readonly Limit[] => limits.get(parameter) ?? [];

  function until({ parameter, day, termsVersion, expires }: KeptRecord): Day {
    const days = of(parameter).filter((one) => termsVersion <= one.termsVersion && day <= one.lastDay);
    const last = addDays(day, Math.min(...days.map((one) => one.days)));
    return last < expires ? last : expires;
  }

  return {
    until,
    isPast: (record, today) => until(record) < today,
    past: (today) => ({
      today,
      parameters: parameterIds.map((parameter) => ({
        parameter,
        limits: of(parameter).map(({ termsVersion, lastDay, days }) => {
          const [bySwitch, byAge] = [addDays(lastDay, 1), addDays(today, -days)];
          return { termsVersion, before: bySwitch < byAge ? bySwitch : byAge };
        }),
      })),
    }),
    days: (parameter) => Math.min(...of(parameter).flatMap(({ lastDay, days }) => (lastDay === EVER ? [days] : []))),
  };
}

interface Force {
  readonly terms: KeepingTerms;
  /** The last day on which it was in force. */
  readonly lastDay: Day;
}

/** What was in force at some time, in order. */
function inForceUntil(published: readonly KeepingTerms[], now: UnixMs): readonly Force[] {
  const forces: Force[] = [];
  let next = Number.POSITIVE_INFINITY;
  for (const terms of published.toReversed()) {
    const from = Math.max(terms.publishedAt, terms.document.notBefore);
    if (from > now || from >= next) continue;
    forces.unshift({ terms, lastDay: next === Number.POSITIVE_INFINITY ? EVER : dayOf(next) });
    next = from;
  }
  return forces;
}

interface Limit {
  /** It holds for what was captured under this version or an earlier one… */
  readonly termsVersion: number;
  /** …on this day or an earlier one: later it was not in force any more. */
  readonly lastDay: Day;
  readonly days: number;
}

const EVER: Day = '2099-12-31';

/** The strictest come last; one that a later one is at least as strict as says nothing. */
function limitsOf(forces: readonly Force[], parameter: ParameterId): readonly Limit[] {
  const limits: Limit[] = [
    { termsVersion: Number.MAX_SAFE_INTEGER, lastDay: EVER, days: catalog[parameter].retentionDays.ceiling },
  ];
  for (const { terms, lastDay } of forces.toReversed()) {
    const days = terms.document.parameters[parameter].retentionDays;
    if (limits.every((one) => one.days > days)) limits.push({ termsVersion: terms.document.version, lastDay, days });
  }
  return limits;
}
