import { percentText, valueText } from '../format.js';
import uPlot from '../vendor/uPlot.esm.js';
import { drawAxisTags } from './axis-tags.js';
import { AXIS_FONT_PX, fontOf, Palette, SIZE_FACTOR } from './palette.js';
import { priceRange } from './price-range.js';
import { SettledPicture } from './settled-picture.js';
import { timeLabels } from './time-labels.js';

/** @import { AxisTag, Pen, Scene } from '../types.d.ts' */

const PRICE_AXIS_MIN_PX = 60;
/** @type {Scene} */
const EMPTY = {
  range: { fromMs: 0, toMs: 1 },
  isUtc: false,
  isPercent: false,
  layers: [],
  marks: [],
  settledUntilMs: Number.NEGATIVE_INFINITY,
  changedFromMs: Number.NEGATIVE_INFINITY,
  view: null,
  tags: [],
  pointCount: 0,
  provisionalCount: 0,
  percents: new Map(),
};

/**
 * Draws scenes. `update` may be called as often as one likes: it asks for a scene once per animation frame. uPlot
 * brings axes, grid and cursor; what lies between them is drawn by the scene's layers.
 * @param {{
 *   element: HTMLElement,
 *   sceneOf: () => Scene,
 *   onDrawn: (scene: Scene) => void,
 *   onPoint: (timeMs: number | undefined) => void,
 *   onSelect: (range: import('../types.d.ts').TimeRange) => void,
 * }} o
 */
export function createChart({ element, sceneOf, onDrawn, onPoint, onSelect }) {
  const palette = new Palette();
  const settledPicture = new SettledPicture();
  let scene = EMPTY;
  let isScheduled = false;
  const plot = new uPlot(options(), [[0, 1]], element);

  function draw() {
    isScheduled = false;
    scene = sceneOf();
    settledPicture.forgetFrom(scene.changedFromMs);
    const { fromMs, toMs } = scene.range;
    plot.batch(() => {
      plot.setData([[fromMs, toMs]], false);
      plot.setScale('x', { min: fromMs, max: toMs });
    });
    onDrawn(scene);
  }

  function update() {
    if (isScheduled) return;
    isScheduled = true;
    requestAnimationFrame(draw);
  }

  /** @returns {uPlot.Options} */
  function options() {
    const axis = {
      font: fontOf(AXIS_FONT_PX),
      stroke: () => palette.colour('muted'),
      ticks: { show: false },
    };
    const grid = { stroke: () => palette.colour('grid'), width: 1 };
    return {
      ...sizeOf(element),
      ms: 1,
      legend: { show: false },
      padding: [12, 0, 0, 20],
      tzDate: (timeMs) => (scene.isUtc ? uPlot.tzDate(new Date(timeMs), 'Etc/UTC') : new Date(timeMs)),
      cursor: {
        drag: { x: true, y: false, setScale: false },
        points: { show: false },
        y: false,
        bind: {
          // With Shift it pans; a double click resets in our own way.
          mousedown: (_self, _target, handler) => (event) => (event.shiftKey ? null : handler(event)),
          dblclick: () => null,
        },
      },
      scales: { x: { time: true }, y: { auto: true, range: () => priceRange(scene.layers) } },
      axes: [
        {
          ...axis,
          grid: { show: false },
          space: 96 * SIZE_FACTOR,
          size: 30 * SIZE_FACTOR,
          values: (self, splits, _axis, _space, stepMs) => timeLabels(self, splits, stepMs, scene.isUtc),
        },
        {
          ...axis,
          grid,
          side: 1,
          size: (_self, values) => priceAxisSize(values, scene.tags),
          space: 44 * SIZE_FACTOR,
          values: priceLabels,
        },
      ],
      series: [{}],
      hooks: {
        draw: [drawLayers],
        setCursor: [(self) => onPoint(pointedTime(self))],
        setSelect: [selected],
      },
    };
  }

  /**
   * What a tag would half cover is left out.
   * @param {uPlot} self
   * @param {number[]} splits
   */
  function priceLabels(self, splits) {
    const text = scene.isPercent ? percentText : valueText;
    const tagsPx = scene.tags.map(({ value }) => self.valToPos(value, 'y'));
    return splits.map((value) => {
      const px = self.valToPos(value, 'y');
      return tagsPx.some((tagPx) => Math.abs(px - tagPx) < 17 * SIZE_FACTOR) ? '' : text(value);
    });
  }

  /** @param {uPlot} self */
  function drawLayers(self) {
    const pen = penOf(self, scene, palette);
    const { ctx } = pen;
    ctx.save();
    ctx.beginPath();
    ctx.rect(pen.left, pen.top, pen.width, pen.height);
    ctx.clip();
    settledPicture.draw(pen, scene);
    for (const mark of scene.marks) mark.draw(pen);
    ctx.restore();
    drawAxisTags(pen, scene.tags, priceAxisWidth(self));
  }

  /** @param {uPlot} self */
  function selected(self) {
    const { left, width } = self.select;
    self.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    // Less is a click with an unsteady hand.
    if (width < 6) return;
    onSelect({
      fromMs: Math.round(self.posToVal(left, 'x')),
      toMs: Math.round(self.posToVal(left + width, 'x')),
    });
  }

  new ResizeObserver(() => plot.setSize(sizeOf(element))).observe(element);
  new MutationObserver(() => {
    palette.forget();
    settledPicture.forgetFrom(Number.NEGATIVE_INFINITY);
    plot.redraw(false, true);
  }).observe(document.documentElement, { attributeFilter: ['data-theme'] });
  update();

  return {
    update,
    plot,
    colour: palette.colour,
    /** What is drawn now. */
    get scene() {
      return scene;
    },
  };
}

/**
 * @param {uPlot} plot
 * @param {Scene} scene
 * @param {Palette} palette
 * @returns {Pen}
 */
function penOf(plot, { range }, palette) {
  const { left, top, width, height } = plot.bbox;
  const { min = 0, max = 1 } = plot.scales['y'] ?? {};
  const perMs = width / (range.toMs - range.fromMs);
  const perValue = height / (max - min);
  return {
    ctx: plot.ctx,
    scale: devicePixelRatio,
    left,
    top,
    width,
    height,
    range,
    sinceMs: Number.NEGATIVE_INFINITY,
    xOf: (timeMs) => left + (timeMs - range.fromMs) * perMs,
    yOf: (value) => top + (max - value) * perValue,
    colour: palette.colour,
  };
}

/** @param {uPlot} plot */
function pointedTime(plot) {
  const { left } = plot.cursor;
  return left === undefined || left < 0 ? undefined : Math.round(plot.posToVal(left, 'x'));
}

/** @param {HTMLElement} element */
function sizeOf(element) {
  return { width: Math.max(200, element.clientWidth), height: Math.max(160, element.clientHeight) };
}

/**
 * As wide as its longest text.
 * @param {string[] | null} values
 * @param {AxisTag[]} tags
 */
function priceAxisSize(values, tags) {
  const texts = [...(values ?? []), ...tags.map(({ text }) => text)];
  const longest = texts.reduce((most, text) => Math.max(most, text.length), 0);
  return Math.max(PRICE_AXIS_MIN_PX, Math.ceil(longest * 7.5 * SIZE_FACTOR) + 18);
}

/** @param {uPlot} plot */
function priceAxisWidth(plot) {
  return plot.width - (plot.bbox.left + plot.bbox.width) / devicePixelRatio;
}
