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
    draw({ ctx, scale, xOf, yOf, colour }) {
      const size = 3 * scale;
      ctx.fillStyle = colour('dot');
      for (const { window_end, latest } of rows) {
        if (latest !== undefined)
          ctx.fillRect(xOf(window_end) - size / 2, yOf(latest) - size / 2, size, size);
      }
    },
  };
}
