import type { DayReport } from '../../../shared/protocol/http/day.ts';
import { HOUR, MINUTE } from '../../../shared/time.ts';

export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Where a span stands on the axis, in percent of its width. */
export interface Place {
  readonly left: number;
  readonly width: number;
}

/** Fewer hours than this would make a short session look like a full day. */
const MIN_HOURS = 6;

/** The whole hours of the day that have something to show, at least six; eight to eighteen when nothing has. */
export function visibleSpan(report: DayReport): Span {
  const spans: Span[] = [
    ...report.sessions,
    ...report.work,
    ...report.activity,
    ...report.apps,
    ...report.sites,
    ...report.screenshots.map(({ at }) => ({ from: at, to: at })),
    ...report.notes.map(({ at }) => ({ from: at, to: at })),
  ];
  const hours = Math.round((report.to - report.from) / HOUR);
  if (spans.length === 0) return hoursOf(report, Math.min(8, hours), Math.min(18, hours));
  const first = Math.min(...spans.map(({ from }) => from));
  const last = Math.max(...spans.map(({ to }) => to));
  let start = clamp(Math.floor((first - report.from) / HOUR), 0, hours);
  let end = clamp(Math.ceil((last - report.from) / HOUR), start, hours);
  end = clamp(Math.max(end, start + MIN_HOURS), 0, hours);
  start = clamp(Math.min(start, end - MIN_HOURS), 0, hours);
  return hoursOf(report, start, end);
}

/** Full hours on the axis, thinned so that at most `max` are labelled. */
export function hourTicks({ from, to }: Span, max: number): readonly number[] {
  const hours = Math.round((to - from) / HOUR);
  const step = [1, 2, 3, 4, 6, 12].find((candidate) => hours / candidate <= max) ?? 24;
  const ticks: number[] = [];
  for (let hour = 0; hour <= hours; hour += step) ticks.push(from + hour * HOUR);
  return ticks;
}

/** Where a span is to be drawn; null when none of it is visible. */
export function place(span: Span, visible: Span): Place | null {
  const from = Math.max(span.from, visible.from);
  const to = Math.min(span.to, visible.to);
  if (to < from) return null;
  const whole = visible.to - visible.from;
  return { left: ((from - visible.from) / whole) * 100, width: ((to - from) / whole) * 100 };
}

export interface Run extends Span {
  readonly label: string;
}

/** Neighbours with the same label become one; a pause of up to a minute between them is not drawn. */
export function runsOf(spans: readonly Run[]): readonly Run[] {
  const runs: Run[] = [];
  for (const { from, to, label } of spans.toSorted((a, b) => a.from - b.from)) {
    const last = runs.at(-1);
    if (last !== undefined && last.label === label && from - last.to <= MINUTE) {
      runs[runs.length - 1] = { ...last, to: Math.max(last.to, to) };
    } else {
      runs.push({ from, to, label });
    }
  }
  return runs;
}

export interface ActivityBar extends Span {
  /** 0 to 1: of the busiest ten minutes of the day, or 1 for "yes" where only yes and no are recorded. */
  readonly height: number;
  readonly active: boolean;
  /** Summed over the ten minutes; null where only yes and no are recorded. */
  readonly counts: {
    readonly keys: number;
    readonly clicks: number;
    readonly scrolls: number;
    readonly moves: number;
  } | null;
}

const SLOT = 10 * MINUTE;

/** Activity per ten minutes, aligned to the hour. Pointer moves are summed but do not make a bar higher. */
export function activityBars(activity: DayReport['activity'], dayStart: number): readonly ActivityBar[] {
  const slots = new Map<number, ActivityBar>();
  for (const item of activity) {
    const slot = dayStart + Math.floor((item.from - dayStart) / SLOT) * SLOT;
    const before = slots.get(slot);
    slots.set(slot, {
      from: slot,
      to: slot + SLOT,
      height: 0,
      active: item.active || (before?.active ?? false),
      counts: sum(before?.counts ?? null, item.counts),
    });
  }
  const bars = [...slots.values()].toSorted((a, b) => a.from - b.from);
  const busiest = Math.max(1, ...bars.map(volume));
  return bars.map((bar) => ({ ...bar, height: heightOf(bar, busiest) }));
}

function heightOf(bar: ActivityBar, busiest: number): number {
  if (bar.counts === null) return bar.active ? 1 : 0;
  return bar.active ? Math.max(0.06, volume(bar) / busiest) : 0;
}

function volume({ counts }: ActivityBar): number {
  return counts === null ? 0 : counts.keys + counts.clicks + counts.scrolls;
}

function sum(a: ActivityBar['counts'], b: ActivityBar['counts']): ActivityBar['counts'] {
  if (a === null || b === null) return a ?? b;
  return {
    keys: a.keys + b.keys,
    clicks: a.clicks + b.clicks,
    scrolls: a.scrolls + b.scrolls,
    moves: a.moves + b.moves,
  };
}

function hoursOf(report: Span, start: number, end: number): Span {
  return { from: report.from + start * HOUR, to: report.from + end * HOUR };
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
