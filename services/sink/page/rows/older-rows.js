import { fetchAverages, LIMIT_MAX } from '../api.js';
import { markCorrected } from './corrections.js';

/** @import { Feed } from './feed.js' */
/** @import { Series, TimeRange } from '../types.d.ts' */

/** A pan asks for history once it has come to rest this long. */
const DELAY_MS = 120;
const RETRY_MS = 2_000;

/**
 * Fetches what a range shows and the stores do not hold. One stretch at a time is kept for each window: half a range
 * more on either side than is looked at.
 * @param {() => void} onRows
 */
export function createOlderRows(onRows) {
  /** @type {{ feeds: Feed[], range: TimeRange } | undefined} */
  let wanted;
  /** @type {number | undefined} */
  let timer;
  let isLoading = false;

  async function load() {
    timer = undefined;
    if (!wanted) return;
    const { feeds, range } = wanted;
    const spanMs = range.toMs - range.fromMs;
    const stretch = { fromMs: range.fromMs - spanMs / 2, toMs: range.toMs + spanMs / 2 };
    isLoading = true;
    try {
      await Promise.all(feeds.map((feed) => fill(feed, range, stretch)));
      isLoading = false;
      onRows();
    } catch {
      isLoading = false;
      timer = setTimeout(load, RETRY_MS);
    }
  }

  return {
    /**
     * May be called at every frame.
     * @param {Feed[]} feeds
     * @param {TimeRange} range
     */
    ensure(feeds, range) {
      wanted = { feeds, range };
      if (isLoading || timer !== undefined) return;
      if (feeds.some(({ store }) => lacking(store.series(), range).length > 0)) {
        timer = setTimeout(load, DELAY_MS);
      }
    },
  };
}

/**
 * @param {Feed} feed
 * @param {TimeRange} range
 * @param {TimeRange} stretch
 */
async function fill({ symbol, store }, range, stretch) {
  const found = await Promise.all(
    lacking(store.series(), range).map(async ({ window, kind }) => {
      const rows = await fetchAverages({ symbol, window, ...stretch, limit: LIMIT_MAX, order: 'desc' });
      return { window, kind, rows: rows.reverse() };
    }),
  );
  markCorrected(found);
  for (const { window, rows } of found) store.setOlder(window, { ...stretch, rows });
}

/**
 * The series that lack something of a range.
 * @param {Series[]} series
 * @param {TimeRange} range
 */
function lacking(series, { fromMs, toMs }) {
  return series.filter(({ completeFromMs, older }) => {
    if (fromMs >= completeFromMs) return false;
    return !older || older.fromMs > fromMs || older.toMs < Math.min(toMs, completeFromMs);
  });
}
