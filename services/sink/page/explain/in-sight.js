import { isShown, leadingSeries, shownRows } from '../rows/shown-rows.js';

/** @import { Row, Series, TimeRange, View } from '../types.d.ts' */
/** @import { Feed } from '../rows/feed.js' */

/**
 * What the chart shows of its main symbol, to be pointed at: of several in comparison it has one line.
 * @param {View} view
 * @param {Feed | undefined} main
 * @param {TimeRange} range
 * @returns {{ window: string, kind: string, rows: Row[] }[]}
 */
export function seriesInSight(view, main, range) {
  const all = main?.store.series() ?? [];
  const leading = leadingSeries(view, all);
  const drawn =
    view.compared.length > 0 ? (leading ? [leading] : []) : all.filter(({ window }) => isShown(view, window));
  return drawn
    .map((series) => ({ window: series.window, kind: series.kind, rows: rowsIn(view, series, range) }))
    .filter(({ rows }) => rows.length > 0);
}

/**
 * Without those beyond the edges, which a line only reaches out for.
 * @param {View} view
 * @param {Series} series
 * @param {TimeRange} range
 */
function rowsIn(view, series, range) {
  const rows = shownRows(view, series, range);
  if (series.kind !== 'sliding') return rows;
  return rows.filter(({ window_end }) => range.fromMs <= window_end && window_end <= range.toMs);
}

/**
 * Where a result is drawn: at the end of a sliding window, in the middle of a level.
 * @param {Row} row
 * @param {string} kind
 */
export function drawnAtMs({ window_start, window_end }, kind) {
  return kind === 'sliding' ? window_end : Math.round((window_start + window_end) / 2);
}
