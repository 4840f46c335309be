import { type Level, least, type ParameterId, parameterIds, rank } from '../../shared/catalog.ts';
import { type AgreedTerms, ruleWithin, takings } from '../../shared/policy/agreed.ts';
import type { PersonalTerms } from '../../shared/policy/personal.ts';
import type { Levels, PolicyDocument } from '../../shared/policy/policy.ts';
import { acknowledgedCeiling, type NoticeEvent } from '../../shared/policy/resolve.ts';
import { stopsUntilAcknowledged } from '../../shared/policy/widened.ts';
import type { UnixMs } from '../../shared/time.ts';
import { agreedFrom, countedFrom, type Reader } from './reaction.ts';
import type { Agreement, Standing } from './standing.ts';

/** What a person has been told of on one device, at any instant. Pure; built once for a device and a history of policies. */
export interface Told {
  at(instant: UnixMs): Levels;
  /** When the parameter was taken away for the first time after the instant: switched off, or its terms widened. Null: never. */
  takenAway(parameter: ParameterId, after: UnixMs): UnixMs | null;
  /** What they were told of and may still react to: the next higher level of each parameter, and from when it counts. */
  coming(instant: UnixMs): Coming;
  /** The old terms that stay for the person then, because they have not agreed to what took something from them; null when none do. */
  agreed(instant: UnixMs): AgreedTerms | null;
}

/** A person's terms with the old ones of the policy that stay for them at the instant. */
export function termsWith(terms: PersonalTerms, told: Pick<Told, 'agreed'>, instant: UnixMs): PersonalTerms {
  const agreed = told.agreed(instant);
  return agreed === null ? terms : { ...terms, agreed };
}

export type Coming = Readonly<Partial<Record<ParameterId, { readonly level: Level; readonly from: UnixMs }>>>;

export interface PublishedTerms {
  readonly document: PolicyDocument;
  readonly publishedAt: UnixMs;
}

export interface Acknowledged {
  readonly noticeVersion: number;
  /** The revision of the person's own terms by which the notice was shown. */
  readonly terms: number;
  readonly at: UnixMs;
}

/** What the organisation left out for the person at some time; see `Standing.leavings`. */
type Leavings = Standing['leavings'];

/**
 * The instant at which it is judged what somebody has been told of: now, and never before the policy in force was published,
 * which on a clock that was set back is later.
 */
export function instantOf(now: UnixMs, current: Pick<PublishedTerms, 'publishedAt'>): UnixMs {
  return Math.max(now, current.publishedAt);
}

/** What one device's person has been told of; see `tellerOf`. */
export function toldBy(
  published: readonly PublishedTerms[],
  acknowledged: readonly Acknowledged[],
  leavings: Leavings = [],
  reader: Reader = { since: Number.POSITIVE_INFINITY, read: acknowledged },
  agreements: readonly Agreement[] = [],
): Told {
  return tellerOf(published)(acknowledged, leavings, reader, agreements);
}

/**
 * `acknowledgedCeiling` over the history of one device after another and of its person's own terms, and off for every parameter whose terms were widened
 * since the last notice that was acknowledged on it. `published` in order of version; what is the same for all devices is
 * computed once, and the rest once per moment that is asked for at which anything changed.
 */
