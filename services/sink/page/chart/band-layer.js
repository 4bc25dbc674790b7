import { rowsSince } from '../rows/visible-rows.js';
import { widened } from './extent.js';
import { isGap } from './line-layer.js';

/** @import { Layer, Pen, Row } from '../types.d.ts' */

const PIECE_COLUMNS = 30;

/**
 * One standard deviation below and above the average, as a faint area; broken where the line is.
 * @param {Row[]} rows
 * @returns {Layer}
 */
export function bandLayer(rows) {
  const pieces = piecesOf(rows.filter(hasBand));
  /** @type {Layer['extent']} */
  let extent = null;
  for (const { average, stddev } of pieces.flat())
    extent = widened(extent, average - stddev, average + stddev);
  return {
    extent,
    draw(pen) {
      pen.ctx.fillStyle = pen.colour('band');
      for (const piece of pieces) {
        if ((piece.at(-1)?.window_end ?? 0) >= pen.sinceMs) fill(pen, rowsSince(piece, pen.sinceMs));
      }
    },
  };
}

/** @typedef {Row & { average: number, stddev: number }} BandRow */

/**
 * @param {Row} row
 * @returns {row is BandRow}
 */
export const hasBand = (row) => row.average !== undefined && row.stddev !== undefined;

/** @param {BandRow[]} rows */
function piecesOf(rows) {
  /** @type {BandRow[][]} */
  const pieces = [];
  /** @type {BandRow | undefined} */
  let previous;
  for (const row of rows) {
    if (!previous || isGap(row, previous)) pieces.push([]);
    pieces.at(-1)?.push(row);
    previous = row;
  }
  return pieces;
}

/**
 * @param {Pen} pen
 * @param {BandRow[]} rows
 */
function fill({ ctx, xOf, yOf }, rows) {
  const columns = columnsOf(rows, xOf);
  // In pieces, which are drawn many times as fast as the whole; they meet at whole pixels, where nothing shows of it.
  for (let start = 0; start < columns.length; start += PIECE_COLUMNS) {
    const piece = columns.slice(start, start + PIECE_COLUMNS + 1);
    ctx.beginPath();
    for (const { x, high } of piece) ctx.lineTo(x, yOf(high));
    for (const { x, low } of piece.reverse()) ctx.lineTo(x, yOf(low));
    ctx.closePath();
    ctx.fill();
  }
}

/**
 * At most one lower and upper edge for each pixel column.
 * @param {BandRow[]} rows
 * @param {(timeMs: number) => number} xOf
 */
function columnsOf(rows, xOf) {
  /** @type {{ x: number, low: number, high: number }[]} */
  const columns = [];
  for (const { window_end, average, stddev } of rows) {
    const x = Math.round(xOf(window_end));
    const low = average - stddev;
    const high = average + stddev;
    const last = columns.at(-1);
    if (last?.x !== x) columns.push({ x, low, high });
    else {
      last.low = Math.min(last.low, low);
      last.high = Math.max(last.high, high);
    }
  }
  return columns;
}
