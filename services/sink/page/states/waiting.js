import { element } from '../element.js';
import { emptyWords } from './empty-words.js';
import { createStartUp } from './start-up.js';
import { firstClosed, startUpSteps } from './start-up-steps.js';

/** @import { Status } from '../types.d.ts' */
/** @import { Feed } from '../rows/feed.js' */

/** What is said while something is not there yet. */
export function createWaiting() {
  const startUp = createStartUp(element('start-up'));

  return {
    /**
     * @param {Status | undefined} status undefined when the sink does not answer
     * @param {Feed | undefined} main of the symbol that is shown
     * @param {number} agoMs age of the status: the countdown goes on between two of them
     */
    show(status, main, agoMs) {
      const load = main?.load();
      const { title, detail } = emptyWords(status, main?.symbol ?? '', load);
      setText(element('empty-title'), title);
      setText(element('empty-detail'), detail);
      if (load?.state === 'loading' && status !== undefined) return;
      startUp.show(startUpSteps(status, main ? firstOf(main.store, agoMs) : null));
    },
  };
}

/**
 * @param {Feed['store']} store
 * @param {number} agoMs
 */
function firstOf(store, agoMs) {
  return firstClosed(store.series(), {
    graceMs: store.graceMs,
    isSettled: (row) => store.isSettled(row),
    watermarkOf: (partition) => {
      const watermark = store.watermarkOf(partition);
      return watermark === undefined ? undefined : watermark + agoMs;
    },
  });
}

/**
 * @param {HTMLElement} target
 * @param {string} text
 */
function setText(target, text) {
  if (target.textContent !== text) target.textContent = text;
}
