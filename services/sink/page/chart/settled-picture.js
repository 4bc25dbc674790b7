import { isSame } from '../is-same.js';

/** @import { Pen, Scene } from '../types.d.ts' */

/** How far a mark or a join reaches beyond its point, CSS pixels. */
const REACH_PX = 16;
/** The picture is made anew when so much more could be in it. */
const LAG_PX = 64;

/**
 * What will not change any more is kept as an image: a frame draws only what lies to the right of it, however many
 * points there are.
 */
export class SettledPicture {
  #ctx = /** @type {OffscreenCanvasRenderingContext2D} */ (new OffscreenCanvas(1, 1).getContext('2d'));
  /** @type {unknown[]} What the image depends on. */
  #basis = [];
  #untilMs = Number.NEGATIVE_INFINITY;
  /** Right edge of the image, a whole pixel. */
  #untilX = Number.NEGATIVE_INFINITY;

  /**
   * What lies at `changedFromMs` or later is no longer as it was drawn.
   * @param {number} changedFromMs
   */
  forgetFrom(changedFromMs) {
    if (changedFromMs < this.#untilMs) this.#basis = [];
  }

  /**
   * @param {Pen} pen
   * @param {Scene} scene
   */
  draw(pen, scene) {
    const { ctx, left, top, width, height, scale, range } = pen;
    const right = left + width;
    const reach = REACH_PX * scale;
    const possibleX = Math.min(right, Math.floor(pen.xOf(scene.settledUntilMs) - reach));
    const perPx = (range.toMs - range.fromMs) / width;
    const basis = basisOf(pen, scene);
    if (!isSame(basis, this.#basis) || possibleX - this.#untilX > LAG_PX * scale) {
      this.#basis = basis;
      this.#untilX = Math.max(left, possibleX);
      this.#untilMs = range.fromMs + (this.#untilX + reach - left) * perPx;
      if (this.#untilX > left) this.#make(pen, scene);
    }
    if (this.#untilX > left) {
      const shown = this.#untilX - left;
      ctx.drawImage(this.#ctx.canvas, left, top, shown, height, left, top, shown, height);
    }
    const sinceMs = range.fromMs + (this.#untilX - reach - left) * perPx;
    drawPart({ ...pen, sinceMs }, scene, this.#untilX, right);
  }

  /**
   * @param {Pen} pen
   * @param {Scene} scene
   */
  #make(pen, scene) {
    const { canvas } = this.#ctx;
    const { width, height } = pen.ctx.canvas;
    if (canvas.width === width && canvas.height === height) this.#ctx.clearRect(0, 0, width, height);
    else Object.assign(canvas, { width, height });
    drawPart({ ...pen, ctx: this.#ctx }, scene, pen.left, this.#untilX);
  }
}

/**
 * @param {Pen} pen
 * @param {Scene} scene
 * @returns {unknown[]}
 */
function basisOf({ left, top, width, height, scale, range, yOf }, { view }) {
  return [left, top, width, height, scale, range.fromMs, range.toMs, yOf(0), yOf(1), view];
}

/**
 * @param {Pen} pen
 * @param {Scene} scene
 * @param {number} left
 * @param {number} right
 */
function drawPart(pen, { layers }, left, right) {
  const { ctx, top, height } = pen;
  ctx.save();
  ctx.beginPath();
  ctx.rect(left, top, right - left, height);
  ctx.clip();
  for (const layer of layers) layer.draw(pen);
  ctx.restore();
}
