/** @import uPlot from 'uplot' */
/** @import { Row, Series } from '../types.d.ts' */
/** @import { RowStore } from '../store.js' */
/** @import { Theme } from './theme.js' */

/**
 * Draws windows that stand side by side (tumbling, hopping, session) as one level from start to end each, joined
 * where one ends as the next starts. Provisional ones are dashed and lighter.
 * @param {uPlot} plot
 * @param {Series[]} steps
 * @param {RowStore} store
 * @param {Theme} theme
 */
export function drawSteps(plot, steps, store, theme) {
  const { ctx, bbox } = plot;
  const scale = devicePixelRatio;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  steps.forEach((series, index) => {
    // Of several definitions the first is the strongest.
    ctx.lineWidth = Math.max(1, 2 - index * 0.5) * scale;
    /** @type {Row | undefined} */
    let previous;
    for (const row of visibleRows(series, rangeOf(plot))) {
      if (row.average === undefined) continue;
      const isSettled = store.isSettled(row);
      ctx.strokeStyle = theme.colour(isSettled ? 'step' : 'step-soft');
      ctx.setLineDash(isSettled ? [] : [5 * scale, 4 * scale]);
      drawStep(plot, row, previous);
      previous = row;
    }
  });
  ctx.restore();
}

/**
 * @param {uPlot} plot
 * @param {Row} row
 * @param {Row | undefined} previous
 */
function drawStep(plot, row, previous) {
  const { ctx } = plot;
  const y = plot.valToPos(row.average ?? 0, 'y', true);
  const left = plot.valToPos(row.window_start, 'x', true);
  const right = plot.valToPos(row.window_end, 'x', true);
  ctx.beginPath();
  if (previous?.average !== undefined && previous.window_end === row.window_start) {
    ctx.moveTo(left, plot.valToPos(previous.average, 'y', true));
    ctx.lineTo(left, y);
  } else {
    ctx.moveTo(left, y);
  }
  ctx.lineTo(right, y);
  ctx.stroke();
}

/** @typedef {{ fromMs: number, toMs: number }} TimeRange */

/**
 * The time that a plot shows.
 * @param {uPlot} plot
 * @returns {TimeRange}
 */
export function rangeOf(plot) {
  const { min, max } = plot.scales['x'] ?? {};
  return { fromMs: min ?? Number.POSITIVE_INFINITY, toMs: max ?? Number.NEGATIVE_INFINITY };
}

/**
 * @param {Series} series
 * @param {TimeRange} range
 * @returns {Row[]}
 */
export function visibleRows({ rows }, { fromMs, toMs }) {
  return rows.filter((row) => row.window_end >= fromMs && row.window_start <= toMs);
}
