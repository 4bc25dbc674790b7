import { rowsSince } from '../rows/visible-rows.js';

/** @import { ColourName, Layer, Pen, Row } from '../types.d.ts' */

/** Of one stroke: to draw a jagged line as a whole costs many times as much as in pieces. */
const PIECE_COLUMNS = 30;

/**
 * A line through points in time. Solid where settled, dashed and lighter where it may still change; broken where a
 * window in between would have been empty. Points of one pixel column become one stroke from lowest to highest, so
 * the work is bounded by the width of the picture.
 * @param {{
 *   rows: Row[],
 *   valueAt: (average: number) => number,
 *   isSettled: (row: Row) => boolean,
 *   colour: ColourName,
 *   softColour: ColourName,
 *   widthPx: number | 'thinnest',
 * }} o `valueAt`: what an average is on the scale; `thinnest`: one pixel of the screen, drawn ten times as fast
 * @returns {Layer}
 */
export function lineLayer({ rows, valueAt, isSettled, colour, softColour, widthPx }) {
  const extent = averageExtent(rows);
  return {
    extent: extent && [valueAt(extent[0]), valueAt(extent[1])],
    draw(pen) {
      const { ctx, scale } = pen;
      ctx.lineWidth = widthPx === 'thinnest' ? 1 : widthPx * scale;
      ctx.lineJoin = 'bevel';
      for (const run of runsOf(rowsSince(rows, pen.sinceMs), isSettled)) {
        ctx.strokeStyle = pen.colour(run.isSettled ? colour : softColour);
        ctx.setLineDash(run.isSettled ? [] : [6 * scale, 5 * scale]);
        trace(pen, run.rows, valueAt, run.isSettled ? PIECE_COLUMNS : Number.POSITIVE_INFINITY);
      }
      ctx.setLineDash([]);
    },
  };
}

/**
 * Lowest and highest average; a column counts with its extremes.
 * @param {Row[]} rows
 * @returns {[number, number] | null}
 */
export function averageExtent(rows) {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const { average, lowest, highest } of rows) {
    if (average === undefined) continue;
    if ((lowest ?? average) < low) low = lowest ?? average;
    if ((highest ?? average) > high) high = highest ?? average;
  }
  return low <= high ? [low, high] : null;
}

/**
 * Stretches that are settled, or are not; the latter begin at the last settled row, so that the two join.
 * @param {Row[]} rows
 * @param {(row: Row) => boolean} isSettled
 */
export function runsOf(rows, isSettled) {
  /** @type {{ isSettled: boolean, rows: Row[] }[]} */
  const runs = [];
  let start = 0;
  for (let index = 1; index <= rows.length; index += 1) {
    const before = isSettled(/** @type {Row} */ (rows[index - 1]));
    const row = rows[index];
    if (row && isSettled(row) === before) continue;
    const first = before ? start : Math.max(0, start - 1);
    // A settled row after provisional ones (of another partition) is reached by them.
    runs.push({ isSettled: before, rows: rows.slice(first, before || !row ? index : index + 1) });
    start = index;
  }
  return runs;
}

/**
 * True when the time between two results was longer than a window: at some moment in it there was nothing to average.
 * @param {Row} row
 * @param {Row} previous
 */
export const isGap = (row, previous) => row.window_start > previous.window_end;

/**
 * @param {Pen} pen
 * @param {Row[]} rows
 * @param {(average: number) => number} valueAt
 * @param {number} pieceColumns
 */
function trace({ ctx, scale, xOf, yOf }, rows, valueAt, pieceColumns) {
  /** @type {Row | undefined} */
  let previous;
  let column = Number.NaN;
  let low = 0;
  let high = 0;
  let last = 0;
  let isAlone = false;
  let columns = 0;

  /** @param {boolean} isEnd whether a gap follows, or nothing */
  function finishColumn(isEnd) {
    if (high > low) {
      ctx.lineTo(column, yOf(valueAt(low)));
      ctx.lineTo(column, yOf(valueAt(high)));
      ctx.lineTo(column, yOf(valueAt(last)));
    } else if (isAlone && isEnd) {
      // A point with a gap on either side has no length: it shows as a dot.
      ctx.lineTo(column + 2 * scale, yOf(valueAt(last)));
    }
  }

  ctx.beginPath();
  for (const row of rows) {
    const { average, lowest = average, highest = average } = row;
    if (average === undefined || lowest === undefined || highest === undefined) continue;
    const x = Math.round(xOf(row.window_end));
    const isBroken = previous === undefined || isGap(row, previous);
    if (!isBroken && x === column) {
      if (lowest < low) low = lowest;
      if (highest > high) high = highest;
    } else {
      finishColumn(isBroken);
      const y = yOf(valueAt(average));
      if (isBroken) ctx.moveTo(x, y);
      else ctx.lineTo(x, y);
      columns += 1;
      if (columns >= pieceColumns && !isBroken) {
        ctx.stroke();
        ctx.beginPath();
        // From the column before, so that the corner between the pieces is drawn as any other.
        ctx.moveTo(column, yOf(valueAt(last)));
        ctx.lineTo(x, y);
        columns = 0;
      }
      isAlone = isBroken;
      column = x;
      low = lowest;
      high = highest;
    }
    last = average;
    previous = row;
  }
  finishColumn(true);
  ctx.stroke();
}
