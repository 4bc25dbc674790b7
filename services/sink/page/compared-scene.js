import { lineLayer } from './chart/line-layer.js';
import { percentText } from './format.js';
import { isSame } from './is-same.js';
import { percentOf } from './rows/compared-line.js';
import { lastIn, leadingSeries, provisionalOf, shownRows } from './rows/shown-rows.js';

/** @import { AxisTag, ColourName, Layer, Row, Scene, TimeRange, View } from './types.d.ts' */
/** @import { Feed } from './rows/feed.js' */

/** As many as the style sheet has. */
const COLOURS = 10;
/** Lines that may be as thick as is pleasant. */
const FEW = 5;

/** @typedef {{ basis: unknown[], line: ReturnType<typeof lineOf> }} Made */

/** @type {WeakMap<Feed, Made>} Lines as they were made last: of many, few change from one frame to the next. */
const made = new WeakMap();

/**
 * Several symbols, each as one line in percent.
 * @param {View} view
 * @param {Feed[]} feeds the main symbol first
 * @param {TimeRange} range
 */
export function comparedScene(view, feeds, range) {
  /** @type {Layer[]} */
  const layers = [];
  /** @type {AxisTag[]} */
  const tags = [];
  /** @type {Scene['percents']} */
  const percents = new Map();
  let pointCount = 0;
  let provisionalCount = 0;
  let settledUntilMs = Number.POSITIVE_INFINITY;
  feeds.forEach((feed, index) => {
    const basis = [feed.store.changes.count, view, range.fromMs, range.toMs, index, feeds.length];
    const before = made.get(feed);
    const line =
      before && isSame(before.basis, basis) ? before.line : lineOf(view, feed, range, index, feeds.length);
    made.set(feed, { basis, line });
    if (!line) return;
    percents.set(feed.symbol, line.valueAt);
    layers.unshift(line.layer);
    if (line.tag) tags.push(line.tag);
    pointCount += line.pointCount;
    provisionalCount += line.provisional.count;
    settledUntilMs = Math.min(settledUntilMs, line.provisional.fromMs);
  });
  return { layers, tags, pointCount, provisionalCount, settledUntilMs, percents };
}

/**
 * @param {View} view
 * @param {Feed} feed
 * @param {TimeRange} range
 * @param {number} index of the line
 * @param {number} count of lines
 */
function lineOf(view, { symbol, store }, range, index, count) {
  const series = leadingSeries(view, store.series());
  if (!series) return;
  const rows = shownRows(view, series, range);
  const valueAt = percentOf(rows, range);
  const colour = comparedColour(index);
  const isSettled = (/** @type {Row} */ row) => store.isSettled(row);
  const widthPx = comparedWidth(index, count);
  const last = lastIn(rows, range)?.average;
  return {
    layer: lineLayer({ rows, valueAt, isSettled, colour, softColour: colour, widthPx }),
    tag: last === undefined ? undefined : tagOf(symbol, valueAt(last), colour),
    valueAt,
    pointCount: rows.length,
    provisional: provisionalOf(series.kind, rows, isSettled),
  };
}

/**
 * @param {string} symbol
 * @param {number} value
 * @param {ColourName} colour
 * @returns {AxisTag}
 */
const tagOf = (symbol, value, colour) => ({
  value,
  text: `${shortened(symbol)} ${percentText(value)}`,
  colour,
});

/**
 * @param {number} index
 * @returns {ColourName}
 */
export const comparedColour = (index) => (index === 0 ? 'accent' : `compared-${((index - 1) % COLOURS) + 1}`);

/**
 * The main line stands out; where there are many, the others are thin: they are easier to follow, and to draw.
 * @param {number} index
 * @param {number} count
 */
function comparedWidth(index, count) {
  if (count > FEW) return index === 0 ? 1.75 : 'thinnest';
  return index === 0 ? 2.5 : 1.75;
}

/** @param {string} symbol */
const shortened = (symbol) => (symbol.length > 10 ? `${symbol.slice(0, 9)}…` : symbol);
