import { type ParameterId, parameterIds } from '../../shared/catalog.ts';
import type { ObservationOf } from '../../shared/events/observation.ts';
import type { SessionId } from '../../shared/ids.ts';
import type { DayReport } from '../../shared/protocol/http/day.ts';
import type { UnixMs } from '../../shared/time.ts';
import { absences, type Circumstances, type Sight } from './absent.ts';
import { isSameMark, joinedMarks, marked } from './corrected.ts';
import { clip, type Interval, intersect, isMoment, measure, partsWithin, subtract, union } from './intervals.ts';
import { inOrder, ofParameter, type Recorded, readable } from './recorded.ts';
import { type Session, type Standing, sessionsOf, trackedOf } from './sessions.ts';
import { joined, oneAtATime, type Span, totalsOf } from './spans.ts';

/** What a day is made of. Records of the neighbouring days belong to it: sessions do not end at midnight. */
export interface DayFacts extends DaySetting, Known {}

/** Which day it is, and what held on it. */
export interface DaySetting extends Circumstances {
  readonly header: Pick<DayReport, 'person' | 'day' | 'zone' | 'policyVersion' | 'recordedAccess'>;
  readonly bounds: Interval;
  readonly now: UnixMs;
}

export interface Known extends Standing {
  /** Only of parameters that the viewer may see. */
  readonly records: readonly Recorded[];
}

/** One person's day from their opened observations. Pure; the order of the records makes no difference. */
export function dayReport(facts: DayFacts): DayReport {
  return reportOn(historyOf(facts, facts.now), facts);
}

/** What is known of a person, for any number of reports on it. */
export interface History {
  readonly records: readonly Recorded[];
  readonly sessions: readonly Session[];
}

export function historyOf({ records, ...standing }: Known, now: UnixMs): History {
  const ordered = inOrder(records.map((record) => known(record, now)));
  return { records: ordered, sessions: sessionsOf(ordered, standing, now) };
}

/** As much of it as is past. */
function known(record: Recorded, now: UnixMs): Recorded {
  const { observation } = record;
  if (observation.at + observation.span <= now) return record;
  return { ...record, observation: { ...observation, span: Math.max(0, now - observation.at) } };
}

export function reportOn({ records, sessions }: History, facts: DaySetting): DayReport {
  const { bounds, now } = facts;
  const shown = facts.viewable.has('session');
  const tracked = intersect(trackedOf(sessions), [bounds]);
  const during = within(records, bounds);
  const shaping = fromTheFirstOf(during, records, bounds);
  const work = workOf(records, sessions).flatMap((one) => clipped(one, bounds));
  const unnamed = unnamedIn(facts);
  const apps = appsOf(shaping, unnamed).flatMap((one) => shownIn(one, bounds));
  const sites = sitesOf(shaping).flatMap((one) => shownIn(one, bounds));
  const withoutAbsent = {
    ...facts.header,
    ...bounds,
    generatedAt: now,
    sessions: (shown ? sessions : [])
      .flatMap((one) => clipped(one, bounds))
      .map(({ from, to, open, stopCause, overlapping, mark }) => {
        return { from, to, open, stopCause, overlapping, ...marked(mark) };
      }),
    gaps: (shown ? sessions : [])
      .flatMap((one) => one.gaps)
      .flatMap((gap) => clipped(gap, bounds))
      .toSorted(byTime),
    work,
    activity: activityOf(during).flatMap((one) => shownIn(one, bounds)),
    apps,
    sites: sites.map(({ from, to, label, mark }) => ({ from, to, label, ...marked(mark) })),
    screenshots: momentsIn(during, 'screenshot', bounds).map(({ at, image, level, width, height, mark }) => {
      return { at, image, level, width, height, ...marked(mark) };
    }),
    notes: momentsIn(during, 'notes', bounds).map(({ at, note, mark }) => ({ at, note, ...marked(mark) })),
    device: momentsIn(during, 'device', bounds).map((one) => {
      return { at: one.at, description: describeDevice(one), ...marked(one.mark) };
    }),
    timezones: momentsIn(during, 'timezone', bounds).map(({ at, zone, mark }) => ({ at, zone, ...marked(mark) })),
    totals: {
      trackedMs: shown ? measure(tracked) : 0,
      byProject: totalsOf(work.map(projectSpan), tracked),
      byApp: totalsOf(
        apps.filter(({ label }) => label !== unnamed),
        tracked,
      ),
      bySite: totalsOf(
        sites.map(({ from, to, site }) => ({ from, to, label: site })),
        tracked,
      ),
    },
  };
  const recorded = new Set(during.map(({ observation }) => observation.parameter));
  // What lasts from one record to another: on a day there may be records of what is not of it, and the other way round.
  const lasting: Partial<Record<ParameterId, boolean>> = {
    session: withoutAbsent.sessions.length > 0,
    project: work.length > 0,
    app: apps.some(({ label }) => label !== unnamed),
    title: apps.some(({ title }) => title !== null),
    url: sites.length > 0,
  };
  for (const id of parameterIds) {
    if (lasting[id] === true) recorded.add(id);
    if (lasting[id] === false) recorded.delete(id);
  }
  return { ...withoutAbsent, absent: absences(facts, recorded, !shown || tracked.length > 0) };
}

