import { element } from '../element.js';
import { createBadge } from './badge.js';
import { emptyWords } from './empty-words.js';
import { createStartUp } from './start-up.js';
import { firstClosed, startUpSteps } from './start-up-steps.js';

/** @import { Connection, Status } from '../types.d.ts' */
/** @import { Feed } from '../rows/feed.js' */

/** How the page is doing, in words: the badge, the list while the pipeline starts, and what stands where a chart would be. */
export function createStates() {
  const badge = createBadge(element('badge'));
  const startUp = createStartUp(element('start-up'));
  /** @type {Status | undefined} */
  let status;
  /** When it came, by performance.now(); null: nobody has asked yet. */
  let askedMs = /** @type {number | null} */ (null);
  /** @type {Feed | undefined} */
  let main;

  function show() {
    badge.setHasRows(main !== undefined && main.store.size > 0);
    if (askedMs === null) return;
    showStartUp(performance.now() - askedMs);
    const isEmpty = main === undefined || main.store.size === 0;
    element('empty').hidden = !isEmpty;
    if (!isEmpty) return;
    const { title, detail } = emptyWords(status, main?.symbol ?? '', main?.load());
    setText(element('empty-title'), title);
    setText(element('empty-detail'), detail);
  }

  /** @param {number} agoMs age of the status: the countdown goes on between two of them */
  function showStartUp(agoMs) {
    const { store } = main ?? {};
    if (main?.load().state === 'loading' && status !== undefined) return;
    const first = store
      ? firstClosed(store.series(), {
          graceMs: store.graceMs,
          isSettled: (row) => store.isSettled(row),
          watermarkOf: (partition) => {
            const watermark = store.watermarkOf(partition);
            return watermark === undefined ? undefined : watermark + agoMs;
          },
        })
      : null;
    startUp.show(startUpSteps(status, first));
  }

  setInterval(show, 1_000);
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
      show();
    },
    /** @param {Feed | undefined} feed of the symbol that is shown */
    setMain(feed) {
      main = feed;
      show();
    },
  };
}

/**
 * @param {HTMLElement} target
 * @param {string} text
 */
function setText(target, text) {
  if (target.textContent !== text) target.textContent = text;
}
