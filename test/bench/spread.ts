/** Median and range of a figure taken several times. */
export interface Spread {
  median: number;
  least: number;
  most: number;
}

export function spreadOf(values: readonly number[]): Spread {
  if (values.length === 0) throw new Error('spread of 0 values, wanted at least 1');
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
  return { median, least: sorted[0]!, most: sorted.at(-1)! };
}

/** The smallest value that at least this share of all values does not exceed (nearest rank). */
export function quantile(values: readonly number[], share: number): number {
  if (values.length === 0) throw new Error('quantile of 0 values, wanted at least 1');
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!;
}

/** `1.23 (1.20-1.31) ms`; one value stands alone. */
export function spreadText(values: readonly number[], unit = ''): string {
  const { median, least, most } = spreadOf(values);
  const range = values.length > 1 ? ` (${short(least)}-${short(most)})` : '';
  return `${short(median)}${range}${unit && ` ${unit}`}`;
}

/** Ratios of runs that were taken side by side: what slows both down cancels out. */
export function ratioText(ours: readonly number[], reference: readonly number[]): string {
  return spreadText(ours.map((value, run) => value / reference[run]!));
}

/** Three digits that mean something. */
function short(value: number): string {
  if (value === 0) return '0';
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toFixed(Math.min(digits, 4));
}
