import { timeText } from '../format.js';

/** @import { Connection } from '../types.d.ts' */

/** Without anything new for this long the chart is no longer what is happening now. */
const STALE_MS = 15_000;

/**
 * Says whether the chart is live: the connection, and since when nothing new has come. A symbol that is quiet while
 * the pipeline goes on is not stale.
 * @param {HTMLElement} element
 */
export function createBadge(element) {
  /** @type {Connection} */
  let connection = { state: 'idle' };
  let hasRows = false;
  /** @type {number | undefined} */
  let freshMs;
  const word = document.createElement('span');
  const detail = document.createElement('span');
  // Changes every second: to be seen, not to be read out.
  detail.setAttribute('aria-hidden', 'true');
  element.replaceChildren(word, detail);

  function show() {
    const { state, text, more = '' } = wording();
    element.dataset['state'] = state;
    if (word.textContent !== text) word.textContent = text;
    if (detail.textContent !== more) detail.textContent = more;
  }

  /** @returns {{ state: string, text: string, more?: string }} */
  function wording() {
    if (connection.state === 'reconnecting') {
      return { state: 'reconnecting', text: 'reconnecting', more: tryText(connection) };
    }
    const isWaiting = connection.state === 'idle' || (connection.state === 'open' && !hasRows);
    if (isWaiting) return { state: 'waiting', text: 'waiting for averages' };
    if (connection.state !== 'open') return { state: connection.state, text: connection.state };
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

/** @param {{ attempt: number, nextTryMs: number | null }} connection */
function tryText({ attempt, nextTryMs }) {
  const seconds = nextTryMs === null ? 0 : Math.ceil((nextTryMs - Date.now()) / 1_000);
  return seconds > 0 ? `: attempt ${attempt}, next try in ${seconds} s` : `: attempt ${attempt}, trying now`;
}
