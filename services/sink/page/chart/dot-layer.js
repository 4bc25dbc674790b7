import { rowsSince } from '../rows/visible-rows.js';
import { widened } from './extent.js';

/** @import { Layer, Row } from '../types.d.ts' */

/**
 * Prices as faint dots. A sliding window ends at the time of a record, so its `latest` is that record's value: the
 * prices of the input topic, one for each instant, without another question to the server.
 * @param {Row[]} rows of a sliding window
 * @returns {Layer}
 */
export function dotLayer(rows) {
  /** @type {Layer['extent']} */
  let extent = null;
  for (const { latest } of rows) if (latest !== undefined) extent = widened(extent, latest, latest);
  return {
    extent,
    draw({ ctx, scale, sinceMs, xOf, yOf, colour }) {
      const size = Math.round(3 * scale);
      ctx.fillStyle = colour('dot');
      for (const { window_end, latest } of rowsSince(rows, sinceMs)) {
        if (latest === undefined) continue;
        // On whole pixels, which needs no smoothing.
        ctx.fillRect(Math.round(xOf(window_end) - size / 2), Math.round(yOf(latest) - size / 2), size, size);
      }
    },
  };
}