export function tellerOf(
  published: readonly PublishedTerms[],
): (
  acknowledged: readonly Acknowledged[],
  leavings: Leavings,
  reader: Reader,
  agreements: readonly Agreement[],
) => Told {
  const publications = published.map(
    ({ document, publishedAt }): NoticeEvent => ({
      kind: 'published',
      version: document.version,
      at: publishedAt,
      levels: levelsOfDocument(document),
    }),
  );
  const widenings = wideningsOf(published);
  const publishedAt = new Map(published.map(({ document, publishedAt }) => [document.version, publishedAt]));

  const taken = takings(published.map(({ document }) => document));
  const versionAt = (instant: UnixMs): number =>
    published.findLast((one) => one.publishedAt <= instant)?.document.version ?? 1;

  return (kept, leavings, reader, agreements) => {
    const agreedTo = agreementsCounted(published, versionAt(reader.since), agreements, reader);
    // As in `acknowledgedCeiling`: never before the publication, and nothing for a version that there is not.
    const acknowledged = kept.flatMap(({ noticeVersion, terms, at }): Acknowledged[] => {
      const from = publishedAt.get(noticeVersion);
      const known = leavings.filter(({ revision }) => revision <= terms).map((one) => one.at);
      return from === undefined ? [] : [{ noticeVersion, terms, at: Math.max(at, from, ...known) }];
    });
    const counted = countedFrom(published, acknowledged, leavings, reader);
    const events: NoticeEvent[] = [
      ...publications,
      ...leavings.map(({ revision, at, levels }): NoticeEvent => ({ kind: 'held', revision, at, levels })),
      ...counted.map(
        ({ noticeVersion: version, terms, at, only }): NoticeEvent => ({
          kind: 'acknowledged',
          version,
          terms,
          at,
          only,
        }),
      ),
    ];
    const moments = [...new Set([...events, ...agreedTo.slice(1)].map((event) => event.at))].sort((a, b) => a - b);
    const known = new Map<UnixMs, Levels>();

    function levelsFrom(moment: UnixMs): Levels {
      const before = known.get(moment);
      if (before !== undefined) return before;
      const levels = narrowed(acknowledgedCeiling(events, moment), moment);
      known.set(moment, levels);
      return levels;
    }

    function takenAt(at: UnixMs) {
      return taken(agreedTo.findLast((one) => one.at <= at)?.version ?? 1);
    }

    function agreedAt(at: UnixMs): AgreedTerms | null {
      const terms = takenAt(at).terms(versionAt(at));
      const next = agreedTo.findLast((one) => one.at > at);
      if (terms === null || next === undefined) return terms;
      return { ...terms, pending: { version: next.version, from: next.at } };
    }

    function narrowed(levels: Levels, at: UnixMs): Levels {
      const counting = counted.filter((one) => one.at <= at);
      const { isKept } = takenAt(at);
      const result: Record<ParameterId, Level> = { ...levels };
      for (const { parameter, version, publishedAt } of widenings) {
        const isTold = counting.some(({ noticeVersion, only }) => noticeVersion >= version && only.has(parameter));
        if (publishedAt <= at && !isTold && !isKept(parameter, version)) result[parameter] = 'off';
      }
      const agreed = agreedAt(at) ?? undefined;
      const rules = published[versionAt(at) - 1]?.document.parameters;
      if (agreed === undefined || rules === undefined) return result;
      for (const id of parameterIds) {
        result[id] = least(id, result[id], ruleWithin(id, rules[id], agreed).level);
      }
      return result;
    }

    return {
      agreed: agreedAt,
      at(instant) {
        const moment = lastUpTo(moments, instant);
        return moment === null ? NOTHING : levelsFrom(moment);
      },
      coming(instant) {
        const last = lastUpTo(moments, instant);
        const now = last === null ? NOTHING : levelsFrom(last);
        const coming: Partial<Record<ParameterId, { level: Level; from: UnixMs }>> = {};
        for (const from of moments.filter((moment) => moment > instant).toReversed()) {
          const then = levelsFrom(from);
          for (const id of parameterIds)
            if (rank(id, then[id]) > rank(id, now[id])) coming[id] = { level: then[id], from };
        }
        return coming;
      },
      takenAway(parameter, after) {
        return moments.find((moment) => moment > after && levelsFrom(moment)[parameter] === 'off') ?? null;
      },
    };
  };
}

/** With the version that the person began with, in the order in which they count. */
function agreementsCounted(
  published: readonly PublishedTerms[],
  began: number,
  agreements: readonly Agreement[],
  { read }: Reader,
): readonly Agreement[] {
  const known: Agreement[] = [{ version: began, at: Number.NEGATIVE_INFINITY }];
  for (const one of agreements) {
    if (one.version <= (known.at(-1)?.version ?? began)) continue;
    // One that does not count yet has not ended its own period, and must not shorten that by being agreed to once more.
    const before = known.findLast(({ at }) => at <= one.at)?.version ?? began;
    known.push({ ...one, at: agreedFrom(published, one, before, read) });
  }
  return known;
}

/** Per parameter, the most that the person has been told of on any of the devices; off for all when there is none. */
export function toldOnAny(devices: readonly Levels[]): Levels {
  const most: Record<ParameterId, Level> = { ...NOTHING };
  for (const levels of devices) {
    for (const id of parameterIds) if (rank(id, levels[id]) > rank(id, most[id])) most[id] = levels[id];
  }
  return most;
}

/** The last of the moments, which are in order, at or before `instant`. */
function lastUpTo(moments: readonly UnixMs[], instant: UnixMs): UnixMs | null {
  let low = 0;
  let high = moments.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((moments[middle] ?? Number.POSITIVE_INFINITY) <= instant) low = middle + 1;
    else high = middle;
  }
  return moments[low - 1] ?? null;
}

function wideningsOf(
  published: readonly PublishedTerms[],
): { parameter: ParameterId; version: number; publishedAt: UnixMs }[] {
  return published.slice(1).flatMap(({ document, publishedAt }, index) => {
    const before = published[index]?.document;
    if (before === undefined) return [];
    return parameterIds
      .filter((id) => stopsUntilAcknowledged(id, before, document))
      .map((parameter) => ({ parameter, version: document.version, publishedAt }));
  });
}

function levelsOfDocument(document: PolicyDocument): Levels {
  return Object.fromEntries(parameterIds.map((id) => [id, document.parameters[id].level])) as Levels;
}

const NOTHING = Object.fromEntries(parameterIds.map((id) => [id, 'off'])) as Levels;
