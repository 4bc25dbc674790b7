import { rowsSince } from '../rows/visible-rows.js';
import { widened } from './extent.js';

/** @import { Layer, Pen, Row } from '../types.d.ts' */

const BODY_MAX_PX = 28;
/** Of a window's width; the rest is air between two candles. */
const BODY_PART = 0.66;

/**
 * Windows as candles: a thin line from lowest to highest price, a body from earliest to latest; hollow when it rose,
 * filled when it fell. Provisional ones are dashed and lighter.
 * @param {{ rows: Row[], isSettled: (row: Row) => boolean }} o
 * @returns {Layer}
 */
export function candleLayer({ rows, isSettled }) {
  const drawn = rows.filter(hasCandle);
  /** @type {Layer['extent']} */
  let extent = null;
  for (const { minimum, maximum } of drawn) extent = widened(extent, minimum, maximum);
  return {
    extent,
    draw(pen) {
      pen.ctx.lineWidth = 1.5 * pen.scale;
      for (const row of rowsSince(drawn, pen.sinceMs)) drawCandle(pen, row, isSettled(row));
      pen.ctx.setLineDash([]);
    },
  };
}

/** @typedef {Row & { earliest: number, latest: number, minimum: number, maximum: number }} CandleRow */

/**
 * The aggregator can be told to leave aggregates out.
 * @param {Row} row
 * @returns {row is CandleRow}
 */
export function hasCandle(row) {
  const { earliest, latest, minimum, maximum } = row;
  return earliest !== undefined && latest !== undefined && minimum !== undefined && maximum !== undefined;
}

/**
 * @param {Pen} pen
 * @param {CandleRow} row
 * @param {boolean} isSettled
 */
function drawCandle(pen, row, isSettled) {
  const { ctx, scale, xOf, yOf } = pen;
  const left = xOf(row.window_start);
  const width = xOf(row.window_end) - left;
  const bodyWidth = Math.max(scale, Math.min(width * BODY_PART, BODY_MAX_PX * scale));
  const middle = left + width / 2;
  const top = yOf(Math.max(row.earliest, row.latest));
  const bottom = Math.max(top + scale, yOf(Math.min(row.earliest, row.latest)));
  ctx.strokeStyle = pen.colour(isSettled ? 'step' : 'step-soft');
  ctx.setLineDash(isSettled ? [] : [4 * scale, 3 * scale]);
  ctx.beginPath();
  ctx.moveTo(middle, yOf(row.maximum));
  ctx.lineTo(middle, top);
  ctx.moveTo(middle, bottom);
  ctx.lineTo(middle, yOf(row.minimum));
  ctx.stroke();
  ctx.fillStyle = pen.colour(row.latest < row.earliest ? (isSettled ? 'step' : 'grid') : 'card');
  ctx.fillRect(middle - bodyWidth / 2, top, bodyWidth, bottom - top);
  ctx.strokeRect(middle - bodyWidth / 2, top, bodyWidth, bottom - top);
}
