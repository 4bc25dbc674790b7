import { bandLayer } from './chart/band-layer.js';
import { candleLayer, hasCandle } from './chart/candle-layer.js';
import { dotLayer } from './chart/dot-layer.js';
import { lineLayer } from './chart/line-layer.js';
import { markLayer } from './chart/mark-layer.js';
import { stepLayer } from './chart/step-layer.js';
import { percentText, valueText } from './format.js';
import { percentOf } from './rows/compared-line.js';
import { visibleRows } from './rows/visible-rows.js';

/** @import { AxisTag, ColourName, Layer, Row, Scene, Series, TimeRange, View } from './types.d.ts' */
/** @import { Feed } from './rows/feed.js' */

/** As many as the style sheet has. */
const COLOURS = 10;
/** Lines that may be as thick as is pleasant. */
const FEW = 5;

/**
 * The picture of a view: what is drawn, from the back to the front.
 * @param {View} view
 * @param {Feed[]} feeds the main symbol first
 * @param {TimeRange} range
 * @returns {Scene}
 */
export function makeScene(view, feeds, range) {
  const [main] = feeds;
  const scene = { range, isUtc: view.isUtc, isPercent: feeds.length > 1 };
  if (!main) {
    return { ...scene, layers: [], tags: [], pointCount: 0, provisionalCount: 0, percents: new Map() };
  }
  return { ...scene, ...(feeds.length > 1 ? compared(view, feeds, range) : single(view, main, range)) };
}

/**
 * @param {View} view
 * @param {string} window
 */
export const isShown = ({ windows }, window) => windows === null || windows.includes(window);

/**
 * The window that is drawn as the strong line: the first sliding one, else the first there is.
 * @param {View} view
 * @param {Series[]} series
 * @returns {Series | undefined}
 */
export function leadingSeries(view, series) {
  const shown = series.filter(({ window, rows }) => isShown(view, window) && rows.length > 0);
  return shown.find(({ kind }) => kind === 'sliding') ?? shown[0];
}

/**
 * @param {number} index
 * @returns {ColourName}
 */
export const comparedColour = (index) => (index === 0 ? 'accent' : `compared-${((index - 1) % COLOURS) + 1}`);

/**
 * What a view shows of a series; a picture that stands still ends where it was stopped.
 * @param {View} view
 * @param {Series} series
 * @param {TimeRange} range
 */
export function shownRows({ pausedMs }, series, range) {
  const rows = visibleRows(series, range);
  if (pausedMs === null) return rows;
  const isSliding = series.kind === 'sliding';
  return rows.filter((row) => (isSliding ? row.window_end <= pausedMs : row.window_start < pausedMs));
}

/**
 * @param {View} view
 * @param {Feed} feed
 * @param {TimeRange} range
 */
function single(view, { store }, range) {
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

  const all = drawn.flatMap(({ rows }) => rows);
  const tags = leading ? tagOf(leading.rows, range, 'accent') : tagOf(levels[0]?.rows ?? [], range, 'step');
  return {
    layers,
    tags,
    pointCount: all.length,
    provisionalCount: all.filter((row) => !isSettled(row)).length,
    percents: new Map(),
  };
}

/**
 * @param {View} view
 * @param {Feed[]} feeds
 * @param {TimeRange} range
 */
function compared(view, feeds, range) {
  /** @type {Layer[]} */
  const layers = [];
  /** @type {AxisTag[]} */
  const tags = [];
  /** @type {Scene['percents']} */
  const percents = new Map();
  let pointCount = 0;
  let provisionalCount = 0;
  feeds.forEach(({ symbol, store }, index) => {
    const series = leadingSeries(view, store.series());
    if (!series) return;
    const rows = shownRows(view, series, range);
    const valueAt = percentOf(rows, range);
    percents.set(symbol, valueAt);
    const colour = comparedColour(index);
    const isSettled = (/** @type {Row} */ row) => store.isSettled(row);
    const widthPx = comparedWidth(index, feeds.length);
    layers.unshift(lineLayer({ rows, valueAt, isSettled, colour, softColour: colour, widthPx }));
    const last = lastIn(rows, range);
    if (last?.average !== undefined) {
      const value = valueAt(last.average);
      tags.push({ value, text: `${shortened(symbol)} ${percentText(value)}`, colour });
    }
    pointCount += rows.length;
    provisionalCount += rows.filter((row) => !store.isSettled(row)).length;
  });
  return { layers, tags, pointCount, provisionalCount, percents };
}

/**
 * The main line stands out; where there are many, the others are thin: they are easier to follow, and to draw.
 * @param {number} index
 * @param {number} count
 */
function comparedWidth(index, count) {
  if (count > FEW) return index === 0 ? 1.75 : 'thinnest';
  return index === 0 ? 2.5 : 1.75;
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

/**
 * The newest row that began in sight: the one behind the right edge is there for its line only.
 * @param {Row[]} rows
 * @param {TimeRange} range
 */
function lastIn(rows, { toMs }) {
  return rows.findLast(
    ({ average, window, window_start, window_end }) =>
      average !== undefined && (window.startsWith('sliding') ? window_end : window_start) <= toMs,
  );
}

/** @param {string} symbol */
const shortened = (symbol) => (symbol.length > 10 ? `${symbol.slice(0, 9)}…` : symbol);
