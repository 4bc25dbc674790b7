import { fetchPoints, POINTS_MAX } from '../api.js';
import { rowsOfColumns } from './column-rows.js';
import { markCorrected } from './corrections.js';

/** @import { Feed } from './feed.js' */
/** @import { Series, TimeRange } from '../types.d.ts' */

/** A pan asks for history this long after it began, and again when that has come. */
const DELAY_MS = 120;
const RETRY_MS = 2_000;
/** What is not settled is asked for again. */
const AGAIN_MS = 5_000;

/**
 * @typedef {{ feeds: Feed[], range: TimeRange, widthPx: number, isShown: (window: string) => boolean }} Sight what
 *   somebody looks at
 */

/**
 * Fetches what is looked at and the stores do not hold, at most one row or column for each pixel. One stretch at a
 * time is kept for each window: half a range more on either side than is looked at.
 * @param {() => void} onRows
 */
export function createOlderRows(onRows) {
  /** @type {Sight | undefined} */
  let wanted;
  /** @type {number | undefined} */
  let timer;
  let isLoading = false;

  async function load() {
    timer = undefined;
    if (!wanted) return;
    const sight = wanted;
    isLoading = true;
    try {
      await Promise.all(sight.feeds.map((feed) => fill(feed, sight)));
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
     * @param {Sight} sight
     */
    ensure(sight) {
      wanted = sight;
      if (isLoading || timer !== undefined) return;
      if (sight.feeds.some((feed) => lacking(feed, sight).length > 0)) timer = setTimeout(load, DELAY_MS);
    },
  };
}

/**
 * @param {Feed} feed
 * @param {Sight} sight
 */
async function fill(feed, sight) {
  const { symbol, store } = feed;
  const { fromMs, toMs } = sight.range;
  const spanMs = toMs - fromMs;
  const stretch = { fromMs: fromMs - spanMs / 2, toMs: toMs + spanMs / 2 };
  const points = Math.min(POINTS_MAX, Math.max(2, Math.round(sight.widthPx * 2)));
  const found = await Promise.all(
    lacking(feed, sight).map(async (series) => {
      const { window, kind } = series;
      const { averages, columns } = await fetchPoints({ symbol, window, ...stretch, points });
      return { window, kind, rows: columns ? rowsOfColumns(symbol, series, columns) : averages };
    }),
  );
  markCorrected(found);
  for (const { window, rows } of found) {
    const isSettled = rows.every((row) => store.isSettled(row));
    const askAgainMs = isSettled ? null : performance.now() + AGAIN_MS;
    store.setOlder(window, { ...stretch, rows, askedMs: (2 * spanMs) / points, askAgainMs });
  }
}

/**
 * The series that lack something of what is looked at, or have it too coarse.
 * @param {Feed} feed
 * @param {Sight} sight
 * @returns {Series[]}
 */
export function lacking({ store }, { range, widthPx, isShown }) {
  const { fromMs, toMs } = range;
  const perPixelMs = (toMs - fromMs) / widthPx;
  return store.series().filter(({ window, completeFromMs, older }) => {
    if (fromMs >= completeFromMs || !isShown(window)) return false;
    if (!older || older.fromMs > fromMs || older.toMs < Math.min(toMs, completeFromMs)) return true;
    if (older.askAgainMs !== null && older.askAgainMs < performance.now()) return true;
    return older.askedMs > 1.5 * perPixelMs && older.rows.some((row) => row.column_start !== undefined);
  });
}
