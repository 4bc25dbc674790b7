import { element } from '../element.js';
import { createBadge } from './badge.js';

/** @import { Connection, Status } from '../types.d.ts' */
/** @import { Feed } from '../rows/feed.js' */

/**
 * How the page is doing, in words: the badge; and, fetched when something is not there yet, the list while the
 * pipeline starts and what stands where a chart would be.
 */
export function createStates() {
  const badge = createBadge(element('badge'));
  /** @type {Promise<ReturnType<typeof import('./waiting.js').createWaiting>> | undefined} */
  let waiting;
  /** @type {Status | undefined} */
  let status;
  /** When it came, by performance.now(); null: nobody has asked yet. */
  let askedMs = /** @type {number | null} */ (null);
  /** @type {Feed | undefined} */
  let main;

  async function show() {
    const isEmpty = main === undefined || main.store.size === 0;
    badge.setHasRows(!isEmpty);
    if (askedMs === null) return;
    element('empty').hidden = !isEmpty;
    if (waiting === undefined && isAllThere(main)) return;
    waiting ??= import('./waiting.js').then(({ createWaiting }) => createWaiting());
    try {
      (await waiting).show(status, main, performance.now() - askedMs);
    } catch {
      waiting = undefined; // The sink is away, which the badge says; tried again in a second.
    }
  }

  setInterval(() => void show(), 1_000);
  return {
    /** @param {Connection} connection */
    setConnection: (connection) => badge.setConnection(connection),
    /** Something new was read from the stream. */
    noteRows: () => badge.noteFresh(Date.now()),
    /** @param {Status | undefined} answer undefined: the sink does not answer */
    setStatus(answer) {
      status = answer;
      askedMs = performance.now();
      const committedMs = answer?.freshness.last_commit_time;
      // By the sink's clock: what counts here is how long ago.
      if (answer && committedMs) badge.noteFresh(Date.now() - (answer.now - committedMs));
      void show();
    },
    /** @param {Feed | undefined} feed of the symbol that is shown */
    setMain(feed) {
      main = feed;
      void show();
    },
  };
}

/**
 * Has a window of every kind been closed?
 * @param {Feed | undefined} main
 */
function isAllThere(main) {
  const series = main?.store.series().filter(({ rows }) => rows.length > 0) ?? [];
  return series.length > 0 && series.every(({ rows: [oldest] }) => oldest && main?.store.isSettled(oldest));
}
