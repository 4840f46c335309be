import type { WeekReport } from '../../../shared/protocol/http/week.ts';

/** One line of a table of the week: a label, and its time on each of the seven days. */
export interface Line {
  readonly label: string;
  readonly byDay: readonly number[];
  readonly total: number;
}

type Totals = WeekReport['days'][number]['totals'];

/** A line for each label of the week, longest first. */
export function linesOf({ days }: WeekReport, of: 'byProject' | 'byApp'): readonly Line[] {
  const labels = [...new Set(days.flatMap(({ totals }) => totals[of].map(({ label }) => label)))];
  return labels
    .map((label) =>
      lineOf(
        label,
        days.map(({ totals }) => timeOf(totals, of, label)),
      ),
    )
    .toSorted((a, b) => b.total - a.total || (a.label < b.label ? -1 : 1));
}

export function lineOf(label: string, byDay: readonly number[]): Line {
  return { label, byDay, total: byDay.reduce((sum, ms) => sum + ms, 0) };
}

/** Days that are alike in something, told together: the first and last of each run, and what they have in common. */
export function runsOf<T>(days: readonly T[], key: (day: T) => string | null): { from: T; to: T; key: string }[] {
  const runs: { from: T; to: T; key: string; end: number }[] = [];
  for (const [index, day] of days.entries()) {
    const common = key(day);
    const last = runs.at(-1);
    if (common === null) continue;
    if (last !== undefined && last.key === common && last.end === index - 1) {
      runs[runs.length - 1] = { ...last, to: day, end: index };
    } else runs.push({ from: day, to: day, key: common, end: index });
  }
  return runs.map(({ from, to, key: common }) => ({ from, to, key: common }));
}

/** How much of the shade a cell has, 0 to 4: by the longest cell of its table. */
export function shadeOf(ms: number, longest: number): 0 | 1 | 2 | 3 | 4 {
  if (ms <= 0 || longest <= 0) return 0;
  const share = ms / longest;
  if (share <= 0.25) return 1;
  if (share <= 0.5) return 2;
  return share <= 0.75 ? 3 : 4;
}

function timeOf(totals: Totals, of: 'byProject' | 'byApp', label: string): number {
  return totals[of].find((one) => one.label === label)?.ms ?? 0;
}
