/** The value below which `share` (0 … 1) of the values lie; NaN of no values. Nearest rank. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/** Median, and the least and greatest beside it, in as many digits as a reader wants. */
export function spread(values: readonly number[], digits = 0): string {
  const [median, least, most] = [quantile(values, 0.5), Math.min(...values), Math.max(...values)];
  return `${text(median, digits)} (${text(least, digits)}–${text(most, digits)})`;
}

export function text(value: number, digits = 0): string {
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
