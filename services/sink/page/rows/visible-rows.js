/** @import { Row, Series, TimeRange } from '../types.d.ts' */

/**
 * Index of the first row that ends at `endMs` or later; rows by ascending end.
 * @param {Row[]} rows
 * @param {number} endMs
 */
export function firstAtOrAfter(rows, endMs) {
  let low = 0;
  let high = rows.length;
  const last = rows[high - 1];
  // Nearly always asked for the newest place.
  if (!last || last.window_end < endMs) return high;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (/** @type {Row} */ (rows[middle]).window_end < endMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * The rows that end at a time or later, and the one before them.
 * @template {Row} R
 * @param {R[]} rows
 * @param {number} sinceMs
 * @returns {R[]}
 */
export function rowsSince(rows, sinceMs) {
  const first = firstAtOrAfter(rows, sinceMs) - 1;
  return first > 0 ? rows.slice(first) : rows;
}

/**
 * What a range shows of a series, oldest first; of a sliding one also a row on either side, so that the line reaches
 * the edges.
 * @param {Series} series
 * @param {TimeRange} range
 * @returns {Row[]}
 */
export function visibleRows(series, range) {
  const { older } = series;
  const newer = part(series.kind, series.rows, range);
  if (!older || older.fromMs > range.toMs || older.toMs < range.fromMs) return newer;
  const seamMs = newer[0]?.window_end ?? Number.POSITIVE_INFINITY;
  const before = part(series.kind, older.rows, range).filter(
    (row) => (row.column_start ?? row.window_end) < seamMs,
  );
  const last = before.at(-1);
  if (!last) return newer;
  // A column that lies across the seam ends there.
  if (last.window_end >= seamMs) before[before.length - 1] = { ...last, window_end: seamMs - 1 };
  return before.concat(newer);
}

/**
 * @param {string} kind
 * @param {Row[]} rows
 * @param {TimeRange} range
 */
function part(kind, rows, { fromMs, toMs }) {
  const first = firstAtOrAfter(rows, fromMs);
  if (kind !== 'sliding') return rows.slice(first).filter((row) => row.window_start <= toMs);
  return rows.slice(Math.max(0, first - 1), firstAtOrAfter(rows, toMs + 1) + 1);
}

/**
 * What is shown at a time. Sliding: the newest result up to it, unless its window has run empty by then.
 * Others: the window that holds it.
 * @param {Series} series
 * @param {number} timeMs
 * @returns {Row | undefined}
 */
export function rowAt(series, timeMs) {
  const rows = visibleRows(series, { fromMs: timeMs, toMs: timeMs });
  if (series.kind !== 'sliding') {
    return rows.findLast((row) => row.window_start <= timeMs && timeMs <= row.window_end);
  }
  const row = rows.findLast((candidate) => candidate.window_end <= timeMs);
  return row && timeMs - row.window_end <= row.window_end - row.window_start ? row : undefined;
}

/**
 * How many results lie behind a time: of windows that end after it (sliding) or begin after it. `isMore`: at least so
 * many; older ones have been let go.
 * @param {Series[]} series
 * @param {number} timeMs
 */
export function countAfter(series, timeMs) {
  let count = 0;
  for (const { kind, rows } of series) {
    if (kind === 'sliding') count += rows.length - firstAtOrAfter(rows, timeMs + 1);
    else count += rows.slice(firstAtOrAfter(rows, timeMs)).filter((row) => row.window_start >= timeMs).length;
  }
  return { count, isMore: series.some(({ completeFromMs }) => completeFromMs > timeMs) };
}
