import { countText, timeText, valueText } from '../format.js';
import { leadingSeries } from '../rows/shown-rows.js';
import { isFollowing } from '../view/time-range.js';

/** @import { Scene, View } from '../types.d.ts' */
/** @import { Feed } from '../rows/feed.js' */

/** Who listens wants to hear it, not hear nothing else. */
const SAID_EVERY_MS = 10_000;

/**
 * Says the newest result to who does not see the chart, at most every ten seconds, and only while it follows.
 * @param {HTMLElement} region a polite live region
 * @param {() => string} words
 */
export function createSummary(region, words) {
  let saidMs = Number.NEGATIVE_INFINITY;
  return {
    drawn() {
      const nowMs = performance.now();
      if (nowMs - saidMs < SAID_EVERY_MS || document.hidden) return;
      const text = words();
      if (text === '' || text === region.textContent) return;
      saidMs = nowMs;
      region.textContent = text;
    },
  };
}

/**
 * @param {View} view
 * @param {Feed | undefined} main
 */
export function summaryWords(view, main) {
  const series = main && leadingSeries(view, main.store.series());
  const row = series?.rows.at(-1);
  if (!main || !row || !isFollowing(view)) return '';
  const words = [`${row.symbol}, ${row.window}: ${valueText(row.average)}`];
  if (row.minimum !== undefined && row.maximum !== undefined) {
    words.push(`lowest ${valueText(row.minimum)}, highest ${valueText(row.maximum)}`);
  }
  words.push(`at ${timeText(row.window_end, view.isUtc)}`);
  return words.join(', ');
}

/** @param {Scene} scene */
export function chartLabel({ pointCount, provisionalCount }) {
  if (pointCount === 0) return 'Chart, no averages drawn yet';
  return `Chart of ${countText(pointCount)} averages, ${countText(provisionalCount)} of them provisional`;
}
