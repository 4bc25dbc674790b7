import { timeText } from './format.js';

/** @import { Connection } from './types.d.ts' */

/** Without a row for this long the chart is no longer what is happening now. */
const STALE_MS = 15_000;

/**
 * Says whether the chart is live: the connection, and since when nothing new has come.
 * @param {HTMLElement} element
 */
export function createBadge(element) {
  /** @type {Connection} */
  let connection = 'idle';
  let lastMs = Date.now();
  let hasRows = false;

  function show() {
    const { state, text } = wording();
    element.dataset['state'] = state;
    if (element.textContent !== text) element.textContent = text;
  }

  function wording() {
    const isWaiting = connection === 'idle' || (connection === 'open' && !hasRows);
    if (isWaiting) return { state: 'waiting', text: 'waiting for averages' };
    if (connection !== 'open') return { state: connection, text: connection };
    if (Date.now() - lastMs <= STALE_MS) return { state: 'live', text: 'live' };
    return { state: 'stale', text: `stale since ${timeText(lastMs)}` };
  }

  show();
  setInterval(show, 1_000);
  return {
    /** @param {Connection} now */
    setConnection(now) {
      connection = now;
      show();
    },
    /** A row came over the stream. */
    noteRow() {
      lastMs = Date.now();
      hasRows = true;
      show();
    },
    /** Another symbol: nothing has come of it yet. */
    restart() {
      lastMs = Date.now();
      hasRows = false;
      show();
    },
    /** What is shown came from history; it goes stale like the rest. */
    noteHistory() {
      hasRows = true;
      show();
    },
  };
}
