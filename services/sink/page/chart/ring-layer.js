/** @import { Layer, Row } from '../types.d.ts' */

/**
 * A ring around one result, and behind it the time of its window.
 * @param {{ row: Row, isLevel: boolean, valueAt: (average: number) => number, hasWindow: boolean }} o
 * @returns {Layer}
 */
export function ringLayer({ row, isLevel, valueAt, hasWindow }) {
  return {
    extent: null,
    draw({ ctx, scale, xOf, yOf, top, height, colour }) {
      if (row.average === undefined) return;
      const start = xOf(row.window_start);
      const end = xOf(row.window_end);
      if (hasWindow) {
        ctx.fillStyle = colour('band');
        ctx.fillRect(start, top, Math.max(scale, end - start), height);
      }
      ctx.beginPath();
      ctx.arc(isLevel ? (start + end) / 2 : end, yOf(valueAt(row.average)), 6 * scale, 0, 2 * Math.PI);
      ctx.fillStyle = colour('card');
      ctx.fill();
      ctx.lineWidth = 2 * scale;
      ctx.strokeStyle = colour('ink');
      ctx.stroke();
    },
  };
}
