import { rowsSince } from '../rows/visible-rows.js';
import { averageExtent } from './line-layer.js';

/** @import { Layer, Pen, Row } from '../types.d.ts' */

/**
 * Windows that stand side by side (tumbling, hopping, session) as one level from start to end each, joined where one
 * ends as the next starts. Provisional ones are dashed and lighter. A column of many is its last level, with a stroke
 * from the lowest to the highest.
 * @param {{ rows: Row[], isSettled: (row: Row) => boolean, widthPx: number }} o
 * @returns {Layer}
 */
export function stepLayer({ rows, isSettled, widthPx }) {
  return {
    extent: averageExtent(rows),
    draw(pen) {
      const { ctx, scale } = pen;
      ctx.lineWidth = widthPx * scale;
      /** @type {Row | undefined} */
      let previous;
      for (const row of rowsSince(rows, pen.sinceMs)) {
        if (row.average === undefined) continue;
        const isSolid = isSettled(row);
        ctx.strokeStyle = pen.colour(isSolid ? 'step' : 'step-soft');
        ctx.setLineDash(isSolid ? [] : [5 * scale, 4 * scale]);
        drawStep(pen, row, previous);
        previous = row;
      }
      ctx.setLineDash([]);
    },
  };
}

/**
 * @param {Pen} pen
 * @param {Row} row
 * @param {Row | undefined} previous
 */
function drawStep({ ctx, xOf, yOf }, row, previous) {
  const y = yOf(row.average ?? 0);
  const left = xOf(row.window_start);
  const right = xOf(row.window_end);
  ctx.beginPath();
  if (previous?.average !== undefined && previous.window_end === row.window_start) {
    ctx.moveTo(left, yOf(previous.average));
    ctx.lineTo(left, y);
  } else {
    ctx.moveTo(left, y);
  }
  ctx.lineTo(right, y);
  if (row.lowest !== undefined && row.highest !== undefined) {
    ctx.moveTo(right, yOf(row.lowest));
    ctx.lineTo(right, yOf(row.highest));
  }
  ctx.stroke();
}
