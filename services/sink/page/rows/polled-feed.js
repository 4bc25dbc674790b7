import { fetchAverages } from '../api.js';
import { createLoader } from './feed.js';
import { RowStore } from './store.js';

/** @import { Feed } from './feed.js' */
/** @import { Series } from '../types.d.ts' */

/** One question a second for each symbol, and no more than four a second for all. */
const POLL_MS = 1_000;
const QUESTIONS_MAX_PER_SECOND = 4;
const ROWS_PER_POLL = 2_000;

/**
 * A symbol beside the main one, asked for now and then: a browser opens six connections to a server at most, and each
 * stream keeps one.
 * @param {string} symbol
 * @param {{ onRows: () => void, symbolCount: () => number }} on
 * @returns {Feed}
 */
export function openPolledFeed(symbol, { onRows, symbolCount }) {
  const store = new RowStore();
  const loader = createLoader(store, symbol);
  let isClosed = false;
  /** @type {number | undefined} */
  let timer;

  async function poll() {
    try {
      const present = store.series().filter(({ rows }) => rows.length > 0);
      const series = present.find(({ kind }) => kind === 'sliding') ?? present[0];
      if (series) await takeNewer(series);
      else if (await loader.load()) onRows();
    } catch {
      // Asked again below; the badge says that the sink does not answer.
    }
    if (isClosed) return;
    timer = setTimeout(poll, Math.max(POLL_MS, (symbolCount() * 1_000) / QUESTIONS_MAX_PER_SECOND));
  }

  /** @param {Series} series */
  async function takeNewer({ window, rows }) {
    // From the oldest that may still change; a lot is only behind a pause of the whole page.
    const open = rows.findIndex((row) => !store.isSettled(row));
    const from = open === -1 ? rows.at(-1) : rows[open];
    const answer = await fetchAverages({
      symbol,
      window,
      fromMs: from?.window_end ?? 0,
      limit: ROWS_PER_POLL,
      order: 'asc',
    });
    if (isClosed) return;
    for (const row of answer) store.put(row);
    if (answer.length === ROWS_PER_POLL) await loader.load();
    if (answer.length > 0) onRows();
  }

  void poll();
  return {
    symbol,
    store,
    load: () => ({ state: 'loaded' }),
    oldestMs: loader.oldestMs,
    close: () => {
      isClosed = true;
      clearTimeout(timer);
      loader.stop();
    },
  };
}
