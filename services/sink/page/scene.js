import { bandLayer } from './chart/band-layer.js';
import { candleLayer, hasCandle } from './chart/candle-layer.js';
import { dotLayer } from './chart/dot-layer.js';
import { lineLayer } from './chart/line-layer.js';
import { markLayer } from './chart/mark-layer.js';
import { stepLayer } from './chart/step-layer.js';
import { comparedScene } from './compared-scene.js';
import { valueText } from './format.js';
import { isShown, lastIn, provisionalOf, shownRows } from './rows/shown-rows.js';

/** @import { AxisTag, ColourName, Layer, Row, Scene, TimeRange, View } from './types.d.ts' */
/** @import { Feed } from './rows/feed.js' */

const NOTHING = {
  layers: [],
  tags: [],
  pointCount: 0,
  provisionalCount: 0,
  settledUntilMs: Number.POSITIVE_INFINITY,
  percents: new Map(),
};

/**
 * The picture of a view: what is drawn, from the back to the front.
 * @param {View} view
 * @param {Feed[]} feeds the main symbol first
 * @param {TimeRange} range
 * @returns {Scene}
 */
export function makeScene(view, feeds, range) {
  const [main] = feeds;
  const isPercent = feeds.length > 1;
  const drawn = !main
    ? NOTHING
    : isPercent
      ? comparedScene(view, feeds, range)
      : singleScene(view, main, range);
  const changedFromMs = Math.min(...feeds.map(({ store }) => store.changes.takeFromMs()));
  return { view, range, isUtc: view.isUtc, isPercent, marks: [], changedFromMs, ...drawn };
}

/**
 * @param {View} view
 * @param {Feed} feed
 * @param {TimeRange} range
 */
function singleScene(view, { store }, range) {
  const isSettled = (/** @type {Row} */ row) => store.isSettled(row);
  const drawn = store
    .series()
    .filter(({ window }) => isShown(view, window))
    .map((series) => ({ kind: series.kind, rows: shownRows(view, series, range) }));
  const slidings = drawn.filter(({ kind, rows }) => kind === 'sliding' && rows.length > 0);
  const levels = drawn.filter(({ kind, rows }) => kind !== 'sliding' && rows.length > 0);
  const [leading] = slidings;
  const firstTumbling = levels.findIndex(({ kind }) => kind === 'tumbling');

  /** @type {Layer[]} */
  const layers = [];
  if (view.hasBand && leading) layers.push(bandLayer(leading.rows));
  if (view.hasPrices && leading) layers.push(dotLayer(leading.rows));
  levels.forEach(({ rows }, index) => {
    // Of several definitions the first is the strongest, and the only one as candles: they would cover each other.
    const isCandle = view.hasCandles && index === firstTumbling && rows.some(hasCandle);
    const widthPx = Math.max(1, 2 - index * 0.5);
    if (isCandle) layers.push(candleLayer({ rows, isSettled }));
    // What is no candle (columns of a long range) stays a step.
    const steps = isCandle ? rows.filter((row) => !hasCandle(row)) : rows;
    layers.push(stepLayer({ rows: steps, isSettled, widthPx }));
  });
  slidings.forEach(({ rows }, index) => {
    const widthPx = index === 0 ? 2.5 : 1.5;
    layers.push(line(rows, isSettled, widthPx));
  });
  for (const { kind, rows } of drawn) layers.push(markLayer({ rows, isLevel: kind !== 'sliding' }));

  const provisional = drawn.map(({ kind, rows }) => provisionalOf(kind, rows, isSettled));
  const tags = leading ? tagOf(leading.rows, range, 'accent') : tagOf(levels[0]?.rows ?? [], range, 'step');
  return {
    layers,
    tags,
    pointCount: drawn.reduce((sum, { rows }) => sum + rows.length, 0),
    provisionalCount: provisional.reduce((sum, { count }) => sum + count, 0),
    settledUntilMs: Math.min(...provisional.map(({ fromMs }) => fromMs)),
    percents: new Map(),
  };
}

/**
 * @param {Row[]} rows
 * @param {(row: Row) => boolean} isSettled
 * @param {number} widthPx
 */
function line(rows, isSettled, widthPx) {
  const valueAt = (/** @type {number} */ average) => average;
  return lineLayer({ rows, valueAt, isSettled, colour: 'accent', softColour: 'accent-soft', widthPx });
}

/**
 * @param {Row[]} rows
 * @param {TimeRange} range
 * @param {ColourName} colour
 * @returns {AxisTag[]}
 */
function tagOf(rows, range, colour) {
  const value = lastIn(rows, range)?.average;
  return value === undefined ? [] : [{ value, text: valueText(value), colour }];
}
