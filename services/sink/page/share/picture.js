import { fontOf } from '../chart/palette.js';

/** @import { ColourName, LegendEntry } from '../types.d.ts' */

const MARGIN_PX = 16;
const HEAD_PX = 64;

/**
 * The chart as a PNG, with what a reader of the picture alone needs: of what, when, and which line is which.
 * @param {{
 *   canvas: HTMLCanvasElement,
 *   title: string,
 *   subtitle: string,
 *   entries: LegendEntry[],
 *   colour: (name: ColourName) => string,
 * }} o
 * @returns {Promise<Blob>}
 */
export function pictureOf({ canvas, title, subtitle, entries, colour }) {
  const scale = devicePixelRatio;
  const picture = new OffscreenCanvas(
    canvas.width + 2 * MARGIN_PX * scale,
    canvas.height + (HEAD_PX + MARGIN_PX) * scale,
  );
  const ctx = /** @type {OffscreenCanvasRenderingContext2D} */ (picture.getContext('2d'));
  ctx.fillStyle = colour('card');
  ctx.fillRect(0, 0, picture.width, picture.height);
  ctx.drawImage(canvas, MARGIN_PX * scale, HEAD_PX * scale);

  ctx.textBaseline = 'middle';
  ctx.fillStyle = colour('ink');
  ctx.font = fontOf(17 * scale, 650);
  let left = MARGIN_PX * scale;
  const middle = 24 * scale;
  ctx.fillText(title, left, middle, picture.width / 2);
  left += Math.min(ctx.measureText(title).width, picture.width / 2) + 12 * scale;
  ctx.fillStyle = colour('muted');
  ctx.font = fontOf(12 * scale);
  ctx.fillText(subtitle, left, middle + scale, picture.width - left - MARGIN_PX * scale);

  left = MARGIN_PX * scale;
  const line = 48 * scale;
  for (const entry of entries.filter(({ isOn }) => isOn)) {
    const text = [entry.name, entry.value].filter((word) => word !== '').join('  ');
    ctx.fillStyle = colour(entry.colour ?? (entry.sample === 'line' ? 'accent' : 'step'));
    ctx.fillRect(left, line - 1.5 * scale, 16 * scale, 3 * scale);
    ctx.fillStyle = colour('ink');
    ctx.fillText(text, left + 22 * scale, line);
    left += 22 * scale + ctx.measureText(text).width + 20 * scale;
  }
  return picture.convertToBlob({ type: 'image/png' });
}
