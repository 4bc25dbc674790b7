import { fetchAverages, fetchWindows } from '../api.js';
import { markCorrected } from './corrections.js';
import { ROWS_MAX, RowStore } from './store.js';
import { openStream } from './stream.js';

/** @import { Connection } from '../types.d.ts' */

const RETRY_MS = 2_000;

/**
 * Everything of one symbol: what is stored, then each result as it is written.
 * @typedef {{ symbol: string, store: RowStore, oldestMs: () => number | undefined, close: () => void }} Feed
 */

/**
 * @param {string} symbol
 * @param {{ onRows: () => void, onConnection: (connection: Connection) => void }} on `onRows`: the store has changed
 * @returns {Feed}
 */
export function openFeed(symbol, on) {
  const store = new RowStore();
  const loaded = loadingInto(store, symbol, on.onRows);
  const closeStream = openStream(symbol, {
    onConnection: on.onConnection,
    onOpen: () => void loaded.load(),
    onReset: () => {
      store.clear();
      void loaded.load();
    },
    onRow: (row) => {
      store.put(row);
      on.onRows();
    },
  });
  return {
    symbol,
    store,
    oldestMs: loaded.oldestMs,
    close: () => {
      closeStream();
      loaded.stop();
    },
  };
}

/**
 * Brings the newest rows of all windows into a store, again until it succeeds.
 * @param {RowStore} store
 * @param {string} symbol
 * @param {() => void} onRows
 */
export function loadingInto(store, symbol, onRows) {
  /** @type {number | undefined} */
  let oldestMs;
  /** @type {number | undefined} */
  let retry;
  let isStopped = false;

  async function load() {
    clearTimeout(retry);
    try {
      const { windows, grace_ms } = await fetchWindows();
      if (isStopped) return;
      store.define(windows, grace_ms);
      const answers = await Promise.all(windows.map(({ window }) => newestAndOldest(symbol, window)));
      if (isStopped) return;
      for (const { window, rows, isWhole } of answers) store.putNewest(window, rows, isWhole);
      markCorrected(store.series());
      const oldest = answers.map(({ oldest: first }) => first?.window_end ?? Number.POSITIVE_INFINITY);
      oldestMs = Math.min(...oldest);
      onRows();
    } catch {
      if (!isStopped) retry = setTimeout(load, RETRY_MS);
    }
  }

  return {
    load,
    /** End of the oldest window there is. */
    oldestMs: () => (oldestMs !== undefined && Number.isFinite(oldestMs) ? oldestMs : undefined),
    stop() {
      isStopped = true;
      clearTimeout(retry);
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