/** A title whose application is not collected, or not shown to this reader. */
const NOT_COLLECTED = 'not collected';
const NOT_FOR_YOU = 'not for you';
const OTHER_PURPOSE = 'not for this purpose';
const WITHHELD = 'restricted by the person';
const NO_PROJECT = 'no project';

function unnamedIn({ viewable, elsewhere, withheld }: Sight): string {
  if (withheld.has('app')) return WITHHELD;
  if (viewable.has('app')) return NOT_COLLECTED;
  return elsewhere.has('app') ? OTHER_PURPOSE : NOT_FOR_YOU;
}

function workOf(records: readonly Recorded[], sessions: readonly Session[]): DayReport['work'] {
  const chosen = new Map<SessionId, Recorded<ObservationOf<'project'>>[]>();
  for (const record of ofParameter(records, 'project')) {
    const own = chosen.get(record.session);
    if (own === undefined) chosen.set(record.session, [record]);
    else own.push(record);
  }
  return sessions
    .flatMap((session) => {
      const own = chosen.get(session.session) ?? [];
      const spans = own.map(({ observation: { at, project, task }, mark }, index) => {
        const to = own[index + 1]?.observation.at ?? session.to;
        return { from: at, to, ...readable({ project, task }), ...marked(mark) };
      });
      return partsWithin(spans, session.tracked);
    })
    .toSorted(byTime);
}

function projectSpan({ from, to, project }: DayReport['work'][number]): Span {
  return { from, to, label: project ?? NO_PROJECT };
}

function activityOf(records: readonly Recorded[]): DayReport['activity'] {
  return ofParameter(records, 'activity').map(({ observation, mark }) => {
    const when = { ...intervalOf(observation), ...marked(mark) };
    if (observation.level === 'active') return { ...when, active: observation.active, counts: null };
    const { keys, clicks, scrolls, moves } = observation;
    return { ...when, active: keys + clicks + scrolls + moves > 0, counts: { keys, clicks, scrolls, moves } };
  });
}

/** What was in front, one at a time, with its title where that is collected. Two devices are two rows of time. */
function appsOf(records: readonly Recorded[], unnamed: string): DayReport['apps'] {
  const [apps, titles] = [ofParameter(records, 'app'), ofParameter(records, 'title')];
  const devices = [...new Set([...apps, ...titles].map(({ device }) => device))].toSorted();
  return devices
    .flatMap((device) => {
      const named = joined(
        oneAtATime(
          apps
            .filter((one) => one.device === device)
            .map(({ observation, mark }) => ({
              ...intervalOf(observation),
              label: observation.level === 'name' ? observation.name : observation.category,
              ...marked(mark),
            })),
        ),
        (a, b) => a.label === b.label && isSameMark(a, b),
      );
      const titled = joined(
        oneAtATime(
          titles
            .filter((one) => one.device === device)
            .map(({ observation, mark }) => ({
              ...intervalOf(observation),
              title: observation.title,
              ...marked(mark),
            })),
        ),
        (a, b) => a.title === b.title && isSameMark(a, b),
      );
      return withTitles(named, titled, unnamed);
    })
    .toSorted((a, b) => byTime(a, b) || (a.label < b.label ? -1 : 1));
}

/** When something was in front, by the entries that a day shows of it; here they go on over midnight. */
export function frontEntries(records: readonly Recorded[], now: UnixMs): Interval[] {
  const ordered = inOrder(records.map((record) => known(record, now)));
  return [...appsOf(ordered, NOT_COLLECTED), ...sitesOf(ordered)].map(({ from, to }) => ({ from, to }));
}

type Marked = Pick<Recorded, 'mark'>;

function withTitles(
  apps: readonly (Span & Marked)[],
  titles: readonly (Interval & { readonly title: string } & Marked)[],
  unnamed: string,
): DayReport['apps'] {
  const untitled = outside(apps, titles).map((part) => ({ ...part, title: null }));
  const alone = outside(titles, apps).map((part) => ({ ...part, label: unnamed }));
  return [...overlay(apps, titles), ...untitled, ...alone];
}

