/** @import { Layer, Row } from '../types.d.ts' */

/** A point of a line gets a smaller one than a whole window. */
const SIZES_PX = { level: 4, point: 2.75 };
/** Nearer marks would only be a thick line. */
const APART_PX = { level: 14, point: 24 };

/**
 * A hollow diamond at each window that was corrected after a later one had been shown.
 * @param {{ rows: Row[], isLevel: boolean }} o `isLevel`: the mark stands in the middle of the window, not at its end
 * @returns {Layer}
 */
export function markLayer({ rows, isLevel }) {
  return {
    extent: null,
    draw({ ctx, scale, xOf, yOf, colour }) {
      const size = SIZES_PX[isLevel ? 'level' : 'point'] * scale;
      const apart = APART_PX[isLevel ? 'level' : 'point'] * scale;
      ctx.lineWidth = 1.5 * scale;
      ctx.strokeStyle = colour(isLevel ? 'ink' : 'accent');
      ctx.fillStyle = colour('card');
      let lastX = Number.NEGATIVE_INFINITY;
      for (const { average, corrected, window_start, window_end } of rows) {
        if (!corrected || average === undefined) continue;
        const x = xOf(isLevel ? (window_start + window_end) / 2 : window_end);
        if (x - lastX < apart) continue;
        lastX = x;
        const y = yOf(average);
        ctx.beginPath();
        ctx.moveTo(x, y - size);
        ctx.lineTo(x + size, y);
        ctx.lineTo(x, y + size);
        ctx.lineTo(x - size, y);
        ctx.closePath();
        ctx.fill();
        ctx.stroke();
      }
    },
  };
}
