/** @import { Row, TimeRange } from '../types.d.ts' */

/**
 * A value in percent of the first one in sight, so that symbols of different price compare.
 * @param {Row[]} rows
 * @param {TimeRange} range
 * @returns {(row: Row) => number | undefined}
 */
export function percentOf(rows, { fromMs, toMs }) {
  const first = rows.find(
    ({ average, window_end }) =>
      average !== undefined && average !== 0 && window_end >= fromMs && window_end <= toMs,
  );
  const base = first?.average ?? rows.find(({ average }) => average)?.average;
  return ({ average }) =>
    average === undefined || base === undefined ? undefined : ((average - base) / Math.abs(base)) * 100;
}
