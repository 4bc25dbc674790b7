/** @import { Row, TimeRange } from '../types.d.ts' */

/**
 * An average in percent of the first one in sight, so that symbols of different price compare.
 * @param {Row[]} rows
 * @param {TimeRange} range
 * @returns {(average: number) => number}
 */
export function percentOf(rows, { fromMs, toMs }) {
  const isUsable = (/** @type {Row} */ { average }) => average !== undefined && average !== 0;
  const first =
    rows.find((row) => row.window_end >= fromMs && row.window_end <= toMs && isUsable(row)) ??
    rows.find(isUsable);
  const base = first?.average ?? 1;
  return (average) => ((average - base) / Math.abs(base)) * 100;
}
