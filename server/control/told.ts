import { type Level, type ParameterId, parameterIds, rank } from '../../shared/catalog.ts';
import type { Levels, PolicyDocument } from '../../shared/policy/policy.ts';
import { acknowledgedCeiling, type NoticeEvent } from '../../shared/policy/resolve.ts';
import { stopsUntilAcknowledged } from '../../shared/policy/widened.ts';
import type { UnixMs } from '../../shared/time.ts';

/** What a person has been told of on one device, at any instant. Pure; built once for a device and a history of policies. */
export interface Told {
  at(instant: UnixMs): Levels;
}

export interface PublishedTerms {
  readonly document: PolicyDocument;
  readonly publishedAt: UnixMs;
}

export interface Acknowledged {
  readonly noticeVersion: number;
  readonly at: UnixMs;
}

/**
 * `acknowledgedCeiling` over one device's history, and off for every parameter whose terms were widened since the last
 * notice that was acknowledged on it. `published` in order of version. Computed once per moment at which anything changed.
 */
export function toldBy(published: readonly PublishedTerms[], acknowledged: readonly Acknowledged[]): Told {
  const events: NoticeEvent[] = [
    ...published.map(
      ({ document, publishedAt }): NoticeEvent => ({
        kind: 'published',
        version: document.version,
        at: publishedAt,
        levels: levelsOfDocument(document),
      }),
    ),
    ...acknowledged.map(({ noticeVersion, at }): NoticeEvent => ({ kind: 'acknowledged', version: noticeVersion, at })),
  ];
  const widenings = wideningsOf(published);
  const moments = [...new Set(events.map((event) => event.at))].sort((a, b) => a - b);
  const steps = moments.map((at) => ({ at, levels: narrowed(acknowledgedCeiling(events, at), at) }));

  function narrowed(levels: Levels, at: UnixMs): Levels {
    const newest = Math.max(0, ...acknowledged.filter((one) => one.at <= at).map((one) => one.noticeVersion));
    const result: Record<ParameterId, Level> = { ...levels };
    for (const { parameter, version, publishedAt } of widenings) {
      if (publishedAt <= at && version > newest) result[parameter] = 'off';
    }
    return result;
  }

  return { at: (instant) => lastUpTo(steps, instant)?.levels ?? NOTHING };
}

/** Per parameter, the most that the person has been told of on any of the devices; off for all when there is none. */
export function toldOnAny(devices: readonly Levels[]): Levels {
  const most: Record<ParameterId, Level> = { ...NOTHING };
  for (const levels of devices) {
    for (const id of parameterIds) if (rank(id, levels[id]) > rank(id, most[id])) most[id] = levels[id];
  }
  return most;
}

/** The last step at or before `instant`; steps are in order of time. */
function lastUpTo<T extends { readonly at: number }>(steps: readonly T[], instant: number): T | null {
  let low = 0;
  let high = steps.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((steps[middle]?.at ?? Number.POSITIVE_INFINITY) <= instant) low = middle + 1;
    else high = middle;
  }
  return steps[low - 1] ?? null;
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
