/** @import { Series } from '../types.d.ts' */
/** @import { RowStore } from '../store.js' */

/** @typedef {{ xs: number[], settled: (number | null)[], provisional: (number | null)[], provisionalCount: number }} Line */

/**
 * A sliding window as two lines over the same times: the settled part, and the provisional part, which begins at
 * the last settled point so that the two join.
 * @param {Series} series
 * @param {RowStore} store
 * @param {number} fromMs points before it are left out, but for one: the line must reach the left edge
 * @returns {Line}
 */
export function lineOf(series, store, fromMs) {
  /** @type {Line} */
  const line = { xs: [], settled: [], provisional: [], provisionalCount: 0 };
  const { rows } = series;
  let start = rows.length;
  while (start > 0 && (rows[start - 1]?.window_end ?? 0) >= fromMs) start -= 1;
  let wasSettled = false;
  for (const row of rows.slice(Math.max(0, start - 1))) {
    if (row.average === undefined) continue;
    const isSettled = store.isSettled(row);
    if (!isSettled && wasSettled) line.provisional[line.xs.length - 1] = line.settled.at(-1) ?? null;
    line.xs.push(row.window_end);
    line.settled.push(isSettled ? row.average : null);
    line.provisional.push(isSettled ? null : row.average);
    if (!isSettled) line.provisionalCount += 1;
    wasSettled = isSettled;
  }
  return line;
}
