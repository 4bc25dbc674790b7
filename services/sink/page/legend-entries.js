import { hasBand } from './chart/band-layer.js';
import { hasCandle } from './chart/candle-layer.js';
import { percentText, valueText } from './format.js';
import { percentOf } from './rows/compared-line.js';
import { rowAt } from './rows/visible-rows.js';
import { comparedColour, isShown, leadingSeries, shownRows } from './scene.js';

/** @import { LegendEntry, Row, Series, TimeRange, View } from './types.d.ts' */
/** @import { Feed } from './rows/feed.js' */

/**
 * What the legend says: the value under the cursor, else the newest.
 * @param {View} view
 * @param {Feed[]} feeds the main symbol first
 * @param {TimeRange} range
 * @param {number | undefined} pointedMs
 * @returns {LegendEntry[]}
 */
export function legendEntries(view, feeds, range, pointedMs) {
  const [main] = feeds;
  if (!main) return [];
  if (feeds.length > 1) return comparedEntries(view, feeds, range, pointedMs);
  const series = main.store.series().filter(({ rows, older }) => rows.length > 0 || older);
  const candles = view.hasCandles
    ? series.find(({ window, kind }) => kind === 'tumbling' && isShown(view, window))
    : undefined;
  return [
    ...series.map((one) => windowEntry(view, main, one, { pointedMs, isCandle: one === candles })),
    ...extraEntries(view, series, pointedMs),
  ];
}

/**
 * @param {View} view
 * @param {Feed} feed
 * @param {Series} series
 * @param {{ pointedMs: number | undefined, isCandle: boolean }} o
 * @returns {LegendEntry}
 */
function windowEntry(view, { store }, series, { pointedMs, isCandle }) {
  const { window, kind } = series;
  const row = rowFor(view, series, pointedMs);
  const isOn = isShown(view, window);
  const words = [valueText(row?.average)];
  if (row && pointedMs !== undefined) {
    if (!store.isSettled(row)) words.push('provisional');
    if (row.corrected) words.push('corrected');
  }
  return {
    id: window,
    sample: kind === 'sliding' ? 'line' : isCandle ? 'candle' : 'step',
    name: window,
    value: words.join(' · '),
    isOn,
    title: `${kind === 'sliding' ? 'one point per price' : 'one level per window'}: ${isOn ? 'hide' : 'show'}`,
  };
}

/**
 * @param {View} view
 * @param {Series[]} series
 * @param {number | undefined} pointedMs
 * @returns {LegendEntry[]}
 */
function extraEntries(view, series, pointedMs) {
  /** @type {LegendEntry[]} */
  const entries = [];
  const sliding = leadingSeries(view, series);
  const row = sliding?.kind === 'sliding' ? rowFor(view, sliding, pointedMs) : undefined;
  const newest = (/** @type {string} */ kind) => series.find((one) => one.kind === kind)?.rows.at(-1);
  const tumbling = newest('tumbling');
  if (tumbling && hasCandle(tumbling)) {
    entries.push(
      extra('candles', 'candle', 'candles', view.hasCandles, 'windows from earliest to latest price'),
    );
  }
  const newestSliding = newest('sliding');
  if (newestSliding && hasBand(newestSliding)) {
    const value = view.hasBand && row ? `± ${valueText(row.stddev)}` : '';
    entries.push({
      ...extra('band', 'band', 'deviation', view.hasBand, 'one standard deviation on either side'),
      value,
    });
  }
  if (newestSliding?.latest !== undefined) {
    const value = view.hasPrices && row ? valueText(row.latest) : '';
    entries.push({
      ...extra('prices', 'dots', 'prices', view.hasPrices, 'the last price of each instant'),
      value,
    });
  }
  return entries;
}

/**
 * @param {string} id
 * @param {string} sample
 * @param {string} name
 * @param {boolean} isOn
 * @param {string} what
 * @returns {LegendEntry}
 */
function extra(id, sample, name, isOn, what) {
  return { id: `+${id}`, sample, name, value: '', isOn, title: `${what}: ${isOn ? 'hide' : 'show'}` };
}

/**
 * @param {View} view
 * @param {Feed[]} feeds
 * @param {TimeRange} range
 * @param {number | undefined} pointedMs
 * @returns {LegendEntry[]}
 */
function comparedEntries(view, feeds, range, pointedMs) {
  return feeds.map(({ symbol, store }, index) => {
    const series = leadingSeries(view, store.series());
    const row = series && rowFor(view, series, pointedMs);
    const average = row?.average;
    const value =
      series && average !== undefined ? percentOf(shownRows(view, series, range), range)(average) : undefined;
    return {
      id: index === 0 ? '' : symbol,
      sample: 'line',
      name: symbol,
      value: value === undefined ? '–' : `${percentText(value)}  ${valueText(average)}`,
      isOn: true,
      title: index === 0 ? '' : `take ${symbol} out of the comparison`,
      colour: comparedColour(index),
    };
  });
}

/**
 * @param {View} view
 * @param {Series} series
 * @param {number | undefined} pointedMs
 * @returns {Row | undefined}
 */
function rowFor({ pausedMs }, series, pointedMs) {
  const timeMs = pointedMs ?? pausedMs ?? undefined;
  return timeMs === undefined ? series.rows.at(-1) : rowAt(series, Math.min(timeMs, pausedMs ?? timeMs));
}
