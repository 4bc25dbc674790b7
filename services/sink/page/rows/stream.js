/** @import { Connection, Row } from '../types.d.ts' */

/**
 * Listens to all windows of a symbol. The browser reconnects by itself and resumes behind the last row it got.
 * `onOpen` is called on the first connection: rows fetched from then on overlap with the stream, so nothing is
 * missed. `onReset`: what was shown is of another database.
 * @param {string} symbol
 * @param {{
 *   onRow: (row: Row) => void,
 *   onOpen: () => void,
 *   onReset: () => void,
 *   onConnection: (connection: Connection) => void,
 * }} on
 * @returns {() => void} ends it
 */
export function openStream(symbol, on) {
  /** @type {EventSource} */
  let source;
  /** @type {number | undefined} */
  let retry;
  let isFirst = true;

  function connect() {
    source = new EventSource(`api/v1/stream?${new URLSearchParams({ symbol })}`);
    source.onopen = () => {
      on.onConnection('open');
      if (isFirst) on.onOpen();
      isFirst = false;
    };
    source.onmessage = (event) => on.onRow(JSON.parse(event.data));
    source.addEventListener('reset', () => on.onReset());
    source.onerror = () => {
      on.onConnection('reconnecting');
      if (source.readyState !== EventSource.CLOSED) return;
      // Refused (not merely lost): the browser gives up here, we do not. A new source knows no id: fetch again.
      isFirst = true;
      retry = setTimeout(connect, 2_000);
    };
  }

  connect();
  return () => {
    clearTimeout(retry);
    source.close();
  };
}
