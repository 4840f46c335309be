import { type ParameterId, parameterIds } from '../../../shared/catalog.ts';
import type { DropCause } from '../../../shared/outcome.ts';

/** How many observations, by parameter. What is not named is 0. */
export type Tally = Partial<Record<ParameterId, number>>;
/** How many observations were recorded and will never be sent, by parameter and cause. */
export type DropTally = Partial<Record<ParameterId, Partial<Record<DropCause, number>>>>;

export interface DropLine {
  readonly parameter: ParameterId;
  readonly cause: DropCause;
  readonly count: number;
}

export function tallyOf(parameters: readonly ParameterId[]): Tally {
  const tally: Tally = {};
  for (const id of parameters) tally[id] = (tally[id] ?? 0) + 1;
  return tally;
}

export function totalOf(tally: Tally): number {
  return Object.values(tally).reduce((sum, count) => sum + count, 0);
}

/** Adds one line to a tally and returns the tally. */
export function addDrop(tally: DropTally, { parameter, cause, count }: DropLine): DropTally {
  if (count <= 0) return tally;
  const causes = tally[parameter] ?? {};
  causes[cause] = (causes[cause] ?? 0) + count;
  tally[parameter] = causes;
  return tally;
}

/** One line per parameter and cause, without those at 0. */
export function linesOf(tally: DropTally): DropLine[] {
  return parameterIds.flatMap((parameter) =>
    Object.entries(tally[parameter] ?? {})
      .filter(([, count]) => count > 0)
      .map(([cause, count]) => ({ parameter, cause: cause as DropCause, count })),
  );
}

export function dropTallyOf(lines: readonly DropLine[]): DropTally {
  return lines.reduce<DropTally>(addDrop, {});
}

/** Per parameter and cause the larger of the two: two accounts of the same file, of which either may be damaged. */
export function largerOf(a: DropTally, b: DropTally): DropTally {
  const larger: DropTally = {};
  for (const { parameter, cause, count } of [...linesOf(a), ...linesOf(b)]) {
    const known = larger[parameter]?.[cause] ?? 0;
    addDrop(larger, { parameter, cause, count: Math.max(0, count - known) });
  }
  return larger;
}

/** What `expected` has and `found` has not, as dropped for `cause`. */
export function missingFrom(expected: Tally, found: Tally, cause: DropCause): DropLine[] {
  return parameterIds
    .map((parameter) => ({ parameter, cause, count: (expected[parameter] ?? 0) - (found[parameter] ?? 0) }))
    .filter(({ count }) => count > 0);
}
