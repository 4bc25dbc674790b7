/** @import { AxisTag, Pen } from '../types.d.ts' */

import { AXIS_FONT_PX, fontOf, SIZE_FACTOR } from './palette.js';

const HEIGHT_PX = 20 * SIZE_FACTOR;

/**
 * The last values, written on the price axis at their height, with a faint line across to the first. Tags that would
 * cover each other move apart; one whose value is out of sight stays at the edge.
 * @param {Pen} pen
 * @param {AxisTag[]} tags the most important first
 * @param {number} widthPx of the axis, in CSS pixels
 */
export function drawAxisTags(pen, tags, widthPx) {
  const { ctx, scale, yOf } = pen;
  const [leading] = tags;
  if (!leading) return;
  ctx.save();
  const y = yOf(leading.value);
  if (y > pen.top && y < pen.top + pen.height) {
    ctx.strokeStyle = pen.colour(leading.colour);
    ctx.globalAlpha = 0.55;
    ctx.lineWidth = scale;
    ctx.setLineDash([scale, 3 * scale]);
    ctx.beginPath();
    ctx.moveTo(pen.left, Math.round(y) + 0.5);
    ctx.lineTo(pen.left + pen.width, Math.round(y) + 0.5);
    ctx.stroke();
  }
  ctx.restore();
  ctx.save();
  ctx.font = fontOf(AXIS_FONT_PX * scale, 600);
  ctx.textBaseline = 'middle';
  ctx.textAlign = 'left';
  const height = HEIGHT_PX * scale;
  const places = spread(
    tags.map(({ value }) => yOf(value)),
    { top: pen.top, bottom: pen.top + pen.height, apart: height + scale },
  );
  places.forEach((middle, index) => {
    const tag = /** @type {AxisTag} */ (tags[index]);
    const left = pen.left + pen.width + scale;
    ctx.fillStyle = pen.colour(tag.colour);
    ctx.beginPath();
    ctx.roundRect(left, middle - height / 2, (widthPx - 2) * scale, height, 3 * scale);
    ctx.fill();
    ctx.fillStyle = pen.colour('on-accent');
    ctx.fillText(tag.text, left + 6 * scale, middle + scale, (widthPx - 12) * scale);
  });
  ctx.restore();
}

/**
 * Heights as near to those wanted as fit without covering each other; what finds no room is left out from the end.
 * @param {number[]} wanted
 * @param {{ top: number, bottom: number, apart: number }} room
 * @returns {number[]} for as many of `wanted`, from the first, as there is room for
 */
export function spread(wanted, { top, bottom, apart }) {
  const count = Math.min(wanted.length, Math.floor((bottom - top) / apart) + 1);
  const order = wanted
    .slice(0, count)
    .map((y, index) => ({ y: Math.min(bottom, Math.max(top, y)), index }))
    .sort((a, b) => a.y - b.y);
  for (let i = 1; i < order.length; i += 1) {
    const [before, tag] = [
      /** @type {{ y: number }} */ (order[i - 1]),
      /** @type {{ y: number }} */ (order[i]),
    ];
    tag.y = Math.max(tag.y, before.y + apart);
  }
  let limit = bottom;
  for (const tag of order.toReversed()) {
    tag.y = Math.min(tag.y, limit);
    limit = tag.y - apart;
  }
  return order.sort((a, b) => a.index - b.index).map(({ y }) => y);
}
