import { timeText } from './format.js';

/** @import { Connection } from './types.d.ts' */

/** Without anything new for this long the chart is no longer what is happening now. */
const STALE_MS = 15_000;

/**
 * Says whether the chart is live: the connection, and since when nothing new has come. A symbol that is quiet while
 * the pipeline goes on is not stale.
 * @param {HTMLElement} element
 */
export function createBadge(element) {
  /** @type {Connection} */
  let connection = 'idle';
  let hasRows = false;
  /** @type {number | undefined} */
  let freshMs;

  function show() {
    const { state, text } = wording();
    element.dataset['state'] = state;
    if (element.textContent !== text) element.textContent = text;
  }

  function wording() {
    const isWaiting = connection === 'idle' || (connection === 'open' && !hasRows);
    if (isWaiting) return { state: 'waiting', text: 'waiting for averages' };
    if (connection !== 'open') return { state: connection, text: connection };
    if (freshMs === undefined) return { state: 'waiting', text: 'connected' };
    if (Date.now() - freshMs <= STALE_MS) return { state: 'live', text: 'live' };
    return { state: 'stale', text: `stale since ${timeText(freshMs)}` };
  }

  show();
  setInterval(show, 1_000);
  return {
    /** @param {Connection} now */
    setConnection(now) {
      connection = now;
      show();
    },
    /** @param {boolean} now whether there is anything drawn that could be live */
    setHasRows(now) {
      hasRows = now;
      show();
    },
    /**
     * The pipeline wrote something at this time (ms, our clock).
     * @param {number} timeMs
     */
    noteFresh(timeMs) {
      freshMs = Math.max(timeMs, freshMs ?? timeMs);
      show();
    },
  };
}
