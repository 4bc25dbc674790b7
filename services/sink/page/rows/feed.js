import { fetchAverages, fetchWindows } from '../api.js';
import { markCorrected } from './corrections.js';
import { ROWS_MAX, RowStore } from './store.js';
import { openStream } from './stream.js';

/** @import { Connection, LoadState } from '../types.d.ts' */

const RETRY_MS = 2_000;

/**
 * Everything of one symbol: what is stored, then each result as it is written.
 * @typedef {{
 *   symbol: string,
 *   store: RowStore,
 *   load: () => LoadState,
 *   oldestMs: () => number | undefined,
 *   close: () => void,
 * }} Feed
 */

/**
 * @param {string} symbol
 * @param {{ onRows: () => void, onConnection: (connection: Connection) => void }} on `onRows`: the store has changed
 * @returns {Feed}
 */
export function openFeed(symbol, on) {
  const store = new RowStore();
  const loader = createLoader(store, symbol);
  /** @type {number | undefined} */
  let retry;
  /** @type {LoadState} */
  let state = { state: 'loading' };

  async function load() {
    clearTimeout(retry);
    try {
      if (!(await loader.load())) return;
      state = { state: 'loaded' };
      on.onRows();
    } catch (error) {
      state = { state: 'failed', reason: error instanceof Error ? error.message : String(error) };
      retry = setTimeout(load, RETRY_MS);
    }
  }

  const closeStream = openStream(symbol, {
    onConnection: on.onConnection,
    onOpen: () => void load(),
    onReset: () => {
      store.clear();
      void load();
    },
    onRow: (row) => {
      store.put(row);
      on.onRows();
    },
  });
  return {
    symbol,
    store,
    load: () => state,
    oldestMs: loader.oldestMs,
    close: () => {
      closeStream();
      loader.stop();
      clearTimeout(retry);
    },
  };
}

/**
 * Brings the newest rows of all windows into a store.
 * @param {RowStore} store
 * @param {string} symbol
 */
export function createLoader(store, symbol) {
  /** @type {number | undefined} */
  let oldestMs;
  let isStopped = false;

  return {
    /**
     * @returns {Promise<boolean>} false when it was stopped meanwhile
     * @throws {Error} when the server does not answer
     */
    async load() {
      const { windows, grace_ms } = await fetchWindows();
      const answers = await Promise.all(windows.map(({ window }) => newestAndOldest(symbol, window)));
      if (isStopped) return false;
      store.define(windows, grace_ms);
      for (const { window, rows, isWhole } of answers) store.putNewest(window, rows, isWhole);
      markCorrected(store.series());
      const ends = answers.map(({ oldest }) => oldest?.window_end ?? Number.POSITIVE_INFINITY);
      oldestMs = Math.min(...ends);
      return true;
    },
    /** End of the oldest window there is. */
    oldestMs: () => (oldestMs !== undefined && Number.isFinite(oldestMs) ? oldestMs : undefined),
    stop() {
      isStopped = true;
    },
  };
}

/**
 * @param {string} symbol
 * @param {string} window
 */
async function newestAndOldest(symbol, window) {
  const rows = (await fetchAverages({ symbol, window, limit: ROWS_MAX, order: 'desc' })).reverse();
  const isWhole = rows.length < ROWS_MAX;
  const [oldest] = isWhole ? rows : await fetchAverages({ symbol, window, limit: 1, order: 'asc' });
  return { window, rows, isWhole, oldest };
}
