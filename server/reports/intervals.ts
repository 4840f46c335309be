import type { UnixMs } from '../../shared/time.ts';

/** A half-open stretch of time. Every function here takes any intervals and answers with sorted, disjoint, non-empty ones. */
export interface Interval {
  readonly from: UnixMs;
  readonly to: UnixMs;
}

/** What was seen once and took no time. As a stretch it is empty, and every function below leaves it out. */
export function isMoment({ from, to }: Interval): boolean {
  return from === to;
}

/** Touching and overlapping intervals become one. */
export function union(intervals: readonly Interval[]): Interval[] {
  const sorted = intervals.filter(({ from, to }) => from < to).toSorted((a, b) => a.from - b.from);
  const merged: Interval[] = [];
  for (const { from, to } of sorted) {
    const last = merged.at(-1);
    if (last === undefined || last.to < from) merged.push({ from, to });
    else if (last.to < to) merged[merged.length - 1] = { from: last.from, to };
  }
  return merged;
}

export function subtract(intervals: readonly Interval[], without: readonly Interval[]): Interval[] {
  const holes = union(without);
  const left: Interval[] = [];
  let hole = 0;
  for (const { from, to } of union(intervals)) {
    let start = from;
    while ((holes[hole]?.to ?? Number.POSITIVE_INFINITY) <= start) hole += 1;
    for (let next = hole; next < holes.length; next += 1) {
      const cut = holes[next];
      if (cut === undefined || cut.from >= to) break;
      if (cut.from > start) left.push({ from: start, to: cut.from });
      start = Math.max(start, cut.to);
    }
    if (start < to) left.push({ from: start, to });
  }
  return left;
}

export function intersect(a: readonly Interval[], b: readonly Interval[]): Interval[] {
  const [left, right] = [union(a), union(b)];
  const common: Interval[] = [];
  let i = 0;
  let j = 0;
  while (i < left.length && j < right.length) {
    const [one, other] = [left[i], right[j]];
    if (one === undefined || other === undefined) break;
    const [from, to] = [Math.max(one.from, other.from), Math.min(one.to, other.to)];
    if (from < to) common.push({ from, to });
    if (one.to < other.to) i += 1;
    else j += 1;
  }
  return common;
}

/** The parts of each of `spans`, which are in order of their beginning, that lie within one of `intervals`. */
export function partsWithin<T extends Interval>(spans: readonly T[], intervals: readonly Interval[]): T[] {
  const windows = union(intervals);
  let first = 0;
  return spans.flatMap((span) => {
    while ((windows[first]?.to ?? Number.POSITIVE_INFINITY) <= span.from) first += 1;
    const parts: T[] = [];
    for (let index = first; index < windows.length; index += 1) {
      const window = windows[index];
      if (window === undefined || window.from >= span.to) break;
      const part = clip(span, window);
      if (part !== null) parts.push({ ...span, ...part });
    }
    return parts;
  });
}

/** Milliseconds that the intervals cover; what several cover counts once. */
export function measure(intervals: readonly Interval[]): number {
  return union(intervals).reduce((sum, { from, to }) => sum + (to - from), 0);
}

/** The part of one interval within bounds; null when there is none. */
export function clip({ from, to }: Interval, bounds: Interval): Interval | null {
  const [start, end] = [Math.max(from, bounds.from), Math.min(to, bounds.to)];
  return start < end ? { from: start, to: end } : null;
}
