/** @import { Row, TimeRange } from '../types.d.ts' */

/**
 * An average in percent of the first one in sight, so that symbols of different price compare.
 * @param {Row[]} rows
 * @param {TimeRange} range
 * @returns {(average: number) => number}
 */
export function percentOf(rows, { fromMs, toMs }) {
  const usable = rows.filter(({ average }) => average !== undefined && average !== 0);
  const first = usable.find(({ window_end }) => window_end >= fromMs && window_end <= toMs) ?? usable[0];
  const base = first?.average ?? 1;
  return (average) => ((average - base) / Math.abs(base)) * 100;
}
