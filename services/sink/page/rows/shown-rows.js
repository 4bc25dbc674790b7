import { visibleRows } from './visible-rows.js';

/** @import { Row, Series, TimeRange, View } from '../types.d.ts' */

/**
 * @param {View} view
 * @param {string} window
 */
export const isShown = ({ windows }, window) => windows === null || windows.includes(window);

/**
 * The window that is drawn as the strong line: the first sliding one, else the first there is.
 * @param {View} view
 * @param {Series[]} series
 * @returns {Series | undefined}
 */
export function leadingSeries(view, series) {
  const shown = series.filter(({ window, rows }) => isShown(view, window) && rows.length > 0);
  return shown.find(({ kind }) => kind === 'sliding') ?? shown[0];
}

/**
 * What a view shows of a series; a picture that stands still ends where it was stopped.
 * @param {View} view
 * @param {Series} series
 * @param {TimeRange} range
 */
export function shownRows({ pausedMs }, series, range) {
  const rows = visibleRows(series, range);
  if (pausedMs === null) return rows;
  const isSliding = series.kind === 'sliding';
  return rows.filter((row) => (isSliding ? row.window_end <= pausedMs : row.window_start < pausedMs));
}

/**
 * The newest row that began in sight: the one behind the right edge is there for its line only.
 * @param {Row[]} rows
 * @param {TimeRange} range
 */
export function lastIn(rows, { toMs }) {
  return rows.findLast(
    ({ average, window, window_start, window_end }) =>
      average !== undefined && (window.startsWith('sliding') ? window_end : window_start) <= toMs,
  );
}

/**
 * How many rows may still change, and the time before which none does: a line to such a row begins at the one before.
 * @param {string} kind
 * @param {Row[]} rows
 * @param {(row: Row) => boolean} isSettled
 */
export function provisionalOf(kind, rows, isSettled) {
  let count = 0;
  let fromMs = Number.POSITIVE_INFINITY;
  rows.forEach((row, index) => {
    if (isSettled(row)) return;
    count += 1;
    const beforeMs = rows[index - 1]?.window_end ?? Number.NEGATIVE_INFINITY;
    fromMs = Math.min(fromMs, kind === 'sliding' ? beforeMs : row.window_start);
  });
  return { count, fromMs };
}
