import { type ParameterId, parameterIds, rank } from '../../shared/catalog.ts';
import { DAY, type UnixMs } from '../../shared/time.ts';
import type { Agreement, Standing } from './standing.ts';
import type { Acknowledged, PublishedTerms } from './told.ts';

/** What of their organisation's notices a person knew, on whichever of their devices. */
export interface Reader {
  /** When the first of their devices was enrolled. */
  readonly since: UnixMs;
  /** All that they acknowledged. */
  readonly read: readonly Acknowledged[];
}

/** An acknowledgement as far as it counts from `at`. */
export interface Counted extends Acknowledged {
  readonly only: ReadonlySet<ParameterId>;
}

type Leavings = Standing['leavings'];

/** The newest raise of a parameter that an acknowledgement tells of: by the policy, and by what is no longer left out for the person. */
interface Raise {
  readonly version: number;
  readonly revision: number;
  readonly at: UnixMs;
}

/**
 * From when each acknowledgement counts, parameter by parameter. What it raises counts once the reaction period is over, which runs from
 * the person's first acknowledgement of that raise, on whichever device: they may object first. For whoever came after the raise it counts at once. The period is
 * the longest of all policies from the one that the person knew to the one that they acknowledged, so that nobody shortens it for what was to come.
 * `published` in order of version.
 */
export function countedFrom(
  published: readonly PublishedTerms[],
  acknowledged: readonly Acknowledged[],
  leavings: Leavings,
  { since, read }: Reader,
): readonly Counted[] {
  return acknowledged.flatMap((one) => {
    const byInstant = new Map<UnixMs, Set<ParameterId>>();
    for (const id of parameterIds) {
      const at = countsAt(id, one);
      if (acknowledged.some((other) => isNewer(other, one) && countsAt(id, other) <= at)) continue;
      byInstant.set(at, (byInstant.get(at) ?? new Set()).add(id));
    }
    return [...byInstant].map(([at, only]): Counted => ({ ...one, at, only }));
  });

  function countsAt(id: ParameterId, one: Acknowledged): UnixMs {
    return Math.max(one.at, endOfPeriod(id, one));
  }

  function endOfPeriod(id: ParameterId, one: Acknowledged): UnixMs {
    const raise = newestRaise(id, one);
    if (raise === null || raise.at <= since) return one.at;
    const { version, revision } = raise;
    const first = earliest(
      [...read, one].filter(({ noticeVersion, terms }) => noticeVersion >= version && terms >= revision),
    );
    return (first ?? one).at + daysOf(first ?? one) * DAY;
  }

  function newestRaise(id: ParameterId, { noticeVersion, terms }: Acknowledged): Raise | null {
    const version = termsOf(noticeVersion)?.document.parameters[id].noticeVersion;
    const raised = version === undefined ? undefined : termsOf(version);
    if (version === undefined || raised === undefined) return null;
    const lifted = leavings.findLast(
      ({ revision, levels }, place) =>
        revision <= terms && isHigher(id, levels[id], leavings[place - 1]?.levels[id] ?? levels[id]),
    );
    const at = Math.max(raised.publishedAt, lifted?.at ?? raised.publishedAt);
    return { version, revision: lifted?.revision ?? 0, at };
  }

  function daysOf(first: Acknowledged): number {
    // What was read while a period ran does not end it.
    const longest = longestOf(published.filter(({ document: { version } }) => version <= first.noticeVersion));
    const before = read.filter(({ at }) => at < first.at - longest * DAY).map(({ noticeVersion }) => noticeVersion);
    const known = before.length > 0 ? Math.max(...before) : versionAt(since);
    const between = published.filter(({ document: { version } }) => version >= known && version <= first.noticeVersion);
    return longestOf(between);
  }

  function termsOf(version: number): PublishedTerms | undefined {
    return published[version - 1];
  }

  function versionAt(instant: UnixMs): number {
    return published.findLast(({ publishedAt }) => publishedAt <= instant)?.document.version ?? 1;
  }
}

/**
 * From when an agreement counts: once the reaction period is over, as for an acknowledgement, which may have begun before it. The period is
 * the longest of all policies from the one that was agreed to before.
 */
export function agreedFrom(
  published: readonly PublishedTerms[],
  { version, at }: Agreement,
  before: number,
  read: readonly Acknowledged[],
): UnixMs {
  const between = published.filter(({ document }) => document.version >= before && document.version <= version);
  const first = earliest(read.filter(({ noticeVersion }) => noticeVersion >= version))?.at ?? at;
  return Math.max(at, Math.min(first, at) + longestOf(between) * DAY);
}

function longestOf(published: readonly PublishedTerms[]): number {
  return Math.max(0, ...published.map(({ document }) => document.reactionDays ?? 0));
}

/** Tells of all that the other tells of, and more: what counts of it is not taken back by the other. */
function isNewer(one: Acknowledged, other: Acknowledged): boolean {
  if (one.noticeVersion === other.noticeVersion && one.terms === other.terms) return false;
  return one.noticeVersion >= other.noticeVersion && one.terms >= other.terms;
}

function earliest(read: readonly Acknowledged[]): Acknowledged | undefined {
  return read.reduce<Acknowledged | undefined>(
    (first, one) => (first === undefined || one.at < first.at ? one : first),
    undefined,
  );
}

function isHigher(id: ParameterId, after: string, before: string): boolean {
  return rank(id, after) > rank(id, before);
}
