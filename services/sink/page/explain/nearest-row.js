import { firstAtOrAfter } from '../rows/visible-rows.js';

/** @import { Row } from '../types.d.ts' */

/** How far a place may lie beside a point and still mean it: as far as a fingertip reaches, in CSS pixels. */
const REACH_PX = 24;

/**
 * The row that a place in the chart means: the nearest point of a line, or the level that is drawn there.
 * @param {{ kind: string, rows: Row[] }[]} series what is in sight, by ascending end
 * @param {{ x: number, y: number }} place in CSS pixels
 * @param {{ timeAt: (x: number) => number, xOf: (timeMs: number) => number, yOf: (average: number) => number }} scales
 * @returns {Row | undefined}
 */
export function nearestRow(series, place, scales) {
  /** @type {Row | undefined} */
  let nearest;
  let nearestPx = Number.POSITIVE_INFINITY;
  for (const { kind, rows } of series) {
    const timeMs = scales.timeAt(place.x);
    const row =
      kind === 'sliding'
        ? nearestInTime(rows, timeMs)
        : rows.findLast(({ window_start, window_end }) => window_start <= timeMs && timeMs <= window_end);
    if (row?.average === undefined) continue;
    const besidePx = kind === 'sliding' ? Math.abs(scales.xOf(row.window_end) - place.x) : 0;
    const apartPx = Math.hypot(besidePx, scales.yOf(row.average) - place.y);
    if (besidePx > REACH_PX || apartPx >= nearestPx) continue;
    nearest = row;
    nearestPx = apartPx;
  }
  return nearest;
}

/**
 * @param {Row[]} rows by ascending end
 * @param {number} timeMs
 * @returns {Row | undefined}
 */
export function nearestInTime(rows, timeMs) {
  const index = firstAtOrAfter(rows, timeMs);
  const before = rows[index - 1];
  const after = rows[index];
  if (!before || !after) return before ?? after;
  return timeMs - before.window_end <= after.window_end - timeMs ? before : after;
}
