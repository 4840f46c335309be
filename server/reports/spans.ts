import { SECOND } from '../../shared/time.ts';
import { type Interval, isMoment, measure, partsWithin } from './intervals.ts';

/** What someone was at, and when. */
export interface Span extends Interval {
  readonly label: string;
}

/** Samples are taken every few seconds; a hole no longer than this between two alike is how sampling looks. */
const JOIN_MS = 15 * SECOND;

/** One at a time: each of the spans, which are in order of their beginning, ends where the next one begins. Moments stay. */
export function oneAtATime<S extends Interval>(spans: readonly S[]): S[] {
  const result: S[] = [];
  for (const [index, span] of spans.entries()) {
    const to = Math.min(span.to, spans[index + 1]?.from ?? Number.POSITIVE_INFINITY);
    if (span.from < to || isMoment(span)) result.push(to === span.to ? span : { ...span, to });
  }
  return result;
}

/** Joins neighbours that are alike, in order of time; what lies between two alike keeps them apart. */
export function joined<S extends Interval>(spans: readonly S[], alike: (a: S, b: S) => boolean): S[] {
  const result: S[] = [];
  for (const span of spans) {
    const last = result.at(-1);
    if (last === undefined || !alike(last, span) || span.from - last.to > JOIN_MS) {
      result.push(span);
      continue;
    }
    result[result.length - 1] = { ...last, to: Math.max(last.to, span.to) };
  }
  return result;
}

/** Time per label within what was tracked, longest first. Time under one label counts once. */
export function totalsOf(spans: readonly Span[], tracked: readonly Interval[]): { label: string; ms: number }[] {
  const byLabel = new Map<string, Span[]>();
  const inOrder = spans.toSorted((a, b) => a.from - b.from);
  for (const span of partsWithin(inOrder, tracked)) {
    const same = byLabel.get(span.label);
    if (same === undefined) byLabel.set(span.label, [span]);
    else same.push(span);
  }
  return [...byLabel]
    .map(([label, own]) => ({ label, ms: measure(own) }))
    .filter(({ ms }) => ms > 0)
    .toSorted((a, b) => b.ms - a.ms || (a.label < b.label ? -1 : 1));
}
