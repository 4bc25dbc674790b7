import { hasBand } from './chart/band-layer.js';
import { hasCandle } from './chart/candle-layer.js';
import { comparedColour } from './compared-scene.js';
import { percentText, valueText } from './format.js';
import { isShown, leadingSeries } from './rows/shown-rows.js';
import { rowAt } from './rows/visible-rows.js';

/** @import { LegendEntry, Row, Scene, Series, TimeRange, View } from './types.d.ts' */
/** @import { Feed } from './rows/feed.js' */

/**
 * What the legend says: the value under the cursor, else the newest.
 * @param {View} view
 * @param {Feed[]} feeds the main symbol first
 * @param {Scene} scene
 * @param {number | undefined} pointedMs
 * @returns {LegendEntry[]}
 */
export function legendEntries(view, feeds, scene, pointedMs) {
  const [main] = feeds;
  if (!main) return [];
  if (feeds.length > 1) return comparedEntries(view, feeds, scene, pointedMs);
  const series = main.store.series().filter(({ rows, older }) => rows.length > 0 || older);
  const candles = view.hasCandles
    ? series.find(({ window, kind }) => kind === 'tumbling' && isShown(view, window))
    : undefined;
  return [
    ...series.map((one) => windowEntry(view, main, one, { pointedMs, isCandle: one === candles })),
    ...extraEntries(view, series, scene.range, pointedMs),
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
 * Candles, deviation and prices: those that the aggregator sends what is needed for.
 * @param {View} view
 * @param {Series[]} series
 * @param {TimeRange} range
 * @param {number | undefined} pointedMs
 * @returns {LegendEntry[]}
 */
function extraEntries(view, series, range, pointedMs) {
  /** @type {LegendEntry[]} */
  const entries = [];
  const tumbling = series.find(({ kind, rows }) => kind === 'tumbling' && rows.length > 0);
  const sliding = series.find(({ kind, rows }) => kind === 'sliding' && rows.length > 0);
  const newestTumbling = tumbling?.rows.at(-1);
  const newest = sliding?.rows.at(-1);
  const row = sliding && rowFor(view, sliding, pointedMs);
  if (tumbling && newestTumbling && hasCandle(newestTumbling)) {
    const what = 'windows from earliest to latest price';
    entries.push(extra('candles', 'candle', view.hasCandles, what, thinned(tumbling, range) ?? ''));
  }
  if (sliding && newest && hasBand(newest)) {
    const value = thinned(sliding, range) ?? `± ${valueText(row?.stddev)}`;
    entries.push(extra('deviation', 'band', view.hasBand, 'one standard deviation on either side', value));
  }
  if (sliding && newest?.latest !== undefined) {
    const value = thinned(sliding, range) ?? valueText(row?.latest);
    entries.push(extra('prices', 'dots', view.hasPrices, 'the last price of each instant', value));
  }
  return entries;
}

/**
 * @param {string} name
 * @param {string} sample
 * @param {boolean} isOn
 * @param {string} what
 * @param {string} value
 * @returns {LegendEntry}
 */
function extra(name, sample, isOn, what, value) {
  const title = `${what}: ${isOn ? 'hide' : 'show'}`;
  return { id: `+${name}`, sample, name, value: isOn ? value : '', isOn, title };
}

/**
 * What only single results know is not there where many of them share a pixel.
 * @param {Series} series
 * @param {TimeRange} range
 */
function thinned({ older, completeFromMs }, { fromMs, toMs }) {
  const isOlder = fromMs < completeFromMs && older !== null && older.fromMs <= toMs && older.toMs >= fromMs;
  return isOlder && older.rows.some((row) => row.column_start !== undefined) ? 'zoom in' : undefined;
}

/**
 * @param {View} view
 * @param {Feed[]} feeds
 * @param {Scene} scene
 * @param {number | undefined} pointedMs
 * @returns {LegendEntry[]}
 */
function comparedEntries(view, feeds, { percents }, pointedMs) {
  return feeds.map(({ symbol, store }, index) => {
    const series = leadingSeries(view, store.series());
    const average = series && rowFor(view, series, pointedMs)?.average;
    const value = average === undefined ? undefined : percents.get(symbol)?.(average);
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
