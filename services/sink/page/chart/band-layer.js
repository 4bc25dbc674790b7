import { widened } from './extent.js';
import { isGap } from './line-layer.js';

/** @import { Layer, Pen, Row } from '../types.d.ts' */

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
      for (const piece of pieces) fill(pen, piece);
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
  ctx.beginPath();
  for (const row of rows) ctx.lineTo(xOf(row.window_end), yOf(row.average + row.stddev));
  for (const row of rows.toReversed()) ctx.lineTo(xOf(row.window_end), yOf(row.average - row.stddev));
  ctx.closePath();
  ctx.fill();
}