/** The parts of each that none of the others covers. Both lists are in order of time. */
function outside<T extends Interval>(spans: readonly T[], others: readonly Interval[]): T[] {
  const holes = union(others);
  const moments = new Set(others.filter(isMoment).map(({ from }) => from));
  let first = 0;
  return spans.flatMap((span) => {
    while ((holes[first]?.to ?? Number.POSITIVE_INFINITY) <= span.from) first += 1;
    if (isMoment(span)) {
      const isCovered = moments.has(span.from) || (holes[first]?.from ?? Number.POSITIVE_INFINITY) <= span.from;
      return isCovered ? [] : [span];
    }
    let end = first;
    while ((holes[end]?.from ?? Number.POSITIVE_INFINITY) < span.to) end += 1;
    return subtract([span], holes.slice(first, end)).map((part) => ({ ...span, ...part }));
  });
}

function overlay(
  apps: readonly (Span & Marked)[],
  titles: readonly (Interval & { readonly title: string } & Marked)[],
): DayReport['apps'] {
  const result: DayReport['apps'] = [];
  let first = 0;
  for (const app of apps) {
    for (let title = titles[first]; title !== undefined && isBefore(title, app); title = titles[first]) first += 1;
    for (let index = first; index < titles.length; index += 1) {
      const title = titles[index];
      if (title === undefined || isBefore(app, title)) break;
      const part = meeting(title, app);
      if (part === null) continue;
      const mark = joinedMarks([app.mark ?? null, title.mark ?? null]);
      result.push({ ...part, label: app.label, title: title.title, ...marked(mark) });
    }
  }
  return result;
}

function isBefore(one: Interval, other: Interval): boolean {
  return one.to < other.from || (one.to === other.from && !isMoment(one));
}

/** What two have in common: a stretch, or the moment that one of them is within the other. */
function meeting(one: Interval, other: Interval): Interval | null {
  const part = clip(one, other);
  if (part !== null || isBefore(one, other) || isBefore(other, one)) return part;
  const at = Math.max(one.from, other.from);
  return isMoment(one) || isMoment(other) ? { from: at, to: at } : null;
}

/** `site` is what totals count by: of a page, its host. */
function sitesOf(records: readonly Recorded[]): (Span & { readonly site: string } & Marked)[] {
  const spans = ofParameter(records, 'url').map(({ device, observation, mark }) => ({
    ...intervalOf(observation),
    ...siteOf(observation),
    ...marked(mark),
    device,
  }));
  const devices = [...new Set(spans.map(({ device }) => device))].toSorted();
  return devices
    .flatMap((device) =>
      joined(
        oneAtATime(spans.filter((one) => one.device === device)),
        (a, b) => a.label === b.label && isSameMark(a, b),
      ),
    )
    .toSorted((a, b) => byTime(a, b) || (a.label < b.label ? -1 : 1));
}

function siteOf(observation: ObservationOf<'url'>): { label: string; site: string } {
  switch (observation.level) {
    case 'category':
      return { label: observation.category, site: observation.category };
    case 'domain':
      return { label: observation.domain, site: observation.domain };
    case 'host_path':
      return { label: `${observation.host}${observation.path}`, site: observation.host };
  }
}

function describeDevice(observation: ObservationOf<'device'>): string {
  const { platform, arch } = observation;
  if (observation.level === 'coarse') return `${platform}, ${arch}`;
  const { model, osVersion, memoryGiB } = observation;
  return [model, `${platform} ${osVersion}`, arch, `${memoryGiB} GiB`].filter((part) => part !== null).join(', ');
}

function within(records: readonly Recorded[], { from, to }: Interval): Recorded[] {
  return records.filter(({ observation: { at, span } }) => at < to && (at >= from || at + span > from));
}

/** Whatever begins after the first record that reaches into the bounds may end what it shows, also before they begin. */
function fromTheFirstOf(during: readonly Recorded[], records: readonly Recorded[], { to }: Interval): Recorded[] {
  const [first] = during;
  if (first === undefined) return [];
  return records.slice(records.indexOf(first)).filter(({ observation: { at } }) => at < to);
}

function momentsIn<P extends ParameterId>(records: readonly Recorded[], parameter: P, { from, to }: Interval) {
  return ofParameter(records, parameter)
    .map(({ observation, mark }) => ({ ...observation, ...marked(mark) }))
    .filter(({ at }) => at >= from && at < to);
}

function clipped<T extends Interval>(one: T, bounds: Interval): T[] {
  const part = clip(one, bounds);
  return part === null ? [] : [{ ...one, ...part }];
}

/** The part within the day; a moment as it is, or the person would be shown less than is stored of them. */
function shownIn<T extends Interval>(one: T, bounds: Interval): T[] {
  if (!isMoment(one)) return clipped(one, bounds);
  return one.from >= bounds.from && one.from < bounds.to ? [one] : [];
}

function intervalOf({ at, span }: { readonly at: UnixMs; readonly span: number }): Interval {
  return { from: at, to: at + span };
}

function byTime(a: Interval, b: Interval): number {
  return a.from - b.from || a.to - b.to;
}
