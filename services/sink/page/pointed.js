import { timeText, valueText } from './format.js';
/** @import { Row, Series } from './types.d.ts' */
/** @import { RowStore } from './store.js' */

/**
 * What the chart shows at a time, as one line of text.
 * @param {RowStore} store
 * @param {number | undefined} timeMs
 */
export function pointedWords(store, timeMs) {
  if (timeMs === undefined) return '';
  const words = [timeText(timeMs)];
  for (const series of store.series()) {
    const row = rowAt(series, timeMs);
    if (!row) continue;
    const note = store.isSettled(row) ? '' : ' (provisional)';
    words.push(`${series.window} ${valueText(row.average)}${note}`);
  }
  return words.length > 1 ? words.join('   ') : '';
}

/**
 * Sliding: the newest result up to the time. Others: the window that holds it.
 * @param {Series} series
 * @param {number} timeMs
 * @returns {Row | undefined}
 */
function rowAt({ kind, rows }, timeMs) {
  if (kind === 'sliding') return rows.findLast((row) => row.window_end <= timeMs);
  return rows.findLast((row) => row.window_start <= timeMs && timeMs <= row.window_end);
}
